// Table: one table's definition and the SQL of its items. The definition is a Value in DescribeTable's form
// without what changes with the items. Engine thread.
#pragma once
#include <optional>
#include <string>

#include "aws/change_feed.hpp"
#include "aws/operation.hpp"
#include "services/dynamodb/items/key.hpp"

namespace puddle::dynamodb {

struct Table {
  std::int64_t id = 0;
  std::string account, region, name, arn, uuid;
  wire::Value definition;
  KeySchema keys;
  Time created{};
  std::string stream_arn;                    ///< open or latest; empty for none
  std::optional<ChangeFeed::Stream> stream;  ///< the open one
  std::string get_sql, put_sql, delete_sql, scan_sql, count_sql;

  std::string items() const { return "dyn_ddb_" + std::to_string(id); }
  /// Derives keys and SQL from the definition.
  void prepare();
  bool flag(const char* member) const;
};

}  // namespace puddle::dynamodb
