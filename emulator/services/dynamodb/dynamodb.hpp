// DynamoDb: tables of items in SQLite, and the change feed of those with a stream. An item, its stream record
// and the signal to the readers belong to one savepoint. Engine thread.
#pragma once
#include <memory>
#include <unordered_map>

#include "aws/service.hpp"
#include "languages/expression/cache.hpp"
#include "languages/partiql/partiql.hpp"
#include "services/dynamodb/backups.hpp"
#include "services/dynamodb/control_records.hpp"
#include "services/dynamodb/errors.hpp"
#include "services/dynamodb/items/attribute_value.hpp"
#include "services/dynamodb/records.hpp"
#include "services/dynamodb/throttle.hpp"

namespace puddle::dynamodb {

const std::vector<std::string_view>& known_operations();

class DynamoDb final : public Service {
 public:
  explicit DynamoDb(Deps deps);
  const wire::ServiceWire& wire() const override;
  const std::vector<Operation>& operations() const override { return operations_; }
  const std::vector<std::string_view>& known_operations() const override {
    return dynamodb::known_operations();
  }
  wire::Dialect dialect() const override { return wire::Dialect::dynamodb; }
  std::vector<Migration> migrations() const override;
  void load() override;
  /// Deletes stream records older than a day, now and then; empties dropped trees and counts, in steps.
  void start() override;
  void stop() override;
  std::vector<ResourceType> resource_types() const override;
  /// GET / is answered "healthy", which drivers ask for.
  bool serve(const HttpRequest& request, const Call& call, const Respond& respond) override;
  std::string resource_policy(const std::string& arn) const override;

  /// By name or ARN. Throws ResourceNotFoundException; for item operations with their text, and also while
  /// the table is not there for items: CREATING, DELETING.
  Table& require(const Call& call, const std::string& name_or_arn, bool for_items = false);
  Table* find(const Call& call, const std::string& name_or_arn);
  Table* find(std::int64_t id) const;
  /// Is a backup or a restored table being made of the items of this table or backup?
  bool is_copied(std::int64_t id) const;
  /// The items of a table or a backup; nullptr when there is none.
  const Tree* tree_of(std::int64_t id);
  std::vector<Table*> in(const Call& call) { return tables_.in(call.account, call.region); }
  Table& add(std::unique_ptr<Table> table);
  /// Its items are removed in steps afterwards.
  void drop(Table& table, Time now);
  /// To be called when a table's time to live is on: what has expired is deleted from then on.
  void watch_expiry();
  /// To be called after Records::drop_index, too.
  void sweep();
  std::int64_t next_id() { return ++last_id_; }

  /// DescribeTable's form.
  wire::Value describe(const Table& table) const;
  void open_stream(Table& table, const std::string& view, Time now);
  void close_stream(Table& table, Time now);
  /// Writes or deletes (item null) one item with its index entries and stream record. Old: what is there.
  /// by_service: a deletion by time to live. Operations that write several items use a Writer (writer.hpp).
  void write(Table& table, const std::string& key, const wire::Value* item,
             const std::optional<StoredItem>& old, Time now, bool by_service = false);
  /// Puts some more of the table's items into an index that is being filled; true when it is complete. In a
  /// savepoint; takes a few milliseconds. Until then the index must not be read.
  bool fill_step(Table& table, Index& index, Time now);

  Deps deps;
  Records records;
  ControlRecords control;
  ChangeFeed feed;
  Backups backups;
  expression::Cache expressions;  ///< parsed, bounded
  partiql::Cache statements;      ///< likewise
  Throttle throttle;

 private:
  void trim_at(Time when);
  void sweep_step();
  bool count_step();
  bool trim_history(Time now);
  void expire_at(Time when);
  Loop::TimerId trimmer_ = 0, sweeper_ = 0, expirer_ = 0;
  std::vector<Operation> operations_;
  Registry<Table> tables_;
  std::unordered_map<std::int64_t, Table*> by_id_;
  std::int64_t last_id_ = 0;
};

/// Runs fn, turning ItemError into ValidationException or SerializationException.
template <class F>
auto checked(F&& fn) {
  try {
    return fn();
  } catch (const ItemError& e) {
    throw(e.serialization ? kSerialization : kValidation)(e.message);
  }
}

/// Throws for a parameter that Puddle does not honour.
void refuse(bool given, const char* parameter);

std::vector<Operation> make_operations();
std::unique_ptr<Service> make(Deps deps);

}  // namespace puddle::dynamodb
