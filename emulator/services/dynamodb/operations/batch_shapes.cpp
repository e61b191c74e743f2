#include "services/dynamodb/operations/batch_shapes.hpp"

#include "wire/validate.hpp"

namespace puddle::dynamodb {

Usage& Usages::of(const Table& table) {
  for (auto& [known, usage] : tables_)
    if (known == &table) return usage;
  return tables_.emplace_back(&table, Usage()).second;
}

void Usages::add(const Table& table, const Usage& usage) {
  Usage& sum = of(table);
  sum.table += usage.table;
  sum.reads = usage.reads;
  sum.transactional = usage.transactional;
  for (const auto& [index, units] : usage.indexes) sum.indexes[index] += units;
}

Value Usages::describe(const std::optional<std::string>& wanted) const {
  if (!wanted || *wanted == "NONE") return {};
  wire::List out;
  for (const auto& [table, usage] : tables_) out.push_back(usage.describe(*table, wanted));
  return Value(std::move(out));
}

void MetricsByTable::add(const ItemWrite& write, const std::optional<std::string>& wanted) {
  Value one = collection_metrics(write, wanted);
  if (one.is_null()) return;
  Value& list = metrics_[write.table()->name];
  if (list.is_null()) list = wire::List();
  list.list().push_back(std::move(one));
}

void check_table_name(const std::string& name, const std::function<std::string()>& echo) {
  if (name.starts_with("arn:") || (name.size() <= 255 && wire::matches_pattern(kNewTable.pattern, name)))
    return;
  throw ItemError{
      "1 validation error detected: Value '" + echo() +
      "' at 'requestItems' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have "
      "length less than or equal to 255, Member must have length greater than or equal to 3, Member must "
      "satisfy regular expression pattern: " +
      std::string(kNewTable.pattern) + "]"};
}

void authorise(DynamoDb& db, const Call& call, const std::string& action, const std::string& arn) {
  if (db.deps.authorizer.mode() == AuthMode::off || call.principal.kind == Principal::Kind::root) return;
  db.deps.authorizer.require(call, action, arn, db.resource_policy(arn));
}

}  // namespace puddle::dynamodb
