// The conditions of before the expression language: Expected, KeyConditions, QueryFilter, ScanFilter. Pure.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/shape.hpp"

namespace puddle::dynamodb {

/// An entry of Expected.
struct ExpectedValue {
  wire::Value value;
  std::optional<bool> exists;
  std::optional<std::string> op;
  std::optional<std::vector<wire::Value>> list;
  static wire::Shape shape();
};
using ExpectedValues = std::map<std::string, ExpectedValue>;

/// An entry of the three others.
struct ConditionValue {
  std::optional<std::vector<wire::Value>> list;
  std::string op;
  static wire::Shape shape();
};
using ConditionValues = std::map<std::string, ConditionValue>;

/// Throws ItemError for what is wrong with operators and values, in AWS's words; values become normal.
class Conditions {
 public:
  struct Test {
    std::string attribute, op;  ///< op: EQ, NE, ..., as in the model
    std::vector<wire::Value> values;
  };
  Conditions(ExpectedValues expected, const std::optional<std::string>& conditional_operator);
  Conditions(ConditionValues conditions, const std::optional<std::string>& conditional_operator);
  /// A missing item is an empty map.
  bool holds(const wire::Map& item) const;
  const std::vector<Test>& tests() const { return tests_; }

 private:
  void add(Test test);
  void combine(const std::optional<std::string>& conditional_operator);
  std::vector<Test> tests_;
  bool any_ = false;  ///< OR
};

/// ConditionalOperator without conditions to combine.
void check_conditional_operator(const std::optional<std::string>& conditional_operator, bool conditions);

}  // namespace puddle::dynamodb
