// Rows of tables, items and index entries. All SQL of DynamoDB but the change feed's. Engine thread; throws
// StoreError.
//
// How much is in a tree is exact and costs a write nothing: the numbers are in memory, and become rows when
// the daemon stops (save_counts). The first write marks the row as old; after a crash such a tree is counted
// anew (count_step), in steps, beside the writes.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "services/dynamodb/table.hpp"
#include "store/store.hpp"

namespace puddle::dynamodb {

struct StoredItem {
  std::string json;
  std::int64_t size = 0;  ///< by AWS's rules
  /// Parsed at the first call.
  const wire::Value& value() const;
  /// The value itself, moved out: value() would parse again.
  wire::Value take();
  bool parsed() const { return value_.has_value(); }

 private:
  mutable std::optional<wire::Value> value_;
};

/// A row of a range; views, until the callback returns.
struct Entry {
  std::string_view key, json;
  std::int64_t size = 0;
};

class Records {
 public:
  explicit Records(Store& store) : store_(store) {}

  /// The table's row, its tree and those of its indexes.
  void create(Table& table);
  void update(const Table& table);
  /// Rows are gone at once; trees are emptied by sweep_step().
  void drop(const Table& table);
  /// Tables come prepared.
  void load(const std::function<void(std::unique_ptr<Table>)>& row) const;
  /// Trees that belong to a backup: owner is its id, of the same numbers as tables'.
  void make_tree(std::int64_t owner, std::string_view name, Tree& tree, bool to_fill);
  Tree tree_of(std::int64_t owner) const;
  void adopt(const Tree& tree, std::int64_t owner);
  void drop_trees(std::int64_t owner);
  /// Gives a new index its tree. To fill: the table's items are not in it yet, see Backfill.
  void add_index(const Table& table, Index& index, bool to_fill);
  void drop_index(const Index& index);
  /// Where filling has come to; nothing: it is done.
  void save_backfill(const Index& index, const std::optional<std::string>& key);

  std::optional<StoredItem> get(const Tree& tree, std::string_view key) const;
  bool has(const Tree& tree, std::string_view key) const { return get(tree, key).has_value(); }
  void put(const Tree& tree, std::string_view key, std::string_view json, std::int64_t size);
  void remove(const Tree& tree, std::string_view key);
  /// In order of the keys, or backwards; the callback says whether to go on.
  void range(const Tree& tree, const KeyRange& keys, bool forward,
             const std::function<bool(const Entry&)>& each) const;

  /// Idempotency tokens of transactions, for ten minutes: the digest of the request that used one.
  std::optional<std::string> token(std::string_view key, Time now) const;
  void put_token(std::string_view key, std::string_view digest, Time now);

  /// Before a write to the tree, in its savepoint: the row's numbers become old.
  void mark(const Tree& tree);
  void save_counts(Tree& tree);
  /// Counts some more; true when all is counted.
  bool count_step(Tree& tree) const;
  /// Removes some rows of dropped trees; false when there are none left.
  bool sweep_step();

 private:
  Store& store_;
};

}  // namespace puddle::dynamodb
