// Validation of a decoded value against its shape, in AWS's wording.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "wire/shape.hpp"

namespace puddle::wire {

/// How a service words its constraint errors (see docs/architecture.md, "Validation").
enum class Dialect {
  coral,     ///< "1 validation error detected: Value '...' at 'tableName' failed to satisfy constraint: ..."
  dynamodb,  ///< coral, with DynamoDB's own texts and order
  query,   ///< coral wording, code ValidationError; missing required members are MissingParameter for sqs and
           ///< sns
  lambda,  ///< coral wording over REST-JSON
  plain,   ///< only the types are checked: the service validates by hand
};

/// Every violated constraint, each one sentence part: "Value '...' at 'queueName' failed to satisfy
/// constraint: Member must have length less than or equal to 80". Members in the order of the shape, depth
/// first; at most 10.
std::vector<std::string> violations(const Value& value, const Shape& shape, Dialect dialect = Dialect::coral);
/// "2 validation errors detected: a; b", or "" when there are none.
std::string describe(const std::vector<std::string>& violations);
/// The model's pattern, matched against the whole text by our own bounded matcher.
bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace puddle::wire
