// A message as receivers see it. Shared by ReceiveMessage and by those who only look.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/sqs/queue.hpp"

namespace puddle::sqs {

struct Received {
  std::string message_id, receipt_handle, body_md5, body;
  std::optional<std::map<std::string, std::string>> attributes;  ///< absent rather than empty, as on AWS
  std::optional<std::string> attributes_md5;
  std::optional<AttributeMap> message_attributes;
  static Shape shape();
};

/// Names that were asked for: "All", exact ones, and for message attributes "prefix.*", which stands for
/// every name that begins with "prefix".
struct Wanted {
  std::vector<std::string> system, message;
};

Received describe(const Queue& queue, Message& message, const Wanted& wanted);

}  // namespace puddle::sqs
