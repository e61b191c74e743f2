// Rows of the control plane: settings of tables, the history of those that can be restored, backups. Engine
// thread; throws StoreError.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/dynamodb/records.hpp"
#include "services/dynamodb/table_settings.hpp"

namespace puddle::dynamodb {

/// What a change overwrote.
struct Past {
  std::int64_t at = 0, sequence = 0;  ///< milliseconds; number of the change
  std::string key;
  std::optional<StoredItem> item;  ///< nothing: there was no item
};

class ControlRecords {
 public:
  explicit ControlRecords(Store& store) : store_(store) {}

  void put_settings(std::int64_t table, const TableSettings& settings);
  void erase_settings(std::int64_t table);
  TableSettings settings(std::int64_t table) const;

  /// The history of a table: what each change overwrote, in order. In the savepoint of the change.
  void remember(std::int64_t table, std::string_view key, const std::optional<StoredItem>& old, Time now);
  /// The point of the history at which it is now; changes from here on are behind it.
  void present(Time now, Copying& point);
  bool changed_after(const Copying& point, std::string_view key) const;
  /// Of the first change of each key behind the point: those behind (at, sequence), which moves; at most
  /// limit rows are looked at. False when there are no more.
  bool past(const Copying& point, std::int64_t& at, std::int64_t& sequence, std::size_t limit,
            std::vector<Past>& out) const;
  /// Removes some rows that are older; true when there may be more.
  bool forget_step(std::int64_t table, std::int64_t before);
  /// Tables that have a history.
  std::vector<std::int64_t> remembered() const;

  void put_backup(std::int64_t id, const std::string& json);
  void erase_backup(std::int64_t id);
  void backups(const std::function<void(std::int64_t id, std::string_view json)>& row) const;

 private:
  void advance(Time now);
  Store& store_;
  std::int64_t sequence_ = 0, at_ = 0;  ///< of the last change; 0: not read from the rows yet
};

}  // namespace puddle::dynamodb
