// PutLogEvents: the hot path of every function invocation. Two look-ups, a row per event, two figures.
#include "services/logs/logs.hpp"

namespace puddle::logs {
namespace {

struct InputEvent {
  std::int64_t timestamp = 0;
  std::string message;
  static Shape shape() {
    return {required<&InputEvent::timestamp>("timestamp", {.min = 0}),
            required<&InputEvent::message>("message", {.min = 1})};
  }
};

struct Input {
  std::string group, stream;
  std::vector<InputEvent> events;
  std::optional<std::string> token;
  std::optional<Value> entity;
};

struct Rejected {
  std::optional<int> too_new, too_old, expired;
  static Shape shape() {
    return {optional<&Rejected::too_new>("tooNewLogEventStartIndex"),
            optional<&Rejected::too_old>("tooOldLogEventEndIndex"),
            optional<&Rejected::expired>("expiredLogEventEndIndex")};
  }
};

struct Output {
  std::string token;
  std::optional<Rejected> rejected;
};

std::int64_t check(const Input& in) {
  if (in.entity) throw kInvalidParameter("The parameter entity is not supported by Puddle.");
  std::size_t bytes = 0;
  std::int64_t last = in.events.front().timestamp;
  for (const InputEvent& e : in.events) {
    if (e.message.size() + kEventOverhead > kMaxEventBytes)
      throw kInvalidParameter("Log event too large: " + std::to_string(e.message.size() + kEventOverhead) +
                              " bytes exceeds limit of " + std::to_string(kMaxEventBytes));
    if (e.timestamp < last)
      throw kInvalidParameter("Log events in a single PutLogEvents request must be in chronological order.");
    last = e.timestamp;
    bytes += e.message.size() + kEventOverhead;
  }
  if (bytes > kMaxBatchBytes)
    throw kInvalidParameter("Upload too large: " + std::to_string(bytes) + " bytes exceeds limit of " +
                            std::to_string(kMaxBatchBytes));
  if (last - in.events.front().timestamp > kMaxSpan.count())
    throw kInvalidParameter(
        "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
  return static_cast<std::int64_t>(bytes);
}

Output put(Logs& logs, const Call& call, const Input& in) {
  check(in);
  const Group group = logs.need(call, in.group);
  const Stream stream = logs.need_stream(group, in.stream);
  const std::int64_t now = to_millis(call.now), oldest = to_millis(call.now - kMaxAge),
                     newest = to_millis(call.now + kMaxFuture);
  const std::int64_t expired = to_millis(group.oldest(call.now));
  Rejected rejected;
  std::int64_t first = 0, last = 0, stored = 0;
  for (std::size_t i = 0; i < in.events.size(); ++i) {
    const InputEvent& e = in.events[i];
    if (e.timestamp < expired)
      rejected.expired = static_cast<int>(i) + 1;
    else if (e.timestamp < oldest)
      rejected.too_old = static_cast<int>(i) + 1;
    else if (e.timestamp > newest) {
      rejected.too_new = static_cast<int>(i);
      break;
    } else {
      logs.records.append(stream.id, e.timestamp, now, e.message);
      if (stored == 0) first = e.timestamp;
      last = e.timestamp;
      stored += static_cast<std::int64_t>(e.message.size() + kEventOverhead);
    }
  }
  if (stored > 0) logs.records.appended(stream, first, last, call.now, stored);
  Output out;
  const std::string digits = std::to_string(now);
  out.token = "49" + std::string(54 - digits.size(), '0') + digits;
  if (rejected.too_new || rejected.too_old || rejected.expired) out.rejected = rejected;
  return out;
}

}  // namespace

Operation put_log_events() {
  return operation<Logs, Input, Output>({
      .name = "PutLogEvents",
      .action = "logs:PutLogEvents",
      .resource = [](Logs&, const Call& c, const Input& in) { return resource_arn(c, in.group, in.stream); },
      .input = {required<&Input::group>("logGroupName", {.min = 1, .max = 512, .pattern = kGroupPattern}),
                required<&Input::stream>("logStreamName", {.min = 1, .max = 512, .pattern = kStreamPattern}),
                required<&Input::events>("logEvents",
                                         {.min = 1, .max = static_cast<std::int64_t>(kMaxBatchEvents)}),
                optional<&Input::token>("sequenceToken", {.min = 1}), optional<&Input::entity>("entity")},
      .output = {required<&Output::token>("nextSequenceToken"),
                 optional<&Output::rejected>("rejectedLogEventsInfo")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = put,
  });
}

}  // namespace puddle::logs
