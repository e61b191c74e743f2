#include "services/sqs/operations/received.hpp"

#include <algorithm>

namespace puddle::sqs {
namespace {

bool is_wanted(const std::vector<std::string>& names, const char* name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& n) { return n == "All" || n == name; });
}

bool wanted_message_attribute(const std::vector<std::string>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& n) {
    if (n == "All" || n == ".*" || n == "*" || n == name) return true;
    return n.ends_with(".*") && name.starts_with(std::string_view(n).substr(0, n.size() - 2));
  });
}

}  // namespace

Received describe(const Queue& queue, Message& m, const Wanted& wanted) {
  Received out;
  out.message_id = to_text(m.message_id);
  out.receipt_handle = receipt_handle(m);
  out.body = m.body;
  if (m.body_md5 == Uuid{}) m.body_md5 = md5_bytes(m.body);  // read from its row
  out.body_md5 = to_hex(m.body_md5);
  if (!wanted.system.empty()) {
    std::map<std::string, std::string> system;
    const auto add = [&](const char* name, std::string value) {
      if (!value.empty() && is_wanted(wanted.system, name)) system[name] = std::move(value);
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
    if (!system.empty()) out.attributes = std::move(system);
  }
  if (wanted.message.empty() || m.attributes().empty()) return out;
  AttributeMap found = unpack(m.attributes());
  std::erase_if(found,
                [&](const auto& item) { return !wanted_message_attribute(wanted.message, item.first); });
  if (found.empty()) return out;
  out.attributes_md5 = md5_of(found);
  out.message_attributes = std::move(found);
  return out;
}

Shape Received::shape() {
  return {required<&Received::message_id>("MessageId"),
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

}  // namespace puddle::sqs
