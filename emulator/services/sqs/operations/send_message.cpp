// SendMessage and SendMessageBatch.
#include <algorithm>

#include "base/digest.hpp"
#include "services/sqs/operations/batch.hpp"
#include "services/sqs/operations/factories.hpp"
#include "services/sqs/sqs.hpp"

namespace puddle::sqs {
namespace {

constexpr auto kAttributes = "MessageAttributes";
constexpr auto kSystemAttributes = "MessageSystemAttributes";
const wire::Traits kAttributeTraits{
    .at_name = "MessageAttribute", .flattened = true, .key_name = "Name", .value_name = "Value"};
const wire::Traits kSystemTraits{
    .at_name = "MessageSystemAttribute", .flattened = true, .key_name = "Name", .value_name = "Value"};

/// What one message of a send is made of.
struct Entry {
  std::optional<std::string> id, body, group_id, deduplication_id;
  std::optional<int> delay;
  AttributeMap attributes, system_attributes;
  static Shape shape() {
    return {required<&Entry::id>("Id"),
            required<&Entry::body>("MessageBody"),
            optional<&Entry::delay>("DelaySeconds"),
            optional<&Entry::attributes>(kAttributes, kAttributeTraits),
            optional<&Entry::system_attributes>(kSystemAttributes, kSystemTraits),
            optional<&Entry::deduplication_id>("MessageDeduplicationId"),
            optional<&Entry::group_id>("MessageGroupId")};
  }
};

void check_id(const std::optional<std::string>& id, const std::string& name) {
  if (id && !valid_id(*id))
    throw kInvalidParameter("Value " + *id + " for parameter " + name + " is invalid. Reason: " + name +
                            " can only include alphanumeric and punctuation characters. 1 to 128 in length.");
}

AwsError wrong_for_type(const std::string& value, const std::string& name) {
  return kInvalidParameter(
      "Value " + value + " for parameter " + name +
      " is invalid. Reason: The request include parameter that is not valid for this queue type.");
}

/// What a FIFO queue wants of a message; `missing` is the error for a missing group.
void check_fifo(const Queue& queue, const Entry& e, const ErrorType& missing) {
  if (!e.group_id) throw missing("The request must contain the parameter MessageGroupId.");
  if (!e.deduplication_id && !queue.content_based_deduplication())
    throw kInvalidParameter(
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
        "explicitly");
}

/// Decides: throws what is wrong with the entry.
void check(const Queue& queue, const Entry& e, std::string_view size_prefix) {
  if (!e.body || e.body->empty())
    throw kMissingParameter("The request must contain the parameter MessageBody.");
  if (!valid_characters(*e.body))
    throw kInvalidMessageContents(
        "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | "
        "#x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF");
  if (e.delay && (*e.delay < 0 || *e.delay > kMaxDelaySeconds))
    throw kInvalidParameter(
        "Value " + std::to_string(*e.delay) +
        " for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.");
  if (queue.fifo() && e.delay.value_or(0) > 0) throw wrong_for_type(std::to_string(*e.delay), "DelaySeconds");
  if (!queue.fifo() && e.deduplication_id)
    throw wrong_for_type(*e.deduplication_id, "MessageDeduplicationId");
  check_id(e.group_id, "MessageGroupId");
  check_id(e.deduplication_id, "MessageDeduplicationId");
  if (queue.fifo()) check_fifo(queue, e, kMissingParameter);
  if (std::string why = why_invalid(e.attributes); !why.empty()) throw kInvalidParameter(std::move(why));
  if (std::string why = why_invalid_system(e.system_attributes); !why.empty())
    throw kInvalidParameter(std::move(why));
  const std::size_t limit = queue.max_message_bytes();
  if (e.body->size() + size_of(e.attributes) > limit)
    throw kInvalidParameter(std::string(size_prefix) + " Reason: Message must be shorter than " +
                            std::to_string(limit) + " bytes.");
}

std::unique_ptr<Message> make_message(Sqs& sqs, const Call& call, const Queue& queue, const Entry& e,
                                      std::string deduplication_id) {
  auto m = std::make_unique<Message>();
  m->body.assign(e.body->data(), e.body->size());
  m->body_md5 = md5_bytes(m->body);
  m->sender = sqs.share(call.principal.user_id);
  m->sent = call.now;
  // FIFO: an explicit 0 is accepted, and the queue's delay holds.
  m->visible =
      call.now + (e.delay && !queue.fifo() ? Duration(std::chrono::seconds(*e.delay)) : queue.delay());
  const auto trace = e.system_attributes.find(kTraceHeader);
  m->set_extras({pack(e.attributes),
                 trace != e.system_attributes.end() ? *trace->second.string_value : call.trace_id,
                 std::move(deduplication_id),
                 {}});
  return m;
}

struct Input : Entry {
  std::optional<std::string> url;
};

struct Sent {
  std::optional<std::string> id;
  std::string body_md5, message_id;
  std::optional<std::string> attributes_md5, system_md5, sequence;
  static Shape shape() {
    return {optional<&Sent::id>("Id"),
            required<&Sent::message_id>("MessageId"),
            required<&Sent::body_md5>("MD5OfMessageBody"),
            optional<&Sent::attributes_md5>("MD5OfMessageAttributes"),
            optional<&Sent::system_md5>("MD5OfMessageSystemAttributes"),
            optional<&Sent::sequence>("SequenceNumber")};
  }
};

Sent send(Sqs& sqs, const Call& call, Queue& queue, const Entry& e, Then then) {
  const std::string group_id = e.group_id.value_or("");
  std::string deduplication_id;
  if (queue.fifo()) deduplication_id = e.deduplication_id ? *e.deduplication_id : sha256_hex(*e.body);
  Sent out;
  out.id = e.id;
  if (!e.attributes.empty()) out.attributes_md5 = md5_of(e.attributes);
  if (!e.system_attributes.empty()) out.system_md5 = md5_of(e.system_attributes);
  // A duplicate is accepted and answered as the original was.
  const auto* seen = queue.fifo() ? sqs.find_duplicate(queue, deduplication_id, group_id, call.now) : nullptr;
  if (seen) {
    out.message_id = to_text(seen->message_id);
    out.sequence = sequence_number(seen->id);
    out.body_md5 = md5_hex(*e.body);
    return out;
  }
  const Message& m =
      sqs.send(queue, make_message(sqs, call, queue, e, std::move(deduplication_id)), group_id, then);
  out.message_id = to_text(m.message_id);
  out.body_md5 = to_hex(m.body_md5);
  if (queue.fifo()) out.sequence = sequence_number(m.id);
  return out;
}

Sent handle(Sqs& sqs, const Call& call, const Input& in) {
  Queue& queue = sqs.require(call, in.url);
  check(queue, in, "One or more parameters are invalid.");
  return send(sqs, call, queue, in, Then::nothing);
}

struct BatchInput {
  std::optional<std::string> url;
  std::vector<Entry> entries;
};

struct BatchOutput {
  std::vector<Sent> successful;
  std::vector<BatchFailure> failed;
};

BatchOutput handle_batch(Sqs& sqs, const Call& call, const BatchInput& in) {
  Queue& queue = sqs.require(call, in.url);
  check_batch(in.entries, "SendMessageBatchRequestEntry", {{"Id", &Entry::id}, {"MessageBody", &Entry::body}},
              [&](const Entry& e) {
                if (queue.fifo()) check_fifo(queue, e, kInvalidParameter);
              });
  std::size_t total = 0;
  for (const Entry& e : in.entries) total += e.body.value_or("").size() + size_of(e.attributes);
  if (total > static_cast<std::size_t>(kMaxMessageBytes))
    throw kBatchTooLong("Batch requests cannot be longer than 1048576 bytes. You have sent " +
                        std::to_string(total) + " bytes.");
  BatchOutput out;
  for (const Entry& e : in.entries) {
    try {
      check(queue, e, "One or more parameters cannot be validated.");
      out.successful.push_back(send(sqs, call, queue, e, Then::more));
    } catch (const AwsError& error) {
      out.failed.push_back(BatchFailure::of(e.id.value_or(""), error));
    }
  }
  return out;
}

}  // namespace

Operation send_message() {
  return operation<Sqs, Input, Sent>({
      .name = "SendMessage",
      .action = "sqs:SendMessage",
      .resource = [](Sqs& s, const Call& c, const Input& in) { return s.require(c, in.url).arn; },
      .input = {required<&Input::url>("QueueUrl"), required<&Entry::body>("MessageBody"),
                optional<&Entry::delay>("DelaySeconds"),
                optional<&Entry::attributes>(kAttributes, kAttributeTraits),
                optional<&Entry::system_attributes>(kSystemAttributes, kSystemTraits),
                optional<&Entry::deduplication_id>("MessageDeduplicationId"),
                optional<&Entry::group_id>("MessageGroupId")},
      .output = {optional<&Sent::body_md5>("MD5OfMessageBody"),
                 optional<&Sent::attributes_md5>("MD5OfMessageAttributes"),
                 optional<&Sent::system_md5>("MD5OfMessageSystemAttributes"),
                 optional<&Sent::message_id>("MessageId"), optional<&Sent::sequence>("SequenceNumber")},
      .errors = {kQueueDoesNotExist, kInvalidMessageContents, kInvalidParameter, kMissingParameter},
      .handle = handle,
  });
}

Operation send_message_batch() {
  return operation<Sqs, BatchInput, BatchOutput>({
      .name = "SendMessageBatch",
      .action = "sqs:SendMessage",
      .resource = [](Sqs& s, const Call& c, const BatchInput& in) { return s.require(c, in.url).arn; },
      .input = {required<&BatchInput::url>("QueueUrl"),
                required<&BatchInput::entries>(
                    "Entries", {.at_name = "SendMessageBatchRequestEntry", .flattened = true})},
      .output = {optional<&BatchOutput::successful>(
                     "Successful", {.at_name = "SendMessageBatchResultEntry", .flattened = true}),
                 optional<&BatchOutput::failed>("Failed",
                                                {.at_name = "BatchResultErrorEntry", .flattened = true})},
      .errors = {kQueueDoesNotExist, kEmptyBatchRequest, kTooManyEntries, kIdsNotDistinct,
                 kInvalidBatchEntryId, kInvalidParameter, kBatchTooLong, kMissingParameter},
      .handle = handle_batch,
  });
}

}  // namespace puddle::sqs
