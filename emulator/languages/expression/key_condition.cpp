// Key conditions: a condition of a restricted form, taken apart, and held against a key schema.
#include <algorithm>

#include "languages/expression/attribute.hpp"
#include "languages/expression/binding.hpp"
#include "languages/expression/expression.hpp"

namespace puddle::expression {
namespace {

using wire::Value;

constexpr const char* kParameter = "KeyConditionExpression";

[[noreturn]] void wrong(std::string problem) { throw Error{std::move(problem)}; }
[[noreturn]] void invalid(const std::string& problem) {
  wrong("Invalid condition in KeyConditionExpression: " + problem);
}

KeyTest::Op flipped(Op op, bool flip) {
  switch (op) {
    case Op::lt:
      return flip ? KeyTest::Op::gt : KeyTest::Op::lt;
    case Op::le:
      return flip ? KeyTest::Op::ge : KeyTest::Op::le;
    case Op::gt:
      return flip ? KeyTest::Op::lt : KeyTest::Op::gt;
    case Op::ge:
      return flip ? KeyTest::Op::le : KeyTest::Op::ge;
    case Op::between:
      return KeyTest::Op::between;
    case Op::begins_with:
      return KeyTest::Op::begins_with;
    default:
      return KeyTest::Op::eq;
  }
}

class Reader {
 public:
  Reader(const ConditionTree& tree, const std::vector<Path>& paths, Placeholders& placeholders)
      : tree_(tree), paths_(paths), placeholders_(placeholders) {
    read(tree.root);
  }
  std::vector<KeyTest> take() { return std::move(tests_); }

 private:
  void read(const Node& node) {
    switch (node.op) {
      case Op::logical_and:
        for (const Node& arg : node.args) read(arg);
        return;
      case Op::logical_or:
      case Op::logical_not:
      case Op::in:
      case Op::ne:
      case Op::attribute_exists:
      case Op::attribute_not_exists:
      case Op::attribute_type:
      case Op::contains:
        wrong("Invalid operator used in KeyConditionExpression: " + std::string(name_of(node.op)));
      default:
        test(node);
    }
  }

  void test(const Node& node) {
    const Node* attribute = nullptr;
    for (const Node& arg : node.args) {
      if (arg.op == Op::size) wrong("KeyConditionExpressions cannot contain nested operations");
      if (arg.op != Op::path) continue;
      if (paths_[arg.slot].size() > 1)
        wrong("KeyConditionExpressions cannot have conditions on nested attributes");
      if (attribute) invalid("Multiple attribute names used in one condition");
      attribute = &arg;
    }
    if (!attribute) invalid("No key attribute specified");
    const bool first = attribute == &node.args[0];
    if (!first && (node.op == Op::between || node.op == Op::begins_with))
      invalid(std::string(name_of(node.op)) + " operator must have the key attribute as its first operand");
    KeyTest out;
    out.attribute = paths_[attribute->slot].front().name;
    out.op = flipped(node.op, !first);
    out.first = value(node.args[first ? 1 : 0]);
    if (node.op == Op::between) out.second = value(node.args[2]);
    if (std::any_of(tests_.begin(), tests_.end(),
                    [&](const KeyTest& t) { return t.attribute == out.attribute; }))
      wrong("KeyConditionExpressions must only contain one condition per key");
    tests_.push_back(std::move(out));
  }

  const Value* value(const Node& node) { return placeholders_.value(tree_.leaves.values[node.slot]); }

  const ConditionTree& tree_;
  const std::vector<Path>& paths_;
  Placeholders& placeholders_;
  std::vector<KeyTest> tests_;
};

void check_type(const KeyTest& test, const KeyPart& part) {
  for (const Value* operand : {test.first, test.second})
    if (operand && type_of(*operand) != part.type)
      wrong("One or more parameter values were invalid: Condition parameter type does not match schema type");
}

}  // namespace

std::vector<KeyTest> bind_key_condition(const std::shared_ptr<const ConditionTree>& tree,
                                        Placeholders& placeholders) {
  const Condition checked(tree, placeholders, kParameter);
  return Reader(*tree, checked.paths(), placeholders).take();
}

std::vector<KeyTest> match_schema(std::vector<KeyTest> tests, const std::vector<KeyPart>& hash,
                                  const std::vector<KeyPart>& range) {
  const std::size_t keys = hash.size() + range.size();
  if (tests.size() > 2 && keys <= 2) wrong("Conditions can be of length 1 or 2 only");
  if (tests.size() > 2 && tests.size() > keys)
    wrong("The number of query conditions (" + std::to_string(tests.size()) +
          ") exceeds the number of key attributes defined in the schema (" + std::to_string(keys) + ")");
  const auto take = [&](const std::string& attribute) -> KeyTest* {
    const auto found =
        std::find_if(tests.begin(), tests.end(), [&](const KeyTest& t) { return t.attribute == attribute; });
    return found == tests.end() ? nullptr : &*found;
  };
  std::vector<KeyTest> out;
  for (const KeyPart& part : hash) {
    const KeyTest* const test = take(part.name);
    if (!test) wrong("Query condition missed key schema element: " + part.name);
    check_type(*test, part);
    if (test->op != KeyTest::Op::eq) wrong("Query key condition not supported");
    out.push_back(*test);
  }
  const KeyPart* gap = nullptr;  // the first one that is not held to equality
  for (const KeyPart& part : range) {
    const KeyTest* const test = take(part.name);
    if (test) {
      if (gap)
        wrong("RANGE key attributes " + gap->name +
              " must have equality conditions specified in the query because a condition is present on key "
              "attribute " +
              part.name);
      check_type(*test, part);
      out.push_back(*test);
    }
    if (!gap && !(test && test->op == KeyTest::Op::eq)) gap = &part;
  }
  if (out.size() < tests.size()) {
    if (range.empty()) wrong("Query key condition not supported");
    wrong("Query condition missed key schema element: " + range.front().name);
  }
  return out;
}

}  // namespace puddle::expression
