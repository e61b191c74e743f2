// Tags of queues: their limits. Pure.
#pragma once
#include <map>
#include <string>

namespace puddle::sqs {

using Tags = std::map<std::string, std::string>;

/// Throws InvalidParameterValue: more than 50, keys of 1 to 128 and values of up to 256 characters, no
/// "aws:".
void check_tags(const std::string& queue_name, const Tags& tags);

}  // namespace puddle::sqs
