// A queue as event source: long polling, up to five batches at a time. Messages of a batch that failed are
// left alone and come back when their visibility time-out is over; those of one that succeeded are deleted.
#include <set>

#include "aws/arn.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "runtime/random.hpp"
#include "services/lambda/lambda.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {
namespace {

using wire::List;
using wire::Map;

constexpr int kLongPoll = 20;
constexpr std::size_t kMaxBatchBytes = 6'000'000;  // of an event

struct Received {
  List messages;
  std::string problem;
};

std::string queue_url(const std::string& arn) {
  const auto parsed = Arn::parse(arn);
  return "/" + parsed->account + "/" + parsed->resource;
}

Task<Received> receive(Lambda& service, Function function, std::string queue_arn, int count,
                       int wait_seconds) {
  Received out;
  try {
    Map input{{"QueueUrl", Value(queue_url(queue_arn))},
              {"MaxNumberOfMessages", Value(count)},
              {"WaitTimeSeconds", Value(wait_seconds)},
              {"AttributeNames", Value(List{Value("All")})},
              {"MessageAttributeNames", Value(List{Value("All")})}};
    ClientCall call = role_call(service, function, "sqs", "ReceiveMessage", std::move(input), queue_arn);
    Task<Value> work = service.deps.client.call(std::move(call));
    Value answer = co_await std::move(work);
    if (Value* messages = const_cast<Value*>(answer.find("Messages")))
      out.messages = std::move(messages->list());
  } catch (const AwsError& e) {
    out.problem = e.what();
  }
  co_return std::move(out);
}

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

Task<> run_batch(Lambda& service, Mapping mapping, Function function, List messages,
                 std::shared_ptr<SourceState> state) {
  const std::size_t count = messages.size();
  std::string problem;
  try {
    Event event;
    event.request_id = uuid(service.deps.entropy);
    event.payload = queue_event(messages, mapping.config.source_arn, mapping.region);
    if (const Value* attributes = messages[0].find("Attributes"))
      event.trace_id = attributes->text_or("AWSTraceHeader");
    std::string arn = function.arn();
    Task<Result> work = service.environments.run(std::move(arn), std::move(event));
    const Result result = co_await std::move(work);
    List done = succeeded(mapping, result, std::move(messages));
    const std::size_t good = done.size();
    if (service.deps.settings.hop)
      service.deps.settings.hop(function.config.name,
                                std::to_string(good) + " of " + std::to_string(count) + " message(s) done, " +
                                    std::to_string(result.outcome.duration.count() / 1000) + " ms");
    Task<> cleaning =
        delete_messages(service, std::move(function), mapping.config.source_arn, std::move(done));
    co_await std::move(cleaning);
  } catch (const AwsError& e) {
    problem = e.what();
  }
  if (!problem.empty())
    PUDDLE_LOG(warn, "lambda", "a batch of " + mapping.config.source_arn + " was not run: " + problem);
  --state->batches;
  state->changed.raise_all();
}

int limit_of(const Mapping& m) {
  return m.config.scaling && m.config.scaling->concurrency ? *m.config.scaling->concurrency : kMaxSqsPollers;
}

std::size_t bytes_of(const List& messages) {
  std::size_t out = 0;
  for (const Value& m : messages) out += m.text_or("Body").size() + 1024;
  return out;
}

}  // namespace

Task<> poll_queue(Lambda& service, std::string uuid, std::shared_ptr<SourceState> state) {
  Loop& loop = service.deps.loop;
  int failures = 0;
  for (;;) {
    const Mapping* found = service.find_mapping(uuid);
    const Function* function = found ? service.find_arn(found->config.function_arn) : nullptr;
    if (!found) co_return;
    if (!function || state->batches >= limit_of(*found)) {
      const Time later = loop.now() + std::chrono::seconds(60);
      Signal::Wait wait(state->changed, later);
      const Wake why = co_await wait;
      if (why == Wake::gone) co_return;
      continue;
    }
    const MappingConfig config = found->config;
    List batch;
    Time closes{};  // when the window of the batch ends
    std::string problem;
    for (;;) {
      const int missing = config.batch_size - static_cast<int>(batch.size());
      const Duration left = closes - loop.now();
      int seconds = kLongPoll;
      if (!batch.empty())
        seconds = static_cast<int>(
            std::min<std::int64_t>(kLongPoll, std::max<std::int64_t>(0, (left.count() + 999) / 1000)));
      const Function* still = service.find_arn(config.function_arn);
      if (!still) break;
      Task<Received> work = receive(service, *still, config.source_arn, std::min(10, missing), seconds);
      Received got = co_await std::move(work);
      problem = got.problem;
      if (!problem.empty()) break;
      if (batch.empty() && !got.messages.empty()) closes = loop.now() + std::chrono::seconds(config.window);
      for (Value& m : got.messages) batch.push_back(std::move(m));
      if (static_cast<int>(batch.size()) >= config.batch_size || bytes_of(batch) >= kMaxBatchBytes) break;
      if (!batch.empty() && loop.now() >= closes) break;
    }
    if (!batch.empty()) {
      const Mapping* now = service.find_mapping(uuid);
      const Function* target = service.find_arn(config.function_arn);
      if (!now || !target) co_return;
      ++state->batches;
      service.tasks.spawn(run_batch(service, *now, *target, std::move(batch), state));
    }
    if (problem.empty()) {
      failures = 0;
      continue;
    }
    PUDDLE_LOG(warn, "lambda", "cannot read " + config.source_arn + ": " + problem);
    const Time later = loop.now() + backoff(++failures);
    Sleep nap(loop, later);
    co_await nap;
  }
}

}  // namespace puddle::lambda
