// Integration and IntegrationResponse.
#include "services/apigateway/execution/model.hpp"
#include "services/apigateway/operations/families.hpp"

namespace puddle::apigateway {
namespace {

constexpr std::string_view kPath =
    "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/integration";
constexpr std::string_view kResponsePath =
    "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/integration/responses/"
    "{status_code}";

struct PutIn : Target {
  std::string type;
  std::optional<std::string> http_method, uri, credentials, passthrough, cache_namespace, content_handling,
      connection_type, transfer_mode;
  std::optional<int> timeout;
  Texts parameters, templates;
  std::vector<std::string> cache_keys;
  std::optional<Value> connection_id, tls, target;
};

std::string bad_mapping(const std::string& what) {
  return "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping "
         "expression "
         "specified: " +
         what + "]";
}

void check_target(const PutIn& in) {
  if (in.type == "MOCK") return;
  if (!in.http_method || in.http_method->empty())
    throw kBadRequest("Enumeration value for HttpMethod must be non-empty");
  if (!in.uri) throw kBadRequest("Invalid ARN specified in the request");
  const auto uri = ServiceUri::parse(*in.uri);
  if (!uri) {
    const bool arn = in.uri->starts_with("arn:aws:apigateway:");
    throw kBadRequest(arn ? "AWS ARN for integration must contain path or action"
                          : "Invalid ARN specified in the request");
  }
  if (in.type == "AWS_PROXY" && uri->service != "lambda")
    throw kBadRequest(
        "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream "
        "invocations.");
  if (in.credentials && in.credentials->find(":user/") != std::string::npos)
    throw kBadRequest("The credentials " + *in.credentials +
                      " (the caller's own) are not supported by Puddle.");
}

void check(const PutIn& in) {
  if (in.type == "HTTP" || in.type == "HTTP_PROXY")
    throw kBadRequest("Integrations of type " + in.type + " are not supported by Puddle.");
  refuse_given(in.connection_id.has_value(), "connectionId");
  refuse_given(in.connection_type.value_or("INTERNET") != "INTERNET", "connectionType VPC_LINK");
  refuse_given(in.tls.has_value(), "tlsConfig");
  refuse_given(in.target.has_value(), "integrationTarget");
  refuse_given(in.transfer_mode.value_or("BUFFERED") != "BUFFERED", "responseTransferMode STREAM");
  if (in.timeout && (Duration(*in.timeout) < kMinTimeout || Duration(*in.timeout) > kMaxTimeout))
    throw kBadRequest("Timeout should be between 50 ms and 29000 ms");
  check_target(in);
  for (const auto& [to, from] : in.parameters) {
    const bool known = to.starts_with("integration.request.header.") ||
                       to.starts_with("integration.request.path.") ||
                       to.starts_with("integration.request.querystring.");
    if (!known) throw kBadRequest(bad_mapping(to));
    if (!valid_request_source(from)) throw kBadRequest(bad_mapping(from));
  }
  for (const auto& [type, text] : in.templates)
    if (text.size() > kMaxTemplate)
      throw kBadRequest("The mapping template for " + type + " is larger than 300 KB.");
}

Integration put(ApiGateway& gateway, const Call& call, const PutIn& in) {
  const Method& before = gateway.need_method(call, in.api, in.resource, in.verb);
  check(in);
  Integration integration;
  integration.type = in.type;
  integration.http_method = in.http_method;
  integration.uri = in.uri;
  integration.credentials = in.credentials;
  integration.parameters = in.parameters;
  integration.templates = in.templates;
  integration.passthrough = in.passthrough.value_or("WHEN_NO_MATCH");
  integration.content_handling = in.content_handling;
  integration.timeout = in.timeout.value_or(29'000);
  integration.cache_namespace = in.cache_namespace.value_or(in.resource);
  integration.cache_keys = in.cache_keys;
  if (before.integration) integration.responses = before.integration->responses;
  Resource resource = gateway.need_resource(call, in.api, in.resource);
  resource.methods.at(in.verb).integration = integration;
  gateway.save_resource(gateway.need_api(call, in.api), std::move(resource));
  return integration;
}

Integration get(ApiGateway& gateway, const Call& call, const Target& in) {
  return gateway.need_integration(call, in.api, in.resource, in.verb);
}

Empty remove(ApiGateway& gateway, const Call& call, const Target& in) {
  gateway.need_integration(call, in.api, in.resource, in.verb);
  Resource resource = gateway.need_resource(call, in.api, in.resource);
  resource.methods.at(in.verb).integration.reset();
  gateway.save_resource(gateway.need_api(call, in.api), std::move(resource));
  return {};
}

struct PutResponseIn : Target {
  std::optional<std::string> selection_pattern, content_handling;
  Texts parameters, templates;
};

IntegrationResponse put_response(ApiGateway& gateway, const Call& call, const PutResponseIn& in) {
  gateway.need_integration(call, in.api, in.resource, in.verb);
  Resource resource = gateway.need_resource(call, in.api, in.resource);
  Method& method = resource.methods.at(in.verb);
  const auto declared = method.responses.find(in.status);
  if (declared == method.responses.end()) throw kNotFound("Invalid Response status code specified");
  if (in.selection_pattern && !valid_pattern(*in.selection_pattern))
    throw kBadRequest("Invalid selection pattern specified: " + *in.selection_pattern);
  for (const auto& [to, from] : in.parameters) {
    if (!declared->second.parameters.contains(to) || !valid_response_source(from))
      throw kBadRequest(
          "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping "
          "expression "
          "parameter specified: " +
          to + "]");
  }
  IntegrationResponse response{in.status, in.selection_pattern, in.parameters, in.templates,
                               in.content_handling};
  method.integration->responses.insert_or_assign(in.status, response);
  gateway.save_resource(gateway.need_api(call, in.api), std::move(resource));
  return response;
}

IntegrationResponse get_response(ApiGateway& gateway, const Call& call, const Target& in) {
  const Integration& integration = gateway.need_integration(call, in.api, in.resource, in.verb);
  const auto it = integration.responses.find(in.status);
  if (it == integration.responses.end()) throw kNotFound("Invalid Response status code specified");
  return it->second;
}

Empty delete_response(ApiGateway& gateway, const Call& call, const Target& in) {
  get_response(gateway, call, in);
  Resource resource = gateway.need_resource(call, in.api, in.resource);
  resource.methods.at(in.verb).integration->responses.erase(in.status);
  gateway.save_resource(gateway.need_api(call, in.api), std::move(resource));
  return {};
}

const wire::Traits kContentHandling{.one_of = {"CONVERT_TO_BINARY", "CONVERT_TO_TEXT"}};

}  // namespace

std::vector<Operation> integration_operations() {
  std::vector<Operation> out;
  out.push_back(operation<ApiGateway, PutIn, Integration>(
      {.name = "PutIntegration",
       .action = "apigateway:PUT",
       .resource = target_arn<PutIn>,
       .http = {"PUT", kPath, 201},
       .input = joined(
           method_fields(),
           {required<&PutIn::type>("type", {.one_of = {"HTTP", "MOCK", "AWS_PROXY", "HTTP_PROXY", "AWS"}}),
            optional<&PutIn::http_method>("integrationHttpMethod", {.at_name = "httpMethod"}),
            optional<&PutIn::uri>("uri"), optional<&PutIn::connection_type>("connectionType"),
            optional<&PutIn::connection_id>("connectionId"), optional<&PutIn::credentials>("credentials"),
            optional<&PutIn::parameters>("requestParameters"),
            optional<&PutIn::templates>("requestTemplates"),
            optional<&PutIn::passthrough>("passthroughBehavior",
                                          {.one_of = {"WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"}}),
            optional<&PutIn::cache_namespace>("cacheNamespace"),
            optional<&PutIn::cache_keys>("cacheKeyParameters"),
            optional<&PutIn::content_handling>("contentHandling", kContentHandling),
            optional<&PutIn::timeout>("timeoutInMillis"), optional<&PutIn::tls>("tlsConfig"),
            optional<&PutIn::transfer_mode>("responseTransferMode"),
            optional<&PutIn::target>("integrationTarget")}),
       .output = Integration::shape(),
       .errors = usual_errors(),
       .handle = put}));
  out.push_back(operation<ApiGateway, Target, Integration>({.name = "GetIntegration",
                                                            .action = "apigateway:GET",
                                                            .resource = target_arn<Target>,
                                                            .http = {"GET", kPath},
                                                            .input = method_fields(),
                                                            .output = Integration::shape(),
                                                            .errors = usual_errors(),
                                                            .handle = get}));
  out.push_back(operation<ApiGateway, Target, Empty>({.name = "DeleteIntegration",
                                                      .action = "apigateway:DELETE",
                                                      .resource = target_arn<Target>,
                                                      .http = {"DELETE", kPath, 204},
                                                      .input = method_fields(),
                                                      .errors = usual_errors(),
                                                      .handle = remove}));
  return out;
}

std::vector<Operation> integration_response_operations() {
  std::vector<Operation> out;
  out.push_back(operation<ApiGateway, PutResponseIn, IntegrationResponse>(
      {.name = "PutIntegrationResponse",
       .action = "apigateway:PUT",
       .resource = target_arn<PutResponseIn>,
       .http = {"PUT", kResponsePath, 201},
       .input = joined(status_fields(),
                       {optional<&PutResponseIn::selection_pattern>("selectionPattern"),
                        optional<&PutResponseIn::parameters>("responseParameters"),
                        optional<&PutResponseIn::templates>("responseTemplates"),
                        optional<&PutResponseIn::content_handling>("contentHandling", kContentHandling)}),
       .output = IntegrationResponse::shape(),
       .errors = usual_errors(),
       .handle = put_response}));
  out.push_back(operation<ApiGateway, Target, IntegrationResponse>({.name = "GetIntegrationResponse",
                                                                    .action = "apigateway:GET",
                                                                    .resource = target_arn<Target>,
                                                                    .http = {"GET", kResponsePath},
                                                                    .input = status_fields(),
                                                                    .output = IntegrationResponse::shape(),
                                                                    .errors = usual_errors(),
                                                                    .handle = get_response}));
  out.push_back(operation<ApiGateway, Target, Empty>({.name = "DeleteIntegrationResponse",
                                                      .action = "apigateway:DELETE",
                                                      .resource = target_arn<Target>,
                                                      .http = {"DELETE", kResponsePath, 204},
                                                      .input = status_fields(),
                                                      .errors = usual_errors(),
                                                      .handle = delete_response}));
  return out;
}

}  // namespace puddle::apigateway
