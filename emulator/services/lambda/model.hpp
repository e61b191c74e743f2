// Model: what Lambda keeps of a function and of an event source mapping. The configuration structures are the
// API's own, so that a row, an answer and the memory are one thing. Plain data.
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
  static Shape shape() {
    return {required<&LoggingConfig::format>("LogFormat"), required<&LoggingConfig::group>("LogGroup")};
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

struct DeadLetterConfig {
  std::optional<std::string> target;
  static Shape shape() {
    return {optional<&DeadLetterConfig::target>("TargetArn",
                                                {.pattern = "(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()"})};
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
  LoggingConfig logging;
  int memory = 128;
  std::string package_type = "Zip", revision, role, runtime;
  SnapStart snap_start;
  std::optional<std::string> state, state_reason, state_code;
  int timeout = 3;
  TracingConfig tracing;
  std::string version = "$LATEST";
  static Shape shape();
};

struct Function {
  std::string account, region;
  Configuration config;
  std::string code_hex;  ///< sha256 of the zip, hex
  wire::List policy;     ///< statements of the resource policy
  std::map<std::string, std::string> tags;
  std::uint64_t generation =
      0;  ///< changes with code and configuration: environments of an older one are not reused
  const std::string& arn() const { return config.arn; }
};
inline constexpr std::string_view kLatest = "$LATEST";

/// A destination without an address is shown as {}.
struct Destination {
  std::optional<std::string> arn;
  static Shape shape() { return {optional<&Destination::arn>("Destination")}; }
};
struct DestinationConfig {
  std::optional<Value> on_success;
  std::optional<Destination> on_failure;
  static Shape shape() {
    return {optional<&DestinationConfig::on_success>("OnSuccess"),
            optional<&DestinationConfig::on_failure>("OnFailure")};
  }
};

struct ScalingConfig {
  std::optional<int> concurrency;
  static Shape shape() {
    return {optional<&ScalingConfig::concurrency>("MaximumConcurrency", {.min = 2, .max = 1000})};
  }
};

/// EventSourceMappingConfiguration.
struct MappingConfig {
  int batch_size = 10;
  std::optional<bool> bisect;
  std::optional<DestinationConfig> destination;
  std::string source_arn, arn, function_arn;
  std::vector<std::string> response_types;
  Time modified;
  std::optional<std::string> last_result;
  int window = 0;  ///< MaximumBatchingWindowInSeconds
  std::optional<int> max_age, max_retries, parallel, tumbling;
  std::optional<ScalingConfig> scaling;
  std::optional<std::string> position;
  std::string state, reason, uuid;
  static Shape shape();
};

struct Mapping {
  std::string account, region;
  Time created;
  MappingConfig config;
  bool enabled() const { return config.state == "Enabled"; }
  bool streams() const { return config.source_arn.find(":dynamodb:") != std::string::npos; }
  bool reports_failures() const { return !config.response_types.empty(); }
};

}  // namespace puddle::lambda
