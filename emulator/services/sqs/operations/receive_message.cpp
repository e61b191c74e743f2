// ReceiveMessage: short and long polling.
#include <algorithm>

#include "base/digest.hpp"
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

Received describe(const Queue& queue, const Message& m, const Input& in,
                  const std::vector<std::string>& system) {
  Received out;
  out.message_id = m.message_id;
  out.receipt_handle = receipt_handle(queue.id, m);
  out.body = m.body;
  out.body_md5 = md5_hex(m.body);
  if (!system.empty()) {
    const auto add = [&](const char* name, const std::string& value) {
      if (!value.empty() && wanted(system, name)) out.attributes[name] = value;
    };
    add("SenderId", m.sender);
    add("SentTimestamp", std::to_string(to_millis(m.sent)));
    add("ApproximateReceiveCount", std::to_string(m.received));
    add("ApproximateFirstReceiveTimestamp", std::to_string(to_millis(m.first_received)));
    add("AWSTraceHeader", m.trace);
    add("MessageGroupId", m.group_id);
    add("DeadLetterQueueSourceArn", m.source);
  }
  for (const auto& [name, value] : m.attributes)
    if (wanted_message_attribute(in.message_attribute_names, name)) out.message_attributes[name] = value;
  if (!out.message_attributes.empty()) out.attributes_md5 = md5_of(out.message_attributes);
  return out;
}

Output take(Sqs& sqs, Queue& queue, const Input& in, Time now) {
  std::vector<std::string> system = in.system_names;
  system.insert(system.end(), in.attribute_names.begin(), in.attribute_names.end());
  const Duration visibility =
      in.visibility ? Duration(std::chrono::seconds(*in.visibility)) : queue.visibility();
  Output out;
  const auto n = static_cast<std::size_t>(in.max.value_or(1));
  for (const Message* m : sqs.receive(queue, now, n, visibility))
    out.messages.push_back(describe(queue, *m, in, system));
  return out;
}

Task<Output> wait(Sqs& sqs, Call call, Input in) {
  Queue* queue = &sqs.require(call, in.url);
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
  const std::int64_t seconds = in.wait ? *in.wait : queue->number("ReceiveMessageWaitTimeSeconds", 0);
  const Time deadline = call.now + std::chrono::seconds(seconds);
  Time now = call.now;
  for (;;) {
    Output out = sqs.deps.store.atomically([&] { return take(sqs, *queue, in, now); });
    if (!out.messages.empty() || now >= deadline) co_return std::move(out);
    queue->arm(now);
    Signal::Wait changed(queue->changed, deadline);
    const Wake why = co_await changed;
    // A client that went away takes no message; another waiter gets the one that woke this.
    if (why != Wake::gone) queue = &sqs.require(call, in.url);
    if (why == Wake::gone || (call.gone && *call.gone)) {
      if (why != Wake::gone) queue->wake(sqs.deps.loop.now());
      Output nothing;
      co_return std::move(nothing);
    }
    now = sqs.deps.loop.now();
  }
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
