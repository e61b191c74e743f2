// The Runtime, Extensions, Telemetry and Logs APIs of one execution environment.
#include "base/log.hpp"
#include "hosts/api_reply.hpp"
#include "hosts/environment.hpp"

namespace puddle {
namespace {

using Kind = InvocationOutcome::Kind;

constexpr std::size_t kMaxResponse = 6'291'556;
constexpr std::string_view kRuntime = "/2018-06-01/runtime/", kExtension = "/2020-01-01/extension/";
constexpr std::string_view kTelemetry = "/2022-07-01/telemetry", kLogs = "/2020-08-15/logs";

HttpResponse wrong_state(std::string_view what) {
  return api_error(403, "InvalidStateTransition",
                   "State transition from " + std::string(what) +
                       " failed for runtime. Error: State transition is not allowed");
}

}  // namespace

bool Environment::open_api() {
  ListenOptions listen;
  listen.max_connections = 64;
  listen.idle_timeout = std::chrono::hours(24);  // a handler may run for 15 minutes between two requests
  auto opened = host_.http.listen(
      listen, [weak = weak_from_this()](const HttpRequest& request, const Respond& respond) {
        const auto self = weak.lock();
        if (self) return self->serve(request, respond);
        respond(api_error(410, "Gone", "The environment has ended"));
      });
  if (!opened) {
    problem_ = "cannot open the Runtime API: " + opened.error().message;
    return false;
  }
  api_ = std::move(*opened);
  return true;
}

void Environment::serve(const HttpRequest& request, const Respond& respond) {
  const std::string_view path = request.path();
  if (path.starts_with(kRuntime)) return serve_runtime(request, path.substr(kRuntime.size()), respond);
  if (path.starts_with(kExtension))
    return extensions_.serve(request, path.substr(kExtension.size()), respond);
  if (path == kTelemetry && request.method == "PUT")
    return subscribe(request, Telemetry::Api::telemetry, respond);
  if (path == kLogs && request.method == "PUT") return subscribe(request, Telemetry::Api::logs, respond);
  respond(api_error(404, "InvalidPath", "There is no " + std::string(path) + " in Lambda's APIs"));
}

void Environment::serve_runtime(const HttpRequest& request, std::string_view rest, const Respond& respond) {
  constexpr std::string_view kInvocation = "invocation/";
  if (request.method == "GET" && rest == "invocation/next") return take_next(respond);
  if (request.method == "POST" && rest == "init/error") return take_init_error(request, respond);
  if (request.method == "POST" && rest.starts_with(kInvocation)) {
    const auto parts = split(rest.substr(kInvocation.size()), '/');
    if (parts.size() == 2 && (parts[1] == "response" || parts[1] == "error")) {
      const bool good = parts[1] == "response";
      if (!last_request_.empty() && parts[0] == last_request_)
        return respond(wrong_state(good ? "InvocationResponse to InvocationResponse"
                                        : "InvocationErrorResponse to InvocationErrorResponse"));
      if (state_ != State::busy || !invocation_ || parts[0] != invocation_->request_id)
        return respond(api_error(400, "InvalidRequestID", "Invalid request ID"));
      return take_result(request, good, respond);
    }
  }
  respond(
      api_error(404, "InvalidPath", "There is no " + std::string(request.path()) + " in the Runtime API"));
}

void Environment::take_next(const Respond& respond) {
  if (state_ == State::busy) return respond(wrong_state("Running to Ready"));
  if (state_ == State::closing || state_ == State::broken)
    return respond(api_error(410, "Gone", "The environment has ended"));
  // A runtime that asks again has given up its first connection.
  if (next_) std::exchange(next_, nullptr)(wrong_state("Ready to Ready"));
  last_request_.clear();
  next_ = respond;
  const auto keep = shared_from_this();
  progress();
}

void Environment::take_result(const HttpRequest& request, bool good, const Respond& respond) {
  InvocationOutcome out;
  if (request.body.size() > kMaxResponse) {
    respond(
        api_error(413, "RequestEntityTooLarge", "Exceeded maximum allowed payload size (6291556 bytes)."));
    out.kind = Kind::function_error;
    out.error_type = "Function.ResponseSizeTooLarge";
    out.payload =
        "{\"errorMessage\":\"Response payload size exceeded maximum allowed payload size (6291556 bytes).\","
        "\"errorType\":\"Function.ResponseSizeTooLarge\"}";
  } else {
    respond(api_accepted());
    out.kind = good ? Kind::ok : Kind::function_error;
    if (!good) out.error_type = request.headers.get("Lambda-Runtime-Function-Error-Type", "Runtime.Unknown");
    out.payload = request.body;
  }
  state_ = State::settling;
  finish(std::move(out));
}

void Environment::take_init_error(const HttpRequest& request, const Respond& respond) {
  if (state_ != State::starting || next_) return respond(wrong_state("Ready to InitError"));
  respond(api_accepted());
  fail_init(std::string(request.headers.get("Lambda-Runtime-Function-Error-Type", "Runtime.Unknown")),
            request.body, false);
}

void Environment::subscribe(const HttpRequest& request, Telemetry::Api api, const Respond& respond) {
  const std::string name = extensions_.name_of(request);
  if (name.empty())
    return respond(api_error(403, "Extension.UnknownExtensionIdentifier",
                             "Unknown or missing Lambda-Extension-Identifier"));
  if (state_ != State::starting)
    return respond(
        api_error(403, "Telemetry.NotSupported", "Subscriptions are closed: the init phase is over"));
  Telemetry::Subscribed result = telemetry_.subscribe(api, name, request.body);
  const bool good = !result.types.empty();
  respond(std::move(result.response));
  if (!good) return;
  say(telemetry_event(name, result.types));
  if (events_.telemetry) events_.telemetry(name, std::move(result.types));
}

}  // namespace puddle
