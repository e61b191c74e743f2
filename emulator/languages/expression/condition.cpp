// Conditions bound to a request: the checks of operands, then their truth for an item.
#include <algorithm>
#include <optional>

#include "languages/expression/attribute.hpp"
#include "languages/expression/binding.hpp"
#include "languages/expression/expression.hpp"

namespace puddle::expression {
namespace {

using wire::Map;
using wire::Value;

constexpr std::size_t kMaxInOperands = 100;
constexpr std::string_view kTypeNames[] = {"S", "N", "B", "NULL", "SS", "BOOL", "L", "BS", "NS", "M"};

bool is_ordering(Op op) {
  return op == Op::lt || op == Op::le || op == Op::gt || op == Op::ge || op == Op::between;
}
bool is_connective(Op op) { return op == Op::logical_and || op == Op::logical_or || op == Op::logical_not; }

/// Binds a condition, comparison by comparison: of each, undefined placeholders come first, then its problems
/// in the order of the fields.
class Binder {
 public:
  Binder(const ConditionTree& tree, Placeholders& placeholders, std::string_view parameter)
      : leaves_(tree.leaves),
        placeholders_(placeholders),
        prefix_("Invalid " + std::string(parameter) + ": ") {
    out_.paths.resize(leaves_.paths.size());
    out_.values.resize(leaves_.values.size());
    condition(tree.root);
  }
  Binding take() { return std::move(out_); }

 private:
  void condition(const Node& node) {
    if (is_connective(node.op)) {
      for (const Node& arg : node.args) condition(arg);
      return;
    }
    leaves(node);
    count_.reset();
    distinct_.reset();
    type_.reset();
    check(node);
    for (const auto* problem : {&count_, &distinct_, &type_})
      if (*problem) throw Error{prefix_ + **problem};
  }

  void leaves(const Node& node) {
    if (node.op == Op::path)
      out_.paths[node.slot] = resolve(leaves_.paths[node.slot], placeholders_, prefix_);
    else if (node.op == Op::value)
      out_.values[node.slot] = resolve(leaves_.values[node.slot], placeholders_, prefix_);
    for (const Node& arg : node.args) leaves(arg);
  }

  void check(const Node& node) {
    for (const Node& arg : node.args) check(arg);
    switch (node.op) {
      case Op::path:
      case Op::value:
        return;
      case Op::between:
        ordering(node);
        bounds(node);
        return;
      case Op::in:
        if (node.args.size() - 1 > kMaxInOperands)
          note(count_, "The IN operator is provided with too many operands; number of operands: " +
                           std::to_string(node.args.size() - 1));
        return;
      default:
        break;
    }
    const bool unary =
        node.op == Op::size || node.op == Op::attribute_exists || node.op == Op::attribute_not_exists;
    if (node.args.size() != (unary ? 1U : 2U)) {
      note(count_, "Incorrect number of operands for operator or function; operator or function: " +
                       name(node) + ", number of operands: " + std::to_string(node.args.size()));
      return;
    }
    if (!unary) distinct(node);
    types(node);
  }

  void distinct(const Node& node) {
    const Node &a = node.args[0], &b = node.args[1];
    if (a.op == Op::path && b.op == Op::path && out_.path(a) == out_.path(b))
      note(distinct_,
           "The first operand must be distinct from the remaining operands for this operator or function; "
           "operator: " +
               name(node) + ", first operand: " + to_message(out_.path(a)));
  }

  void types(const Node& node) {
    const Node& first = node.args[0];
    switch (node.op) {
      case Op::attribute_exists:
      case Op::attribute_not_exists:
        if (first.op != Op::path)
          note(type_, "Operator or function requires a document path; operator or function: " + name(node));
        return;
      case Op::begins_with:
        for (const Node& arg : node.args)
          if (const auto type = type_of_operand(arg); !type.empty() && type != "S" && type != "B")
            wrong_type(node, type);
        return;
      case Op::attribute_type:
        attribute_type(node);
        return;
      case Op::size:
        if (const auto type = type_of_operand(first); type == "N" || type == "BOOL" || type == "NULL")
          wrong_type(node, type);
        return;
      default:
        if (is_ordering(node.op)) ordering(node);
    }
  }

  void attribute_type(const Node& node) {
    const Node& second = node.args[1];
    const std::string_view type = type_of_operand(second);
    if (second.op != Op::value || type != "S") {
      wrong_type(node, type.empty() ? "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}" : type);
      return;
    }
    const std::string& wanted = content_of(out_.value(second)).text();
    if (std::find(std::begin(kTypeNames), std::end(kTypeNames), wanted) == std::end(kTypeNames))
      note(type_, "Invalid attribute type name found; type: " + wanted +
                      ", valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}");
  }

  /// < and the like, and BETWEEN, order only S, N and B.
  void ordering(const Node& node) {
    for (const Node& arg : node.args)
      if (const auto type = type_of_operand(arg); !type.empty() && type != "S" && type != "N" && type != "B")
        wrong_type(node, type);
  }

  void bounds(const Node& node) {
    const Node &low = node.args[1], &high = node.args[2];
    if (low.op != Op::value || high.op != Op::value) return;
    const Value &a = out_.value(low), &b = out_.value(high);
    const std::string shown = "lower bound operand: AttributeValue: " + to_message(a) +
                              ", upper bound operand: AttributeValue: " + to_message(b);
    if (expression::type_of(a) != expression::type_of(b))
      note(type_, "The BETWEEN operator requires same data type for lower and upper bounds; " + shown);
    else if (const auto order = compare(a, b); order && *order > 0)
      note(type_,
           "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; " + shown);
  }

  /// Empty for a path, whose type the item decides.
  std::string_view type_of_operand(const Node& node) const {
    if (node.op == Op::value) return expression::type_of(out_.value(node));
    return node.op == Op::size ? "N" : "";
  }

  void wrong_type(const Node& node, std::string_view type) {
    note(type_, "Incorrect operand type for operator or function; operator or function: " + name(node) +
                    ", operand type: " + std::string(type));
  }
  static std::string name(const Node& node) { return std::string(name_of(node.op)); }
  static void note(std::optional<std::string>& slot, std::string problem) {
    if (!slot) slot = std::move(problem);
  }

  const Leaves& leaves_;
  Placeholders& placeholders_;
  std::string prefix_;
  Binding out_;
  std::optional<std::string> count_, distinct_, type_;
};

bool ordered(Op op, std::strong_ordering order) {
  switch (op) {
    case Op::lt:
      return order < 0;
    case Op::le:
      return order <= 0;
    case Op::gt:
      return order > 0;
    default:
      return order >= 0;
  }
}

class Evaluation {
 public:
  Evaluation(const Binding& binding, const Map& item) : binding_(binding), item_(item) {}

  bool holds(const Node& node) const {
    switch (node.op) {
      case Op::logical_and:
        return std::all_of(node.args.begin(), node.args.end(), [&](const Node& arg) { return holds(arg); });
      case Op::logical_or:
        return std::any_of(node.args.begin(), node.args.end(), [&](const Node& arg) { return holds(arg); });
      case Op::logical_not:
        return !holds(node.args[0]);
      default:
        return compares(node);
    }
  }

 private:
  bool compares(const Node& node) const {
    Value first_scratch, second_scratch;
    const Value* const first = operand(node.args[0], binding_, item_, first_scratch);
    if (node.op == Op::attribute_exists) return first != nullptr;
    if (node.op == Op::attribute_not_exists) return first == nullptr;
    if (node.op == Op::in) return first && is_among(*first, node);
    const Value* const second = operand(node.args[1], binding_, item_, second_scratch);
    if (!first || !second) return node.op == Op::ne;  // also of a size() that is none
    switch (node.op) {
      case Op::eq:
        return equal(*first, *second);
      case Op::ne:
        return !equal(*first, *second);
      case Op::begins_with:
        return begins_with(*first, *second);
      case Op::contains:
        return contains(*first, *second);
      case Op::attribute_type:
        return type_of(*second) == "S" && type_of(*first) == content_of(*second).text();
      case Op::between:
        return is_between(*first, *second, node.args[2]);
      default: {
        const auto order = compare(*first, *second);
        return order && ordered(node.op, *order);
      }
    }
  }

  bool is_among(const Value& value, const Node& node) const {
    return std::any_of(node.args.begin() + 1, node.args.end(), [&](const Node& arg) {
      Value scratch;
      const Value* const other = operand(arg, binding_, item_, scratch);
      return other && equal(value, *other);
    });
  }

  bool is_between(const Value& value, const Value& low, const Node& third) const {
    Value scratch;
    const Value* const high = operand(third, binding_, item_, scratch);
    if (!high) return false;
    const auto from = compare(value, low), to = compare(value, *high);
    return from && to && *from >= 0 && *to <= 0;
  }

  const Binding& binding_;
  const Map& item_;
};

}  // namespace

const Value* operand(const Node& node, const Binding& binding, const Map& item, Value& scratch) {
  if (node.op == Op::path) return find(item, binding.path(node));
  if (node.op == Op::value) return &binding.value(node);
  if (node.op != Op::size) return nullptr;
  Value inner;
  const Value* const of = operand(node.args[0], binding, item, inner);
  const auto size = of ? size_of(*of) : std::nullopt;
  if (!size) return nullptr;
  scratch = make("N", Value(std::to_string(*size)));
  return &scratch;
}

Condition::Condition(std::shared_ptr<const ConditionTree> tree, Placeholders& placeholders,
                     std::string_view parameter)
    : tree_(std::move(tree)),
      binding_(std::make_shared<const Binding>(Binder(*tree_, placeholders, parameter).take())) {}

bool holds(const Node& condition, const Binding& binding, const Map& item) {
  return Evaluation(binding, item).holds(condition);
}

bool Condition::holds(const Map& item) const { return expression::holds(tree_->root, *binding_, item); }

const std::vector<Path>& Condition::paths() const { return binding_->paths; }

}  // namespace puddle::expression
