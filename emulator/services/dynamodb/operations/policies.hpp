// Resource policies: what CreateTable shares with PutResourcePolicy.
#pragma once
#include "services/dynamodb/dynamodb.hpp"

namespace puddle::dynamodb {

/// Throws ValidationException when this is no policy document, or one of more than 20 KB.
void check_policy(const std::string& document);
/// Makes it the table's, with a new revision unless it is the same.
void set_policy(TableSettings& settings, const std::string& document, Time now);

}  // namespace puddle::dynamodb
