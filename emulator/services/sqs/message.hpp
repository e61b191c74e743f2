// Message: one message of a queue, its attributes and the digests that clients check. Pure functions and
// values.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/operation.hpp"
#include "base/time.hpp"

namespace puddle::sqs {

/// MessageAttributeValue of the API.
struct AttributeValue {
  std::optional<std::string> string_value;
  std::optional<Bytes> binary_value;
  std::vector<std::string> string_list;
  std::vector<Bytes> binary_list;
  std::string data_type;
  static Shape shape();
};
using AttributeMap = std::map<std::string, AttributeValue>;

struct Message {
  std::int64_t id = 0;  ///< order of arrival; unique over all queues
  std::string message_id;
  std::string body;
  AttributeMap attributes;
  std::string trace, sender, group_id, source;
  Time sent{}, first_received{}, visible{};
  std::int64_t received = 0;  ///< how often
  std::int64_t receipt = 0;   ///< of the last receive; 0 before the first
};

/// Hex digest over the attributes, empty when there are none.
std::string md5_of(const AttributeMap& attributes);
/// Bytes that count against the size limit: every name, type and value.
std::size_t size_of(const AttributeMap& attributes);
/// What is wrong with the attributes, or empty.
std::string why_invalid(const AttributeMap& attributes);
/// Whether SQS takes the text: tab, line ends and everything from space on but surrogates, U+FFFE and U+FFFF.
bool valid_characters(std::string_view text);
std::string attributes_json(const AttributeMap& attributes);
AttributeMap parse_attributes(std::string_view json);

/// Opaque to clients: queue, message and receive in base64.
std::string receipt_handle(std::int64_t queue, const Message& message);
struct Receipt {
  std::int64_t queue = 0, message = 0, receipt = 0;
};
std::optional<Receipt> parse_receipt(std::string_view handle);

}  // namespace puddle::sqs
