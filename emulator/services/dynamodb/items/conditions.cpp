#include "services/dynamodb/items/conditions.hpp"

#include <algorithm>

#include "languages/expression/attribute.hpp"
#include "services/dynamodb/items/attribute_value.hpp"

namespace puddle::dynamodb {
namespace {

using wire::Map;
using wire::Value;

const wire::Traits kOperators{.one_of = {"IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT",
                                         "NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE", "CONTAINS"}};

[[noreturn]] void wrong(const std::string& what) {
  throw ItemError{"One or more parameter values were invalid: " + what};
}

bool one_of(std::string_view op, std::initializer_list<std::string_view> set) {
  return std::find(set.begin(), set.end(), op) != set.end();
}

void check_count(const Conditions::Test& t) {
  const std::size_t n = t.values.size();
  const bool good = t.op == "IN"                         ? n >= 1
                    : t.op == "BETWEEN"                  ? n == 2
                    : one_of(t.op, {"NULL", "NOT_NULL"}) ? n == 0
                                                         : n == 1;
  if (!good) wrong("Invalid number of argument(s) for the " + t.op + " ComparisonOperator");
}

void check_types(const Conditions::Test& t) {
  if (t.values.empty()) return;
  const std::string& type = type_of(t.values[0]);
  for (const Value& v : t.values)
    if (type_of(v) != type) wrong("AttributeValues inside AttributeValueList must be of same type");
  const bool scalar = one_of(type, {"S", "N", "B"});
  const bool good = t.op == "BEGINS_WITH" ? one_of(type, {"S", "B"}) : one_of(t.op, {"EQ", "NE"}) || scalar;
  if (!good) wrong("ComparisonOperator " + t.op + " is not valid for " + type + " AttributeValue type");
  if (t.op == "BETWEEN")
    if (const auto order = expression::compare(t.values[0], t.values[1]); order && *order > 0)
      throw ItemError{
          "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"};
}

bool holds(const Conditions::Test& t, const Value* v) {
  if (t.op == "NULL") return !v;
  if (t.op == "NOT_NULL") return v;
  if (t.op == "NE") return !v || !expression::equal(*v, t.values[0]);
  if (!v) return false;
  const Value& first = t.values[0];
  if (t.op == "EQ") return expression::equal(*v, first);
  if (t.op == "IN")
    return std::any_of(t.values.begin(), t.values.end(),
                       [v](const Value& one) { return expression::equal(*v, one); });
  if (t.op == "CONTAINS") return expression::contains(*v, first);
  if (t.op == "NOT_CONTAINS") return !expression::contains(*v, first);
  if (t.op == "BEGINS_WITH") return expression::begins_with(*v, first);
  const auto order = expression::compare(*v, first);
  if (!order) return false;
  if (t.op == "LT") return *order < 0;
  if (t.op == "LE") return *order <= 0;
  if (t.op == "GT") return *order > 0;
  if (t.op == "GE") return *order >= 0;
  const auto upper = expression::compare(*v, t.values[1]);
  return *order >= 0 && upper && *upper <= 0;
}

std::vector<Value> normal(std::vector<Value> values) {
  for (Value& v : values) normalise_value(v);
  return values;
}

Conditions::Test test_of(const std::string& name, ExpectedValue& e) {
  const std::string of = " for Attribute: " + name;
  if (!e.value.is_null()) normalise_value(e.value);
  if (e.list) e.list = normal(std::move(*e.list));
  if (e.op) {
    if (e.exists) wrong("Exists and ComparisonOperator cannot be used together" + of);
    if (!e.value.is_null() && e.list) wrong("Value and AttributeValueList cannot be used together" + of);
    if (e.value.is_null() && !e.list && *e.op != "NULL" && *e.op != "NOT_NULL")
      wrong("Value or AttributeValueList must be used with ComparisonOperator: " + *e.op + of);
    Conditions::Test t{name, *e.op, {}};
    if (!e.value.is_null()) t.values.push_back(std::move(e.value));
    if (e.list) t.values = std::move(*e.list);
    return t;
  }
  if (e.list) wrong("AttributeValueList can only be used with a ComparisonOperator" + of);
  if (e.exists.value_or(true)) {
    if (e.value.is_null())
      wrong(std::string("Value must be provided when Exists is ") + (e.exists ? "true" : "null") + of);
    Conditions::Test t{name, "EQ", {}};
    t.values.push_back(std::move(e.value));
    return t;
  }
  if (!e.value.is_null()) wrong("Value cannot be used when Exists is false" + of);
  return {name, "NULL", {}};
}

}  // namespace

wire::Shape ExpectedValue::shape() {
  return {wire::optional<&ExpectedValue::value>("Value"), wire::optional<&ExpectedValue::exists>("Exists"),
          wire::optional<&ExpectedValue::op>("ComparisonOperator", kOperators),
          wire::optional<&ExpectedValue::list>("AttributeValueList")};
}

wire::Shape ConditionValue::shape() {
  return {wire::optional<&ConditionValue::list>("AttributeValueList"),
          wire::required<&ConditionValue::op>("ComparisonOperator", kOperators)};
}

Conditions::Conditions(ExpectedValues expected, const std::optional<std::string>& conditional_operator) {
  for (auto& [name, value] : expected) add(test_of(name, value));
  combine(conditional_operator);
}

Conditions::Conditions(ConditionValues conditions, const std::optional<std::string>& conditional_operator) {
  for (auto& [name, c] : conditions) {
    Test t{name, std::move(c.op), {}};
    if (c.list) t.values = normal(std::move(*c.list));
    add(std::move(t));
  }
  combine(conditional_operator);
}

void Conditions::add(Test test) {
  check_count(test);
  check_types(test);
  tests_.push_back(std::move(test));
}

void Conditions::combine(const std::optional<std::string>& conditional_operator) {
  any_ = conditional_operator == "OR";
  if (conditional_operator && tests_.size() == 1)
    throw ItemError{"ConditionalOperator can only be used when Filter or Expected has two or more elements"};
}

bool Conditions::holds(const Map& item) const {
  for (const Test& t : tests_)
    if (dynamodb::holds(t, item.find(t.attribute)) == any_) return any_;
  return !any_ || tests_.empty();
}

void check_conditional_operator(const std::optional<std::string>& conditional_operator, bool conditions) {
  if (conditional_operator && !conditions)
    wrong("ConditionalOperator cannot be used without Filter or Expected");
}

}  // namespace puddle::dynamodb
