// Operations that Puddle refuses by their name: code signing, capacity providers, durable executions,
// response streaming.
#include <array>

#include "services/lambda/operations/families.hpp"

namespace puddle::lambda {
namespace {

struct Refused {
  std::string_view name, method, path;
  std::string_view required;  ///< members that the model requires, beside those of the path
};

constexpr Refused kRefused[] = {
    {"CheckpointDurableExecution", "POST", "/2025-12-01/durable-executions/{DurableExecutionArn}/checkpoint",
     "CheckpointToken"},
    {"CreateCapacityProvider", "POST", "/2025-11-30/capacity-providers",
     "CapacityProviderName VpcConfig PermissionsConfig"},
    {"CreateCodeSigningConfig", "POST", "/2020-04-22/code-signing-configs", "AllowedPublishers"},
    {"DeleteCapacityProvider", "DELETE", "/2025-11-30/capacity-providers/{CapacityProviderName}", ""},
    {"DeleteCodeSigningConfig", "DELETE", "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}", ""},
    {"DeleteFunctionCodeSigningConfig", "DELETE", "/2020-06-30/functions/{FunctionName}/code-signing-config",
     ""},
    {"GetCapacityProvider", "GET", "/2025-11-30/capacity-providers/{CapacityProviderName}", ""},
    {"GetCodeSigningConfig", "GET", "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}", ""},
    {"GetDurableExecution", "GET", "/2025-12-01/durable-executions/{DurableExecutionArn}", ""},
    {"GetDurableExecutionHistory", "GET", "/2025-12-01/durable-executions/{DurableExecutionArn}/history", ""},
    {"GetDurableExecutionState", "GET", "/2025-12-01/durable-executions/{DurableExecutionArn}/state",
     "?CheckpointToken"},
    {"GetFunctionScalingConfig", "GET", "/2025-11-30/functions/{FunctionName}/function-scaling-config",
     "?Qualifier"},
    {"InvokeWithResponseStream", "POST",
     "/2021-11-15/functions/{FunctionName}/response-streaming-invocations", ""},
    {"ListCapacityProviders", "GET", "/2025-11-30/capacity-providers", ""},
    {"ListCodeSigningConfigs", "GET", "/2020-04-22/code-signing-configs", ""},
    {"ListDurableExecutionsByFunction", "GET", "/2025-12-01/functions/{FunctionName}/durable-executions", ""},
    {"ListFunctionVersionsByCapacityProvider", "GET",
     "/2025-11-30/capacity-providers/{CapacityProviderName}/function-versions", ""},
    {"ListFunctionsByCodeSigningConfig", "GET",
     "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}/functions", ""},
    {"PutFunctionCodeSigningConfig", "PUT", "/2020-06-30/functions/{FunctionName}/code-signing-config",
     "CodeSigningConfigArn"},
    {"PutFunctionScalingConfig", "PUT", "/2025-11-30/functions/{FunctionName}/function-scaling-config",
     "?Qualifier"},
    {"SendDurableExecutionCallbackFailure", "POST",
     "/2025-12-01/durable-execution-callbacks/{CallbackId}/fail", ""},
    {"SendDurableExecutionCallbackHeartbeat", "POST",
     "/2025-12-01/durable-execution-callbacks/{CallbackId}/heartbeat", ""},
    {"SendDurableExecutionCallbackSuccess", "POST",
     "/2025-12-01/durable-execution-callbacks/{CallbackId}/succeed", ""},
    {"StopDurableExecution", "POST", "/2025-12-01/durable-executions/{DurableExecutionArn}/stop", ""},
    {"UpdateCapacityProvider", "PUT", "/2025-11-30/capacity-providers/{CapacityProviderName}", ""},
    {"UpdateCodeSigningConfig", "PUT", "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}", ""},
};

struct Input {
  Value any;  // no member of it is looked at
};

wire::Field member(std::string_view name, wire::Location at) {
  const bool body = at == wire::Location::body;
  wire::Field f = body ? optional<&Input::any>(name) : optional<&Input::any>(name, {.at = at});
  if (!body) f.type.type = wire::Type::text;
  return f;
}

Operation refuse(const Refused& r) {
  Operation op;
  op.name = r.name;
  op.action = "lambda:" + std::string(r.name);
  op.http = {r.method, r.path};
  std::vector<wire::Field> fields;
  for (const std::string_view segment : split(r.path, '/'))
    if (segment.starts_with('{'))
      fields.push_back(member(segment.substr(1, segment.size() - 2), wire::Location::uri));
  if (!r.required.empty())
    for (const std::string_view name : split(r.required, ' ')) {
      if (name.starts_with('?'))
        fields.push_back(member(name.substr(1), wire::Location::query_string));
      else
        fields.push_back(member(name, wire::Location::body));
    }
  op.input = Shape(std::move(fields));
  op.errors = {kInvalidParameter};
  op.now = [name = std::string(r.name)](Service&, const Call&, const Value&) -> Value {
    throw user_error(kInvalidParameter, "The operation " + name + " is not supported by Puddle.");
  };
  return op;
}

}  // namespace

std::vector<Operation> refused_operations() {
  std::vector<Operation> out;
  for (const Refused& r : kRefused) out.push_back(refuse(r));
  return out;
}

}  // namespace puddle::lambda
