// Asynchronous invocation: an event is a job. Function errors are tried again after one and after two minutes
// with the same request id; throttles and errors of Lambda itself for six hours. What succeeded or failed for
// good goes to the destinations of its qualifier, what failed also to the function's dead-letter queue or
// topic.
#include <algorithm>

#include "aws/arn.hpp"
#include "base/log.hpp"
#include "services/lambda/lambda.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {
namespace {

using wire::Map;
using wire::Raw;

constexpr Duration kMaxAge = std::chrono::hours(6);
constexpr int kDefaultRetries = 2;

/// An event with what has become of it.
struct Pending {
  AsyncEvent async;
  std::int64_t since = 0;  // ms
  int invokes = 0, throttles = 0;
};

std::string to_text(const Pending& p) {
  const Event& e = p.async.event;
  Map out{{"function", Value(p.async.function_arn)},
          {"id", Value(e.request_id)},
          {"payload", Value(e.payload)},
          {"context", Value(e.client_context)},
          {"trace", Value(e.trace_id)},
          {"since", Value(p.since)},
          {"invokes", Value(p.invokes)},
          {"throttles", Value(p.throttles)}};
  return wire::to_json(out);
}

Pending from_text(std::string_view text) {
  const auto v = wire::parse_json(text);
  Pending p;
  if (!v) return p;
  p.async.function_arn = v->text_or("function");
  Event& e = p.async.event;
  e.request_id = v->text_or("id");
  e.payload = v->text_or("payload");
  e.client_context = v->text_or("context");
  e.trace_id = v->text_or("trace");
  p.since = v->find("since")->integer();
  p.invokes = static_cast<int>(v->find("invokes")->integer());
  p.throttles = static_cast<int>(v->find("throttles")->integer());
  return p;
}

/// How a run ended; error: why there was none.
struct Ending {
  std::string condition;  // of the record; empty: nothing is told
  bool ran = false, failed = false;
  std::string version, payload, message;
};

std::string qualified(const std::string& arn) {
  return std::count(arn.begin(), arn.end(), ':') > 6 ? arn : arn + ":$LATEST";
}

std::string qualifier_of(const std::string& arn) {
  const std::string full = qualified(arn);
  return full.substr(full.rfind(':') + 1);
}

EventInvokeConfig config_of(Lambda& service, const std::string& arn) {
  const FunctionFamily* family = service.find_family(arn);
  if (!family) return {};
  const auto it = family->event_configs.find(qualifier_of(arn));
  return it == family->event_configs.end() ? EventInvokeConfig{} : it->second;
}

/// Destinations get the event and the answer.
std::string record_of(const Pending& p, const Ending& end, Time now) {
  Map request{{"requestId", Value(p.async.event.request_id)},
              {"functionArn", Value(qualified(p.async.function_arn))},
              {"condition", Value(end.condition)},
              {"approximateInvokeCount", Value(p.invokes)}};
  Map out{{"version", Value("1.0")},
          {"timestamp", Value(iso8601(now))},
          {"requestContext", Value(std::move(request))},
          {"requestPayload", Value(Raw{p.async.event.payload})}};
  if (end.ran) {
    Map response{{"statusCode", Value(200)}, {"executedVersion", Value(end.version)}};
    if (end.failed) response.add("functionError", "Unhandled");
    out.add("responseContext", std::move(response));
    out.add("responsePayload", Raw{end.payload.empty() ? "null" : end.payload});
  }
  return wire::to_json(out);
}

Map text_attribute(std::string_view type, std::string value) {
  return Map{{"DataType", Value(type)}, {"StringValue", Value(std::move(value))}};
}

Task<> send(Lambda& service, std::string function_arn, std::string target, std::string text, Map attributes) {
  const Function* f = service.find_arn(function_arn);
  if (!f) co_return;
  Task<std::string> sending =
      send_to_destination(service, *f, target, std::move(text), std::move(attributes));
  const std::string problem = co_await std::move(sending);
  if (!problem.empty())
    PUDDLE_LOG(warn, "lambda", "the destination " + target + " of " + function_arn + " refused: " + problem);
}

/// Tells whoever wants to know how the event ended.
Task<> conclude(Lambda& service, Pending p, Ending end) {
  const bool good = end.condition == "Success";
  const EventInvokeConfig config = config_of(service, p.async.function_arn);
  const auto& chosen = good ? config.destinations.on_success : config.destinations.on_failure;
  const std::string destination = chosen ? chosen->arn.value_or("") : "";
  if (!destination.empty()) {
    std::string text = record_of(p, end, service.deps.loop.now());
    Map none;
    Task<> sending = send(service, p.async.function_arn, destination, std::move(text), std::move(none));
    co_await std::move(sending);
  }
  if (good) co_return;
  const Function* f = service.find_arn(p.async.function_arn);
  const std::string dead = f && f->config.dead_letter ? f->config.dead_letter->target.value_or("") : "";
  if (!dead.empty()) {
    Map attributes;
    attributes.add("RequestID", text_attribute("String", p.async.event.request_id));
    attributes.add("ErrorCode", text_attribute("Number", "200"));
    attributes.add(
        "ErrorMessage",
        text_attribute("String", end.message.empty() ? end.condition : end.message.substr(0, 1024)));
    std::string text = p.async.event.payload;
    Task<> sending = send(service, p.async.function_arn, dead, std::move(text), std::move(attributes));
    co_await std::move(sending);
  }
  if (dead.empty() && destination.empty())
    PUDDLE_LOG(
        warn, "lambda",
        "an event for " + p.async.function_arn + " is dropped (" + end.condition + "): " + end.message);
}

struct Attempt {
  bool ran = false, gone = false, looped = false;
  Ending ending;
};

Task<Attempt> attempt(Lambda& service, const Pending& p) {
  Attempt out;
  try {
    std::string arn = p.async.function_arn;
    Event event = p.async.event;
    Task<Result> work = service.environments.run(std::move(arn), std::move(event));
    Result result = co_await std::move(work);
    out.ran = out.ending.ran = true;
    out.ending.failed = result.failed();
    out.ending.version = result.executed_version;
    if (result.failed()) {
      const auto answer = wire::parse_json(result.outcome.payload);
      out.ending.message = answer ? std::string(answer->text_or("errorMessage")) : result.outcome.error_type;
    }
    out.ending.payload = std::move(result.outcome.payload);
  } catch (const AwsError& error) {
    out.ending.message = error.what();
    out.gone = error.code() == kNotFound.code;
    out.looped = error.code() == kRecursive.code;
  }
  co_return std::move(out);
}

}  // namespace

void queue_event(Lambda& service, const AsyncEvent& event, Time now) {
  Pending p;
  p.async = event;
  p.since = to_millis(now);
  service.deps.jobs.add("lambda.invoke", now, to_text(p), event.function_arn);
}

Task<JobResult> run_event(Lambda& service, Job job) {
  Pending p = from_text(job.payload);
  const EventInvokeConfig config = config_of(service, p.async.function_arn);
  const Time expires =
      from_millis(p.since) + (config.max_age ? Duration(std::chrono::seconds(*config.max_age)) : kMaxAge);
  const FunctionFamily* family = service.find_family(p.async.function_arn);
  if (!family) co_return JobResult::done();  // the function was deleted
  Ending end;
  if (family->reserved == 0) {
    end.condition = "ZeroReservedConcurrency";
  } else if (service.deps.loop.now() >= expires) {
    end.condition = "EventAgeExceeded";
  } else {
    Task<Attempt> running = attempt(service, p);
    Attempt got = co_await std::move(running);
    if (got.gone) co_return JobResult::done();
    const Time now = service.deps.loop.now();
    if (got.ran) ++p.invokes;
    const bool again = (!got.ran && !got.looped) ||
                       (got.ending.failed && p.invokes <= config.max_retries.value_or(kDefaultRetries));
    if (again) {
      // The same event with its new counts; that one row is added and the other removed in one turn.
      if (!got.ran) ++p.throttles;
      const Time later = now + (got.ran ? Duration(std::chrono::minutes(p.invokes)) : backoff(p.throttles));
      service.deps.store.atomically([&] {
        service.deps.jobs.add("lambda.invoke", std::min(later, expires), to_text(p), p.async.function_arn);
      });
      co_return JobResult::done();
    }
    end = std::move(got.ending);
    end.condition = got.looped ? "RecursiveInvocation" : end.failed ? "RetriesExhausted" : "Success";
  }
  Task<> last = conclude(service, std::move(p), std::move(end));
  co_await std::move(last);
  co_return JobResult::done();
}

}  // namespace puddle::lambda
