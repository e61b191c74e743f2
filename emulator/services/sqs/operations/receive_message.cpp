// ReceiveMessage: short and long polling.
#include <algorithm>

#include "base/log.hpp"
#include "services/sqs/operations/factories.hpp"
#include "services/sqs/operations/received.hpp"
#include "services/sqs/sqs.hpp"

namespace puddle::sqs {
namespace {

struct Input {
  std::optional<std::string> url, attempt_id;
  std::optional<int> max, visibility, wait;
  std::vector<std::string> attribute_names, system_names, message_attribute_names;
};

struct Output {
  std::vector<Received> messages;
};

void check_range(std::optional<int> value, std::int64_t low, std::int64_t high, const char* name,
                 const std::string& reason) {
  if (value && (*value < low || *value > high))
    throw kInvalidParameter("Value " + std::to_string(*value) + " for parameter " + name +
                            " is invalid. Reason: " + reason);
}

Output take(Sqs& sqs, const Call& call, Queue& queue, const Input& in, Time now) {
  // AttributeNames is the old spelling: in JSON both count, in a query the new one wins.
  Wanted names{in.system_names, in.message_attribute_names};
  if (names.system.empty() || !call.query_protocol)
    names.system.insert(names.system.end(), in.attribute_names.begin(), in.attribute_names.end());
  Sqs::Receive request;
  request.max = static_cast<std::size_t>(in.max.value_or(1));
  request.visibility = in.visibility ? Duration(std::chrono::seconds(*in.visibility)) : queue.visibility();
  request.attempt = in.attempt_id.value_or("");
  Output out;
  for (Message* m : sqs.receive(queue, now, request)) out.messages.push_back(describe(queue, *m, names));
  return out;
}

void check(const Queue& queue, const Input& in) {
  check_range(in.max, 1, kMaxReceive, "MaxNumberOfMessages", "Must be between 1 and 10, if provided.");
  check_range(in.wait, 0, kMaxWaitSeconds, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.");
  check_range(in.visibility, 0, kMaxVisibilitySeconds, "VisibilityTimeout",
              "Must be >= 0 and <= 43200, if provided.");
  for (const auto* names : {&in.attribute_names, &in.system_names})
    for (const std::string& name : *names) {
      static constexpr std::string_view kKnown[] = {"All",
                                                    "SenderId",
                                                    "SentTimestamp",
                                                    "ApproximateReceiveCount",
                                                    "ApproximateFirstReceiveTimestamp",
                                                    "SequenceNumber",
                                                    "MessageDeduplicationId",
                                                    "MessageGroupId",
                                                    "AWSTraceHeader",
                                                    "DeadLetterQueueSourceArn"};
      if (std::find(std::begin(kKnown), std::end(kKnown), name) == std::end(kKnown) && !known_attribute(name))
        throw kInvalidAttributeName("Unknown Attribute " + name + ".");
    }
  if (!in.attempt_id) return;
  if (!queue.fifo())
    throw kInvalidParameter("Value " + *in.attempt_id +
                            " for parameter ReceiveRequestAttemptId is invalid. Reason: The request include "
                            "parameter that is not valid for this queue type.");
  if (!valid_id(*in.attempt_id))
    throw kInvalidParameter(
        "Value " + *in.attempt_id +
        " for parameter ReceiveRequestAttemptId is invalid. Reason: ReceiveRequestAttemptId can "
        "only include alphanumeric and punctuation characters. 1 to 128 in length.");
}

/// Short polling of a standard queue is told that too many messages are in flight; long polling gets none.
void check_in_flight(const Queue& queue, Time now) {
  if (!queue.fifo() && queue.counts(now).in_flight >= queue.max_in_flight())
    throw kOverLimit(
        "Too many messages have been received without being deleted. Please delete your received messages or "
        "let them timeout before receiving more.");
}

Task<Output> wait(Sqs& sqs, const Call& call, Input in) {
  Queue& queue = sqs.require(call, in.url);
  check(queue, in);
  const Duration patience = in.wait ? Duration(std::chrono::seconds(*in.wait)) : queue.wait();
  if (patience == Duration(0)) check_in_flight(queue, call.now);
  Output out;
  // Who waits already comes first.
  if (!queue.polls.empty()) sqs.serve_polls(queue.id);
  sqs.deps.store.atomically([&] { out = take(sqs, call, queue, in, call.now); });
  if (!out.messages.empty() || patience == Duration(0)) co_return std::move(out);
  const std::string arn = queue.arn;
  Polls::Attempt attempt = [&sqs, &call, &in, &out, arn] {
    // A client that went away takes no message; the next in the line gets it.
    if (call.gone && *call.gone) return true;
    Queue* there = sqs.find_arn(arn);
    if (!there) return true;
    try {
      sqs.deps.store.atomically([&] { out = take(sqs, call, *there, in, sqs.deps.loop.now()); });
    } catch (const std::exception& e) {
      PUDDLE_LOG(error, "sqs", "a waiting receiver of " + arn + " was not served: " + e.what());
      return true;
    }
    return !out.messages.empty();
  };
  sqs.arm(queue, call.now);
  Polls::Wait turn(queue.polls, call.now + patience, std::move(attempt));
  co_await turn;
  co_return std::move(out);
}

}  // namespace

Operation receive_message() {
  return operation<Sqs, Input, Output>({
      .name = "ReceiveMessage",
      .action = "sqs:ReceiveMessage",
      .resource = [](Sqs& s, const Call& c, const Input& in) { return s.require(c, in.url).arn; },
      .input = {required<&Input::url>("QueueUrl"),
                optional<&Input::attribute_names>("AttributeNames",
                                                  {.at_name = "AttributeName", .flattened = true}),
                optional<&Input::system_names>("MessageSystemAttributeNames",
                                               {.at_name = "MessageSystemAttributeName", .flattened = true}),
                optional<&Input::message_attribute_names>(
                    "MessageAttributeNames", {.at_name = "MessageAttributeName", .flattened = true}),
                optional<&Input::max>("MaxNumberOfMessages"),
                optional<&Input::visibility>("VisibilityTimeout"), optional<&Input::wait>("WaitTimeSeconds"),
                optional<&Input::attempt_id>("ReceiveRequestAttemptId")},
      .output = {optional<&Output::messages>("Messages", {.at_name = "Message", .flattened = true})},
      .errors = {kQueueDoesNotExist, kInvalidParameter, kInvalidAttributeName, kMissingParameter, kOverLimit},
      .wait = wait,
  });
}

}  // namespace puddle::sqs
