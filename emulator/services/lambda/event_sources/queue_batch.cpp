// A batch of messages: the function is invoked, what it has processed is deleted. Messages of a batch that
// failed are left alone and come back when their visibility time-out is over.
#include <algorithm>
#include <set>

#include "aws/arn.hpp"
#include "base/log.hpp"
#include "runtime/random.hpp"
#include "services/lambda/lambda.hpp"
#include "services/lambda/lineage.hpp"
#include "wire/json.hpp"

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

int loops_of(const Mapping& m, const Value& message) {
  const Value* attributes = message.find("Attributes");
  return times_invoked(attributes ? attributes->text_or("AWSTraceHeader") : "",
                       unqualified(m.config.function_arn));
}

/// Takes out the messages of chains of events that have invoked the function too often. Nobody deletes them:
/// they come back until the queue's redrive policy takes them away.
void drop_loops(Lambda& service, const Mapping& m, List& messages) {
  const FunctionFamily* family = service.find_family(m.config.function_arn);
  if (!family || family->recursion == "Allow") return;
  const std::size_t dropped = std::erase_if(
      messages, [&](const Value& message) { return loops_of(m, message) >= kMaxChainedInvocations; });
  if (dropped > 0)
    PUDDLE_LOG(warn, "lambda",
               std::to_string(dropped) + " message(s) of " + m.config.source_arn +
                   " are not run: they go round in a recursive loop with " + m.config.function_arn);
}

/// The header that a batch goes on with: of the message that has come round most often.
std::string trace_of(const Mapping& m, const List& messages) {
  const auto most = std::max_element(messages.begin(), messages.end(), [&](const Value& a, const Value& b) {
    return loops_of(m, a) < loops_of(m, b);
  });
  const Value* attributes = most->find("Attributes");
  return std::string(attributes ? attributes->text_or("AWSTraceHeader") : "");
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

struct Piece {
  List messages;
  std::string payload;  // the event
};

/// The first messages, as many as fit into an event: messages may be large, and grow when they are escaped.
Piece take_piece(const Mapping& m, List& rest) {
  constexpr std::size_t kMaxEventBytes = 6'000'000;
  Piece out;
  std::size_t taken = 0;
  out.payload = "{\"Records\":[";
  for (; taken < rest.size(); ++taken) {
    const std::string record = wire::to_json(queue_record(rest[taken], m.config.source_arn, m.region));
    if (taken > 0 && out.payload.size() + record.size() > kMaxEventBytes) break;
    if (taken > 0) out.payload += ',';
    out.payload += record;
  }
  out.payload += "]}";
  const auto end = rest.begin() + static_cast<std::ptrdiff_t>(taken);
  out.messages.assign(std::make_move_iterator(rest.begin()), std::make_move_iterator(end));
  rest.erase(rest.begin(), end);
  return out;
}

/// Whether all of its messages were processed.
Task<bool> run_piece(Lambda& service, Mapping mapping, Piece piece, std::shared_ptr<SourceState> state) {
  const std::size_t count = piece.messages.size();
  std::string problem;
  bool slow_down = false, all_done = false;
  try {
    Event event;
    event.request_id = uuid(service.deps.entropy);
    event.payload = std::move(piece.payload);
    event.trace_id = trace_of(mapping, piece.messages);
    std::string arn = mapping.config.function_arn;
    Task<Result> work = service.environments.run(std::move(arn), std::move(event));
    const Result result = co_await std::move(work);
    List done = succeeded(mapping, result, std::move(piece.messages));
    tell(service, mapping, done.size(), count, result);
    all_done = done.size() == count;
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
  co_return all_done;
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
  drop_loops(service, mapping, messages);
  while (!messages.empty()) {
    Piece piece = take_piece(mapping, messages);
    Task<bool> running = run_piece(service, mapping, std::move(piece), state);
    const bool done = co_await std::move(running);
    // What failed comes back; nothing of its group may overtake it.
    if (!done && mapping.fifo()) break;
  }
  --state->batches;
  state->changed.raise_all();
}

}  // namespace puddle::lambda
