#include "services/dynamodb/item_write.hpp"

#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

using wire::List;
using wire::Map;
using wire::Value;

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";
constexpr std::size_t kMaxHash = 2048, kMaxRange = 1024;

[[noreturn]] void mismatch(const Index& index, const KeyAttribute& a, const Value& value) {
  throw ItemError{std::string(kInvalid) + "Type mismatch for Index Key " + a.name + " Expected: " + a.type +
                  " Actual: " + type_of(value) + " IndexName: " + index.name};
}

void check_index_key(const Index& index, const KeyAttribute& a, bool hash, const Value& value, Of of) {
  if (type_of(value) != a.type) {
    if (of == Of::put) mismatch(index, a, value);
    throw ItemError{"The update expression attempted to update the secondary index key to unsupported type"};
  }
  if (a.type == "N") return;
  const std::size_t size = size_of_value(value);
  if (size == 0)
    throw ItemError{
        "One or more parameter values are not valid. " +
        std::string(of == Of::put
                        ? "A value specified for a secondary index key is not supported. "
                        : "The update expression attempted to update a secondary index key to a value that "
                          "is not supported. ") +
        "The AttributeValue for a key attribute cannot contain an empty " +
        (a.type == "S" ? "string" : "binary") + " value. IndexName: " + index.name + ", IndexKey: " + a.name};
  if (hash && size > kMaxHash)
    throw ItemError{std::string(kInvalid) +
                    "Size of hashkey has exceeded the maximum size limit of2048 bytes"};
  if (!hash && size > kMaxRange)
    throw ItemError{std::string(kInvalid) +
                    "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"};
}

std::int64_t size_of_parsed(const Map& item) {
  std::size_t out = 0;
  for (const auto& [name, value] : item)
    if (value.kind() != Value::Kind::raw) out += name.size() + size_of_value(value);
  return static_cast<std::int64_t>(out);
}

template <class F>
void for_each_index_key(const Table& table, F&& fn) {
  for (const auto& index : table.indexes)
    for (const auto* part : {&index->keys.hash, &index->keys.range})
      for (const KeyAttribute& a : *part)
        if (!table.keys.find(a.name)) fn(*index, a, part == &index->keys.hash);
}

}  // namespace

/// The table's hash key may be longer than a range key, which it can be in an index.
void check_range_keys(const Table& table, const Value& item) {
  for (const auto& index : table.indexes)
    for (const KeyAttribute& a : index->keys.range)
      if (const Value* value = table.keys.find(a.name) ? item.find(a.name) : nullptr;
          value && size_of_value(*value) > kMaxRange)
        throw ItemError{std::string(kInvalid) +
                        "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"};
}

void check_index_keys(const Table& table, const Value& item, Of of, const Value* old) {
  if (!old) check_range_keys(table, item);
  for_each_index_key(table, [&](const Index& index, const KeyAttribute& a, bool hash) {
    const Value* value = item.find(a.name);
    if (!value) return;
    const Value* before = old ? old->find(a.name) : nullptr;
    if (!before || !(*before == *value)) check_index_key(index, a, hash, *value, of);
  });
}

void ItemWrite::bind(Table& t) {
  table_ = &t;
  if (kind == Kind::put) {
    key_ = key_of_item(item, t.keys);
    check_index_keys(t, item, Of::put);
    return;
  }
  key_ = key_of_key(item, t.keys);
  if (kind == Kind::update) check_update();
}

void ItemWrite::check_update() const {
  const Table& t = *table_;
  check_key_paths(paths, t.keys, "Key");
  for (const auto& index : t.indexes) check_key_paths(paths, index->keys, "IndexKey");
  for (const expression::Path& path : paths)
    if (t.keys.find(path[0].name))
      throw ItemError{std::string(kInvalid) + "Cannot update attribute " + path[0].name +
                      ". This attribute is part of the key"};
  if (!literal) return;
  for_each_index_key(t, [&](const Index& index, const KeyAttribute& a, bool) {
    if (const Value* value = literal(a.name); value && type_of(*value) != a.type) mismatch(index, a, *value);
  });
}

bool ItemWrite::decide(const Records& records) {
  old_ = records.get(table_->tree, key_);
  if (condition) {
    static const Map kNone;
    if (!condition(old_ ? old_->value().map() : kNone)) return false;
  }
  if (kind == Kind::update) compute();
  return true;
}

/// The old item after the change; next_size_ is its size.
Map ItemWrite::changed_old() {
  // Nobody asks for more than the change does: what it does not look at stays as it is stored.
  const bool plain = table_->plain();
  if (plain && uses && !old_->parsed()) {
    if (auto part = wire::parse_json_partly(old_->json, uses)) {
      next_size_ = old_->size - size_of_parsed(*part);
      change(*part);
      next_size_ += size_of_parsed(*part);
      return std::move(*part);
    }
  }
  Map out;
  if (plain)
    out = std::move(old_->take().map());
  else
    out = old_->value().map();
  if (change) change(out);
  next_size_ = static_cast<std::int64_t>(size_of_item(out));
  return out;
}

void ItemWrite::compute() {
  if (old_) {
    next_ = Value(changed_old());
  } else {
    Map changed;
    if (change) change(changed);
    if (!creates) return;
    Map whole = item.map();
    for (auto& [name, value] : changed) whole[name] = std::move(value);
    next_ = Value(std::move(whole));
    next_size_ = static_cast<std::int64_t>(size_of_item(*next_));
  }
  if (next_size_ > static_cast<std::int64_t>(kMaxItemBytes))
    throw ItemError{"Item size to update has exceeded the maximum allowed size"};
  if (!paths.empty() && !table_->indexes.empty())
    check_index_keys(*table_, *next_, Of::update, old_ ? &old_->value() : nullptr);
}

const Value* ItemWrite::next() const {
  if (kind == Kind::put) return &item;
  return next_ ? &*next_ : nullptr;
}

Written ItemWrite::apply(Writer& writer) const {
  if (kind == Kind::check || (kind == Kind::update && !next_)) {
    Written nothing;
    nothing.old_size = old_ ? old_->size : 0;
    return nothing;
  }
  return writer.write(*table_, key_, next(), next_size(), old_);
}

Value ItemWrite::returned(const std::optional<std::string>& wanted) const {
  if (!wanted || *wanted == "NONE") return {};
  if (*wanted == "ALL_OLD") return old_ ? Value(wire::Raw{old_->json}) : Value();
  const Value* after = next();
  if (*wanted == "ALL_NEW") return after ? *after : Value();
  const Value* of = *wanted == "UPDATED_NEW" ? after : old_ ? &old_->value() : nullptr;
  if (!of) return {};
  Map out = expression::project(of->map(), paths);
  return out.empty() ? Value() : Value(std::move(out));
}

Value collection_metrics(const ItemWrite& write, const std::optional<std::string>& wanted) {
  if (wanted != "SIZE" || !write.table()->has_local_indexes()) return {};
  const KeyAttribute& hash = write.table()->keys.hash[0];
  return Map{{"ItemCollectionKey", Value(Map{{hash.name, *write.item.find(hash.name)}})},
             {"SizeEstimateRangeGB", Value(List{Value(0.0), Value(1.0)})}};
}

}  // namespace puddle::dynamodb
