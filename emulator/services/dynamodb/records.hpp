// Rows of tables and items. All SQL of DynamoDB but the change feed's. Engine thread; throws StoreError.
#pragma once
#include <functional>
#include <memory>

#include "services/dynamodb/table.hpp"
#include "store/store.hpp"

namespace puddle::dynamodb {

struct StoredItem {
  std::string json;
  std::int64_t size = 0;
};

class Records {
 public:
  explicit Records(Store& store) : store_(store) {}
  void create(const Table& table);
  void update(const Table& table);
  void drop(const Table& table);
  void load(const std::function<void(std::unique_ptr<Table>)>& row) const;

  std::optional<StoredItem> get(const Table& table, const std::string& key) const;
  void put(const Table& table, const std::string& key, const StoredItem& item);
  void remove(const Table& table, const std::string& key);
  /// Items behind the key in order; the callback says whether to go on.
  void scan(const Table& table, const std::string& after, const std::function<bool(StoredItem)>& each) const;
  std::pair<std::int64_t, std::int64_t> count(const Table& table) const;  ///< items and bytes

 private:
  Store& store_;
};

}  // namespace puddle::dynamodb
