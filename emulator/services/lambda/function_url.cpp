// Function URLs: an HTTP request becomes an event of payload format 2.0, the answer of the function a
// response. CORS is answered here when it is configured, otherwise by the function.
#include <algorithm>
#include <array>
#include <cstdio>

#include "base/text.hpp"
#include "runtime/random.hpp"
#include "services/lambda/lambda.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {
namespace {

using wire::List;
using wire::Map;

constexpr std::string_view kPathForm = "/_aws/lambda-url/";
constexpr std::string_view kForbidden =
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html";

struct Address {
  std::string id, path, host;
};

/// "ID.lambda-url.REGION..." as Host, or "/_aws/lambda-url/ID/path".
std::optional<Address> address_of(const HttpRequest& request) {
  Address out;
  out.host = request.headers.get("host");
  const auto labels = split(out.host, '.');
  if (labels.size() >= 2 && labels[1] == "lambda-url") {
    out.id = lower(labels[0]);
    out.path = request.path();
    return out;
  }
  if (!request.path().starts_with(kPathForm)) return std::nullopt;
  const std::string_view rest = request.path().substr(kPathForm.size());
  const std::size_t end = std::min(rest.find('/'), rest.size());
  out.id = rest.substr(0, end);
  out.path = end == rest.size() ? "/" : std::string(rest.substr(end));
  return out;
}

HttpResponse plain(int status, std::string body) {
  HttpResponse out;
  out.status = status;
  out.headers.add("Content-Type", "application/json");
  out.body = std::move(body);
  return out;
}
HttpResponse message(int status, std::string_view text) {
  return plain(status, wire::to_json(Map{{"Message", Value(text)}}));
}

bool is_text(std::string_view type) {
  return type.starts_with("text/") || type.find("json") != type.npos || type.find("xml") != type.npos ||
         type.find("javascript") != type.npos || type.starts_with("application/x-www-form-urlencoded");
}

/// "12/Mar/2020:19:03:58 +0000".
std::string clf_time(Time t) {
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Calendar c = calendar(t);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%02d/%s/%04d:%02d:%02d:%02d +0000", c.day,
                kMonths[static_cast<std::size_t>(c.month - 1)], c.year, c.hour, c.minute, c.second);
  return text.data();
}

Map headers_of(const HttpRequest& request, List& cookies) {
  Map out;
  for (const auto& [name, value] : request.headers.entries()) {
    const std::string key = lower(name);
    if (key == "cookie") {
      for (const std::string_view cookie : split(value, ';')) cookies.emplace_back(trim(cookie));
      continue;
    }
    if (key == "connection") continue;
    Value& slot = out[key];
    slot = slot.is_text() ? Value(slot.text() + "," + value) : Value(value);
  }
  return out;
}

Value event_of(const HttpRequest& request, const Call& call, const Address& at, const FunctionUrl& url,
               Time now) {
  List cookies;
  Map headers = headers_of(request, cookies);
  headers["x-forwarded-for"] = Value(call.source_ip);
  headers["x-forwarded-proto"] = Value("http");
  Map query;
  if (const auto parsed = parse_query(request.query()))
    for (const auto& [name, value] : *parsed) {
      Value& slot = query[name];
      slot = slot.is_text() ? Value(slot.text() + "," + value) : Value(value);
    }
  Map http{{"method", Value(request.method)},
           {"path", Value(url_decode(at.path))},
           {"protocol", Value("HTTP/1.1")},
           {"sourceIp", Value(call.source_ip)},
           {"userAgent", Value(call.user_agent)}};
  Map context{{"accountId", Value(url.auth == "AWS_IAM" ? call.principal.account : std::string("anonymous"))},
              {"apiId", Value(url.id)},
              {"domainName", Value(at.host)},
              {"domainPrefix", Value(url.id)},
              {"http", Value(std::move(http))},
              {"requestId", Value(call.request_id)},
              {"routeKey", Value("$default")},
              {"stage", Value("$default")},
              {"time", Value(clf_time(now))},
              {"timeEpoch", Value(to_millis(now))}};
  if (url.auth == "AWS_IAM") {
    Map iam{{"accessKey", Value(call.access_key)},
            {"accountId", Value(call.principal.account)},
            {"callerId", Value(call.principal.user_id)},
            {"cognitoIdentity", Value()},
            {"principalOrgId", Value()},
            {"userArn", Value(call.principal.arn)},
            {"userId", Value(call.principal.user_id)}};
    context.add("authorizer", Map{{"iam", Value(std::move(iam))}});
  }
  Map event{{"version", Value("2.0")},
            {"routeKey", Value("$default")},
            {"rawPath", Value(at.path)},
            {"rawQueryString", Value(request.query())}};
  if (!cookies.empty()) event.add("cookies", std::move(cookies));
  event.add("headers", std::move(headers));
  if (!query.empty()) event.add("queryStringParameters", std::move(query));
  event.add("requestContext", std::move(context));
  const bool text = request.body.empty() ||
                    (is_text(lower(request.headers.get("content-type"))) && valid_utf8(request.body));
  if (!request.body.empty()) event.add("body", text ? request.body : base64(request.body));
  event.add("isBase64Encoded", !text);
  return Value(std::move(event));
}

std::string header_text(const Value& v) { return v.is_text() ? v.text() : wire::to_json(v); }

/// An object with statusCode is a response; anything else is the body of one.
HttpResponse response_of(const std::string& payload) {
  const auto answer = wire::parse_json(payload);
  const Value* status = answer ? answer->find("statusCode") : nullptr;
  if (!status) {
    const bool text = answer && answer->is_text();
    return plain(200, text ? answer->text() : payload);
  }
  HttpResponse out;
  if (status->kind() != Value::Kind::integer || status->integer() < 100 || status->integer() > 599)
    return plain(502, "Internal Server Error");
  out.status = static_cast<int>(status->integer());
  if (const Value* headers = answer->find("headers"); headers && headers->is_map())
    for (const auto& [name, value] : headers->map()) out.headers.add(name, header_text(value));
  if (const Value* cookies = answer->find("cookies"); cookies && cookies->is_list())
    for (const Value& cookie : cookies->list()) out.headers.add("set-cookie", header_text(cookie));
  if (!out.headers.find("content-type")) out.headers.add("Content-Type", "application/json");
  const Value* body = answer->find("body");
  if (!body || body->is_null()) return out;
  out.body = header_text(*body);
  const Value* encoded = answer->find("isBase64Encoded");
  if (encoded && encoded->kind() == Value::Kind::boolean && encoded->boolean())
    out.body = from_base64(out.body).value_or("");
  return out;
}

/// "A,B" as a header, unless there is nothing to say.
void add_list(HttpResponse& response, const char* name, const std::optional<std::vector<std::string>>& list) {
  if (list && !list->empty()) response.headers.add(name, join(*list, ","));
}

bool origin_allowed(const std::vector<std::string>& origins, std::string_view origin) {
  return std::any_of(origins.begin(), origins.end(), [&](const std::string& allowed) {
    return allowed == "*" || wildcard_match(allowed, origin);
  });
}

void add_cors(const Cors& cors, const HttpRequest& request, HttpResponse& response, bool preflight) {
  const std::string* origin = request.headers.find("origin");
  const std::vector<std::string> origins = cors.origins.value_or(std::vector<std::string>());
  if (!origin || !origin_allowed(origins, *origin)) return;
  const bool any = std::find(origins.begin(), origins.end(), "*") != origins.end();
  const bool credentials = cors.credentials.value_or(false);
  for (const char* name :
       {"access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers",
        "access-control-allow-methods", "access-control-allow-headers", "access-control-max-age"})
    response.headers.erase(name);
  response.headers.add("Access-Control-Allow-Origin", any && !credentials ? "*" : *origin);
  if (!any || credentials) response.headers.add("Vary", "Origin");
  if (credentials) response.headers.add("Access-Control-Allow-Credentials", "true");
  add_list(response, "Access-Control-Expose-Headers", cors.expose);
  if (!preflight) return;
  add_list(response, "Access-Control-Allow-Methods", cors.methods);
  add_list(response, "Access-Control-Allow-Headers", cors.headers);
  if (cors.max_age) response.headers.add("Access-Control-Max-Age", std::to_string(*cors.max_age));
}

/// Whether the caller may: AWS_IAM needs a signature and permissions, NONE permissions for everybody. Since
/// October 2025 it takes both actions.
bool allowed(Lambda& service, const Call& call, const FunctionUrl& url) {
  Authorizer& authorizer = service.deps.authorizer;
  if (authorizer.mode() == AuthMode::off) return true;
  ConditionContext context;
  context["lambda:functionurlauthtype"] = {url.auth};
  Call caller = call;
  if (url.auth == "NONE") {
    caller.principal = Principal{};
    caller.principal.kind = Principal::Kind::anonymous;
    caller.principal.account = call.account;
  } else if (call.principal.kind == Principal::Kind::anonymous) {
    return authorizer.mode() != AuthMode::enforce;
  }
  const std::string policy = service.resource_policy(url.arn);
  ConditionContext via_url;
  via_url["lambda:invokedviafunctionurl"] = {"true"};
  try {
    authorizer.require(caller, "lambda:InvokeFunctionUrl", url.arn, policy, context);
    authorizer.require(caller, "lambda:InvokeFunction", url.arn, policy, via_url);
  } catch (const AwsError&) {
    return false;
  }
  return true;
}

Task<> answer(Lambda& service, HttpRequest request, Call call, Address at, FunctionUrl url, Respond respond) {
  HttpResponse response;
  try {
    Event event;
    event.request_id = call.request_id.empty() ? uuid(service.deps.entropy) : call.request_id;
    event.trace_id = call.trace_id;
    event.payload = wire::to_json(event_of(request, call, at, url, service.deps.loop.now()));
    std::string arn = url.arn;
    Task<Result> work = service.environments.run(std::move(arn), std::move(event));
    const Result result = co_await std::move(work);
    response = result.failed() ? plain(502, "Internal Server Error") : response_of(result.outcome.payload);
  } catch (const AwsError& e) {
    response = message(e.fault.status, e.message());
  }
  if (url.cors) add_cors(*url.cors, request, response, false);
  response.headers.add("x-amzn-RequestId", call.request_id);
  if (!call.trace_id.empty()) response.headers.add("X-Amzn-Trace-Id", call.trace_id);
  respond(std::move(response));
}

}  // namespace

bool serve_url(Lambda& service, const HttpRequest& request, const Call& call, const Respond& respond) {
  const auto at = address_of(request);
  if (!at) return false;
  std::string qualifier;
  const FunctionFamily* family = service.find_url(at->id, qualifier);
  if (!family) {
    respond(message(403, kForbidden));
    return true;
  }
  const FunctionUrl url = family->urls.at(qualifier);
  if (url.cors && request.method == "OPTIONS" && request.headers.find("access-control-request-method")) {
    HttpResponse response;
    add_cors(*url.cors, request, response, true);
    respond(std::move(response));
    return true;
  }
  if (!allowed(service, call, url)) {
    respond(message(403, kForbidden));
    return true;
  }
  if (request.body.size() > kMaxSyncPayload) {
    respond(message(413, "Request Entity Too Large"));
    return true;
  }
  service.tasks.spawn(answer(service, request, call, *at, url, respond));
  return true;
}

}  // namespace puddle::lambda
