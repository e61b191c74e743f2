#include "services/dynamodb/operations/key_condition.hpp"

#include <algorithm>

#include "services/dynamodb/items/attribute_value.hpp"

namespace puddle::dynamodb {
namespace {

using expression::KeyTest;
using wire::Value;
using Op = KeyTest::Op;

const KeyCondition* find(const std::vector<KeyCondition>& conditions, const std::string& attribute) {
  for (const KeyCondition& c : conditions)
    if (c.attribute == attribute) return &c;
  return nullptr;
}

void check(const KeyCondition& c, const KeyAttribute& a, bool hash) {
  if (!c.op) throw ItemError{"Attempted conditional constraint is not an indexable operation"};
  for (const Value* v : {c.first, c.second})
    if (v && type_of(*v) != a.type)
      throw ItemError{
          "One or more parameter values were invalid: Condition parameter type does not match schema type"};
  if (hash && *c.op != Op::eq) throw ItemError{"Query key condition not supported"};
  if (c.op == Op::begins_with && a.type == "N")
    throw ItemError{
        "One or more parameter values were invalid: ComparisonOperator BEGINS_WITH is not valid for N "
        "AttributeValue type"};
  for (const Value* v : {c.first, c.second})
    if (v && a.type != "N" && (hash || *c.op != Op::begins_with) && v->map().begin()->second.text().empty())
      throw ItemError{
          "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
          "an empty " +
          std::string(a.type == "S" ? "string" : "binary") + " value. Key: " + a.name};
}

std::string with(std::string key, const Value& value) {
  append_key_part(key, value);
  return key;
}

/// The keys that begin with `key` and satisfy the condition on the next attribute.
KeyRange narrow(const std::string& key, const KeyCondition& c) {
  const std::string value = with(key, *c.first);
  switch (*c.op) {
    case Op::eq:
      return {value, behind(value)};
    case Op::lt:
      return {key, value};
    case Op::le:
      return {key, behind(value)};
    case Op::gt:
      return {behind(value), behind(key)};
    case Op::ge:
      return {value, behind(key)};
    case Op::between:
      return {value, behind(with(key, *c.second))};
    case Op::begins_with: {
      std::string prefix = key;
      append_key_prefix(prefix, *c.first);
      return {prefix, behind(prefix)};
    }
  }
  return {key, behind(key)};
}

/// Range conditions: equality on the first attributes, anything on the next, none behind.
void select_range(KeySelection& out, const std::vector<KeyCondition>& conditions, const KeySchema& schema) {
  std::string key = out.partition;
  bool open = false;
  for (const KeyAttribute& a : schema.range) {
    const KeyCondition* c = find(conditions, a.name);
    if (!c) {
      open = true;
      continue;
    }
    if (open) {
      std::string before;
      for (const KeyAttribute& b : schema.range) {
        if (b.name == a.name) break;
        if (const KeyCondition* e = find(conditions, b.name); !e || *e->op != Op::eq)
          before += (before.empty() ? "" : ", ") + b.name;
      }
      throw ItemError{"RANGE key attributes " + before +
                      " must have equality conditions specified in the query because a condition is present "
                      "on key attribute " +
                      a.name};
    }
    check(*c, a, false);
    out.range_given = true;
    out.keys = narrow(key, *c);
    if (*c->op == Op::eq)
      key = with(std::move(key), *c->first);
    else
      open = true;
  }
  out.one_row = !open;
}

}  // namespace

std::vector<KeyCondition> key_conditions(const std::vector<KeyTest>& tests) {
  std::vector<KeyCondition> out;
  for (const KeyTest& t : tests) out.push_back({t.attribute, t.op, t.first, t.second});
  return out;
}

std::vector<KeyCondition> key_conditions(const Conditions& conditions) {
  static const std::pair<std::string_view, Op> kOps[] = {{"EQ", Op::eq},
                                                         {"LT", Op::lt},
                                                         {"LE", Op::le},
                                                         {"GT", Op::gt},
                                                         {"GE", Op::ge},
                                                         {"BETWEEN", Op::between},
                                                         {"BEGINS_WITH", Op::begins_with}};
  std::vector<KeyCondition> out;
  for (const Conditions::Test& t : conditions.tests()) {
    KeyCondition c;
    c.attribute = t.attribute;
    for (const auto& [name, op] : kOps)
      if (name == t.op) c.op = op;
    if (!t.values.empty()) c.first = &t.values[0];
    if (t.values.size() > 1 && c.op == Op::between) c.second = &t.values[1];
    out.push_back(std::move(c));
  }
  return out;
}

KeySelection select_keys(const std::vector<KeyCondition>& conditions, const KeySchema& schema) {
  std::vector<const Value*> hash;
  for (const KeyAttribute& a : schema.hash) {
    const KeyCondition* c = find(conditions, a.name);
    if (!c) throw ItemError{"Query condition missed key schema element: " + a.name};
    check(*c, a, true);
    hash.push_back(c->first);
  }
  for (const KeyCondition& c : conditions)
    if (!schema.find(c.attribute)) {
      if (!schema.has_range()) throw ItemError{"Query key condition not supported"};
      if (conditions.size() > schema.size()) throw ItemError{"Conditions can be of length 1 or 2 only"};
      throw ItemError{"Query condition missed key schema element: " + schema.range[0].name};
    }
  KeySelection out;
  out.partition = partition_key(hash);
  out.keys = {out.partition, behind(out.partition)};
  select_range(out, conditions, schema);
  return out;
}

}  // namespace puddle::dynamodb
