// A Query's key conditions against a key schema.
#pragma once
#include <vector>

#include "languages/expression/expression.hpp"
#include "services/dynamodb/items/conditions.hpp"
#include "services/dynamodb/items/key.hpp"

namespace puddle::dynamodb {

/// A condition of either language; values are owned by the request.
struct KeyCondition {
  std::string attribute;
  std::optional<expression::KeyTest::Op> op;  ///< nothing: an operator that no key condition may have
  const wire::Value* first = nullptr;
  const wire::Value* second = nullptr;
};

std::vector<KeyCondition> key_conditions(const std::vector<expression::KeyTest>& tests);
std::vector<KeyCondition> key_conditions(const Conditions& conditions);

struct KeySelection {
  std::string partition;  ///< the beginning of all its keys
  KeyRange keys;
  bool range_given = false;
  bool one_row = false;  ///< all range attributes are fixed
};
/// Throws ItemError in AWS's words.
KeySelection select_keys(const std::vector<KeyCondition>& conditions, const KeySchema& schema);

}  // namespace puddle::dynamodb
