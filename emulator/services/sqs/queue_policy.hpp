// The Policy of a queue: its checks, and the edits that AddPermission and RemovePermission make. Pure
// functions over JSON text; they throw AWS's errors.
#pragma once
#include <string>
#include <vector>

namespace puddle::sqs {

/// Throws InvalidAttributeValue for what is no policy, OverLimit for one that is too large; in CreateQueue
/// AWS calls the latter InvalidParameterValue.
void check_policy(const std::string& text, bool creating);

struct Permission {
  std::string label;
  std::vector<std::string> accounts, actions;
};
/// The policy with one more statement; `policy` is empty for none. Throws MissingParameter,
/// InvalidParameterValue, OverLimit.
std::string with_permission(const std::string& policy, const std::string& queue_arn, const Permission& added);
/// The policy without the statement; empty when it was the last one. Throws InvalidParameterValue.
std::string without_permission(const std::string& policy, const std::string& label);

}  // namespace puddle::sqs
