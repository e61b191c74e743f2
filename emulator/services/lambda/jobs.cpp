// Asynchronous invocation: an event is a job. Function errors are tried again after one and after two minutes
// with the same request id; throttles and errors of Lambda itself for six hours. What fails for good goes to
// the function's dead-letter queue or topic.
#include "aws/arn.hpp"
#include "base/log.hpp"
#include "services/lambda/lambda.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {
namespace {

using wire::Map;

constexpr Duration kMaxAge = std::chrono::hours(6);

std::string to_text(const AsyncEvent& e) {
  Map out{{"function", Value(e.function_arn)},
          {"id", Value(e.event.request_id)},
          {"payload", Value(e.event.payload)},
          {"context", Value(e.event.client_context)},
          {"trace", Value(e.event.trace_id)}};
  return wire::to_json(out);
}

AsyncEvent from_text(std::string_view text) {
  const auto v = wire::parse_json(text);
  AsyncEvent e;
  if (!v) return e;
  e.function_arn = v->text_or("function");
  e.event.request_id = v->text_or("id");
  e.event.payload = v->text_or("payload");
  e.event.client_context = v->text_or("context");
  e.event.trace_id = v->text_or("trace");
  return e;
}

Map text_attribute(std::string_view type, std::string value) {
  return Map{{"DataType", Value(type)}, {"StringValue", Value(std::move(value))}};
}

/// The original event for the dead-letter target, with what went wrong as attributes.
ClientCall dead_letter_call(const Lambda& service, const Function& f, const AsyncEvent& e,
                            const std::string& message) {
  const std::string target = *f.config.dead_letter->target;
  const auto arn = Arn::parse(target);
  Map attributes;
  attributes.add("RequestID", text_attribute("String", e.event.request_id));
  attributes.add("ErrorCode", text_attribute("Number", "200"));
  attributes.add("ErrorMessage", text_attribute("String", message.substr(0, 1024)));
  const bool topic = arn->service == "sns";
  Map input;
  if (topic)
    input.add("TopicArn", target);
  else
    input.add("QueueUrl", "/" + arn->account + "/" + arn->resource);
  input.add(topic ? "Message" : "MessageBody", e.event.payload);
  input.add("MessageAttributes", std::move(attributes));
  ClientCall call;
  call.service = topic ? "sns" : "sqs";
  call.operation = topic ? "Publish" : "SendMessage";
  call.input = Value(std::move(input));
  call.principal = service.role_of(f);
  call.account = arn->account;
  call.region = arn->region;
  return call;
}

Task<> give_up(Lambda& service, AsyncEvent e, std::string message) {
  const Function* f = service.find_arn(e.function_arn);
  const bool has_target = f && f->config.dead_letter && f->config.dead_letter->target.value_or("") != "";
  if (!has_target) {
    PUDDLE_LOG(warn, "lambda",
               "an event for " + e.function_arn + " is dropped after its last attempt: " + message);
    co_return;
  }
  std::string problem;
  try {
    ClientCall call = dead_letter_call(service, *f, e, message);
    Task<Value> work = service.deps.client.call(std::move(call));
    co_await std::move(work);
  } catch (const AwsError& error) {
    problem = error.what();
  }
  if (!problem.empty())
    PUDDLE_LOG(warn, "lambda",
               "the dead-letter target of " + e.function_arn + " refused an event: " + problem);
}

}  // namespace

void queue_event(Lambda& service, const AsyncEvent& event, Time now) {
  service.deps.jobs.add("lambda.invoke", now, to_text(event), event.function_arn);
}

Task<JobResult> run_event(Lambda& service, Job job) {
  AsyncEvent e = from_text(job.payload);
  std::string problem, code;
  bool failed = false;
  try {
    Task<Result> work = service.environments.run(e.function_arn, e.event);
    const Result result = co_await std::move(work);
    failed = result.failed();
    if (failed) {
      const auto answer = wire::parse_json(result.outcome.payload);
      problem = answer ? std::string(answer->text_or("errorMessage")) : result.outcome.error_type;
    }
  } catch (const AwsError& error) {
    problem = error.what();
    code = error.code();
  }
  const Time now = service.deps.loop.now();
  if (!failed && code.empty()) co_return JobResult::done();
  if (code == kNotFound.code) co_return JobResult::done();  // the function was deleted
  if (!code.empty() && now - job.created < kMaxAge) co_return JobResult::retry_at(now + backoff(job.attempt));
  if (failed && job.attempt < kAsyncAttempts)
    co_return JobResult::retry_at(now + std::chrono::minutes(job.attempt));
  Task<> last = give_up(service, std::move(e), std::move(problem));
  co_await std::move(last);
  co_return JobResult::done();
}

}  // namespace puddle::lambda
