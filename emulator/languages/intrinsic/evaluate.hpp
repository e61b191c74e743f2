// CloudFormation's intrinsic functions over Values: Ref, Fn::GetAtt, Fn::Sub, Fn::Join, Fn::Select,
// Fn::Split, Fn::If, Fn::Base64, Fn::FindInMap, and the condition functions Equals, And, Or, Not, Condition.
// Pure.
#pragma once
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/value.hpp"

namespace puddle::intrinsic {

/// What names stand for. Every function answers nothing for a name it does not know.
struct Scope {
  std::function<std::optional<wire::Value>(std::string_view name)>
      ref;  ///< parameters, resources, pseudo parameters
  std::function<std::optional<wire::Value>(std::string_view resource, std::string_view attribute)> get_att;
  std::function<std::optional<bool>(std::string_view condition)> condition;
  const wire::Value* mappings = nullptr;
};

/// The value with every function replaced by its result; AWS::NoValue removes its member. The error is AWS's
/// text.
Result<wire::Value> resolve(const wire::Value& value, const Scope& scope);
/// A condition expression.
Result<bool> evaluate_condition(const wire::Value& expression, const Scope& scope);
/// Names that the value refers to by Ref, GetAtt and Sub: resources, parameters and pseudo parameters alike.
void collect_references(const wire::Value& value, std::set<std::string>& out);

}  // namespace puddle::intrinsic
