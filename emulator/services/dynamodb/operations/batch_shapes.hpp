// What batches and transactions share.
#pragma once
#include <functional>
#include <map>

#include "services/dynamodb/operations/item_shapes.hpp"
#include "services/dynamodb/operations/projecting.hpp"

namespace puddle::dynamodb {

/// What a call used, table by table, in the order in which it came to them.
class Usages {
 public:
  Usage& of(const Table& table);
  void add(const Table& table, const Usage& usage);
  /// ConsumedCapacity: a list; null when it is not wanted.
  Value describe(const std::optional<std::string>& wanted) const;

 private:
  std::vector<std::pair<const Table*, Usage>> tables_;
};

/// ItemCollectionMetrics by table; an empty map when there is nothing to tell.
class MetricsByTable {
 public:
  void add(const ItemWrite& write, const std::optional<std::string>& wanted);
  Value take() { return metrics_.empty() ? Value() : Value(std::move(metrics_)); }

 private:
  wire::Map metrics_;
};

/// Throws for a key of RequestItems that is no table's name. Echo: the request as AWS shows it.
void check_table_name(const std::string& name, const std::function<std::string()>& echo);

/// Whether the caller may do this, too; for calls on several tables. Throws AccessDenied.
void authorise(DynamoDb& db, const Call& call, const std::string& action, const std::string& arn);

}  // namespace puddle::dynamodb
