#include <algorithm>

#include "languages/expression/attribute.hpp"
#include "languages/expression/error.hpp"
#include "languages/partiql/partiql.hpp"

namespace puddle::partiql {
namespace {

using expression::Op;
using wire::List;
using wire::Map;
using wire::Value;

Value fill(const Value& value, const List& parameters);

/// <<...>>: SS, NS or BS, as the members are.
Value fill_set(const List& members, const List& parameters) {
  List out;
  std::string type;
  for (const Value& member : members) {
    const Value filled = fill(member, parameters);
    const std::string own = filled.is_map() && filled.map().size() == 1 ? expression::type_of(filled) : "";
    if ((own != "S" && own != "N" && own != "B") || (!type.empty() && own != type))
      throw expression::Error{
          "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags"};
    type = own;
    out.push_back(expression::content_of(filled));
  }
  return expression::make((type.empty() ? "S" : type) + "S", Value(std::move(out)));
}

Value fill(const Value& value, const List& parameters) {
  const std::string& type = expression::type_of(value);
  const Value& content = expression::content_of(value);
  if (type == "?") return parameters[static_cast<std::size_t>(content.integer())];
  if (type == "<<") return fill_set(content.list(), parameters);
  if (type == "L") {
    List out;
    for (const Value& member : content.list()) out.push_back(fill(member, parameters));
    return expression::make("L", Value(std::move(out)));
  }
  if (type == "M") {
    Map out;
    for (const auto& [name, member] : content.map()) out.add(name, fill(member, parameters));
    return expression::make("M", Value(std::move(out)));
  }
  return value;
}

/// Only S, N and B are ordered.
void check_ordering(const Node& node, const expression::Binding& binding) {
  for (const Node& arg : node.args) check_ordering(arg, binding);
  if (node.op != Op::lt && node.op != Op::le && node.op != Op::gt && node.op != Op::ge &&
      node.op != Op::between)
    return;
  for (const Node& arg : node.args) {
    if (arg.op != Op::value) continue;
    const std::string& type = expression::type_of(binding.value(arg));
    if (type != "S" && type != "N" && type != "B")
      throw expression::Error{"Incorrect operand type for operator or function; operator or function: " +
                              std::string(expression::name_of(node.op)) + ", operand type: " + type};
  }
}

}  // namespace

void flatten(const Node& node, std::vector<const Node*>& out) {
  if (node.op != Op::logical_and) {
    out.push_back(&node);
    return;
  }
  for (const Node& arg : node.args) flatten(arg, out);
}

Bound::Bound(std::shared_ptr<const Statement> statement, const List& parameters,
             const std::function<void(Value&)>& normalise)
    : statement_(std::move(statement)) {
  if (parameters.size() != statement_->parameters)
    throw expression::Error{"Number of parameters in request and statement don't match."};
  struct Owned {
    expression::Binding binding;
    std::vector<Value> values;
  };
  const auto owned = std::make_shared<Owned>();
  for (const Value& value : statement_->values) {
    owned->values.push_back(fill(value, parameters));
    normalise(owned->values.back());
  }
  owned->binding.paths = statement_->paths;
  for (const Value& value : owned->values) owned->binding.values.push_back(&value);
  binding_ = std::shared_ptr<const expression::Binding>(owned, &owned->binding);
  if (statement_->where) check_ordering(*statement_->where, *binding_);
}

std::vector<const Node*> Bound::conditions() const {
  std::vector<const Node*> out;
  if (statement_->where) flatten(*statement_->where, out);
  return out;
}

std::function<bool(const Map&)> Bound::test(std::vector<const Node*> conditions) const {
  return [statement = statement_, binding = binding_, conditions = std::move(conditions)](const Map& item) {
    return std::all_of(conditions.begin(), conditions.end(),
                       [&](const Node* node) { return expression::holds(*node, *binding, item); });
  };
}

Map select(const Map& item, const std::vector<Path>& paths) {
  Map out;
  for (const Path& path : paths) {
    const Value* const found = expression::find(item, path);
    if (!found) continue;
    std::size_t last = path.size();
    std::string name;  // of the last step, with the indexes behind it
    while (path[--last].is_index()) name = "[" + std::to_string(path[last].index) + "]" + name;
    name = path[last].name + name;
    if (!out.contains(name)) out.add(std::move(name), *found);
  }
  return out;
}

}  // namespace puddle::partiql
