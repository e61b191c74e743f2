// A batch of messages: the function is invoked, what it has processed is deleted. Messages of a batch that
// failed are left alone and come back when their visibility time-out is over.
#include <set>

#include "aws/arn.hpp"
#include "base/log.hpp"
#include "runtime/random.hpp"
#include "services/lambda/lambda.hpp"

namespace puddle::lambda {
namespace {

using wire::List;
using wire::Map;

std::string queue_url(const std::string& arn) {
  const auto parsed = Arn::parse(arn);
  return "/" + parsed->account + "/" + parsed->resource;
}

/// Takes those out that the function reported as failed; all of them when it failed as a whole.
List succeeded(const Mapping& m, const Result& result, List messages) {
  if (result.failed()) return {};
  if (!m.reports_failures()) return messages;
  std::set<std::string, std::less<>> ids;
  for (const Value& message : messages) ids.emplace(message.text_or("MessageId"));
  const BatchAnswer answer =
      read_batch_answer(result.outcome.payload, [&](std::string_view id) { return ids.contains(id); });
  if (answer.all_failed) return {};
  const std::set<std::string, std::less<>> failed(answer.failed.begin(), answer.failed.end());
  std::erase_if(messages,
                [&](const Value& message) { return failed.contains(message.text_or("MessageId")); });
  return messages;
}

void tell(const Lambda& service, const Mapping& m, std::size_t good, std::size_t count,
          const Result& result) {
  if (!service.deps.settings.hop) return;
  const auto parts = Arn::parse(m.config.function_arn);
  service.deps.settings.hop(parts->resource.substr(parts->resource.find(':') + 1),
                            std::to_string(good) + " of " + std::to_string(count) + " message(s) done, " +
                                std::to_string(result.outcome.duration.count() / 1000) + " ms");
}

/// A throttled source takes half as many batches at a time, and pauses.
void throttled(SourceState& state) {
  ++state.throttles;
  state.allowed = std::max(2.0, state.allowed / 2);
  state.saturated = {};
}

}  // namespace

Task<> delete_messages(Lambda& service, Function function, std::string queue_arn, List messages) {
  for (std::size_t from = 0; from < messages.size(); from += 10) {
    std::string problem;
    try {
      List entries;
      for (std::size_t i = from; i < std::min(from + 10, messages.size()); ++i) {
        Map entry{{"Id", Value(std::to_string(i))},
                  {"ReceiptHandle", Value(messages[i].text_or("ReceiptHandle"))}};
        entries.emplace_back(std::move(entry));
      }
      Map input{{"QueueUrl", Value(queue_url(queue_arn))}, {"Entries", Value(std::move(entries))}};
      ClientCall call =
          role_call(service, function, "sqs", "DeleteMessageBatch", std::move(input), queue_arn);
      Task<Value> work = service.deps.client.call(std::move(call));
      co_await std::move(work);
    } catch (const AwsError& e) {
      problem = e.what();
    }
    if (!problem.empty())
      PUDDLE_LOG(warn, "lambda", "messages of " + queue_arn + " were not deleted: " + problem);
  }
}

Task<> run_queue_batch(Lambda& service, Mapping mapping, List messages, std::shared_ptr<SourceState> state) {
  const std::size_t count = messages.size();
  std::string problem;
  bool slow_down = false;
  try {
    Event event;
    event.request_id = uuid(service.deps.entropy);
    event.payload = queue_event(messages, mapping.config.source_arn, mapping.region);
    if (const Value* attributes = messages[0].find("Attributes"))
      event.trace_id = attributes->text_or("AWSTraceHeader");
    std::string arn = mapping.config.function_arn;
    Task<Result> work = service.environments.run(std::move(arn), std::move(event));
    const Result result = co_await std::move(work);
    List done = succeeded(mapping, result, std::move(messages));
    tell(service, mapping, done.size(), count, result);
    if (const Function* function = service.find_arn(mapping.config.function_arn)) {
      Task<> cleaning = delete_messages(service, *function, mapping.config.source_arn, std::move(done));
      co_await std::move(cleaning);
    }
    state->throttles = 0;
  } catch (const AwsError& e) {
    problem = e.what();
    slow_down = e.code() == kTooManyRequests.code;
  }
  if (slow_down) throttled(*state);
  if (!problem.empty())
    PUDDLE_LOG(warn, "lambda", "a batch of " + mapping.config.source_arn + " was not run: " + problem);
  --state->batches;
  state->changed.raise_all();
}

}  // namespace puddle::lambda
