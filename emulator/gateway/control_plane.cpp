#include "gateway/control_plane.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "wire/json.hpp"

namespace puddle {

using wire::List;
using wire::Map;
using wire::Value;

namespace {

constexpr Duration kLongestAdvance = std::chrono::hours(24 * 3660);
constexpr std::size_t kTraceDefault = 100;

Value message(std::string text) { return Value(Map{{"message", Value(std::move(text))}}); }

bool below(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

}  // namespace

HttpResponse json_response(int status, const Value& value) {
  HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = wire::to_json(value);
  return response;
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (!text.starts_with('P') || text.size() < 3) return std::nullopt;
  text.remove_prefix(1);
  bool in_time = false, any = false;
  double total_ms = 0;
  while (!text.empty()) {
    if (text.front() == 'T') {
      if (std::exchange(in_time, true)) return std::nullopt;
      text.remove_prefix(1);
      any = false;  // "PT" alone says nothing
      continue;
    }
    const std::size_t end = text.find_first_not_of("0123456789.");
    if (end == 0 || end == std::string_view::npos || end > 12) return std::nullopt;
    const auto number = parse_double(text.substr(0, end));
    if (!number) return std::nullopt;
    double unit = 0;
    switch (text[end]) {
      case 'D':
        unit = in_time ? 0 : 86'400'000;
        break;
      case 'W':
        unit = in_time ? 0 : 7 * 86'400'000.0;
        break;
      case 'H':
        unit = in_time ? 3'600'000 : 0;
        break;
      case 'M':
        unit = in_time ? 60'000 : 0;
        break;  // months are no duration
      case 'S':
        unit = in_time ? 1000 : 0;
        break;
      default:
        break;
    }
    if (unit == 0) return std::nullopt;
    total_ms += *number * unit;
    any = true;
    text.remove_prefix(end + 1);
  }
  if (!any || total_ms > static_cast<double>(kLongestAdvance.count())) return std::nullopt;
  return Duration(static_cast<Duration::rep>(std::llround(total_ms)));
}

ControlPlane::ControlPlane(Dispatcher& dispatcher, const Settings& settings, Store& store, Loop& loop,
                           ControlHooks hooks)
    : dispatcher_(dispatcher), settings_(settings), store_(store), loop_(loop), hooks_(std::move(hooks)) {}

void ControlPlane::mount(std::string prefix, HttpHandler handler) {
  mounts_.push_back({std::move(prefix), std::move(handler)});
}

const ControlPlane::Mount* ControlPlane::find_mount(std::string_view path) const {
  const Mount* best = nullptr;
  for (const Mount& mount : mounts_)
    if (below(path, mount.prefix) && (!best || mount.prefix.size() > best->prefix.size())) best = &mount;
  return best;
}

const std::vector<ControlPlane::Endpoint>& ControlPlane::endpoints() {
  using C = ControlPlane;
  static const std::vector<Endpoint> all{
      {"/_puddle/ready", "GET", &C::ready},   {"/_puddle/version", "GET", &C::version},
      {"/_puddle/health", "GET", &C::health}, {"/_puddle/reset", "POST", &C::reset},
      {"/_puddle/clock", "GET", &C::clock},   {"/_puddle/clock", "POST", &C::advance},
      {"/_puddle/trace", "GET", &C::trace},   {"/_localstack/health", "GET", &C::health},
      {"/_localstack/info", "GET", &C::info}, {"/_localstack/state/reset", "POST", &C::reset},
      {"/moto-api/reset", "POST", &C::reset},
  };
  return all;
}

void ControlPlane::handle(HttpRequest request, const Respond& respond) {
  if (const Mount* mount = find_mount(request.path())) {
    const HttpHandler handler = mount->handler;
    return handler(std::move(request), respond);
  }
  const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : request.method;
  std::string allowed;
  for (const Endpoint& endpoint : endpoints()) {
    if (endpoint.path != request.path()) continue;
    if (endpoint.method == method) return (this->*endpoint.serve)(request, respond);
    allowed += (allowed.empty() ? "" : ", ") + std::string(endpoint.method);
  }
  if (allowed.empty()) return respond(json_response(404, message("There is nothing at this path.")));
  HttpResponse response = json_response(405, message("This path takes " + allowed + "."));
  response.headers.add("Allow", allowed);
  respond(std::move(response));
}

void ControlPlane::ready(const HttpRequest&, const Respond& respond) {
  if (store_.broken()) {
    return respond(
        json_response(503, Value(Map{{"ready", Value(false)},
                                     {"reason", Value("the store is broken: " + store_.broken_reason())}})));
  }
  if (hooks_.ready && !hooks_.ready())
    return respond(json_response(503, Value(Map{{"ready", Value(false)}, {"reason", Value("starting")}})));
  respond(json_response(200, Value(Map{{"ready", Value(true)}, {"endpoint", Value(settings_.endpoint)}})));
}

void ControlPlane::version(const HttpRequest&, const Respond& respond) {
  respond(json_response(200, Value(Map{{"name", Value("puddle")}, {"version", Value(hooks_.version)}})));
}

void ControlPlane::health(const HttpRequest&, const Respond& respond) {
  std::vector<std::string> names;
  for (const Service* service : dispatcher_.services()) names.emplace_back(service->wire().name);
  std::sort(names.begin(), names.end());
  Map services;
  for (std::string& name : names) services.add(std::move(name), Value(store_.broken() ? "error" : "running"));
  respond(json_response(200, Value(Map{{"services", Value(std::move(services))},
                                       {"edition", Value("puddle")},
                                       {"version", Value(hooks_.version)}})));
}

void ControlPlane::info(const HttpRequest&, const Respond& respond) {
  respond(json_response(200, Value(Map{{"version", Value(hooks_.version)},
                                       {"edition", Value("puddle")},
                                       {"is_license_activated", Value(false)},
                                       {"server_time_utc", Value(iso8601(loop_.now(), Millis::none))}})));
}

/// Posted, so that it runs in nobody's call: a reset destroys the calls that wait.
void ControlPlane::reset(const HttpRequest&, const Respond& respond) {
  if (!hooks_.reset) return respond(json_response(501, message("This process cannot be reset.")));
  loop_.post([this, respond] {
    try {
      hooks_.reset();
    } catch (const std::exception& e) {
      PUDDLE_LOG(error, "control", std::string("reset failed: ") + e.what());
      return respond(json_response(500, message(std::string("The reset failed: ") + e.what())));
    }
    store_.when_committed([respond](bool committed) {
      respond(committed ? json_response(200, Value(Map{{"status", Value("ok")}}))
                        : json_response(500, message("The reset could not be stored.")));
    });
  });
}

void ControlPlane::clock(const HttpRequest&, const Respond& respond) {
  respond(json_response(200, Value(Map{{"now", Value(iso8601(loop_.now()))}})));
}

void ControlPlane::advance(const HttpRequest& request, const Respond& respond) {
  if (!hooks_.advance_clock)
    return respond(json_response(501, message("The clock of this process cannot be moved.")));
  const auto body = wire::parse_json(request.body, {.max_depth = 4});
  if (!body || !body->is_map())
    return respond(json_response(400, message("The body must be a JSON object.")));
  for (const auto& [name, value] : body->map())
    if (name != "advance") return respond(json_response(400, message("Unknown member: " + name)));
  const auto by = parse_duration(body->text_or("advance"));
  if (!by) return respond(json_response(400, message("advance must be a duration such as \"PT15M\".")));
  hooks_.advance_clock(*by);
  // Behind what became due at once.
  loop_.post([this, respond] {
    respond(json_response(200, Value(Map{{"now", Value(iso8601(loop_.now()))}})));
  });
}

void ControlPlane::trace(const HttpRequest& request, const Respond& respond) {
  std::size_t limit = kTraceDefault;
  if (const auto query = parse_query(request.query(), 10))
    for (const auto& [name, value] : *query)
      if (name == "limit")
        if (const auto n = parse_int(value); n && *n > 0) limit = static_cast<std::size_t>(*n);
  List calls;
  dispatcher_.trace().newest(limit, [&calls](const TraceEntry& e) {
    Map entry{{"at", Value(iso8601(e.at))},      {"requestId", Value(e.request_id)},
              {"service", Value(e.service)},     {"operation", Value(e.operation)},
              {"account", Value(e.account)},     {"region", Value(e.region)},
              {"principal", Value(e.principal)}, {"status", Value(e.status)}};
    if (!e.error_code.empty()) entry.add("error", Value(e.error_code + ": " + e.error_message));
    calls.push_back(Value(std::move(entry)));
  });
  respond(json_response(200, Value(Map{{"calls", Value(std::move(calls))}})));
}

}  // namespace puddle
