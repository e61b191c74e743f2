// Model: what Lambda keeps of functions and their versions. The configuration structures are the API's own,
// so that a row, an answer and the memory are one thing. Plain data. Mappings are in mapping.hpp.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aws/operation.hpp"

namespace puddle::lambda {

struct EnvironmentVariables {
  std::map<std::string, std::string> variables;
  static Shape shape() { return {required<&EnvironmentVariables::variables>("Variables")}; }
};
struct EphemeralStorage {
  int size = 512;
  static Shape shape() { return {required<&EphemeralStorage::size>("Size")}; }
};
struct LoggingConfig {
  std::string format = "Text", group;
  std::optional<std::string> application_level, system_level;  ///< with format JSON only
  static Shape shape() {
    return {required<&LoggingConfig::format>("LogFormat"),
            optional<&LoggingConfig::application_level>("ApplicationLogLevel"),
            optional<&LoggingConfig::system_level>("SystemLogLevel"),
            required<&LoggingConfig::group>("LogGroup")};
  }
};
struct TracingConfig {
  std::string mode = "PassThrough";
  static Shape shape() { return {required<&TracingConfig::mode>("Mode")}; }
};
struct SnapStart {
  std::string apply_on = "None", status = "Off";
  static Shape shape() {
    return {required<&SnapStart::apply_on>("ApplyOn"), required<&SnapStart::status>("OptimizationStatus")};
  }
};
struct RuntimeVersion {
  std::optional<std::string> arn;
  static Shape shape() { return {optional<&RuntimeVersion::arn>("RuntimeVersionArn")}; }
};
struct DeadLetterConfig {
  std::optional<std::string> target;
  static Shape shape() {
    return {optional<&DeadLetterConfig::target>("TargetArn",
                                                {.pattern = "(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()"})};
  }
};
/// A layer as a function's configuration shows it.
struct AttachedLayer {
  std::string arn;
  std::int64_t size = 0;
  static Shape shape() {
    return {required<&AttachedLayer::arn>("Arn"), required<&AttachedLayer::size>("CodeSize")};
  }
};

/// FunctionConfiguration.
struct Configuration {
  std::vector<std::string> architectures{"x86_64"};
  std::string code_sha256;
  std::int64_t code_size = 0;
  std::optional<DeadLetterConfig> dead_letter;
  std::string description;
  std::optional<EnvironmentVariables> environment;
  EphemeralStorage storage;
  std::string arn, name, handler, modified;
  std::optional<std::string> last_update_status, last_update_reason, last_update_code;
  std::vector<AttachedLayer> layers;
  LoggingConfig logging;
  int memory = 128;
  std::string package_type = "Zip", revision, role, runtime;
  std::optional<RuntimeVersion> runtime_version;
  SnapStart snap_start;
  std::optional<std::string> state, state_reason, state_code;
  int timeout = 3;
  TracingConfig tracing;
  std::string version = "$LATEST";
  static Shape shape();
};

/// What an environment runs: $LATEST, whose ARN has no qualifier, or a published version, whose ARN ends in
/// its number.
struct Function {
  std::string account, region;
  Configuration config;
  std::string code_hex;  ///< sha256 of the zip, hex
  std::string
      directory;  ///< the code is this directory of the machine, read again when it changes; else empty
  /// Changes with code and configuration: environments of an older one are not reused.
  std::uint64_t generation = 0;
  const std::string& arn() const { return config.arn; }
};
inline constexpr std::string_view kLatest = "$LATEST";

struct RoutingConfig {
  std::map<std::string, double> weights;
  static Shape shape();
};
/// AliasConfiguration.
struct Alias {
  std::string arn, name, version, description;
  std::optional<RoutingConfig> routing;
  std::string revision;
  static Shape shape();
};

/// The resource policy of a function, a version or an alias.
struct Policy {
  std::vector<Value> statements;
  std::string revision;
  static Shape shape() {
    return {required<&Policy::statements>("Statements"), required<&Policy::revision>("RevisionId")};
  }
};

/// A destination without an address is shown as {}.
struct Destination {
  std::optional<std::string> arn;
  static Shape shape();
};
struct DestinationConfig {
  std::optional<Destination> on_success, on_failure;
  static Shape shape() {
    return {optional<&DestinationConfig::on_success>("OnSuccess"),
            optional<&DestinationConfig::on_failure>("OnFailure")};
  }
};

/// How asynchronous events of a qualifier are treated.
struct EventInvokeConfig {
  std::int64_t modified = 0;  ///< ms
  std::optional<int> max_retries, max_age;
  DestinationConfig destinations;
  static Shape shape();
};

struct ProvisionedConcurrency {
  int requested = 0;
  std::string modified;
  static Shape shape() {
    return {required<&ProvisionedConcurrency::requested>("Requested"),
            required<&ProvisionedConcurrency::modified>("LastModified")};
  }
};

struct Cors {
  std::optional<bool> credentials;
  std::optional<std::vector<std::string>> headers, methods, origins, expose;
  std::optional<int> max_age;
  static Shape shape();
};
/// FunctionUrlConfig.
struct FunctionUrl {
  std::string id, url, arn, auth, created, modified, mode = "BUFFERED";
  std::optional<Cors> cors;
  static Shape shape();
};

/// What belongs to a function beside its versions; kept as one JSON text. Keys of the maps are qualifiers: ""
/// for the function itself where a qualifier may be missing.
struct FunctionSettings {
  std::map<std::string, std::string> tags;
  std::map<std::string, Alias> aliases;
  std::map<std::string, Policy> policies;
  std::optional<int> reserved;  ///< ReservedConcurrentExecutions
  std::map<std::string, ProvisionedConcurrency> provisioned;
  std::map<std::string, EventInvokeConfig> event_configs;
  std::map<std::string, FunctionUrl> urls;
  int last_version = 0;   ///< numbers are never given again
  std::string published;  ///< fingerprint of $LATEST when last_version was made of it
  std::string recursion = "Terminate";
  static Shape shape();
};

/// A function with everything under its name.
struct FunctionFamily : FunctionSettings {
  Function latest;
  std::map<int, Function> versions;
  const std::string& name() const { return latest.config.name; }
  const std::string& arn() const { return latest.config.arn; }
};

/// A published version of a layer.
struct LayerVersion {
  std::string account, region, name;
  std::int64_t version = 0;
  std::string code_hex;
  std::int64_t code_size = 0;
  std::string created, description;
  std::optional<std::string> license;
  std::vector<std::string> runtimes, architectures;
  Policy policy;
  std::string layer_arn() const;
  std::string arn() const { return layer_arn() + ":" + std::to_string(version); }
  static Shape shape();  ///< of what its row keeps as JSON
};

}  // namespace puddle::lambda
