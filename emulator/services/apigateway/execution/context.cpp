// What templates, mappings and proxy events see of a call.
#include <array>
#include <cstdio>

#include "base/text.hpp"
#include "services/apigateway/execution/execution.hpp"

namespace puddle::apigateway {
namespace {

/// "12/Mar/2024:10:11:12 +0000".
std::string request_time(Time t) {
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Calendar c = calendar(t);
  std::array<char, 64> buffer{};
  const int n =
      std::snprintf(buffer.data(), buffer.size(), "%02d/%s/%04d:%02d:%02d:%02d +0000", c.day,
                    kMonths[static_cast<std::size_t>(c.month - 1) % 12], c.year, c.hour, c.minute, c.second);
  return std::string(buffer.data(), static_cast<std::size_t>(n));
}

/// Headers that concern one connection only; mappings never see them.
bool hop_header(std::string_view name) {
  static constexpr std::array<std::string_view, 12> kHop{
      "connection",   "content-length",     "content-md5", "expect",
      "max-forwards", "proxy-authenticate", "server",      "te",
      "trailer",      "transfer-encoding",  "upgrade",     "www-authenticate"};
  for (const std::string_view h : kHop)
    if (iequals(h, name)) return true;
  return false;
}

void put(wire::Map& map, const std::string& name, std::string value) {
  map[name] = wire::Value(std::move(value));
}

}  // namespace

std::string Execution::execute_arn() const {
  return "arn:aws:execute-api:" + region + ":" + account + ":" + api + "/" + stage + "/" + verb + route->path;
}

wire::Map context_of(const Execution& e) {
  wire::Map identity;
  for (const char* unknown : {"cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller"})
    identity.add(unknown, {});
  identity.add("sourceIp", wire::Value(e.source_ip));
  for (const char* unknown : {"principalOrgId", "accessKey", "cognitoAuthenticationType",
                              "cognitoAuthenticationProvider", "userArn"})
    identity.add(unknown, {});
  identity.add("userAgent", e.user_agent.empty() ? wire::Value() : wire::Value(e.user_agent));
  identity.add("user", {});
  wire::Map out;
  out.add("resourceId", wire::Value(e.route->resource_id));
  out.add("resourcePath", wire::Value(e.route->path));
  out.add("httpMethod", wire::Value(e.verb));
  out.add("extendedRequestId", wire::Value(e.extended_id));
  out.add("requestTime", wire::Value(request_time(e.start)));
  out.add("path", wire::Value(e.test ? e.path : "/" + e.stage + e.path));
  out.add("accountId", wire::Value(e.account));
  out.add("protocol", wire::Value("HTTP/1.1"));
  out.add("stage", wire::Value(e.stage));
  out.add("domainPrefix", wire::Value(e.domain_prefix));
  out.add("requestTimeEpoch", wire::Value(to_millis(e.start)));
  out.add("requestId", wire::Value(e.request_id));
  out.add("identity", wire::Value(std::move(identity)));
  out.add("domainName", wire::Value(e.domain));
  out.add("deploymentId", wire::Value(e.deployment));
  out.add("apiId", wire::Value(e.api));
  return out;
}

wire::Map parameters_of(const Execution& e) {
  wire::Map path, query, header;
  for (const auto& [name, value] : e.variables) put(path, name, value);
  for (const auto& [name, value] : e.query) put(query, name, value);
  for (const auto& [name, value] : e.headers.entries())
    if (!hop_header(name)) put(header, name, value);
  wire::Map out;
  out.add("path", wire::Value(std::move(path)));
  out.add("querystring", wire::Value(std::move(query)));
  out.add("header", wire::Value(std::move(header)));
  return out;
}

wire::Map stage_variables_of(const Execution& e) {
  wire::Map out;
  for (const auto& [name, value] : e.stage_variables) out.add(name, wire::Value(value));
  return out;
}

std::string map_text(const Parameters& entries) {
  std::string out = "{";
  for (const auto& [name, value] : entries) {
    if (out.size() > 1) out += ", ";
    out += name + "=" + value;
  }
  return out + "}";
}

const std::string* last_of(const Parameters& entries, std::string_view name) {
  for (auto it = entries.rbegin(); it != entries.rend(); ++it)
    if (it->first == name) return &it->second;
  return nullptr;
}

std::string media_type(std::string_view header) {
  return lower(trim(header.substr(0, header.find_first_of(";,"))));
}

bool is_binary(const Execution& e, std::string_view type) {
  for (const std::string& b : e.binary_types)
    if (b == "*/*" || iequals(b, type) || (b.ends_with("/*") && type.starts_with(b.substr(0, b.size() - 1))))
      return true;
  return false;
}

}  // namespace puddle::apigateway
