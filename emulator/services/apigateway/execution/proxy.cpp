// AWS_PROXY: the event (payload format 1.0) and the function's answer.
#include "base/text.hpp"
#include "services/apigateway/execution/execution.hpp"
#include "wire/json.hpp"

namespace puddle::apigateway {
namespace {

using wire::Map;
using wire::Value;

/// {"name": last value} and {"name": [all values]}; null when there are none.
std::pair<Value, Value> both_forms(const Parameters& entries) {
  if (entries.empty()) return {};
  Map single, multi;
  for (const auto& [name, value] : entries) {
    single[name] = Value(value);
    Value& all = multi[name];
    if (!all.is_list()) all = Value(wire::List());
    all.list().push_back(Value(value));
  }
  return {Value(std::move(single)), Value(std::move(multi))};
}

Parameters event_headers(const Execution& e) {
  Parameters out;
  for (const auto& [name, value] : e.headers.entries()) {
    if (iequals(name, "content-length") || iequals(name, "connection")) continue;
    const bool capital =
        iequals(name, "authorization") || iequals(name, "user-agent") || iequals(name, "host");
    if (iequals(name, "x-amzn-trace-id")) continue;
    out.emplace_back(!capital                      ? name
                     : iequals(name, "host")       ? "Host"
                     : iequals(name, "user-agent") ? "User-Agent"
                                                   : "Authorization",
                     value);
  }
  if (e.test) return out;
  out.emplace_back("X-Amzn-Trace-Id", e.trace_id);
  out.emplace_back("X-Forwarded-For", e.source_ip);
  out.emplace_back("X-Forwarded-Port", "443");
  out.emplace_back("X-Forwarded-Proto", "https");
  return out;
}

std::string event_of(const Execution& e) {
  const auto headers = both_forms(event_headers(e));
  const auto query = both_forms(e.query);
  const bool binary =
      !e.body.empty() && is_binary(e, media_type(e.headers.get("content-type", "application/json")));
  Map event;
  event.add("resource", Value(e.route->path));
  event.add("path", Value(e.path));
  event.add("httpMethod", Value(e.verb));
  event.add("headers", headers.first);
  event.add("multiValueHeaders", headers.second);
  event.add("queryStringParameters", query.first);
  event.add("multiValueQueryStringParameters", query.second);
  event.add("pathParameters", both_forms(e.variables).first);
  event.add("stageVariables", e.stage_variables.empty() ? Value() : Value(stage_variables_of(e)));
  event.add("requestContext", Value(context_of(e)));
  event.add("body", e.body.empty() ? Value() : Value(binary ? base64(e.body) : e.body));
  event.add("isBase64Encoded", Value(binary));
  return wire::to_json(Value(std::move(event)));
}

[[noreturn]] void malformed(const std::string& why) {
  GatewayFault fault;
  fault.status = 502;
  fault.why = "Execution failed due to configuration error: Malformed Lambda proxy response: " + why;
  throw fault;
}

std::string scalar(const Value& v) {
  if (v.is_text()) return v.text();
  if (v.is_list() || v.is_map()) malformed("a header is no text");
  return v.is_null() ? std::string() : wire::to_json(v);
}

void add_headers(const Value& answer, HttpResponse& out) {
  const Value* multi = answer.find("multiValueHeaders");
  const Value* single = answer.find("headers");
  if (multi && !multi->is_null()) {
    if (!multi->is_map()) malformed("multiValueHeaders");
    for (const auto& [name, values] : multi->map()) {
      if (!values.is_list()) malformed("multiValueHeaders");
      for (const Value& v : values.list()) out.headers.add(name, scalar(v));
    }
  }
  if (!single || single->is_null()) return;
  if (!single->is_map()) malformed("headers");
  for (const auto& [name, value] : single->map()) {
    std::string same_name = name;
    for (const auto& [known, v] : out.headers.entries())
      if (iequals(known, name)) same_name = known;
    out.headers.add(same_name, scalar(value));
  }
}

int status_of(const Value& answer) {
  const Value* status = answer.find("statusCode");
  if (!status || status->is_null()) return 200;
  const auto code = parse_int(scalar(*status));
  if (!code || *code < 100 || *code > 599) malformed("statusCode");
  return static_cast<int>(*code);
}

}  // namespace

IntegrationRequest proxy_request(ApiGateway& gateway, Execution& e) {
  IntegrationRequest out;
  out.uri = rendered_uri(e);
  if (e.method->method.integration->http_method.value_or("") != "POST")
    configuration_error(
        "Execution failed due to configuration error: The integration method of a function must be POST");
  if (out.uri.function_arn().empty())
    configuration_error("Execution failed due to configuration error: Invalid endpoint address");
  out.method = "POST";
  out.body = event_of(e);
  out.principal = integration_principal(gateway, e);
  return out;
}

HttpResponse proxy_response(const Execution& e, const IntegrationReply& reply) {
  using Trouble = IntegrationReply::Trouble;
  if (reply.trouble == Trouble::timeout)
    throw GatewayFault{504, "InternalServerErrorException", "Endpoint request timed out",
                       "Execution failed due to a timeout error"};
  if (reply.trouble == Trouble::failed)
    configuration_error("Execution failed due to configuration error: " + reply.why);
  if (reply.function_failed) malformed("the function failed");
  const auto answer = wire::parse_json(reply.body);
  if (!answer || !answer->is_map()) malformed("no JSON object");
  for (const auto& [name, value] : answer->map())
    if (name != "statusCode" && name != "headers" && name != "multiValueHeaders" && name != "body" &&
        name != "isBase64Encoded")
      malformed("unknown member " + name);
  HttpResponse out;
  out.status = status_of(*answer);
  add_headers(*answer, out);
  if (!out.headers.find("content-type")) out.headers.set("Content-Type", "application/json");
  if (const Value* body = answer->find("body"); body && !body->is_null()) {
    if (!body->is_text()) malformed("the body is no text");
    out.body = body->text();
  }
  const Value* encoded = answer->find("isBase64Encoded");
  const bool decode = encoded && encoded->kind() == Value::Kind::boolean && encoded->boolean() &&
                      is_binary(e, media_type(e.headers.get("accept")));
  if (decode) {
    auto bytes = from_base64(out.body);
    if (!bytes) malformed("the body is not base64");
    out.body = std::move(*bytes);
  }
  return out;
}

}  // namespace puddle::apigateway
