// ConsumedCapacity: AWS's arithmetic. Pure.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "wire/value.hpp"

namespace puddle::dynamodb {

struct Table;
struct Index;

/// A unit for each kibibyte begun, at least one.
inline double write_units(std::int64_t bytes) {
  return static_cast<double>(std::max<std::int64_t>(1, (bytes + 1023) / 1024));
}
/// A unit for each four kibibytes begun, at least one; half of it when eventually consistent.
inline double read_units(std::int64_t bytes, bool consistent) {
  return static_cast<double>(std::max<std::int64_t>(1, (bytes + 4095) / 4096)) * (consistent ? 1 : 0.5);
}

/// What one call used of one table.
struct Usage {
  double table = 0;
  std::map<const Index*, double> indexes;
  bool reads = false;          ///< for transactions, whose answers name the kind, too
  bool transactional = false;  ///< doubles everything
  double total() const;
  /// {"TableName", "CapacityUnits", ...} for ReturnConsumedCapacity TOTAL or INDEXES; null otherwise.
  wire::Value describe(const Table& of, const std::optional<std::string>& wanted) const;
};

}  // namespace puddle::dynamodb
