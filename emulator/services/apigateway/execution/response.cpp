// From the integration's reply to the caller's response.
#include "base/text.hpp"
#include "languages/vtl/jsonpath.hpp"
#include "services/apigateway/execution/execution.hpp"
#include "wire/json.hpp"

namespace puddle::apigateway {
namespace {

std::string plain(const wire::Value& v) {
  return v.is_text() ? v.text() : v.is_null() ? std::string() : wire::to_json(v);
}

const CompiledResponse& choose(const Execution& e, const std::string& value, int status) {
  const CompiledResponse* fallback = nullptr;
  for (const CompiledResponse& r : e.method->responses) {
    if (!r.pattern) {
      if (!fallback) fallback = &r;
    } else if (r.matches(value)) {
      return r;
    }
  }
  if (!fallback)
    configuration_error(
        "Execution failed due to configuration error: No match for output mapping and no default output "
        "mapping configured. Endpoint Response Status Code: " +
        std::to_string(status));
  return *fallback;
}

std::optional<std::string> source_value(const Execution& e, std::string_view source,
                                        const IntegrationReply& reply) {
  constexpr std::string_view kHeader = "integration.response.header.",
                             kMulti = "integration.response.multivalueheader.",
                             kBody = "integration.response.body", kVariable = "stageVariables.",
                             kContext = "context.";
  if (source.starts_with('\'')) return std::string(source.substr(1, source.size() - 2));
  if (source.starts_with(kHeader) || source.starts_with(kMulti)) {
    const std::string* value =
        reply.headers.find(source.substr(source.starts_with(kHeader) ? kHeader.size() : kMulti.size()));
    return value ? std::optional(*value) : std::nullopt;
  }
  if (source == kBody) return reply.body;
  if (source.starts_with(kVariable)) {
    const auto it = e.stage_variables.find(std::string(source.substr(kVariable.size())));
    return it == e.stage_variables.end() ? std::nullopt : std::optional(it->second);
  }
  const bool body = source.starts_with(kBody);
  const auto path =
      vtl::JsonPath::parse("$." + std::string(source.substr(body ? kBody.size() + 1 : kContext.size())));
  auto root = body ? wire::parse_json(reply.body) : Result<wire::Value>(wire::Value(context_of(e)));
  if (!path || !root) return std::nullopt;
  bool found = false;
  const wire::Value value = vtl::value_at(*root, *path, &found);
  return found && !value.is_null() ? std::optional(plain(value)) : std::nullopt;
}

const std::pair<std::string, Result<vtl::Template>>* choose_template(const Execution& e,
                                                                     const CompiledResponse& r) {
  const std::string accept = media_type(e.headers.get("accept", "application/json"));
  for (const std::string_view wanted : {std::string_view(accept), std::string_view("application/json")})
    for (const auto& t : r.templates)
      if (t.first == wanted) return &t;
  return r.templates.empty() ? nullptr : &r.templates.front();
}

/// contentHandling and binaryMediaTypes, as AWS's table of conversions has them.
std::string converted(const Execution& e, const CompiledResponse& r, std::string body,
                      std::string_view payload_type) {
  if (e.binary_types.empty()) return body;
  const bool payload = is_binary(e, payload_type);
  const bool accepted = is_binary(e, media_type(e.headers.get("accept", "application/json")));
  const std::string handling = r.response.content_handling.value_or("");
  const bool decode = !payload && ((handling.empty() && accepted) || handling == "CONVERT_TO_BINARY");
  const bool encode = payload && ((handling.empty() && !accepted) || handling == "CONVERT_TO_TEXT");
  if (encode) return base64(body);
  if (!decode) return body;
  auto bytes = from_base64(body);
  if (!bytes)
    configuration_error("Execution failed due to configuration error: Unable to base64 decode the body.");
  return std::move(*bytes);
}

void apply_overrides(const Execution& e, HttpResponse& out) {
  const wire::Value* overrides = e.overrides.find("responseOverride");
  if (!overrides) return;
  if (const wire::Value* status = overrides->find("status")) {
    const auto code = parse_int(plain(*status));
    if (code && *code >= 100 && *code <= 599) out.status = static_cast<int>(*code);
  }
  if (const wire::Value* header = overrides->find("header"); header && header->is_map())
    for (const auto& [name, value] : header->map()) {
      out.headers.erase(name);
      if (value.is_list())
        for (const wire::Value& v : value.list()) out.headers.add(name, plain(v));
      else
        out.headers.add(name, plain(value));
    }
}

HttpResponse respond(Execution& e, const CompiledResponse& r, const IntegrationReply& reply) {
  const auto declared = e.method->method.responses.find(r.response.status_code);
  if (declared == e.method->method.responses.end())
    configuration_error(
        "Execution failed due to configuration error: Output mapping refers to an invalid method response: " +
        r.response.status_code);
  HttpResponse out;
  out.status = static_cast<int>(parse_int(r.response.status_code).value_or(500));
  out.headers.set("Content-Type", "application/json");
  out.body = converted(e, r, reply.body, media_type(reply.headers.get("content-type", "application/json")));
  for (const auto& [to, from] : r.response.parameters) {
    constexpr std::string_view kPrefix = "method.response.header.";
    if (auto value = source_value(e, from, reply))
      out.headers.set(to.substr(kPrefix.size()), std::move(*value));
  }
  if (const auto* chosen = choose_template(e, r)) {
    if (!r.response.parameters.contains("method.response.header.Content-Type"))
      out.headers.set("Content-Type", chosen->first);
    out.body = rendered(e, chosen->second, out.body);
  }
  apply_overrides(e, out);
  return out;
}

/// The status in a mock's transformed request. The text is JSON of a lenient kind: {statusCode: 200,} is
/// accepted.
std::optional<std::string> mock_status(const std::string& text) {
  if (const auto parsed = wire::parse_json(text)) {
    const wire::Value* status = parsed->find("statusCode");
    return status ? std::optional(plain(*status)) : std::nullopt;
  }
  std::size_t at = text.find("statusCode");
  if (at == std::string::npos) return std::nullopt;
  at = text.find_first_not_of("\"' \t:", at + 10);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t end = text.find_first_not_of("0123456789", at);
  return text.substr(at, end == std::string::npos ? end : end - at);
}

}  // namespace

HttpResponse integration_response(Execution& e, IntegrationReply reply, Time now) {
  using Trouble = IntegrationReply::Trouble;
  if (reply.trouble == Trouble::timeout)
    throw GatewayFault{504, "InternalServerErrorException", "Endpoint request timed out",
                       "Execution failed due to a timeout error"};
  if (reply.trouble == Trouble::failed)
    configuration_error("Execution failed due to configuration error: " + reply.why);
  e.note(now, "Endpoint response headers: " + map_text(reply.headers.entries()));
  e.note(now, "Endpoint response body before transformations: " + reply.body);
  std::string value = std::to_string(reply.status);
  if (reply.lambda) {
    value.clear();
    if (reply.function_failed)
      if (const auto parsed = wire::parse_json(reply.body))
        value = std::string(parsed->text_or("errorMessage"));
  }
  return respond(e, choose(e, value, reply.status), reply);
}

HttpResponse mock_response(Execution& e, Time) {
  const auto status = mock_status(transformed_body(e));
  if (!status || !parse_int(*status))
    configuration_error(
        "Execution failed due to configuration error: Unable to parse statusCode. It should be an integer "
        "without any spaces or special characters.");
  const CompiledResponse& chosen = choose(e, *status, static_cast<int>(parse_int(*status).value_or(0)));
  return respond(e, chosen, IntegrationReply());
}

HttpResponse fault_response(const GatewayFault& fault) {
  HttpResponse out;
  out.status = fault.status;
  out.headers.set("Content-Type", "application/json");
  out.headers.set("x-amzn-ErrorType", std::string(fault.type));
  // AWS writes its own failures with a blank behind the colon, and the caller's without.
  out.body = fault.status >= 500 ? "{\"message\": " : "{\"message\":";
  append_json_string(out.body, fault.message);
  out.body += '}';
  return out;
}

}  // namespace puddle::apigateway
