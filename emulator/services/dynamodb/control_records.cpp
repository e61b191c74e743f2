#include "services/dynamodb/control_records.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

using std::string_view;

constexpr std::int64_t kForgetStep = 500;

}  // namespace

void ControlRecords::put_settings(std::int64_t table, const TableSettings& settings) {
  const std::string json = wire::to_json(wire::write_struct(settings, *wire::shape_of<TableSettings>()));
  store_.run("INSERT INTO dynamodb_settings VALUES(?1,?2) ON CONFLICT(table_id) DO UPDATE SET settings=?2",
             {table, string_view(json)});
}

void ControlRecords::erase_settings(std::int64_t table) {
  store_.run("DELETE FROM dynamodb_settings WHERE table_id=?1", {table});
}

TableSettings ControlRecords::settings(std::int64_t table) const {
  Rows rows = store_.query("SELECT settings FROM dynamodb_settings WHERE table_id=?1", {table});
  if (!rows.next()) return {};
  const auto parsed = wire::parse_json(rows.view(0));
  PUDDLE_CHECK(parsed);
  return wire::read_struct<TableSettings>(*parsed, *wire::shape_of<TableSettings>());
}

/// The order of the changes, also over restarts and when the clock was set back.
void ControlRecords::advance(Time now) {
  if (sequence_ == 0)
    for (const std::int64_t id : remembered()) {
      Rows rows = store_.query(
          "SELECT at, sequence FROM dynamodb_history WHERE table_id=?1 ORDER BY at DESC, sequence DESC LIMIT "
          "1",
          {id});
      if (!rows.next()) continue;
      at_ = std::max(at_, rows.integer(0));
      sequence_ = std::max(sequence_, rows.integer(1));
    }
  at_ = std::max(at_, to_millis(now));
}

void ControlRecords::present(Time now, Copying& point) {
  advance(now);
  point.at = at_;
  point.sequence = sequence_;
}

void ControlRecords::remember(std::int64_t table, string_view key, const std::optional<StoredItem>& old,
                              Time now) {
  advance(now);
  store_.run("INSERT INTO dynamodb_history VALUES(?1,?2,?3,?4,?5,?6)",
             {table, at_, ++sequence_, BlobView{key}, old ? Param(string_view(old->json)) : Param(nullptr),
              old ? old->size : 0});
}

bool ControlRecords::changed_after(const Copying& point, string_view key) const {
  Rows rows = store_.query(
      "SELECT 1 FROM dynamodb_history WHERE table_id=?1 AND k=?2 AND (at, sequence)>(?3, ?4) LIMIT 1",
      {point.source, BlobView{key}, point.at, point.sequence});
  return rows.next();
}

bool ControlRecords::past(const Copying& point, std::int64_t& at, std::int64_t& sequence, std::size_t limit,
                          std::vector<Past>& out) const {
  std::vector<Past> seen;
  for (Rows rows =
           store_.query("SELECT at, sequence, k, item, size FROM dynamodb_history WHERE table_id=?1 AND "
                        "(at, sequence)>(?2, ?3) ORDER BY at, sequence LIMIT ?4",
                        {point.source, at, sequence, static_cast<std::int64_t>(limit)});
       rows.next();) {
    Past& p = seen.emplace_back();
    p.at = at = rows.integer(0);
    p.sequence = sequence = rows.integer(1);
    p.key = rows.text(2);
    if (rows.is_null(3)) continue;
    p.item.emplace();
    p.item->json = rows.text(3);
    p.item->size = rows.integer(4);
  }
  for (Past& p : seen) {
    Rows first = store_.query(
        "SELECT sequence FROM dynamodb_history WHERE table_id=?1 AND k=?2 AND (at, "
        "sequence)>(?3, ?4) ORDER BY at, sequence LIMIT 1",
        {point.source, BlobView{p.key}, point.at, point.sequence});
    if (first.next() && first.integer(0) == p.sequence) out.push_back(std::move(p));
  }
  return seen.size() == limit;
}

bool ControlRecords::forget_step(std::int64_t table, std::int64_t before) {
  return store_.run(
             "DELETE FROM dynamodb_history WHERE (table_id, at, sequence) IN (SELECT table_id, at, sequence "
             "FROM dynamodb_history WHERE table_id=?1 AND at<?2 ORDER BY at, sequence LIMIT ?3)",
             {table, before, kForgetStep}) == kForgetStep;
}

std::vector<std::int64_t> ControlRecords::remembered() const {
  std::vector<std::int64_t> out;
  for (std::int64_t last = 0;;) {
    Rows rows = store_.query("SELECT min(table_id) FROM dynamodb_history WHERE table_id>?1", {last});
    if (!rows.next() || rows.is_null(0)) return out;
    out.push_back(last = rows.integer(0));
  }
}

void ControlRecords::put_backup(std::int64_t id, const std::string& json) {
  store_.run("INSERT INTO dynamodb_backup VALUES(?1,?2) ON CONFLICT(id) DO UPDATE SET backup=?2",
             {id, string_view(json)});
}

void ControlRecords::erase_backup(std::int64_t id) {
  store_.run("DELETE FROM dynamodb_backup WHERE id=?1", {id});
}

void ControlRecords::backups(const std::function<void(std::int64_t, string_view)>& row) const {
  for (Rows rows = store_.query("SELECT id, backup FROM dynamodb_backup ORDER BY id"); rows.next();)
    row(rows.integer(0), rows.view(1));
}

}  // namespace puddle::dynamodb
