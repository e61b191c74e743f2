#include "services/dynamodb/table.hpp"

#include <algorithm>

#include "aws/arn.hpp"

namespace puddle::dynamodb {
namespace {

Projection projection_of(const Value& definition, const KeySchema& table, const KeySchema& index) {
  Projection out;
  const Value* given = definition.find("Projection");
  const std::string_view type = given ? given->text_or("ProjectionType", "ALL") : "ALL";
  if (type == "ALL") return out;
  out.kind = type == "INCLUDE" ? Projection::Kind::include : Projection::Kind::keys_only;
  const auto add = [&](const std::string& name) {
    if (!out.has(name)) out.attributes.push_back(name);
  };
  for (const KeySchema* keys : {&table, &index})
    for (const auto* part : {&keys->hash, &keys->range})
      for (const KeyAttribute& a : *part) add(a.name);
  if (const Value* names = given->find("NonKeyAttributes"); names && out.kind == Projection::Kind::include)
    for (const Value& name : names->list()) add(name.text());
  return out;
}

}  // namespace

void Tree::prepare() {
  const std::string from = " FROM " + name();
  get_sql = "SELECT item, size" + from + " WHERE k=?1";
  put_sql = "INSERT INTO " + name() + " VALUES(?1,?2,?3) ON CONFLICT(k) DO UPDATE SET item=?2, size=?3";
  delete_sql = "DELETE" + from + " WHERE k=?1";
  forward_sql = "SELECT k, item, size" + from + " WHERE k>=?1 AND k<?2 ORDER BY k";
  backward_sql = forward_sql + " DESC";
}

bool Projection::has(std::string_view attribute) const {
  return kind == Kind::all || std::find(attributes.begin(), attributes.end(), attribute) != attributes.end();
}

void Table::prepare() {
  arn = make_arn("dynamodb", region, account, "table/" + name);
  const Value& attributes = *definition.find("AttributeDefinitions");
  keys = key_schema_of(*definition.find("KeySchema"), attributes);
  std::vector<std::unique_ptr<Index>> made;
  for (const bool global : {false, true}) {
    const Value* list = definition.find(global ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes");
    if (!list || !list->is_list()) continue;
    for (const Value& given : list->list()) {
      auto index = std::make_unique<Index>();
      index->name = given.text_or("IndexName");
      const auto known = std::find_if(indexes.begin(), indexes.end(),
                                      [&](const auto& old) { return old && old->name == index->name; });
      if (known != indexes.end()) index = std::move(*known);
      index->global = global;
      index->keys = key_schema_of(*given.find("KeySchema"), attributes);
      index->projection = projection_of(given, keys, index->keys);
      index->status = given.text_or("IndexStatus", "ACTIVE");
      made.push_back(std::move(index));
    }
  }
  indexes = std::move(made);
}

Index* Table::find_index(std::string_view index_name) const {
  for (const auto& index : indexes)
    if (index->name == index_name) return index.get();
  return nullptr;
}

bool Table::flag(const char* member) const {
  const Value* v = definition.find(member);
  return v && v->kind() == Value::Kind::boolean && v->boolean();
}

}  // namespace puddle::dynamodb
