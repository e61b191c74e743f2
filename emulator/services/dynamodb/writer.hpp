// Writer: changes of items, for every operation that makes any. An item, its entries in the indexes and its
// stream record are written together; what is counted in memory changes in finish(), when no row can fail any
// more. One writer per operation, in the operation's savepoint. Engine thread.
#pragma once
#include <vector>

#include "services/dynamodb/dynamodb.hpp"

namespace puddle::dynamodb {

/// What a write did, for ConsumedCapacity.
struct Written {
  std::int64_t old_size = 0, new_size = 0;
  struct IndexUnits {
    const Index* index;
    double units;
  };
  std::vector<IndexUnits> indexes;  ///< those that were written
};

class Writer {
 public:
  /// by_service: the service deletes (time to live), and the record says so.
  Writer(DynamoDb& db, Time now, bool by_service = false) : db_(db), now_(now), by_service_(by_service) {}
  /// Item: normalised, of the size given; null to delete. Old: what is there. Nothing is written when nothing
  /// changes, and then there is no stream record either.
  Written write(Table& table, const std::string& key, const wire::Value* item, std::int64_t size,
                const std::optional<StoredItem>& old);
  /// Puts an item's entry into an index that is being filled.
  void fill(Index& index, const std::string& key, const wire::Value& item, std::string_view json,
            std::int64_t size);
  void finish();
  /// The next write() is the operation's only one, and nothing behind it can fail (Store::last_write).
  void alone() { alone_ = true; }

 private:
  struct Tally {
    Tree* tree;
    std::int64_t items, bytes;
  };
  struct NewEntry {
    std::string key, json;
    std::int64_t size = 0;
  };
  void tally(Tree& tree, const std::string& key, std::int64_t items, std::int64_t bytes);
  std::optional<NewEntry> entry_of(const Index& index, const std::string& key, const wire::Value& item,
                                   std::string_view json, std::int64_t size) const;
  double write_index(Index& index, const std::string& key, const wire::Value* item, std::string_view json,
                     std::int64_t size, const std::optional<StoredItem>& old);
  void append_record(Table& table, const wire::Value* item, std::string_view json, std::int64_t size,
                     const std::optional<StoredItem>& old);

  DynamoDb& db_;
  Time now_;
  bool by_service_;
  bool alone_ = false;
  std::vector<Tally> tallies_;
};

}  // namespace puddle::dynamodb
