// Projecting: what AttributesToGet or ProjectionExpression leave of an item.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "services/dynamodb/items/parameters.hpp"
#include "services/dynamodb/records.hpp"

namespace puddle::dynamodb {

class Projecting {
 public:
  /// Neither: items as they are stored.
  Projecting() = default;
  /// Throws in AWS's words, names that are not used included.
  Projecting(expression::Cache& cache, const std::optional<std::vector<std::string>>& attributes,
             const std::optional<std::string>& projection, const wire::Value& names);
  /// With the placeholders of a request that has more expressions.
  Projecting(Expressions& expressions, const std::optional<std::vector<std::string>>& attributes,
             const std::optional<std::string>& projection);
  bool any() const { return any_; }
  const std::vector<expression::Path>& paths() const { return paths_; }
  wire::Value view(StoredItem item) const;
  wire::Map view(const wire::Map& item) const { return expression::project(item, paths_); }

 private:
  bool any_ = false;
  std::vector<expression::Path> paths_;
};

}  // namespace puddle::dynamodb
