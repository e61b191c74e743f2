#include "services/dynamodb/writer.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "services/dynamodb/items/capacity.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

using wire::Map;

wire::Value raw(std::string_view json) { return wire::Value(wire::Raw{std::string(json)}); }

}  // namespace

Written Writer::write(Table& t, const std::string& key, const Value* item, std::int64_t size,
                      const std::optional<StoredItem>& old) {
  Written out;
  out.old_size = old ? old->size : 0;
  out.new_size = item ? size : 0;
  if (!item && !old) return out;
  std::string json;
  if (item) {
    json = wire::to_json(*item);
    // The same item written in another order is a change only of its row, which nobody sees.
    if (old && old->size == size && (old->json == json || (!t.plain() && old->value() == *item))) return out;
  }
  db_.records.mark(t.tree);
  if (alone_ && t.plain()) db_.deps.store.last_write();
  if (item)
    db_.records.put(t.tree, key, json, size);
  else
    db_.records.remove(t.tree, key);
  tally(t.tree, key, (item ? 1 : 0) - (old ? 1 : 0), out.new_size - out.old_size);
  for (const auto& index : t.indexes) {
    if (index->backfill && key > *index->backfill) continue;  // filling will come to it
    if (const double units = write_index(*index, key, item, json, size, old); units > 0)
      out.indexes.push_back({index.get(), units});
  }
  if (t.expiry && !(t.expiry->backfill && key > *t.expiry->backfill))
    write_index(*t.expiry, key, item, json, size, old);
  if (t.keeps_history) db_.control.remember(t.id, key, old, now_);
  if (t.stream) append_record(t, item, json, size, old);
  return out;
}

void Writer::tally(Tree& tree, const std::string& key, std::int64_t items, std::int64_t bytes) {
  // While a tree is counted anew, what is behind the counted part will be counted as it is then.
  if (tree.counting && key > tree.counted_to) items = bytes = 0;
  tallies_.push_back({&tree, items, bytes});
}

void Writer::finish() {
  for (const Tally& t : tallies_) {
    t.tree->counted = false;
    t.tree->items += t.items;
    t.tree->bytes += t.bytes;
  }
  tallies_.clear();
}

std::optional<Writer::NewEntry> Writer::entry_of(const Index& index, const std::string& key,
                                                 const Value& item, std::string_view json,
                                                 std::int64_t size) const {
  auto entry_key = key_of_entry(item, index.keys, key);
  if (!entry_key) return std::nullopt;
  NewEntry out;
  out.key = std::move(*entry_key);
  if (index.projection.kind == Projection::Kind::all) {
    out.json = json;
    out.size = size;
    return out;
  }
  Map projected;
  for (const std::string& name : index.projection.attributes)
    if (const Value* value = item.find(name)) projected.add(name, *value);
  const Value whole(std::move(projected));
  out.json = wire::to_json(whole);
  out.size = static_cast<std::int64_t>(size_of_item(whole));
  return out;
}

double Writer::write_index(Index& index, const std::string& key, const Value* item, std::string_view json,
                           std::int64_t size, const std::optional<StoredItem>& old) {
  std::optional<NewEntry> before, after;
  if (old) before = entry_of(index, key, old->value(), old->json, old->size);
  if (item) after = entry_of(index, key, *item, json, size);
  if (!before && !after) return 0;
  const bool same_key = before && after && before->key == after->key;
  if (same_key && before->json == after->json) return 0;
  db_.records.mark(index.tree);
  double units = 0;
  if (before && !same_key) {
    db_.records.remove(index.tree, before->key);
    tally(index.tree, before->key, -1, -before->size);
    units += write_units(before->size);
  }
  if (after) {
    db_.records.put(index.tree, after->key, after->json, after->size);
    tally(index.tree, after->key, same_key ? 0 : 1, after->size - (same_key ? before->size : 0));
    units += write_units(same_key ? std::max(before->size, after->size) : after->size);
  }
  return units;
}

void Writer::fill(Index& index, const std::string& key, const Value& item, std::string_view json,
                  std::int64_t size) {
  const auto entry = entry_of(index, key, item, json, size);
  if (!entry) return;
  db_.records.mark(index.tree);
  db_.records.put(index.tree, entry->key, entry->json, entry->size);
  tally(index.tree, entry->key, 1, entry->size);
}

void Writer::append_record(Table& t, const Value* item, std::string_view json, std::int64_t size,
                           const std::optional<StoredItem>& old) {
  const std::string& view = t.stream->view;
  const bool want_new = view.starts_with("NEW"),
             want_old = view.ends_with("OLD_IMAGES") || view == "OLD_IMAGE";
  Value keys = key_attributes(item ? *item : old->value(), t.keys);
  auto bytes = static_cast<std::int64_t>(size_of_item(keys));
  Map data;
  data.add("ApproximateCreationDateTime", to_seconds(now_));
  data.add("Keys", std::move(keys));
  if (item && want_new) {
    data.add("NewImage", raw(json));
    bytes += size;
  }
  if (old && want_old) {
    data.add("OldImage", raw(old->json));
    bytes += old->size;
  }
  ChangeFeed::Record record;
  record.sequence = db_.feed.next_sequence(now_);
  data.add("SequenceNumber", ChangeFeed::sequence_text(record.sequence));
  data.add("SizeBytes", bytes);
  data.add("StreamViewType", view);
  Map event;
  event.add("eventID", hex(db_.deps.entropy.bytes(16)));
  event.add("eventName", !item ? "REMOVE" : old ? "MODIFY" : "INSERT");
  event.add("eventVersion", "1.1");
  event.add("eventSource", "aws:dynamodb");
  event.add("awsRegion", t.region);
  event.add("dynamodb", std::move(data));
  if (by_service_)
    event.add("userIdentity",
              Map{{"PrincipalId", Value("dynamodb.amazonaws.com")}, {"Type", Value("Service")}});
  record.event = wire::to_json(event);
  db_.feed.append(t.stream->id, record, now_);
  db_.deps.feeds->raise(t.stream->arn);
}

}  // namespace puddle::dynamodb
