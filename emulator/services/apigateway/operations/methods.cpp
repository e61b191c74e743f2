// Method and MethodResponse.
#include <set>

#include "services/apigateway/operations/families.hpp"

namespace puddle::apigateway {
namespace {

constexpr std::string_view kMethodPath =
    "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}";
constexpr std::string_view kResponsePath =
    "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/responses/{status_code}";

struct PutMethodIn : Target {
  std::string authorization_type;
  std::optional<bool> api_key_required;
  std::optional<std::string> operation_name;
  Flags parameters;
  Texts models;
  std::optional<Value> authorizer, validator;
  std::vector<std::string> scopes;
};

void check_method(const PutMethodIn& in) {
  static const std::set<std::string_view> verbs{"GET",   "PUT",     "POST", "DELETE",
                                                "PATCH", "OPTIONS", "HEAD", "ANY"};
  if (!verbs.contains(in.verb))
    throw kBadRequest(
        "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY");
  if (in.authorization_type != "NONE")
    throw kBadRequest("The authorizationType " + in.authorization_type +
                      " is not supported by Puddle: only NONE is.");
  refuse_given(in.authorizer.has_value(), "authorizerId");
  refuse_given(in.validator.has_value(), "requestValidatorId");
  refuse_given(!in.scopes.empty(), "authorizationScopes");
  refuse_given(in.api_key_required.value_or(false), "apiKeyRequired");
  std::set<std::string> names;
  for (const auto& [key, needed] : in.parameters) {
    const auto parts = split(key, '.');
    const bool ok = parts.size() >= 4 && key.starts_with("method.request.") &&
                    (parts[2] == "querystring" || parts[2] == "path" || parts[2] == "header");
    if (!ok)
      throw kBadRequest(
          "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping "
          "expression parameter specified: " +
          key + "]");
    if (!names.emplace(key.substr(key.find('.', 15) + 1)).second)
      throw kBadRequest("Parameter names must be unique across querystring, header and path");
  }
  for (const auto& [type, model] : in.models)
    if (model != "Empty" && model != "Error")
      throw kBadRequest("Invalid model identifier specified: " + model);
}

Method put_method(ApiGateway& gateway, const Call& call, const PutMethodIn& in) {
  Api& api = gateway.need_api(call, in.api);
  Resource resource = gateway.need_resource(call, in.api, in.resource);
  check_method(in);
  if (resource.methods.contains(in.verb)) throw kConflict("Method already exists for this resource");
  Method method;
  method.http_method = in.verb;
  method.authorization_type = in.authorization_type;
  method.operation_name = in.operation_name;
  method.parameters = in.parameters;
  method.models = in.models;
  resource.methods.emplace(in.verb, method);
  gateway.save_resource(api, std::move(resource));
  return method;
}

Method get_method(ApiGateway& gateway, const Call& call, const Target& in) {
  return gateway.need_method(call, in.api, in.resource, in.verb);
}

Empty delete_method(ApiGateway& gateway, const Call& call, const Target& in) {
  gateway.need_method(call, in.api, in.resource, in.verb);
  Resource resource = gateway.need_resource(call, in.api, in.resource);
  resource.methods.erase(in.verb);
  gateway.save_resource(gateway.need_api(call, in.api), std::move(resource));
  return {};
}

struct PutResponseIn : Target {
  Flags parameters;
  Texts models;
};

MethodResponse put_response(ApiGateway& gateway, const Call& call, const PutResponseIn& in) {
  gateway.need_method(call, in.api, in.resource, in.verb);
  Resource resource = gateway.need_resource(call, in.api, in.resource);
  Method& method = resource.methods.at(in.verb);
  if (method.responses.contains(in.status)) throw kConflict("Response already exists for this resource");
  for (const auto& [key, needed] : in.parameters)
    if (!key.starts_with("method.response.header."))
      throw kBadRequest(
          "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping "
          "expression parameter specified: " +
          key + "]");
  for (const auto& [type, model] : in.models)
    if (model != "Empty" && model != "Error")
      throw kBadRequest("Invalid model identifier specified: " + model);
  MethodResponse response{in.status, in.parameters, in.models};
  method.responses.emplace(in.status, response);
  gateway.save_resource(gateway.need_api(call, in.api), std::move(resource));
  return response;
}

MethodResponse get_response(ApiGateway& gateway, const Call& call, const Target& in) {
  const Method& method = gateway.need_method(call, in.api, in.resource, in.verb);
  const auto it = method.responses.find(in.status);
  if (it == method.responses.end()) throw kNotFound("Invalid Response status code specified");
  return it->second;
}

Empty delete_response(ApiGateway& gateway, const Call& call, const Target& in) {
  get_response(gateway, call, in);
  Resource resource = gateway.need_resource(call, in.api, in.resource);
  resource.methods.at(in.verb).responses.erase(in.status);
  gateway.save_resource(gateway.need_api(call, in.api), std::move(resource));
  return {};
}

}  // namespace

std::vector<Operation> method_operations() {
  std::vector<Operation> out;
  out.push_back(operation<ApiGateway, PutMethodIn, Method>(
      {.name = "PutMethod",
       .action = "apigateway:PUT",
       .resource = target_arn<PutMethodIn>,
       .http = {"PUT", kMethodPath, 201},
       .input = joined(method_fields(), {required<&PutMethodIn::authorization_type>("authorizationType"),
                                         optional<&PutMethodIn::authorizer>("authorizerId"),
                                         optional<&PutMethodIn::api_key_required>("apiKeyRequired"),
                                         optional<&PutMethodIn::operation_name>("operationName"),
                                         optional<&PutMethodIn::parameters>("requestParameters"),
                                         optional<&PutMethodIn::models>("requestModels"),
                                         optional<&PutMethodIn::validator>("requestValidatorId"),
                                         optional<&PutMethodIn::scopes>("authorizationScopes")}),
       .output = Method::shape(),
       .errors = usual_errors(),
       .handle = put_method}));
  out.push_back(operation<ApiGateway, Target, Method>({.name = "GetMethod",
                                                       .action = "apigateway:GET",
                                                       .resource = target_arn<Target>,
                                                       .http = {"GET", kMethodPath},
                                                       .input = method_fields(),
                                                       .output = Method::shape(),
                                                       .errors = usual_errors(),
                                                       .handle = get_method}));
  out.push_back(operation<ApiGateway, Target, Empty>({.name = "DeleteMethod",
                                                      .action = "apigateway:DELETE",
                                                      .resource = target_arn<Target>,
                                                      .http = {"DELETE", kMethodPath, 204},
                                                      .input = method_fields(),
                                                      .errors = usual_errors(),
                                                      .handle = delete_method}));
  return out;
}

std::vector<Operation> method_response_operations() {
  std::vector<Operation> out;
  out.push_back(operation<ApiGateway, PutResponseIn, MethodResponse>(
      {.name = "PutMethodResponse",
       .action = "apigateway:PUT",
       .resource = target_arn<PutResponseIn>,
       .http = {"PUT", kResponsePath, 201},
       .input = joined(status_fields(), {optional<&PutResponseIn::parameters>("responseParameters"),
                                         optional<&PutResponseIn::models>("responseModels")}),
       .output = MethodResponse::shape(),
       .errors = usual_errors(),
       .handle = put_response}));
  out.push_back(operation<ApiGateway, Target, MethodResponse>({.name = "GetMethodResponse",
                                                               .action = "apigateway:GET",
                                                               .resource = target_arn<Target>,
                                                               .http = {"GET", kResponsePath},
                                                               .input = status_fields(),
                                                               .output = MethodResponse::shape(),
                                                               .errors = usual_errors(),
                                                               .handle = get_response}));
  out.push_back(operation<ApiGateway, Target, Empty>({.name = "DeleteMethodResponse",
                                                      .action = "apigateway:DELETE",
                                                      .resource = target_arn<Target>,
                                                      .http = {"DELETE", kResponsePath, 204},
                                                      .input = status_fields(),
                                                      .errors = usual_errors(),
                                                      .handle = delete_response}));
  return out;
}

}  // namespace puddle::apigateway
