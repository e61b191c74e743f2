// SendMessage and SendMessageBatch.
#include <set>

#include "base/digest.hpp"
#include "runtime/random.hpp"
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

bool valid_group(const std::string& id) {
  if (id.empty() || id.size() > 128) return false;
  for (const char c : id)
    if (c < 0x21 || c > 0x7E) return false;
  return true;
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
  if (e.deduplication_id)
    throw kInvalidParameter(
        "Value " + *e.deduplication_id +
        " for parameter MessageDeduplicationId is invalid. Reason: The request include parameter that is not "
        "valid for this queue type.");
  if (e.group_id && !valid_group(*e.group_id))
    throw kInvalidParameter(
        "Value " + *e.group_id +
        " for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and "
        "punctuation characters. 1 to 128 in length.");
  if (std::string why = why_invalid(e.attributes); !why.empty()) throw kInvalidParameter(std::move(why));
  for (const auto& [name, value] : e.system_attributes)
    if (name != "AWSTraceHeader" || value.data_type != "String" || !value.string_value)
      throw kInvalidParameter("Message system attribute name '" + name + "' is invalid.");
  const auto limit = queue.number("MaximumMessageSize", kMaxMessageBytes);
  if (e.body->size() + size_of(e.attributes) > static_cast<std::size_t>(limit))
    throw kInvalidParameter(std::string(size_prefix) + " Reason: Message must be shorter than " +
                            std::to_string(limit) + " bytes.");
}

Message make_message(Sqs& sqs, const Call& call, const Queue& queue, const Entry& e) {
  Message m;
  m.message_id = uuid(sqs.deps.entropy);
  m.body = *e.body;
  m.attributes = e.attributes;
  const auto trace = e.system_attributes.find("AWSTraceHeader");
  m.trace = trace != e.system_attributes.end() ? *trace->second.string_value : call.trace_id;
  m.sender = call.principal.user_id;
  m.group_id = e.group_id.value_or("");
  m.sent = call.now;
  m.visible = call.now + (e.delay ? Duration(std::chrono::seconds(*e.delay)) : queue.delay());
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

Sent send(Sqs& sqs, const Call& call, Queue& queue, const Entry& e) {
  const Message& m = sqs.enqueue(queue, make_message(sqs, call, queue, e));
  Sent out;
  out.id = e.id;
  out.message_id = m.message_id;
  out.body_md5 = md5_hex(m.body);
  if (!e.attributes.empty()) out.attributes_md5 = md5_of(e.attributes);
  if (!e.system_attributes.empty()) out.system_md5 = md5_of(e.system_attributes);
  return out;
}

Sent handle(Sqs& sqs, const Call& call, const Input& in) {
  Queue& queue = sqs.require(call, in.url);
  check(queue, in, "One or more parameters are invalid.");
  return send(sqs, call, queue, in);
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
  check_batch(in.entries, "SendMessageBatchRequestEntry");
  std::size_t total = 0;
  for (const Entry& e : in.entries) total += e.body.value_or("").size() + size_of(e.attributes);
  if (total > static_cast<std::size_t>(kMaxMessageBytes))
    throw kBatchTooLong("Batch requests cannot be longer than 1048576 bytes. You have sent " +
                        std::to_string(total) + " bytes.");
  BatchOutput out;
  for (const Entry& e : in.entries) {
    try {
      check(queue, e, "One or more parameters cannot be validated.");
      out.successful.push_back(send(sqs, call, queue, e));
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
                 kInvalidBatchEntryId, kBatchTooLong, kMissingParameter},
      .handle = handle_batch,
  });
}

}  // namespace puddle::sqs
