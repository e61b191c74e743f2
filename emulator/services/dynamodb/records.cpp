#include "services/dynamodb/records.hpp"

#include "wire/json.hpp"

namespace puddle::dynamodb {

using std::string_view;

void Records::create(const Table& t) {
  const std::string definition = wire::to_json(t.definition);
  store_.run("INSERT INTO dynamodb_table VALUES(?1,?2,?3,?4,?5,?6,?7,?8)",
             {t.id, string_view(t.account), string_view(t.region), string_view(t.name), string_view(t.uuid),
              string_view(definition), string_view(t.stream_arn), param(t.created)});
  store_.script("CREATE TABLE " + t.items() +
                "(k BLOB PRIMARY KEY, item TEXT NOT NULL, size INTEGER NOT NULL) WITHOUT ROWID");
}

void Records::update(const Table& t) {
  const std::string definition = wire::to_json(t.definition);
  store_.run("UPDATE dynamodb_table SET definition=?2, stream=?3 WHERE id=?1",
             {t.id, string_view(definition), string_view(t.stream_arn)});
}

void Records::drop(const Table& t) {
  store_.run("DELETE FROM dynamodb_table WHERE id=?1", {t.id});
  store_.script("DROP TABLE " + t.items());
}

void Records::load(const std::function<void(std::unique_ptr<Table>)>& row) const {
  for (Rows rows = store_.query(
           "SELECT id,account,region,name,uuid,definition,stream,created FROM dynamodb_table ORDER BY id");
       rows.next();) {
    auto t = std::make_unique<Table>();
    t->id = rows.integer(0);
    t->account = rows.text(1);
    t->region = rows.text(2);
    t->name = rows.text(3);
    t->uuid = rows.text(4);
    if (auto definition = wire::parse_json(rows.view(5))) t->definition = std::move(*definition);
    t->stream_arn = rows.text(6);
    t->created = rows.time(7);
    row(std::move(t));
  }
}

std::optional<StoredItem> Records::get(const Table& t, const std::string& key) const {
  Rows rows = store_.query(t.get_sql, {BlobView{key}});
  if (!rows.next()) return std::nullopt;
  return StoredItem{rows.text(0), rows.integer(1)};
}

void Records::put(const Table& t, const std::string& key, const StoredItem& item) {
  store_.run(t.put_sql, {BlobView{key}, string_view(item.json), item.size});
}

void Records::remove(const Table& t, const std::string& key) { store_.run(t.delete_sql, {BlobView{key}}); }

void Records::scan(const Table& t, const std::string& after,
                   const std::function<bool(StoredItem)>& each) const {
  for (Rows rows = store_.query(t.scan_sql, {BlobView{after}}); rows.next();)
    if (!each(StoredItem{rows.text(1), rows.integer(2)})) return;
}

std::pair<std::int64_t, std::int64_t> Records::count(const Table& t) const {
  Rows rows = store_.query(t.count_sql);
  if (!rows.next()) return {0, 0};
  return {rows.integer(0), rows.integer(1)};
}

}  // namespace puddle::dynamodb
