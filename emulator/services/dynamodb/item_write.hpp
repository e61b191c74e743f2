// ItemWrite: one put, update, delete or condition check of one item, whoever asks for it (the item
// operations, batches, transactions, PartiQL). Its stages are AWS's order of checks:
//
//     made by the operation from what needs no table; bind(table); decide(records); apply(writer)
//
// Throws ItemError or expression::Error. Engine thread.
#pragma once
#include "services/dynamodb/items/parameters.hpp"
#include "services/dynamodb/writer.hpp"

namespace puddle::dynamodb {

class ItemWrite {
 public:
  enum class Kind { put, update, remove, check };

  Kind kind = Kind::put;
  wire::Value item;       ///< put: the item; otherwise its key attributes. Normalised.
  std::int64_t size = 0;  ///< put: of the item
  bool insert = false;    ///< PartiQL's: a failed condition means a duplicate
  ItemTest condition;     ///< over the old item, an empty map when there is none; empty: no condition
  /// Update: changes the old item, an empty map when there is none.
  std::function<void(wire::Map&)> change;
  std::vector<expression::Path> paths;  ///< that change writes
  /// Whether change looks at an attribute; empty: it may look at any.
  std::function<bool(std::string_view)> uses;
  bool creates = true;  ///< false: a missing item stays missing
  /// The literal that change gives to an attribute, or nullptr; may be empty.
  std::function<const wire::Value*(std::string_view)> literal;

  /// Checks keys and what is written of the indexes' keys.
  void bind(Table& table);
  /// Reads the item. False when the condition does not hold; otherwise what will be there is known.
  bool decide(const Records& records);
  Written apply(Writer& writer) const;

  Table* table() const { return table_; }
  const std::string& key() const { return key_; }
  const std::optional<StoredItem>& old() const { return old_; }
  /// What is there afterwards, or nullptr.
  const wire::Value* next() const;
  std::int64_t next_size() const { return kind == Kind::put ? size : next_size_; }
  /// Attributes of the answer for ReturnValues; null for none.
  wire::Value returned(const std::optional<std::string>& return_values) const;

 private:
  void check_update() const;
  void compute();
  wire::Map changed_old();
  Table* table_ = nullptr;
  std::string key_;
  std::optional<StoredItem> old_;
  std::optional<wire::Value> next_;
  std::int64_t next_size_ = 0;
};

/// Throws for values of index keys that have another type than the index, or are empty or too large; with the
/// words of a put, or of an update that computed them. What the old item (may be null) had already passes.
enum class Of { put, update };
void check_index_keys(const Table& table, const wire::Value& item, Of of, const wire::Value* old = nullptr);

/// {"ItemCollectionKey", "SizeEstimateRangeGB"} of tables with local indexes when SIZE is wanted; else null.
wire::Value collection_metrics(const ItemWrite& write, const std::optional<std::string>& wanted);

}  // namespace puddle::dynamodb
