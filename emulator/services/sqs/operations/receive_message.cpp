// ReceiveMessage: short and long polling.
#include <algorithm>

#include "base/log.hpp"
#include "services/sqs/operations/factories.hpp"
#include "services/sqs/sqs.hpp"

namespace puddle::sqs {
namespace {

struct Input {
  std::optional<std::string> url, attempt_id;
  std::optional<int> max, visibility, wait;
  std::vector<std::string> attribute_names, system_names, message_attribute_names;
};

struct Received {
  std::string message_id, receipt_handle, body_md5, body;
  std::map<std::string, std::string> attributes;
  std::optional<std::string> attributes_md5;
  AttributeMap message_attributes;
  static Shape shape() {
    return {
        required<&Received::message_id>("MessageId"),
        required<&Received::receipt_handle>("ReceiptHandle"),
        required<&Received::body_md5>("MD5OfBody"),
        required<&Received::body>("Body"),
        optional<&Received::attributes>(
            "Attributes",
            {.at_name = "Attribute", .flattened = true, .key_name = "Name", .value_name = "Value"}),
        optional<&Received::attributes_md5>("MD5OfMessageAttributes"),
        optional<&Received::message_attributes>(
            "MessageAttributes",
            {.at_name = "MessageAttribute", .flattened = true, .key_name = "Name", .value_name = "Value"})};
  }
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

bool wanted(const std::vector<std::string>& names, const char* name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& n) { return n == "All" || n == name; });
}

bool wanted_message_attribute(const std::vector<std::string>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& n) {
    if (n == "All" || n == ".*" || n == "*" || n == name) return true;
    return n.ends_with(".*") && name.starts_with(std::string_view(n).substr(0, n.size() - 1));
  });
}

Received describe(const Queue& queue, Message& m, const Input& in, const std::vector<std::string>& system) {
  Received out;
  out.message_id = to_text(m.message_id);
  out.receipt_handle = receipt_handle(m);
  out.body = m.body;
  if (m.body_md5 == Uuid{}) m.body_md5 = md5_bytes(m.body);  // read from its row
  out.body_md5 = to_hex(m.body_md5);
  if (!system.empty()) {
    const auto add = [&](const char* name, std::string value) {
      if (!value.empty() && wanted(system, name)) out.attributes[name] = std::move(value);
    };
    add("SenderId", *m.sender);
    add("SentTimestamp", std::to_string(to_millis(m.sent)));
    add("ApproximateReceiveCount", std::to_string(m.received));
    add("ApproximateFirstReceiveTimestamp", std::to_string(to_millis(m.first_received)));
    add("AWSTraceHeader", m.trace());
    add("MessageGroupId", std::string(m.group_id()));
    add("DeadLetterQueueSourceArn", m.source());
    if (queue.fifo()) {
      add("MessageDeduplicationId", m.deduplication_id());
      add("SequenceNumber", sequence_number(m.id));
    }
  }
  if (in.message_attribute_names.empty() || m.attributes().empty()) return out;
  out.message_attributes = unpack(m.attributes());
  std::erase_if(out.message_attributes, [&](const auto& item) {
    return !wanted_message_attribute(in.message_attribute_names, item.first);
  });
  if (!out.message_attributes.empty()) out.attributes_md5 = md5_of(out.message_attributes);
  return out;
}

Output take(Sqs& sqs, const Call& call, Queue& queue, const Input& in, Time now) {
  // AttributeNames is the old spelling: in JSON both count, in a query the new one wins.
  std::vector<std::string> system = in.system_names;
  if (system.empty() || !call.query_protocol)
    system.insert(system.end(), in.attribute_names.begin(), in.attribute_names.end());
  Sqs::Receive request;
  request.max = static_cast<std::size_t>(in.max.value_or(1));
  request.visibility = in.visibility ? Duration(std::chrono::seconds(*in.visibility)) : queue.visibility();
  request.attempt = in.attempt_id.value_or("");
  Output out;
  for (Message* m : sqs.receive(queue, now, request)) out.messages.push_back(describe(queue, *m, in, system));
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
    throw kOverLimit("Too many messages are in flight: at most " + std::to_string(queue.max_in_flight()) +
                     " for queue " + queue.name + ".");
}

Task<Output> wait(Sqs& sqs, Call call, Input in) {
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
