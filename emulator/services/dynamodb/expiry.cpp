#include "services/dynamodb/expiry.hpp"

#include "services/dynamodb/writer.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

using wire::Map;

constexpr std::size_t kItems = 100;  // of one step, and
constexpr std::int64_t kBytes = 256 * 1024;
constexpr std::int64_t kFiveYears = 5LL * 365 * 24 * 3600;

/// Where entries of this second begin.
std::string place(std::int64_t seconds) {
  std::string out = partition_key({});
  append_key_part(out, Value(Map{{"N", Value(std::to_string(seconds))}}));
  return out;
}

}  // namespace

void prepare_expiry(Table& t) {
  if (t.settings.ttl.attribute.empty()) {
    t.expiry.reset();
    return;
  }
  if (!t.expiry) t.expiry = std::make_unique<Index>();
  t.expiry->name = kExpiryIndex;
  t.expiry->keys = KeySchema{};
  t.expiry->keys.range.push_back({t.settings.ttl.attribute, "N"});
  t.expiry->projection.kind = Projection::Kind::keys_only;
  t.expiry->projection.attributes.clear();
}

bool expire_step(DynamoDb& db, Table& t, Time now) {
  if (!t.expiry || t.expiry->tree.id == 0) return false;
  const std::int64_t seconds = to_seconds(now);
  std::vector<std::string> keys;
  std::int64_t bytes = 0;
  bool more = false;
  db.records.range(t.expiry->tree, {place(seconds - kFiveYears), behind(place(seconds))}, true,
                   [&](const Entry& e) {
                     more = keys.size() >= kItems;
                     if (more) return false;
                     keys.emplace_back(item_key_of_entry(e.key, t.expiry->keys));
                     return true;
                   });
  if (keys.empty()) return false;
  db.deps.store.atomically([&] {
    Writer writer(db, now, true);
    for (const std::string& key : keys) {
      if (bytes >= kBytes) {
        more = true;
        break;
      }
      const std::optional<StoredItem> old = db.records.get(t.tree, key);
      if (!old) continue;
      bytes += old->size;
      writer.write(t, key, nullptr, 0, old);
    }
    writer.finish();
  });
  return more;
}

}  // namespace puddle::dynamodb
