#include "services/dynamodb/operations/partiql.hpp"

#include "languages/expression/expression.hpp"

namespace puddle::dynamodb {
namespace {

using expression::Op;
using partiql::Bound;
using partiql::Node;
using partiql::Returning;
using partiql::Statement;
using Kind = Statement::Kind;

const std::string kNoKey = "Where clause does not contain a mandatory equality on all key attributes";

/// The attribute and the constant of an equality between the two; nullptrs for anything else.
std::pair<const std::string*, const Value*> equality(const Node& node, const expression::Binding& binding) {
  if (node.op != Op::eq) return {};
  const bool first = node.args[0].op == Op::path;
  const Node &path = node.args[first ? 0 : 1], &value = node.args[first ? 1 : 0];
  if (path.op != Op::path || value.op != Op::value || binding.path(path).size() != 1) return {};
  return {&binding.path(path).front().name, &binding.value(value)};
}

Value whole_key(KeyPart& part, const KeySchema& keys) {
  if (part.key.size() < keys.size()) throw ItemError{kNoKey};
  return Value(std::move(part.key));
}

ItemWrite insertion(const Bound& bound) {
  const Value& item = bound.value(*bound.statement().item);
  if (type_of(item) != "M")
    throw ItemError{"Statement wasn't well formed, can't be processed: Expected a structure behind VALUE"};
  ItemWrite out;
  out.item = normal_item(expression::content_of(item));
  out.size = checked_item_size(out.item);
  out.insert = true;
  out.condition = [](const wire::Map& old) { return old.empty(); };
  return out;
}

void use_actions(ItemWrite& write, const Bound& bound) {
  auto tree = std::make_shared<expression::UpdateTree>();
  tree->actions = bound.statement().actions;
  auto update = std::make_shared<const expression::Update>(std::move(tree), bound.binding());
  write.change = [update](wire::Map& item) { update->apply(item); };
  write.literal = [update](std::string_view attribute) { return update->literal(attribute); };
  write.paths = update->paths();
}

}  // namespace

Bound bind_statement(DynamoDb& db, const StatementInput& in) {
  return Bound(db.statements.statement(in.statement), in.parameters.value_or(std::vector<Value>()),
               normalise_value);
}

void authorise_statement(DynamoDb& db, const Call& call, const Statement& statement) {
  const char* action = nullptr;
  switch (statement.kind) {
    case Kind::insert:
      action = "dynamodb:PartiQLInsert";
      break;
    case Kind::update:
      action = "dynamodb:PartiQLUpdate";
      break;
    case Kind::remove:
      action = "dynamodb:PartiQLDelete";
      break;
    default:
      action = "dynamodb:PartiQLSelect";
  }
  authorise(db, call, action, index_arn(call, statement.table, statement.index));
}

KeyPart take_key(const Bound& bound, const KeySchema& keys) {
  KeyPart out;
  for (const Node* node : bound.conditions()) {
    const auto [attribute, value] = equality(*node, *bound.binding());
    if (attribute && keys.find(*attribute) && !out.key.contains(*attribute))
      out.key.add(*attribute, *value);
    else
      out.others.push_back(node);
  }
  return out;
}

ItemWrite write_of(const Bound& bound, const Table& table) {
  const Statement& statement = bound.statement();
  if (statement.index) throw ItemError{"This operation is not supported on an index"};
  if (statement.kind == Kind::insert) return insertion(bound);
  ItemWrite out;
  KeyPart part = take_key(bound, table.keys);
  out.item = whole_key(part, table.keys);
  if (statement.kind == Kind::remove) {
    out.kind = ItemWrite::Kind::remove;
    if (!part.others.empty()) out.condition = bound.test(std::move(part.others));
    return out;
  }
  if (statement.kind == Kind::exists && part.others.empty())
    throw ItemError{"EXISTS() must contain a single item read with additional condition"};
  // Both need the item to be there.
  out.condition = [others = bound.test(std::move(part.others))](const wire::Map& old) {
    return !old.empty() && others(old);
  };
  out.kind = statement.kind == Kind::update ? ItemWrite::Kind::update : ItemWrite::Kind::check;
  if (out.kind == ItemWrite::Kind::update) use_actions(out, bound);
  return out;
}

std::optional<std::string> returns_of(const Statement& statement) {
  switch (statement.returning) {
    case Returning::all_old:
      return "ALL_OLD";
    case Returning::modified_old:
      return "UPDATED_OLD";
    case Returning::all_new:
      return "ALL_NEW";
    case Returning::modified_new:
      return "UPDATED_NEW";
    default:
      return std::nullopt;
  }
}

Value SingleRead::take(std::optional<StoredItem> found) const {
  if (!found) return {};
  return view ? Value(view(found->value().map())) : Value(wire::Raw{std::move(found->json)});
}

void check_single_keys(const Index& index) {
  if (index.keys.hash.size() > 1 || index.keys.range.size() > 1)
    throw ItemError{
        "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute "
        "RANGE keys."};
}

SingleRead single_read(const Bound& bound, const Table& table, const std::string& operation) {
  const Statement& statement = bound.statement();
  if (const Index* index = statement.index ? table.find_index(*statement.index) : nullptr)
    check_single_keys(*index);
  KeyPart part = take_key(bound, table.keys);
  if (statement.index || part.key.size() < table.keys.size() || !part.others.empty())
    throw ItemError{"Select statements within " + operation +
                    " must specify the primary key in the where clause."};
  SingleRead out;
  out.key = key_of_key(Value(std::move(part.key)), table.keys);
  if (!statement.projection.empty())
    out.view = [paths = statement.projection](const wire::Map& item) { return partiql::select(item, paths); };
  return out;
}

}  // namespace puddle::dynamodb
