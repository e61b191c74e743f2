// Publish: one delivery job for every confirmed subscription, in the transaction of the call.
#include <algorithm>

#include "base/text.hpp"
#include "runtime/random.hpp"
#include "services/sns/limits.hpp"
#include "services/sns/operations/factories.hpp"
#include "services/sns/sns.hpp"
#include "wire/json.hpp"

namespace puddle::sns {
namespace {

struct Attribute {
  std::string type;
  std::optional<std::string> text;
  std::optional<Bytes> binary;
  static Shape shape() {
    return {required<&Attribute::type>("DataType"), optional<&Attribute::text>("StringValue"),
            optional<&Attribute::binary>("BinaryValue")};
  }
};

struct Input {
  std::optional<std::string> topic, target, phone, subject, structure, deduplication, group;
  std::string message;
  std::map<std::string, Attribute> attributes;
};

struct Output {
  std::string message_id;
  std::optional<std::string> sequence;
};

std::string topic_arn(const Input& in) { return in.topic ? *in.topic : in.target.value_or(""); }

MessageAttributes check_attributes(const Input& in) {
  const auto wrong = [](const std::string& text) { return kParameterValueInvalid(text); };
  MessageAttributes out;
  for (const auto& [name, a] : in.attributes) {
    if (name.empty() || name.size() > kAttributeNameLength)
      throw wrong("Length of message attribute name must be less than 256 bytes.");
    const bool binary = a.type.starts_with("Binary");
    if (!binary && !a.type.starts_with("String") && !a.type.starts_with("Number"))
      throw wrong("The message attribute '" + name +
                  "' has an invalid message attribute type, the set of supported type prefixes is Binary, "
                  "Number, and String.");
    if (binary && !a.binary)
      throw wrong("The message attribute '" + name + "' with type '" + a.type + "' must use field 'Binary'.");
    if (!binary && a.text.value_or("").empty())
      throw wrong("The message attribute '" + name +
                  "' must contain non-empty message attribute value for message attribute type '" + a.type +
                  "'.");
    MessageAttribute& m = out[name];
    m.type = a.type;
    m.is_binary = binary;
    if (binary)
      m.binary = a.binary->data;
    else
      m.text = *a.text;
  }
  return out;
}

void check(const Input& in, const MessageAttributes& attributes) {
  if (in.phone) throw invalid("PhoneNumber is not supported by Puddle: publish to a topic");
  if (in.topic.has_value() == in.target.has_value())
    throw invalid("TopicArn or TargetArn Reason: no value for required parameter");
  if (in.message.empty()) throw invalid("Empty message");
  std::size_t bytes = in.message.size();
  for (const auto& [name, a] : attributes)
    bytes += name.size() + a.type.size() + a.text.size() + a.binary.size();
  if (bytes > kMessageBytes) throw invalid("Message too long");
  if (in.subject) {
    const bool control = std::any_of(in.subject->begin(), in.subject->end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
    if (in.subject->empty() || in.subject->size() > kSubjectLength || control) throw invalid("Subject");
  }
  if (in.deduplication)
    throw invalid(
        "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not "
        "valid for this topic type");
  if (in.group) throw invalid("MessageGroupId is not supported by Puddle yet");
  if (in.structure && *in.structure != "json") throw invalid("MessageStructure");
}

/// The texts by protocol of a structured message; empty for a plain one.
wire::Value texts_of(const Input& in) {
  if (!in.structure) return {};
  auto parsed = wire::parse_json(in.message);
  if (!parsed || !parsed->is_map()) throw invalid("Message Structure - JSON message body failed to parse");
  const Value* fallback = parsed->find("default");
  if (!fallback || !fallback->is_text())
    throw invalid("Message Structure - No default entry in JSON message body");
  return std::move(*parsed);
}

Output handle(Sns& sns, const Call& call, const Input& in) {
  MessageAttributes attributes = check_attributes(in);
  check(in, attributes);
  const Topic& topic = sns.need_topic(topic_arn(in));
  const wire::Value texts = texts_of(in);
  Delivery d;
  d.topic_arn = topic.arn;
  d.message_id = uuid(sns.deps.entropy);
  d.subject = in.subject.value_or("");
  d.attributes = std::move(attributes);
  d.trace_id = call.trace_id;
  d.published = call.now;
  for (const Subscription* s : sns.subscriptions_of(topic.arn)) {
    if (!s->confirmed) continue;
    d.subscription = s->arn;
    d.message =
        texts.is_null() ? in.message : std::string(texts.text_or(s->protocol, texts.text_or("default")));
    sns.deps.jobs.add("sns.deliver", call.now, to_json(d), s->arn);
  }
  return {.message_id = d.message_id, .sequence = std::nullopt};
}

}  // namespace

Operation publish() {
  return operation<Sns, Input, Output>({
      .name = "Publish",
      .action = "sns:Publish",
      .resource = [](Sns&, const Call&, const Input& in) { return topic_arn(in); },
      .input = {optional<&Input::topic>("TopicArn"), optional<&Input::target>("TargetArn"),
                optional<&Input::phone>("PhoneNumber"), required<&Input::message>("Message"),
                optional<&Input::subject>("Subject"), optional<&Input::structure>("MessageStructure"),
                optional<&Input::attributes>("MessageAttributes",
                                             {.key_name = "Name", .value_name = "Value"}),
                optional<&Input::deduplication>("MessageDeduplicationId"),
                optional<&Input::group>("MessageGroupId")},
      .output = {required<&Output::message_id>("MessageId"), optional<&Output::sequence>("SequenceNumber")},
      .errors = {kInvalidParameter, kParameterValueInvalid, kNotFound},
      .handle = handle,
  });
}

}  // namespace puddle::sns
