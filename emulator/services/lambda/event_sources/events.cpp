#include "base/text.hpp"
#include "services/lambda/event_sources/event_sources.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {

using wire::List;
using wire::Map;

namespace {

Map message_attributes(const Value* given) {
  Map out;
  if (!given || !given->is_map()) return out;
  for (const auto& [name, value] : given->map()) {
    Map item;
    if (const Value* text = value.find("StringValue")) item.add("stringValue", *text);
    if (const Value* binary = value.find("BinaryValue"))
      item.add("binaryValue", base64(binary->bytes().data));
    item.add("stringListValues", List());
    item.add("binaryListValues", List());
    item.add("dataType", std::string(value.text_or("DataType")));
    out.add(name, std::move(item));
  }
  return out;
}

}  // namespace

Value queue_record(const Value& m, const std::string& queue_arn, const std::string& region) {
  Map r;
  r.add("messageId", m.text_or("MessageId"));
  r.add("receiptHandle", m.text_or("ReceiptHandle"));
  r.add("body", m.text_or("Body"));
  const Value* attributes = m.find("Attributes");
  r.add("attributes", attributes ? *attributes : Value(Map()));
  r.add("messageAttributes", message_attributes(m.find("MessageAttributes")));
  if (const Value* md5 = m.find("MD5OfMessageAttributes")) r.add("md5OfMessageAttributes", *md5);
  r.add("md5OfBody", m.text_or("MD5OfBody"));
  r.add("eventSource", "aws:sqs");
  r.add("eventSourceARN", queue_arn);
  r.add("awsRegion", region);
  return Value(std::move(r));
}

std::string stream_event(const std::vector<StreamItem>& records, const std::string& stream_arn,
                         std::string_view more) {
  // The stored text of a record is what the event shows, with the stream's ARN as its last member.
  std::string out = "{\"Records\":[";
  for (const StreamItem& r : records) {
    if (out.back() == '}') out += ',';
    out.append(r.json, 0, r.json.rfind('}'));
    out += ",\"eventSourceARN\":";
    append_json_string(out, stream_arn);
    out += '}';
  }
  return out + "]" + std::string(more) + "}";
}

BatchAnswer read_batch_answer(std::string_view payload, const std::function<bool(std::string_view)>& known) {
  BatchAnswer out;
  if (payload.empty()) return out;
  const auto answer = wire::parse_json(payload);
  if (!answer) {
    out.all_failed = true;
    return out;
  }
  // null, {}, "" and an answer without the list all mean that nothing failed.
  const Value* list = answer->find("batchItemFailures");
  if (!list || list->is_null()) return out;
  if (!list->is_list()) {
    out.all_failed = true;
    return out;
  }
  for (const Value& item : list->list()) {
    const std::string id(item.text_or("itemIdentifier"));
    if (id.empty() || !known(id)) {
      out.all_failed = true;
      return out;
    }
    out.failed.push_back(id);
  }
  return out;
}

}  // namespace puddle::lambda
