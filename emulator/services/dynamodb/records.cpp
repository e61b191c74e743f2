#include "services/dynamodb/records.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

using std::string_view;

/// Behind every key: none begins with so many bytes of ones, for the first eight are a digest.
constexpr string_view kEnd("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 12);
constexpr Duration kTokenLife = std::chrono::minutes(10);
constexpr std::int64_t kCountStep = 2000;          // rows
constexpr std::int64_t kSweepRows = 500;           // rows in a step, and
constexpr std::int64_t kSweepBytes = 1024 * 1024;  // about so many bytes

}  // namespace

const Value& StoredItem::value() const {
  if (!value_) {
    auto parsed = wire::parse_json(json);
    PUDDLE_CHECK(parsed);
    value_ = std::move(*parsed);
  }
  return *value_;
}

Value StoredItem::take() {
  value();
  Value out = std::move(*value_);
  value_.reset();
  return out;
}

void Records::make_tree(std::int64_t table_id, string_view name, Tree& tree, bool to_fill) {
  store_.run(
      "INSERT INTO dynamodb_tree(table_id,name,items,bytes,counted,backfill,dropped) "
      "VALUES(?1,?2,0,0,1,?3,0)",
      {table_id, name, to_fill ? Param(BlobView{""}) : Param(nullptr)});
  tree.id = store_.last_insert_id();
  tree.prepare();
  store_.script("CREATE TABLE " + tree.name() +
                "(k BLOB PRIMARY KEY, item TEXT NOT NULL, size INTEGER NOT NULL) WITHOUT ROWID");
}

void Records::create(Table& t) {
  const std::string definition = wire::to_json(t.definition);
  store_.run("INSERT INTO dynamodb_table VALUES(?1,?2,?3,?4,?5,?6,?7,?8)",
             {t.id, string_view(t.account), string_view(t.region), string_view(t.name), string_view(t.uuid),
              string_view(definition), string_view(t.stream_arn), param(t.created)});
  make_tree(t.id, "", t.tree, false);
  for (const auto& index : t.indexes) make_tree(t.id, index->name, index->tree, false);
}

void Records::update(const Table& t) {
  const std::string definition = wire::to_json(t.definition);
  store_.run("UPDATE dynamodb_table SET definition=?2, stream=?3 WHERE id=?1",
             {t.id, string_view(definition), string_view(t.stream_arn)});
}

void Records::drop(const Table& t) {
  store_.run("DELETE FROM dynamodb_table WHERE id=?1", {t.id});
  store_.run("UPDATE dynamodb_tree SET dropped=1 WHERE table_id=?1", {t.id});
}

Tree Records::tree_of(std::int64_t owner) const {
  Tree tree;
  Rows rows =
      store_.query("SELECT id, items, bytes FROM dynamodb_tree WHERE table_id=?1 AND dropped=0", {owner});
  if (!rows.next()) return tree;
  tree.id = rows.integer(0);
  tree.items = rows.integer(1);
  tree.bytes = rows.integer(2);
  tree.prepare();
  return tree;
}

void Records::adopt(const Tree& tree, std::int64_t owner) {
  store_.run("UPDATE dynamodb_tree SET table_id=?2 WHERE id=?1", {tree.id, owner});
}

void Records::drop_trees(std::int64_t owner) {
  store_.run("UPDATE dynamodb_tree SET dropped=1 WHERE table_id=?1", {owner});
}

void Records::add_index(const Table& t, Index& index, bool to_fill) {
  make_tree(t.id, index.name, index.tree, to_fill);
  if (to_fill) index.backfill = "";
}

void Records::drop_index(const Index& index) {
  store_.run("UPDATE dynamodb_tree SET dropped=1 WHERE id=?1", {index.tree.id});
}

void Records::save_backfill(const Index& index, const std::optional<std::string>& key) {
  store_.run("UPDATE dynamodb_tree SET backfill=?2 WHERE id=?1",
             {index.tree.id, key ? Param(BlobView{*key}) : Param(nullptr)});
}

void Records::load(const std::function<void(std::unique_ptr<Table>)>& row) const {
  std::vector<std::unique_ptr<Table>> tables;
  for (Rows rows = store_.query(
           "SELECT id,account,region,name,uuid,definition,stream,created FROM dynamodb_table ORDER BY id");
       rows.next();) {
    auto t = std::make_unique<Table>();
    t->id = rows.integer(0);
    t->account = rows.text(1);
    t->region = rows.text(2);
    t->name = rows.text(3);
    t->uuid = rows.text(4);
    auto definition = wire::parse_json(rows.view(5));
    PUDDLE_CHECK(definition);
    t->definition = std::move(*definition);
    t->stream_arn = rows.text(6);
    t->created = rows.time(7);
    t->prepare();
    tables.push_back(std::move(t));
  }
  for (Rows rows = store_.query("SELECT id,table_id,name,items,bytes,counted,backfill FROM dynamodb_tree "
                                "WHERE dropped=0 ORDER BY table_id");
       rows.next();) {
    const auto at = std::lower_bound(tables.begin(), tables.end(), rows.integer(1),
                                     [](const auto& t, std::int64_t id) { return t->id < id; });
    if (at == tables.end() || (*at)->id != rows.integer(1)) continue;
    const string_view name = rows.view(2);
    if (name == kExpiryIndex) (*at)->expiry = std::make_unique<Index>();
    Index* index = name.empty()           ? nullptr
                   : name == kExpiryIndex ? (*at)->expiry.get()
                                          : (*at)->find_index(name);
    if (!name.empty() && !index) continue;
    Tree& tree = index ? index->tree : (*at)->tree;
    tree.id = rows.integer(0);
    tree.counted = rows.integer(5) != 0;
    tree.counting = !tree.counted;
    if (tree.counted) tree.items = rows.integer(3), tree.bytes = rows.integer(4);
    if (index && !rows.is_null(6)) index->backfill = rows.text(6);
    tree.prepare();
  }
  for (auto& t : tables) row(std::move(t));
}

std::optional<StoredItem> Records::get(const Tree& tree, string_view key) const {
  Rows rows = store_.query(tree.get_sql, {BlobView{key}});
  if (!rows.next()) return std::nullopt;
  StoredItem out;
  out.json = rows.text(0);
  out.size = rows.integer(1);
  return out;
}

void Records::put(const Tree& tree, string_view key, string_view json, std::int64_t size) {
  store_.run(tree.put_sql, {BlobView{key}, json, size});
}

void Records::remove(const Tree& tree, string_view key) { store_.run(tree.delete_sql, {BlobView{key}}); }

void Records::range(const Tree& tree, const KeyRange& keys, bool forward,
                    const std::function<bool(const Entry&)>& each) const {
  for (Rows rows =
           store_.query(forward ? tree.forward_sql : tree.backward_sql,
                        {BlobView{keys.from}, BlobView{keys.to.empty() ? kEnd : string_view(keys.to)}});
       rows.next();)
    if (!each(Entry{rows.view(0), rows.view(1), rows.integer(2)})) return;
}

std::optional<std::string> Records::token(string_view key, Time now) const {
  Rows rows = store_.query("SELECT digest FROM dynamodb_token WHERE key=?1 AND at>?2",
                           {key, param(now - kTokenLife)});
  if (!rows.next()) return std::nullopt;
  return rows.text(0);
}

void Records::put_token(string_view key, string_view digest, Time now) {
  store_.run(
      "INSERT INTO dynamodb_token(key, digest, at) VALUES(?1,?2,?3) ON CONFLICT(key) DO UPDATE SET "
      "digest=?2, at=?3",
      {key, BlobView{digest}, param(now)});
  // One comes, two old ones go: the table never has more than those of ten minutes, and no sweep is long.
  store_.run(
      "DELETE FROM dynamodb_token WHERE id IN (SELECT id FROM dynamodb_token ORDER BY id LIMIT 2) AND "
      "at<=?1",
      {param(now - kTokenLife)});
}

void Records::mark(const Tree& tree) {
  if (tree.counted) store_.run("UPDATE dynamodb_tree SET counted=0 WHERE id=?1", {tree.id});
}

void Records::save_counts(Tree& tree) {
  if (tree.counted || tree.counting) return;
  store_.run("UPDATE dynamodb_tree SET counted=1, items=?2, bytes=?3 WHERE id=?1",
             {tree.id, tree.items, tree.bytes});
  tree.counted = true;
}

bool Records::count_step(Tree& tree) const {
  Rows rows = store_.query("SELECT count(*), total(size), max(k) FROM (SELECT k, size FROM " + tree.name() +
                               " WHERE k>?1 ORDER BY k LIMIT ?2)",
                           {BlobView{tree.counted_to}, kCountStep});
  rows.next();
  tree.items += rows.integer(0);
  tree.bytes += rows.integer(1);
  tree.counting = rows.integer(0) == kCountStep;
  tree.counted_to = tree.counting ? rows.text(2) : std::string();
  return !tree.counting;
}

bool Records::sweep_step() {
  std::int64_t id = 0, rows_in_step = 0;
  {
    Rows rows =
        store_.query("SELECT id, items, bytes FROM dynamodb_tree WHERE dropped=1 ORDER BY id LIMIT 1");
    if (!rows.next()) return false;
    id = rows.integer(0);
  }
  const std::string name = "dyn_ddb_" + std::to_string(id);
  std::string last;
  {
    std::int64_t bytes = 0;
    for (Rows rows = store_.query("SELECT k, size FROM " + name + " ORDER BY k"); rows.next();) {
      last = rows.text(0);
      bytes += rows.integer(1);
      if (++rows_in_step == kSweepRows || bytes >= kSweepBytes) break;
    }
  }
  if (rows_in_step == kSweepRows || !last.empty()) {
    store_.run("DELETE FROM " + name + " WHERE k<=?1", {BlobView{last}});
    return true;
  }
  store_.script("DROP TABLE " + name);
  store_.run("DELETE FROM dynamodb_tree WHERE id=?1", {id});
  return true;
}

}  // namespace puddle::dynamodb
