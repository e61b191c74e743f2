// What an execution environment is started from.
#include "services/lambda/lambda.hpp"

namespace puddle::lambda {
namespace {

using Variables = std::map<std::string, std::string>;

void add_credentials(Lambda& service, const Function& f, Time expires, Variables& v) {
  Deps& deps = service.deps;
  const Principal role = service.role_of(f);
  if (role.kind != Principal::Kind::role) {
    v["AWS_ACCESS_KEY_ID"] = f.account;
    v["AWS_SECRET_ACCESS_KEY"] = "test";
    return;
  }
  const auto known = deps.policies.role(role.role_arn);
  const Time now = deps.loop.now();
  const Credentials credentials =
      deps.store.atomically([&] { return deps.sessions.assume(*known, f.config.name, now, expires - now); });
  v["AWS_ACCESS_KEY_ID"] = credentials.access_key;
  v["AWS_SECRET_ACCESS_KEY"] = credentials.secret_key;
  v["AWS_SESSION_TOKEN"] = credentials.session_token;
}

void add_logging(const LoggingConfig& logging, Variables& v) {
  if (logging.format != "JSON") return;
  v["AWS_LAMBDA_LOG_FORMAT"] = "JSON";
  v["AWS_LAMBDA_LOG_LEVEL"] = logging.application_level.value_or("INFO");
}

}  // namespace

EnvironmentSpec environment_spec(Lambda& service, const Function& f, InitType type, Time expires,
                                 const LogStream& log) {
  EnvironmentSpec spec;
  spec.function_arn = f.arn();
  spec.function_name = f.config.name;
  spec.version = f.config.version;
  spec.account = f.account;
  spec.runtime = f.config.runtime;
  spec.runtime_version_arn = runtime_version_arn(f);
  spec.handler = f.config.handler;
  spec.code_sha256 = f.code_hex;
  spec.code_zip = [&service, sha = f.code_hex] { return service.records.code(sha).value_or(""); };
  spec.code_directory = f.directory;
  for (const LayerVersion& layer : layers_of(service, f))
    spec.layers.push_back({layer.code_hex, [&service, sha = layer.code_hex] {
                             return service.records.code(sha).value_or("");
                           }});
  spec.memory_mb = f.config.memory;
  spec.storage_mb = f.config.storage.size;
  spec.timeout = std::chrono::seconds(f.config.timeout);
  // Provisioned environments may take 130 seconds, or as long as an invocation.
  if (type == InitType::provisioned)
    spec.init_limit = std::max<Duration>(std::chrono::seconds(130), spec.timeout);
  spec.init_type = type;
  spec.json_logs = f.config.logging.format == "JSON";
  Variables& v = spec.variables;
  add_credentials(service, f, expires, v);
  v["AWS_REGION"] = v["AWS_DEFAULT_REGION"] = f.region;
  v["AWS_ENDPOINT_URL"] = service.deps.settings.endpoint;
  if (!f.config.runtime.starts_with("provided")) v["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + f.config.runtime;
  v["AWS_LAMBDA_FUNCTION_NAME"] = f.config.name;
  v["AWS_LAMBDA_FUNCTION_VERSION"] = f.config.version;
  v["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = std::to_string(f.config.memory);
  v["AWS_LAMBDA_INITIALIZATION_TYPE"] =
      type == InitType::provisioned ? "provisioned-concurrency" : "on-demand";
  v["AWS_LAMBDA_LOG_GROUP_NAME"] = log.group();
  v["AWS_LAMBDA_LOG_STREAM_NAME"] = log.name();
  add_logging(f.config.logging, v);
  v["AWS_XRAY_CONTEXT_MISSING"] = "LOG_ERROR";
  v["AWS_XRAY_DAEMON_ADDRESS"] = "127.0.0.1:2000";
  v["_AWS_XRAY_DAEMON_ADDRESS"] = "127.0.0.1";
  v["_AWS_XRAY_DAEMON_PORT"] = "2000";
  if (f.config.environment)
    for (const auto& [name, value] : f.config.environment->variables) v[name] = value;
  return spec;
}

}  // namespace puddle::lambda
