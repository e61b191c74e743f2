// Account: the role for execution logs. It is kept and answered; execution logs are not written (docs).
#include "services/apigateway/operations/families.hpp"

namespace puddle::apigateway {
namespace {

struct Throttle {
  int burst = 5000;
  double rate = 10'000.0;
  static Shape shape() {
    return {required<&Throttle::burst>("burstLimit"), required<&Throttle::rate>("rateLimit")};
  }
};
struct AccountOut {
  std::optional<std::string> role;
  Throttle throttle;
  std::vector<std::string> features{"UsagePlans"};
  std::string key_version = "4";
  static Shape shape() {
    return {optional<&AccountOut::role>("cloudwatchRoleArn"),
            required<&AccountOut::throttle>("throttleSettings"), required<&AccountOut::features>("features"),
            required<&AccountOut::key_version>("apiKeyVersion")};
  }
};
struct UpdateIn {
  std::vector<PatchOperation> patches;
};

AccountOut get(ApiGateway& gateway, const Call& call, const Empty&) {
  AccountOut out;
  if (std::string role = gateway.cloudwatch_role(call); !role.empty()) out.role = std::move(role);
  return out;
}

AccountOut update(ApiGateway& gateway, const Call& call, const UpdateIn& in) {
  std::string role = gateway.cloudwatch_role(call);
  for (const PatchOperation& p : in.patches) {
    if (p.path != "/cloudwatchRoleArn") throw kBadRequest("Invalid patch path " + p.path);
    role = p.op == "remove" ? std::string() : p.value.value_or("");
    if (role.empty()) continue;
    const auto found = gateway.deps().policies.role(role);
    const bool enforce = gateway.deps().authorizer.mode() == AuthMode::enforce;
    if (enforce && !found)
      throw kBadRequest(
          "The role ARN does not have required permissions configured. Please grant trust permission for API "
          "Gateway and add the required role policy.");
  }
  gateway.set_cloudwatch_role(call, role);
  return get(gateway, call, {});
}

}  // namespace

std::vector<Operation> account_operations() {
  std::vector<Operation> out;
  out.push_back(operation<ApiGateway, Empty, AccountOut>(
      {.name = "GetAccount",
       .action = "apigateway:GET",
       .resource = [](ApiGateway&, const Call& c, const Empty&) { return control_arn(c, "/account"); },
       .http = {"GET", "/account"},
       .output = AccountOut::shape(),
       .errors = usual_errors(),
       .handle = get}));
  out.push_back(operation<ApiGateway, UpdateIn, AccountOut>(
      {.name = "UpdateAccount",
       .action = "apigateway:PATCH",
       .resource = [](ApiGateway&, const Call& c, const UpdateIn&) { return control_arn(c, "/account"); },
       .http = {"PATCH", "/account"},
       .input = {optional<&UpdateIn::patches>("patchOperations")},
       .output = AccountOut::shape(),
       .errors = usual_errors(),
       .handle = update}));
  return out;
}

}  // namespace puddle::apigateway
