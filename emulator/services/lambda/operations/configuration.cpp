#include <algorithm>
#include <iterator>
#include <set>

#include "aws/arn.hpp"
#include "base/digest.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "services/lambda/operations/families.hpp"
#include "services/lambda/zip.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {
namespace {

// What AWS creates functions with, in the order of its own message.
constexpr std::string_view kRuntimes[] = {
    "nodejs20.x", "python3.14", "provided.al2023", "python3.12", "python3.13", "nodejs24.x", "nodejs22.x",
    "java25",     "python3.10", "python3.11",      "java21",     "ruby3.3",    "ruby3.4",    "ruby3.2",
    "python3.8",  "python3.9",  "java17",          "nodejs16.x", "dotnet10",   "dotnet8",    "java11",
    "dotnet6",    "nodejs18.x", "provided.al2",    "java8.al2"};
constexpr std::string_view kFormerRuntimes[] = {
    "nodejs",        "nodejs4.3",  "nodejs4.3-edge", "nodejs6.10",    "nodejs8.10",
    "nodejs10.x",    "nodejs12.x", "nodejs14.x",     "java8",         "python2.7",
    "python3.6",     "python3.7",  "dotnetcore1.0",  "dotnetcore2.0", "dotnetcore2.1",
    "dotnetcore3.1", "go1.x",      "ruby2.5",        "ruby2.7",       "provided"};

void check_runtime(const Lambda& service, const std::string& runtime) {
  const auto in = [&](const auto& list) {
    return std::find(std::begin(list), std::end(list), runtime) != std::end(list);
  };
  if (in(kFormerRuntimes))
    throw user_error(
        kInvalidParameter,
        "The runtime parameter of " + runtime +
            " is no longer supported for creating or updating AWS Lambda functions. We recommend "
            "you use a supported runtime while creating or updating functions.");
  if (!in(kRuntimes)) {
    std::string all;
    for (const std::string_view r : kRuntimes) all += (all.empty() ? "" : ", ") + std::string(r);
    throw user_error(kInvalidParameter, "Value " + runtime +
                                            " at 'runtime' failed to satisfy constraint: Member must satisfy "
                                            "enum value set: [" +
                                            all + "] or be a valid ARN");
  }
  if (!service.deps.functions) return;
  if (const std::string why = service.deps.functions->unsupported(runtime); !why.empty())
    throw user_error(kInvalidParameter, why);
}

bool reserved(const std::string& name) {
  static const std::set<std::string, std::less<>> names = {"_HANDLER",
                                                           "_X_AMZN_TRACE_ID",
                                                           "AWS_REGION",
                                                           "AWS_DEFAULT_REGION",
                                                           "AWS_EXECUTION_ENV",
                                                           "AWS_ACCESS_KEY",
                                                           "AWS_ACCESS_KEY_ID",
                                                           "AWS_SECRET_KEY",
                                                           "AWS_SECRET_ACCESS_KEY",
                                                           "AWS_SESSION_TOKEN",
                                                           "AWS_SECURITY_TOKEN",
                                                           "AWS_LAMBDA_RUNTIME_API",
                                                           "AWS_LAMBDA_INITIALIZATION_TYPE",
                                                           "LAMBDA_TASK_ROOT",
                                                           "LAMBDA_RUNTIME_DIR"};
  return names.contains(name) || name.starts_with("AWS_LAMBDA_FUNCTION_") ||
         name.starts_with("AWS_LAMBDA_LOG_");
}

void check_environment(const EnvironmentVariables& environment) {
  constexpr const char* kStart =
      "Lambda was unable to configure your environment variables because the environment variables you have "
      "provided ";
  std::string bad;
  wire::Map all;
  for (const auto& [name, value] : environment.variables) {
    if (name.empty() || name.find('=') != std::string::npos || name.find('\0') != std::string::npos)
      throw user_error(
          kInvalidParameter,
          "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map "
          "keys must satisfy constraint: [Member must satisfy regular expression pattern: "
          "[a-zA-Z]([a-zA-Z0-9_])+]");
    if (reserved(name)) bad += (bad.empty() ? "" : ", ") + name;
    all.add(name, Value(value));
  }
  if (!bad.empty())
    throw user_error(
        kInvalidParameter,
        kStart + ("contains reserved keys that are currently not supported for modification. Reserved keys "
                  "used in this request: " +
                  bad));
  const std::string text = wire::to_json(all);
  if (text.size() > kMaxEnvironmentBytes)
    throw user_error(kInvalidParameter, kStart + ("exceeded the 4KB limit. String measured: " + text));
}

void check_dead_letter(const std::string& target) {
  const auto arn = Arn::parse(target);
  if (!target.empty() && (!arn || (arn->service != "sqs" && arn->service != "sns")))
    throw user_error(kInvalidParameter,
                     "The provided dead letter config ARN is not a valid SQS queue or SNS topic.");
}

void refuse_unsupported(const ConfigurationInput& in) {
  const auto given = [](const std::optional<Value>& v) {
    if (!v || v->is_null()) return false;
    if (v->is_list()) return !v->list().empty();
    if (!v->is_map()) return true;
    for (const auto& [name, value] : v->map())
      if (!(value.is_list() && value.list().empty()) && !value.is_null()) return true;
    return false;
  };
  refuse_given(given(in.vpc), "VpcConfig");
  refuse_given(given(in.file_systems), "FileSystemConfigs");
  refuse_given(given(in.image_config), "ImageConfig");
  refuse_given(given(in.capacity_provider), "CapacityProviderConfig");
  refuse_given(given(in.durable), "DurableConfig");
  refuse_given(!in.kms_key.value_or("").empty(), "KMSKeyArn");
  refuse_given(in.snap_start && in.snap_start->apply_on.value_or("None") != "None",
               "SnapStart.ApplyOn PublishedVersions");
}

void apply_logging(const ConfigurationInput::Logging& in, LoggingConfig& logging) {
  if (in.format) logging.format = *in.format;
  if (in.group) logging.group = *in.group;
  const bool json = logging.format == "JSON";
  if (!json && (in.application_level || in.system_level))
    throw user_error(
        kInvalidParameter,
        "Log level is not supported when LogFormat is set to Text. Remove log level from your request "
        "or change the LogFormat to JSON and try again.");
  if (in.application_level) logging.application_level = in.application_level;
  if (in.system_level) logging.system_level = in.system_level;
  if (!json) {
    logging.application_level = logging.system_level = std::nullopt;
  } else {
    logging.application_level = logging.application_level.value_or("INFO");
    logging.system_level = logging.system_level.value_or("INFO");
  }
}

}  // namespace

void apply(Lambda& service, const Call& call, const ConfigurationInput& in, Configuration& config) {
  refuse_unsupported(in);
  if (in.runtime) check_runtime(service, *in.runtime);
  if (in.timeout && *in.timeout > static_cast<int>(kMaxFunctionTimeout))
    throw AwsError(
        "ValidationException",
        "1 validation error detected: Value '" + std::to_string(*in.timeout) +
            "' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900");
  if (in.memory && *in.memory > static_cast<int>(kMaxMemory))
    throw user_error(kInvalidParameter,
                     "'MemorySize' value failed to satisfy constraint: Member must have value less than or "
                     "equal to 10240");
  if (in.environment) check_environment(*in.environment);
  if (in.dead_letter) check_dead_letter(in.dead_letter->target.value_or(""));
  if (in.tracing && in.tracing->mode.value_or("") == "Active")
    PUDDLE_LOG(warn, "lambda",
               config.name + ": TracingConfig Active is kept, but there is no X-Ray to send traces to");
  if (in.storage && in.storage->size != 512)
    PUDDLE_LOG(warn, "lambda",
               config.name + ": EphemeralStorage is kept, but /tmp is the machine's and is not limited");
  if (in.role) config.role = *in.role;
  if (in.handler) config.handler = *in.handler;
  if (in.description) config.description = *in.description;
  if (in.runtime) config.runtime = *in.runtime;
  if (in.timeout) config.timeout = *in.timeout;
  if (in.memory) config.memory = *in.memory;
  if (in.environment) {
    config.environment = in.environment;
  }
  if (in.dead_letter) {
    config.dead_letter = in.dead_letter;
    if (in.dead_letter->target.value_or("").empty()) config.dead_letter.reset();
  }
  if (in.tracing) config.tracing.mode = in.tracing->mode.value_or("PassThrough");
  if (in.storage) config.storage.size = in.storage->size;
  if (in.layers) config.layers = attach_layers(service, call, *in.layers);
  if (in.logging) apply_logging(*in.logging, config.logging);
}

std::string apply_code(Function& f, const CodeSource& in) {
  refuse_given(in.image.has_value(), "ImageUri");
  refuse_given(in.kms.has_value(), "SourceKMSKeyArn");
  if (in.bucket == kHotReloadBucket) {
    f.directory = in.key.value_or("");
    if (!f.directory.starts_with('/'))
      throw user_error(kInvalidParameter,
                       "S3Key of the bucket hot-reload is the absolute path of a directory.");
    f.code_hex.clear();
    f.config.code_sha256 = base64(sha256(f.directory));
    f.config.code_size = 0;
    return {};
  }
  refuse_given(in.bucket.has_value(), "S3Bucket (give the zip as ZipFile)");
  if (!in.zip) throw user_error(kInvalidParameter, "Please provide a source for function code.");
  const std::string& zip = in.zip->data;
  if (zip.size() > kMaxZipBytes)
    throw user_error(kEntityTooLarge,
                     "Zipped size must be smaller than " + std::to_string(kMaxZipBytes) + " bytes");
  if (const std::string problem = check_zip(zip); !problem.empty())
    throw user_error(kInvalidParameter, problem);
  const std::string digest = sha256(zip);
  f.directory.clear();
  f.code_hex = hex(digest);
  f.config.code_sha256 = base64(digest);
  f.config.code_size = static_cast<std::int64_t>(zip.size());
  return zip;
}

}  // namespace puddle::lambda
