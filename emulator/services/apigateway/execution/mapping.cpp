// From the caller's request to the integration's.
#include <array>

#include "base/log.hpp"
#include "base/text.hpp"
#include "languages/vtl/jsonpath.hpp"
#include "services/apigateway/execution/execution.hpp"
#include "wire/json.hpp"

namespace puddle::apigateway {
namespace {

std::string plain(const wire::Value& v) { return v.is_text() ? v.text() : wire::to_json(v); }

std::optional<std::string> dotted(wire::Value root, std::string_view path) {
  const wire::Value* v = &root;
  for (const std::string_view part : split(path, '.')) {
    v = v->find(part);
    if (!v) return std::nullopt;
  }
  if (v->is_null()) return std::nullopt;
  return plain(*v);
}

std::optional<std::string> from_body(const Execution& e, std::string_view path) {
  const std::string_view body = trim(e.body);
  wire::Value root{wire::Map()};
  if (!body.empty() && std::string_view("{[\"'").find(body[0]) != std::string_view::npos) {
    auto parsed = wire::parse_json(body);
    if (!parsed) throw GatewayFault{400, "BadRequestException", "Invalid JSON in request body", ""};
    root = std::move(*parsed);
  }
  const auto expression = vtl::JsonPath::parse("$." + std::string(path));
  if (!expression) return std::nullopt;
  bool found = false;
  const wire::Value value = vtl::value_at(root, *expression, &found);
  if (!found) return std::nullopt;
  return plain(value);
}

std::string all_of(const Parameters& entries, std::string_view name) {
  std::string out;
  for (const auto& [n, value] : entries)
    if (n == name) out += (out.empty() ? "" : ",") + value;
  return out;
}

/// The value of a mapping's right side; nothing when the request has none: the target is not set then.
std::optional<std::string> source_value(const Execution& e, std::string_view source) {
  const auto after = [&](std::string_view prefix) { return source.substr(prefix.size()); };
  const auto found = [](const std::string* s) { return s ? std::optional<std::string>(*s) : std::nullopt; };
  if (source.starts_with('\'')) return std::string(source.substr(1, source.size() - 2));
  if (source.starts_with("method.request.path."))
    return found(last_of(e.variables, after("method.request.path.")));
  if (source.starts_with("method.request.querystring."))
    return found(last_of(e.query, after("method.request.querystring.")));
  if (source.starts_with("method.request.header."))
    return found(last_of(e.headers.entries(), after("method.request.header.")));
  if (source.starts_with("method.request.multivaluequerystring.")) {
    std::string all = all_of(e.query, after("method.request.multivaluequerystring."));
    return all.empty() ? std::nullopt : std::optional(std::move(all));
  }
  if (source.starts_with("method.request.multivalueheader.")) {
    std::string all = all_of(e.headers.entries(), after("method.request.multivalueheader."));
    return all.empty() ? std::nullopt : std::optional(std::move(all));
  }
  if (source == "method.request.body") return e.body;
  if (source.starts_with("method.request.body.")) return from_body(e, after("method.request.body."));
  if (source.starts_with("stageVariables.")) {
    const auto it = e.stage_variables.find(std::string(after("stageVariables.")));
    return it == e.stage_variables.end() ? std::nullopt : std::optional(it->second);
  }
  if (source.starts_with("context.")) return dotted(wire::Value(context_of(e)), after("context."));
  return std::nullopt;
}

/// Headers that a mapping to an AWS service may not set: the call fails, as on AWS.
void check_header(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kForbidden{"content-length",
                                                              "transfer-encoding",
                                                              "x-amzn-trace-id",
                                                              "x-amzn-apigateway-api-id",
                                                              "authorization",
                                                              "connection",
                                                              "expect",
                                                              "proxy-authenticate",
                                                              "te"};
  for (const std::string_view f : kForbidden)
    if (iequals(f, name))
      configuration_error("Execution failed due to configuration error: Header " + std::string(name) +
                          " cannot be mapped.");
}

void replace(Parameters& entries, const std::string& name, const wire::Value& value) {
  std::erase_if(entries, [&](const auto& e) { return e.first == name; });
  if (value.is_list())
    for (const wire::Value& v : value.list()) entries.emplace_back(name, plain(v));
  else
    entries.emplace_back(name, plain(value));
}

void apply_overrides(const Execution& e, IntegrationRequest& request) {
  const wire::Value* overrides = e.overrides.find("requestOverride");
  if (!overrides) return;
  if (const wire::Value* query = overrides->find("querystring"); query && query->is_map())
    for (const auto& [name, value] : query->map()) replace(request.query, name, value);
  if (const wire::Value* path = overrides->find("path"); path && path->is_map())
    for (const auto& [name, value] : path->map()) request.path.insert_or_assign(name, plain(value));
  if (const wire::Value* header = overrides->find("header"); header && header->is_map())
    for (const auto& [name, value] : header->map()) {
      check_header(name);
      request.headers.erase(name);
      if (value.is_list())
        for (const wire::Value& v : value.list()) request.headers.add(name, plain(v));
      else
        request.headers.add(name, plain(value));
    }
}

std::string with_stage_variables(const Execution& e, std::string text) {
  for (const auto& [name, value] : e.stage_variables)
    text = replace_all(std::move(text), "${stageVariables." + name + "}", value);
  return text;
}

}  // namespace

void configuration_error(const std::string& why) {
  GatewayFault fault;
  fault.why = why;
  throw fault;
}

std::string rendered(Execution& e, const Result<vtl::Template>& source, std::string_view body) {
  if (!source) configuration_error("Execution failed due to configuration error: " + source.error().message);
  vtl::Inputs inputs;
  inputs.body = body;
  inputs.params = [&e] { return parameters_of(e); };
  inputs.context = [&e] { return context_of(e); };
  inputs.stage_variables = [&e] { return stage_variables_of(e); };
  inputs.overrides = &e.overrides;
  auto out = vtl::render(*source, inputs);
  if (!out)
    configuration_error("Execution failed due to configuration error: Unable to transform: " +
                        out.error().message);
  return std::move(*out);
}

std::string transformed_body(Execution& e) {
  const Integration& integration = *e.method->method.integration;
  std::string type = media_type(e.headers.get("content-type", "application/json"));
  if (type.empty()) type = "application/json";
  std::string body = e.body;
  const std::string handling = integration.content_handling.value_or("");
  const bool binary = is_binary(e, type);
  if (binary && handling == "CONVERT_TO_TEXT") body = base64(body);
  if (!binary && handling == "CONVERT_TO_BINARY") {
    auto decoded = from_base64(body);
    if (!decoded)
      configuration_error("Execution failed due to configuration error: Unable to base64 decode the body.");
    body = std::move(*decoded);
  }
  if (const Result<vtl::Template>* source = e.method->request_template(type))
    return rendered(e, *source, body);
  const bool refuse = integration.passthrough == "NEVER" || (integration.passthrough == "WHEN_NO_TEMPLATES" &&
                                                             !e.method->request_templates.empty());
  if (refuse) throw GatewayFault{415, "BadRequestException", "Unsupported Media Type", ""};
  return body;
}

ServiceUri rendered_uri(const Execution& e) {
  const auto uri = ServiceUri::parse(with_stage_variables(e, e.method->method.integration->uri.value_or("")));
  if (!uri) configuration_error("Execution failed due to configuration error: Invalid endpoint address");
  return *uri;
}

/// The role of the integration, or the gateway itself where there is none.
Principal integration_principal(ApiGateway& gateway, const Execution& e) {
  const std::string arn = with_stage_variables(e, e.method->method.integration->credentials.value_or(""));
  const Principal service = Principal::service_principal("apigateway.amazonaws.com", e.account);
  if (arn.empty()) return service;
  Deps& deps = gateway.deps();
  const auto role = deps.policies.role(arn);
  const std::string why =
      role ? deps.authorizer.why_not_assumable(*role, service) : "the role does not exist";
  if (!why.empty() && deps.authorizer.mode() == AuthMode::enforce)
    configuration_error(
        "Execution failed due to configuration error: API Gateway does not have permission to assume the "
        "provided role " +
        arn);
  if (!why.empty() && deps.authorizer.mode() == AuthMode::warn)
    PUDDLE_LOG(warn, "apigateway", "AWS would not let API Gateway assume " + arn + ": " + why);
  return Principal::role(arn, "BackplaneAssumeRoleSession", role ? role->id : std::string());
}

IntegrationRequest integration_request(ApiGateway& gateway, Execution& e) {
  const Integration& integration = *e.method->method.integration;
  IntegrationRequest out;
  out.uri = rendered_uri(e);
  out.method = integration.http_method.value_or("POST");
  if (out.method == "ANY") out.method = e.verb;
  for (const auto& [to, from] : integration.parameters) {
    auto value = source_value(e, from);
    if (!value) continue;
    constexpr std::string_view kHeader = "integration.request.header.",
                               kQuery = "integration.request.querystring.",
                               kPath = "integration.request.path.";
    if (to.starts_with(kHeader)) {
      check_header(to.substr(kHeader.size()));
      out.headers.set(to.substr(kHeader.size()), std::move(*value));
    } else if (to.starts_with(kQuery)) {
      out.query.emplace_back(to.substr(kQuery.size()), std::move(*value));
    } else if (to.starts_with(kPath)) {
      out.path.insert_or_assign(to.substr(kPath.size()), std::move(*value));
    }
  }
  out.body = transformed_body(e);
  apply_overrides(e, out);
  for (const auto& [name, value] : out.path)
    out.uri.rest = replace_all(std::move(out.uri.rest), "{" + name + "}", url_encode(value, Slash::keep));
  if (!out.headers.find("content-type") && e.verb != "GET" && e.verb != "HEAD" && e.verb != "OPTIONS")
    out.headers.set("Content-Type", std::string(e.headers.get("content-type", "application/json")));
  if (!out.headers.find("accept")) out.headers.set("Accept", "application/json");
  if (!out.headers.find("user-agent")) out.headers.set("User-Agent", "AmazonAPIGateway_" + e.api);
  out.headers.set("X-Amzn-Trace-Id", e.trace_id);
  out.principal = integration_principal(gateway, e);
  return out;
}

}  // namespace puddle::apigateway
