#include "services/dynamodb/copying.hpp"

#include "base/text.hpp"
#include "services/dynamodb/lifecycle.hpp"
#include "services/dynamodb/writer.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

constexpr std::size_t kRows = 200;  // of one step, and
constexpr std::int64_t kBytes = 128 * 1024;

struct Row {
  std::string key;
  StoredItem item;
};

/// The unchanged items of the next few keys; true when these were the last.
bool first_pass(DynamoDb& db, Copying& c, const Tree& tree, const CopySink& sink) {
  std::vector<Row> rows;
  std::int64_t bytes = 0;
  bool more = false;
  const std::string from = from_base64(c.from).value_or("");
  db.records.range(tree, {from, ""}, true, [&](const Entry& e) {
    if (rows.size() >= kRows || bytes >= kBytes) {
      more = true;
      return false;
    }
    Row row;
    row.key = e.key;
    row.item.json = e.json;
    row.item.size = e.size;
    bytes += e.size;
    rows.push_back(std::move(row));
    return true;
  });
  for (const Row& row : rows)
    if (!db.control.changed_after(c, row.key)) sink(row.key, &row.item);
  if (more) c.from = base64(rows.back().key + std::string(1, '\0'));
  return !more;
}

/// What the next few changes overwrote, where it was the first change of its key.
bool second_pass(DynamoDb& db, Copying& c, const CopySink& sink) {
  std::int64_t at = c.at, sequence = c.sequence;
  if (const auto parts = split(c.from, '.'); parts.size() == 2) {
    at = parse_int(parts[0]).value_or(at);
    sequence = parse_int(parts[1]).value_or(sequence);
  }
  std::vector<Past> past;
  const bool more = db.control.past(c, at, sequence, kRows, past);
  for (const Past& p : past) sink(p.key, p.item ? &*p.item : nullptr);
  c.from = std::to_string(at) + "." + std::to_string(sequence);
  return !more;
}

}  // namespace

bool copy_step(DynamoDb& db, Copying& c, const CopySink& sink) {
  if (!c.first_pass) return second_pass(db, c, sink);
  const Tree* tree = db.tree_of(c.source);
  if (!tree) return true;  // the source is gone: it cannot be dropped while it is copied
  if (!first_pass(db, c, *tree, sink)) return false;
  c.first_pass = false;
  c.from.clear();
  return false;
}

bool restore_step(DynamoDb& db, Table& t, Time now) {
  TableSettings settings = t.settings;
  Writer writer(db, now);
  const bool complete = copy_step(db, settings.copying, [&](const std::string& key, const StoredItem* item) {
    const std::optional<StoredItem> old = db.records.get(t.tree, key);
    writer.write(t, key, item ? &item->value() : nullptr, item ? item->size : 0, old);
  });
  const std::int64_t source = settings.copying.source;
  if (complete) settings.copying = {};
  db.control.put_settings(t.id, settings);
  writer.finish();
  t.settings = std::move(settings);
  if (complete)
    if (Table* read = db.find(source)) refresh_history(db, *read);
  return complete;
}

}  // namespace puddle::dynamodb
