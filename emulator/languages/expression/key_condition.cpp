// Key conditions: a condition of a restricted form, taken apart, and held against a key schema.
#include <algorithm>

#include "languages/expression/attribute.hpp"
#include "languages/expression/binding.hpp"
#include "languages/expression/expression.hpp"

namespace puddle::expression {
namespace {

using wire::Value;

constexpr const char* kParameter = "KeyConditionExpression";

[[noreturn]] void wrong(const std::string& problem) {
  throw Error{"Invalid KeyConditionExpression: " + problem};
}
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

}  // namespace

KeyConditionExpression::KeyConditionExpression(std::shared_ptr<const ConditionTree> tree,
                                               Placeholders& placeholders)
    : tree_(std::move(tree)), condition_(tree_, placeholders, kParameter), placeholders_(placeholders) {}

std::vector<KeyTest> KeyConditionExpression::tests() const {
  return Reader(*tree_, condition_.paths(), placeholders_).take();
}

}  // namespace puddle::expression
