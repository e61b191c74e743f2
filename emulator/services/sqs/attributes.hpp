// Queue attributes: which there are, what they may be, and what GetQueueAttributes shows. Values are text, in
// and out. Pure over the service's state; engine thread.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/call.hpp"
#include "base/time.hpp"

namespace puddle::sqs {

class Sqs;
class Queue;

using Attributes = std::map<std::string, std::string>;

/// Whose attributes are checked: a queue that is there, or one that CreateQueue is about to make.
struct AttributeOwner {
  std::string account, region, name, arn;
  bool fifo = false;
  const Queue* queue = nullptr;  ///< null: about to be made
  static AttributeOwner of(const Queue& queue);
};

/// Checks names, values and combinations as AWS does, and gives the changes in the form they are stored in:
/// numbers without leading zeros, maxReceiveCount as a number. An empty value removes the attribute. Throws
/// InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue, OverLimit.
Attributes check_attributes(Sqs& sqs, const AttributeOwner& owner, const Attributes& given);
/// Writes and makes changes that check_attributes() gave.
void change_attributes(Sqs& sqs, Queue& queue, const Attributes& changes, Time now);
/// The attribute as GetQueueAttributes shows it; nothing when the queue has none of that name.
std::optional<std::string> attribute_of(const Queue& queue, const std::string& name, Time now);
/// Every attribute that "All" stands for.
const std::vector<std::string>& all_attributes();
bool known_attribute(const std::string& name);
/// The first attribute of `checked` that differs from the queue's, or empty. Defaults count as values; JSON
/// is compared by what it means.
std::string first_difference(const Queue& queue, const Attributes& checked, Time now);
bool is_fifo(const Queue& queue);

}  // namespace puddle::sqs
