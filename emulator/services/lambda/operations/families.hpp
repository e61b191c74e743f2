// The factories of the operations, used by the table, and what several of them share.
#pragma once
#include "base/text.hpp"
#include "services/lambda/lambda.hpp"

namespace puddle::lambda {

std::vector<Operation> function_operations();  // create_function.cpp, update_function.cpp, functions.cpp
Operation create_function();
Operation update_function_code();
Operation update_function_configuration();
Operation invoke();
std::vector<Operation> version_operations();
std::vector<Operation> alias_operations();
std::vector<Operation> concurrency_operations();
std::vector<Operation> provisioned_operations();
std::vector<Operation> event_invoke_operations();
std::vector<Operation> url_operations();
std::vector<Operation> layer_operations();
std::vector<Operation> layer_policy_operations();
std::vector<Operation> account_operations();
std::vector<Operation> refused_operations();
std::vector<Operation> permission_operations();
std::vector<Operation> tag_operations();
std::vector<Operation> mapping_operations();

/// As recorded in 2025, newer than the published model. Operations that only look at a function also take
/// names with dots.
inline constexpr std::string_view kNamePattern =
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?"
    "(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
inline constexpr std::string_view kPlainNamePattern =
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?"
    "(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?";

inline constexpr std::string_view kLayerVersionPattern =
    "(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:"
    "[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)";

inline wire::Traits name_in_path() {
  return {.min = 1, .max = 256, .pattern = kNamePattern, .at = wire::Location::uri};
}
inline wire::Traits plain_name_in_path() {
  return {.min = 1, .max = 140, .pattern = kPlainNamePattern, .at = wire::Location::uri};
}
inline wire::Traits qualifier_in_query() {
  return {.min = 1,
          .max = 128,
          .pattern = "\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+",
          .at = wire::Location::query_string};
}

/// For authorisation: the ARN of the function that the input names, whether it exists or not.
template <class In>
std::string function_resource(Lambda& service, const Call& call, const In& in) {
  return service.parse_name(call, in.name).arn();
}

/// api: what tells the latest one.
inline void check_revision(const std::string& current, const std::optional<std::string>& revision,
                           std::string_view api = "GetFunction/GetAlias") {
  if (revision && !revision->empty() && *revision != current)
    throw user_error(kPreconditionFailed,
                     "The Revision Id provided does not match the latest Revision Id. Call the " +
                         std::string(api) + " API to retrieve the latest Revision Id");
}

/// The family that a name without (or with any) qualifier means; the qualifier must exist.
inline FunctionFamily& need_family(Lambda& service, const Call& call, const std::string& name) {
  return *service.need(call, name).family;
}

/// As Lambda::need, in the words of operations that say so when it is an alias that is missing.
inline Target need_or_alias(Lambda& service, const Call& call, const std::string& name,
                            const std::optional<std::string>& qualifier) {
  const FunctionName parsed = service.parse_name(call, name, qualifier);
  const std::string& q = parsed.qualifier;
  const bool alias = !q.empty() && q.find('$') == q.npos && q.find_first_not_of("0123456789") != q.npos;
  if (alias && parsed.region == call.region && !service.find_target(parsed))
    throw user_error(kNotFound, "Cannot find alias arn: " + parsed.qualified());
  return service.need(call, name, qualifier);
}

/// As Lambda::need, for operations that do not say which function is missing.
inline Target need_or_say(Lambda& service, const Call& call, const std::string& name,
                          const std::optional<std::string>& qualifier, const std::string& missing) {
  const FunctionName parsed = service.parse_name(call, name, qualifier);
  if (parsed.region == call.region && !service.find_target(parsed)) throw user_error(kNotFound, missing);
  return service.need(call, name, qualifier);
}

/// A handler of an operation that waits first until the function is neither being created nor updated.
template <class In, class Out>
Task<Out> when_quiet(Out (*handle)(Lambda&, const Call&, const In&), Lambda& service, Call call, In in) {
  FunctionName name = service.parse_name(call, in.name);
  Task<> waiting = service.quiet(std::move(name));
  co_await std::move(waiting);
  call.now = service.deps.loop.now();
  Out out = service.deps.store.atomically([&] { return handle(service, call, in); });
  co_return std::move(out);
}

/// A configuration as lists show it: without states.
inline Configuration listed(Configuration c) {
  for (auto* state : {&c.state, &c.state_reason, &c.state_code}) state->reset();
  for (auto* update : {&c.last_update_status, &c.last_update_reason, &c.last_update_code}) update->reset();
  c.runtime_version.reset();
  return c;
}

/// The members of a list operation, Marker and MaxItems (`marker` and `limit` of In) among them.
template <class In>
std::vector<wire::Field> paged(std::vector<wire::Field> members, std::int64_t most) {
  members.push_back(optional<&In::marker>("Marker", {.at = wire::Location::query_string}));
  members.push_back(
      optional<&In::limit>("MaxItems", {.min = 1, .max = most, .at = wire::Location::query_string}));
  return members;
}

/// One page of what `all` lists, by index, and its NextMarker, which is opaque to callers. longest: of a
/// page, whatever MaxItems says.
template <class T, class In>
std::pair<std::vector<T>, std::optional<std::string>> page_of(const std::vector<T>& all, const In& in,
                                                              int longest = 50) {
  const auto from = in.marker ? parse_int(*in.marker) : std::optional<std::int64_t>(0);
  if (!from || *from < 0) throw user_error(kInvalidParameter, "Invalid Marker");
  const auto limit = static_cast<std::size_t>(std::min(in.limit.value_or(longest), longest));
  std::pair<std::vector<T>, std::optional<std::string>> out;
  std::size_t i = static_cast<std::size_t>(*from);
  for (; i < all.size() && out.first.size() < limit; ++i) out.first.push_back(all[i]);
  if (i < all.size()) out.second = std::to_string(i);
  return out;
}

// configuration.cpp: what CreateFunction and UpdateFunctionConfiguration have in common.

/// The members of a configuration that both take. A missing member leaves what is there.
struct ConfigurationInput {
  std::optional<std::string> role, handler, description, runtime, kms_key;
  std::optional<int> timeout, memory;
  std::optional<EnvironmentVariables> environment;
  std::optional<DeadLetterConfig> dead_letter;
  std::optional<std::vector<std::string>> layers;
  std::optional<Value> vpc, file_systems, image_config, capacity_provider, durable;
  struct Tracing {
    std::optional<std::string> mode;
    static Shape shape() { return {optional<&Tracing::mode>("Mode", {.one_of = {"Active", "PassThrough"}})}; }
  };
  struct Storage {
    int size = 512;
    static Shape shape() { return {required<&Storage::size>("Size", {.min = 512, .max = 10240})}; }
  };
  struct Snap {
    std::optional<std::string> apply_on;
    static Shape shape() {
      return {optional<&Snap::apply_on>("ApplyOn", {.one_of = {"PublishedVersions", "None"}})};
    }
  };
  struct Logging {
    std::optional<std::string> format, application_level, system_level, group;
    static Shape shape() {
      return {
          optional<&Logging::format>("LogFormat", {.one_of = {"JSON", "Text"}}),
          optional<&Logging::application_level>(
              "ApplicationLogLevel", {.one_of = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}}),
          optional<&Logging::system_level>("SystemLogLevel", {.one_of = {"DEBUG", "INFO", "WARN"}}),
          optional<&Logging::group>("LogGroup", {.min = 1, .max = 512, .pattern = "[\\.\\-_/#A-Za-z0-9]+"})};
    }
  };
  std::optional<Tracing> tracing;
  std::optional<Storage> storage;
  std::optional<Snap> snap_start;
  std::optional<Logging> logging;
};

/// The fields of ConfigurationInput as members of In, which derives from it.
template <class In>
std::vector<wire::Field> configuration_fields() {
  return {optional<&In::role, In>(
              "Role", {.pattern = "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+"}),
          optional<&In::handler, In>("Handler", {.min = 0, .max = 128, .pattern = "[^\\s]+"}),
          optional<&In::description, In>("Description", {.min = 0, .max = 256}),
          optional<&In::runtime, In>("Runtime"),
          optional<&In::timeout, In>("Timeout", {.min = 1}),
          optional<&In::memory, In>("MemorySize", {.min = 128, .max = 32768}),
          optional<&In::environment, In>("Environment"),
          optional<&In::dead_letter, In>("DeadLetterConfig"),
          optional<&In::kms_key, In>("KMSKeyArn"),
          optional<&In::vpc, In>("VpcConfig"),
          optional<&In::layers, In>("Layers",
                                    {.each = {{.min = 1, .max = 2048, .pattern = kLayerVersionPattern}}}),
          optional<&In::file_systems, In>("FileSystemConfigs"),
          optional<&In::image_config, In>("ImageConfig"),
          optional<&In::capacity_provider, In>("CapacityProviderConfig"),
          optional<&In::durable, In>("DurableConfig"),
          optional<&In::tracing, In>("TracingConfig"),
          optional<&In::storage, In>("EphemeralStorage"),
          optional<&In::snap_start, In>("SnapStart"),
          optional<&In::logging, In>("LoggingConfig")};
}

/// Checks the values and puts them into the configuration. Throws InvalidParameterValueException.
void apply(Lambda& service, const Call& call, const ConfigurationInput& in, Configuration& config);
/// The layers of the ARNs, checked as AWS does (layers.cpp).
std::vector<AttachedLayer> attach_layers(Lambda& service, const Call& call,
                                         const std::vector<std::string>& arns);

/// Where code comes from, as CreateFunction and UpdateFunctionCode take it.
struct CodeSource {
  std::optional<Bytes> zip;
  std::optional<std::string> bucket, key, object_version, image, kms;
};
/// S3Bucket "hot-reload" with an absolute path as S3Key mounts that directory: LocalStack's convention.
inline constexpr std::string_view kHotReloadBucket = "hot-reload";
/// Checks the code and enters its digest and size, or the directory. The zip, empty for a directory.
std::string apply_code(Function& function, const CodeSource& source);

}  // namespace puddle::lambda
