// The pipeline of a call, and the door for execute-api requests.
#include <array>
#include <cstdio>

#include "base/log.hpp"
#include "base/text.hpp"
#include "runtime/random.hpp"
#include "services/apigateway/execution/address.hpp"
#include "services/apigateway/execution/execution.hpp"

namespace puddle::apigateway {
namespace {

/// "Tue Nov 24 10:15:30 UTC 2026".
std::string log_time(Time t) {
  static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Calendar c = calendar(t);
  std::array<char, 64> buffer{};
  const int n = std::snprintf(buffer.data(), buffer.size(), "%s %s %02d %02d:%02d:%02d UTC %04d",
                              kDays[static_cast<std::size_t>(c.weekday) % 7],
                              kMonths[static_cast<std::size_t>(c.month - 1) % 12], c.day, c.hour, c.minute,
                              c.second, c.year);
  return std::string(buffer.data(), static_cast<std::size_t>(n));
}

/// Answers once; when the execution is dropped (reset, shutdown) the caller gets a 503.
class Answer {
 public:
  explicit Answer(Respond respond) : respond_(std::move(respond)) {}
  ~Answer() {
    if (!respond_) return;
    HttpResponse gone;
    gone.status = 503;
    gone.body = "{\"message\":\"Service Unavailable\"}";
    respond_(std::move(gone));
  }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  void give(HttpResponse response) { std::exchange(respond_, nullptr)(std::move(response)); }

 private:
  Respond respond_;
};

void log_request(Execution& e, const IntegrationRequest& r, Time now) {
  if (!e.test) return;
  const std::string url = "https://" + r.uri.service + "." + e.region + ".amazonaws.com/" +
                          (r.uri.action ? "?Action=" : "") + r.uri.rest;
  e.note(now, "Endpoint request URI: " + url);
  e.note(now, "Endpoint request headers: " + map_text(r.headers.entries()) + " [TRUNCATED]");
  e.note(now, "Endpoint request body after transformations: " + r.body);
  e.note(now, "Sending request to " + url);
}

void log_start(Execution& e, Time now) {
  if (!e.test) return;
  e.log = "Execution log for request " + e.request_id + "\n";
  e.note(now, "Starting execution for request: " + e.request_id);
  e.note(now, "HTTP Method: " + e.verb + ", Resource Path: " + e.route->path);
  e.note(now, "Method request path: " + map_text(e.variables));
  e.note(now, "Method request query string: " + map_text(e.query));
  e.note(now, "Method request headers: " + map_text(e.headers.entries()));
  e.note(now, "Method request body before transformations: " + e.body);
}

/// serve()'s coroutine: owns the answer for as long as it runs.
Task<> serve_call(ApiGateway& gateway, std::shared_ptr<Execution> e, std::shared_ptr<Answer> answer) {
  Task<HttpResponse> work = run(gateway, e);
  HttpResponse response = co_await std::move(work);
  const auto& hop = gateway.deps().settings.hop;
  if (hop) {
    const auto took = gateway.deps().loop.now() - e->start;
    hop(e->verb + " " + e->path,
        std::to_string(response.status) + ", " + std::to_string(took.count()) + " ms");
  }
  answer->give(std::move(response));
}

void add_ids(HttpResponse& response, const std::string& request_id, const std::string& extended_id) {
  response.headers.set("x-amzn-RequestId", request_id);
  response.headers.set("x-amz-apigw-id", extended_id);
}

/// Fills in what the address chose; throws the gateway's refusals.
void route(ApiGateway& gateway, const Address& address, Execution& e) {
  Api* api = gateway.find_api(address.api);
  const auto stage = api ? api->stages.find(address.stage) : std::map<std::string, Stage>::iterator();
  if (!api || stage == api->stages.end()) throw GatewayFault{403, "ForbiddenException", "Forbidden", ""};
  const auto deployment = api->deployments.find(stage->second.deployment_id);
  if (deployment == api->deployments.end()) throw GatewayFault{403, "ForbiddenException", "Forbidden", ""};
  e.compiled = gateway.compiled(deployment->second);
  e.account = api->account;
  e.region = api->region;
  e.api = api->id;
  e.stage = address.stage;
  e.deployment = deployment->first;
  e.binary_types = api->binary_types;
  e.stage_variables = stage->second.variables;
  e.domain = address.domain;
  e.domain_prefix = address.domain_prefix;
  e.path = address.path;
  e.route = e.compiled->match(e.path, e.variables);
  if (e.route) {
    auto method = e.route->methods.find(e.verb);
    if (method == e.route->methods.end()) method = e.route->methods.find("ANY");
    if (method != e.route->methods.end()) e.method = &method->second;
  }
  if (!e.method)
    throw GatewayFault{403, "MissingAuthenticationTokenException", "Missing Authentication Token", ""};
  if (e.body.size() > kMaxPayload)
    throw GatewayFault{413, "RequestTooLargeException", "Request Too Long", ""};
}

}  // namespace

void Execution::note(Time now, std::string_view line) {
  if (!test) return;
  log += log_time(now) + " : ";
  log += line.substr(0, std::min(line.size(), kMaxPayload));
  log += '\n';
}

Task<HttpResponse> run(ApiGateway& gateway, std::shared_ptr<Execution> e) {
  Loop& loop = gateway.deps().loop;
  HttpResponse response;
  log_start(*e, loop.now());
  try {
    if (!e->method->method.integration)
      configuration_error("Execution failed due to configuration error: No integration defined for method");
    const std::string& type = e->method->method.integration->type;
    if (type == "MOCK") {
      response = mock_response(*e, loop.now());
    } else {
      const bool proxy = type == "AWS_PROXY";
      IntegrationRequest request = proxy ? proxy_request(gateway, *e) : integration_request(gateway, *e);
      log_request(*e, request, loop.now());
      const Time sent = loop.now();
      Task<IntegrationReply> work = call_integration(gateway, e, std::move(request));
      IntegrationReply reply = co_await std::move(work);
      e->note(loop.now(), "Received response. Status: " + std::to_string(reply.status) +
                              ", Integration latency: " + std::to_string((loop.now() - sent).count()) +
                              " ms");
      response = proxy ? proxy_response(*e, reply) : integration_response(*e, std::move(reply), loop.now());
      response.headers.set("X-Amzn-Trace-Id", e->trace_id);
    }
    e->note(loop.now(), "Method response body after transformations: " + response.body);
    e->note(loop.now(), "Method response headers: " + map_text(response.headers.entries()));
    e->note(loop.now(), "Successfully completed execution");
  } catch (const GatewayFault& fault) {
    if (!fault.why.empty()) {
      e->note(loop.now(), fault.why);
      PUDDLE_LOG(warn, "apigateway", e->verb + " " + e->path + " on " + e->api + ": " + fault.why);
    }
    response = fault_response(fault);
  }
  e->note(loop.now(), "Method completed with status: " + std::to_string(response.status));
  if (!e->test) add_ids(response, e->request_id, e->extended_id);
  co_return std::move(response);
}

bool ApiGateway::serve(const HttpRequest& request, const Call& call, const Respond& respond) {
  const auto address = parse_address(request);
  if (!address) return false;
  auto e = std::make_shared<Execution>();
  e->request_id = uuid(deps_.entropy);
  e->extended_id = random_text(deps_.entropy, 15, kLowerAlnum) + "=";
  e->start = deps_.loop.now();
  try {
    e->verb = request.method;
    e->headers = request.headers;
    e->body = request.body;
    if (auto query = parse_query(request.query())) e->query = std::move(*query);
    e->source_ip = call.source_ip.empty() ? request.peer : call.source_ip;
    e->user_agent = std::string(request.headers.get("user-agent"));
    e->trace_id = std::string(request.headers.get("x-amzn-trace-id"));
    if (e->trace_id.empty())
      e->trace_id =
          "Root=1-" +
          hex(std::string({char((to_seconds(e->start) >> 24) & 255), char((to_seconds(e->start) >> 16) & 255),
                           char((to_seconds(e->start) >> 8) & 255), char(to_seconds(e->start) & 255)})) +
          "-" + hex(deps_.entropy.bytes(12));
    route(*this, *address, *e);
  } catch (const GatewayFault& fault) {
    HttpResponse refused = fault_response(fault);
    add_ids(refused, e->request_id, e->extended_id);
    respond(std::move(refused));
    return true;
  }
  Task<> work = serve_call(*this, e, std::make_shared<Answer>(respond));
  tasks_.spawn(std::move(work));
  return true;
}

}  // namespace puddle::apigateway
