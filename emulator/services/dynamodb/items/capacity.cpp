#include "services/dynamodb/items/capacity.hpp"

#include "services/dynamodb/table.hpp"

namespace puddle::dynamodb {

using wire::Map;
using wire::Value;

double Usage::total() const {
  double out = table;
  for (const auto& [index, units] : indexes) out += units;
  return transactional ? out * 2 : out;
}

Value Usage::describe(const Table& of, const std::optional<std::string>& wanted) const {
  if (!wanted || *wanted == "NONE") return {};
  const auto units_of = [this](double units) {
    if (transactional) units *= 2;
    Map out{{"CapacityUnits", Value(units)}};
    if (transactional) out.add(reads ? "ReadCapacityUnits" : "WriteCapacityUnits", units);
    return out;
  };
  Map out{{"TableName", Value(of.name)}};
  out.add("CapacityUnits", total());
  if (transactional) out.add(reads ? "ReadCapacityUnits" : "WriteCapacityUnits", total());
  if (*wanted != "INDEXES") return Value(std::move(out));
  out.add("Table", units_of(table));
  for (const bool global : {false, true}) {
    Map members;
    for (const auto& index : of.indexes)  // in the definition's order, not in that of pointers
      if (const auto at = indexes.find(index.get()); at != indexes.end() && index->global == global)
        members.add(index->name, units_of(at->second));
    if (!members.empty())
      out.add(global ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes", std::move(members));
  }
  return Value(std::move(out));
}

}  // namespace puddle::dynamodb
