// A queue as event source: long polling, so a message wakes it at once. Batches run side by side: five at
// first, 300 more a minute as long as all of them are busy, down again when the queue is empty or the
// function is throttled, never more than MaximumConcurrency or than this machine runs.
#include <algorithm>

#include "aws/arn.hpp"
#include "base/log.hpp"
#include "services/lambda/lambda.hpp"

namespace puddle::lambda {
namespace {

using wire::List;
using wire::Map;

constexpr int kLongPoll = 20;
constexpr std::size_t kMaxBatchBytes = 6'000'000;  // of an event
constexpr double kFirstBatches = 5, kMoreEachSecond = 5;
constexpr double kMostBatches = 1250;
constexpr Duration kNoFunction = std::chrono::seconds(60);

struct Received {
  List messages;
  std::string problem;
};

Task<Received> receive(Lambda& service, Function function, std::string queue_arn, int count,
                       int wait_seconds) {
  Received out;
  try {
    const auto arn = Arn::parse(queue_arn);
    Map input{{"QueueUrl", Value("/" + arn->account + "/" + arn->resource)},
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

/// The mapping's limit or this machine's.
int most_of(const Lambda& service, const Mapping& m) {
  double most = std::max(static_cast<double>(service.deps.settings.function_concurrency), kFirstBatches);
  most = std::min(most, kMostBatches);
  if (m.config.scaling && m.config.scaling->concurrency)
    most = std::min<double>(*m.config.scaling->concurrency, most);
  return static_cast<int>(most);
}

/// How many batches may run now; it has grown since all of them are busy.
int limit_of(int most, SourceState& state, Time now) {
  if (state.allowed < 1) state.allowed = kFirstBatches;
  double allowed = state.allowed;
  if (state.saturated != Time{})
    allowed += kMoreEachSecond * static_cast<double>((now - state.saturated).count()) / 1000.0;
  return static_cast<int>(std::min<double>(allowed, most));
}

/// Notes that all batches are busy; the time at which one more may start.
Time saturate(SourceState& state, Time now) {
  if (state.saturated == Time{}) state.saturated = now;
  constexpr int kStep = static_cast<int>(1000 / kMoreEachSecond);
  const auto grown = (now - state.saturated).count() / kStep + 1;
  return state.saturated + Duration(grown * kStep);
}

void relax(SourceState& state, int limit) {
  if (state.saturated == Time{}) return;
  state.allowed = limit;
  state.saturated = {};
}

std::size_t bytes_of(const List& messages) {
  std::size_t out = 0;
  for (const Value& m : messages) out += m.text_or("Body").size() + 1024;
  return out;
}

/// Moves what the patterns refuse out of the messages.
List refused_by(const RecordFilter* filter, List& messages, const Mapping& m) {
  List out;
  if (!filter) return out;
  List good;
  for (Value& message : messages) {
    const Value record = queue_record(message, m.config.source_arn, m.region);
    (filter->accepts_message(record) ? good : out).push_back(std::move(message));
  }
  messages = std::move(good);
  return out;
}

struct Gathered {
  List batch;
  std::string problem;
};

/// Receives until the batch is full, its window ends, or, without a window, something is there.
Task<Gathered> gather(Lambda& service, Mapping m, std::shared_ptr<SourceState> state) {
  Loop& loop = service.deps.loop;
  const MappingConfig& config = m.config;
  Gathered out;
  Time closes{};  // when the window of the batch ends
  for (;;) {
    const int missing = config.batch_size - static_cast<int>(out.batch.size());
    int seconds = kLongPoll;
    if (!out.batch.empty()) {
      const std::int64_t left = ((closes - loop.now()).count() + 999) / 1000;
      seconds = static_cast<int>(std::clamp<std::int64_t>(left, 0, kLongPoll));
    }
    const Function* function = service.find_arn(config.function_arn);
    if (!function) break;
    const Function copy = *function;
    Task<Received> work = receive(service, copy, config.source_arn, std::min(10, missing), seconds);
    Received got = co_await std::move(work);
    out.problem = got.problem;
    if (!out.problem.empty()) break;
    const bool nothing = got.messages.empty();
    List refused = refused_by(state->filter.get(), got.messages, m);
    if (!refused.empty()) {
      Task<> dropping = delete_messages(service, copy, config.source_arn, std::move(refused));
      co_await std::move(dropping);
    }
    if (out.batch.empty() && !got.messages.empty()) closes = loop.now() + std::chrono::seconds(config.window);
    for (Value& message : got.messages) out.batch.push_back(std::move(message));
    if (nothing && out.batch.empty()) break;
    if (static_cast<int>(out.batch.size()) >= config.batch_size || bytes_of(out.batch) >= kMaxBatchBytes)
      break;
    if (!out.batch.empty() && loop.now() >= closes) break;
  }
  co_return std::move(out);
}

}  // namespace

Task<> poll_queue(Lambda& service, std::string uuid, std::shared_ptr<SourceState> state) {
  Loop& loop = service.deps.loop;
  int failures = 0;
  for (;;) {
    const Mapping* found = service.find_mapping(uuid);
    if (!found) co_return;
    const Mapping mapping = *found;
    const bool function = service.find_arn(mapping.config.function_arn) != nullptr;
    const Time now = loop.now();
    const int most = most_of(service, mapping), limit = limit_of(most, *state, now);
    if (!function || state->batches >= limit) {
      const Time grows = saturate(*state, now), later = function && limit < most ? grows : now + kNoFunction;
      Signal::Wait wait(state->changed, later);
      const Wake why = co_await wait;
      if (why == Wake::gone) co_return;
      continue;
    }
    if (state->throttles > 0) {
      const Time later = now + backoff(state->throttles);
      Sleep nap(loop, later);
      co_await nap;
    }
    Task<Gathered> gathering = gather(service, mapping, state);
    Gathered got = co_await std::move(gathering);
    // Messages that had to be waited for are no crowd.
    if (loop.now() - now > std::chrono::seconds(mapping.config.window + 1)) relax(*state, limit);
    if (got.batch.empty()) {
      state->saturated = {};
      state->allowed = std::max(kFirstBatches, state->allowed / 2);
    } else {
      const Mapping* still = service.find_mapping(uuid);
      if (!still) co_return;
      ++state->batches;
      service.tasks.spawn(run_queue_batch(service, *still, std::move(got.batch), state));
    }
    if (got.problem.empty()) {
      failures = 0;
      continue;
    }
    PUDDLE_LOG(warn, "lambda", "cannot read " + mapping.config.source_arn + ": " + got.problem);
    const Time later = loop.now() + backoff(++failures);
    Sleep nap(loop, later);
    co_await nap;
  }
}

}  // namespace puddle::lambda
