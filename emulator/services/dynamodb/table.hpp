// Table: one table's definition, its secondary indexes and the B-trees of both. The definition is a Value in
// DescribeTable's form without what changes with the items. Engine thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aws/change_feed.hpp"
#include "aws/operation.hpp"
#include "services/dynamodb/items/key.hpp"
#include "services/dynamodb/table_settings.hpp"

namespace puddle::dynamodb {

/// A B-tree of items or of index entries by key, in an SQL table of its own, and how much is in it. The
/// numbers are exact; they live in memory and are rows while nobody writes (see Records).
struct Tree {
  std::int64_t id = 0;  ///< of its row; 0: not made yet
  std::int64_t items = 0, bytes = 0;
  bool counted = true;     ///< the row's numbers are right: the next write has to mark them as old
  std::string counted_to;  ///< while they are counted anew after a crash: keys up to here are in the numbers
  bool counting = false;
  std::string get_sql, put_sql, delete_sql, forward_sql, backward_sql;

  std::string name() const { return "dyn_ddb_" + std::to_string(id); }
  void prepare();
};

struct Projection {
  enum class Kind { all, keys_only, include };
  Kind kind = Kind::all;
  std::vector<std::string>
      attributes;  ///< top level: keys of index and table, and those included; not for all
  bool has(std::string_view attribute) const;
};

/// A secondary index. Its entries are items as far as they are projected, under key_of_entry().
struct Index {
  std::string name;
  bool global = true;
  KeySchema keys;
  Projection projection;
  std::string status;  ///< IndexStatus of a global one: CREATING, ACTIVE, ...
  std::optional<std::string>
      backfill;  ///< being filled: items up to this key are in it, the others are not yet
  Tree tree;
};

/// The name of a table's expiry index; no index of a user can be called so.
inline constexpr std::string_view kExpiryIndex = ":expiry";

struct Table {
  std::int64_t id = 0;
  std::string account, region, name, arn, uuid;
  wire::Value definition;
  KeySchema keys;
  Tree tree;
  std::vector<std::unique_ptr<Index>> indexes;  ///< local ones first, in the definition's order
  /// Items by the time at which they expire, while time to live is on: an index that nobody can query.
  std::unique_ptr<Index> expiry;
  TableSettings settings;
  bool keeps_history = false;  ///< what a change overwrites is kept: it can be restored, or is being copied
  Time created{};
  std::string stream_arn;                    ///< open or latest; empty for none
  std::optional<ChangeFeed::Stream> stream;  ///< the open one

  /// Derives keys and indexes from the definition; to be called after each change of it. An index that stays
  /// keeps its tree; one that is new has none until Records::add_index; one that is gone is forgotten, so
  /// Records::drop_index comes before.
  void prepare();
  Index* find_index(std::string_view index_name) const;
  /// An item is one row: nothing else is written with it, and nothing asks what it was before.
  bool plain() const { return indexes.empty() && !expiry && !keeps_history && !stream; }
  bool has_local_indexes() const { return !indexes.empty() && !indexes.front()->global; }
  bool flag(const char* member) const;
};

}  // namespace puddle::dynamodb
