#include "services/logs/records.hpp"

#include <algorithm>

#include "wire/json.hpp"

namespace puddle::logs {
namespace {

using std::string_view;

constexpr const char* kGroupColumns =
    "SELECT id,account,region,name,created,retention,stored,tags FROM logs_group ";

Group read_group(const Rows& rows) {
  Group g;
  g.id = rows.integer(0);
  g.account = rows.text(1);
  g.region = rows.text(2);
  g.name = rows.text(3);
  g.created = rows.time(4);
  if (!rows.is_null(5)) g.retention = static_cast<int>(rows.integer(5));
  g.stored = rows.integer(6);
  if (const auto tags = wire::parse_json(rows.view(7)); tags && tags->is_map())
    for (const auto& [key, value] : tags->map()) g.tags[key] = value.text();
  return g;
}

std::optional<Time> optional_time(const Rows& rows, int column) {
  return rows.is_null(column) ? std::nullopt : std::optional(rows.time(column));
}

Stream read_stream(const Rows& rows) {
  Stream s;
  s.id = rows.integer(0);
  s.group = rows.integer(1);
  s.name = rows.text(2);
  s.created = rows.time(3);
  s.first = optional_time(rows, 4);
  s.last = optional_time(rows, 5);
  s.ingested = optional_time(rows, 6);
  return s;
}

std::string tags_json(const Group& g) {
  wire::Map map;
  for (const auto& [key, value] : g.tags) map.add(key, wire::Value(value));
  return wire::to_json(map);
}

std::vector<StoredEvent> read_events(Rows rows) {
  std::vector<StoredEvent> out;
  while (rows.next()) {
    StoredEvent& e = out.emplace_back();
    e.at = {rows.integer(0), rows.integer(1)};
    e.ingested = rows.time(2);
    e.message = rows.text(3);
  }
  return out;
}

}  // namespace

Time Group::oldest(Time now) const { return retention ? now - std::chrono::hours(24) * *retention : Time{}; }

std::optional<Group> Records::group(string_view account, string_view region, string_view name) const {
  static const std::string sql = std::string(kGroupColumns) + "WHERE account=?1 AND region=?2 AND name=?3";
  Rows rows = store_.query(sql, {account, region, name});
  return rows.next() ? std::optional(read_group(rows)) : std::nullopt;
}

std::optional<Group> Records::group(std::int64_t id) const {
  static const std::string sql = std::string(kGroupColumns) + "WHERE id=?1";
  Rows rows = store_.query(sql, {id});
  return rows.next() ? std::optional(read_group(rows)) : std::nullopt;
}

std::vector<Group> Records::groups(string_view account, string_view region, string_view prefix,
                                   string_view containing, string_view after, std::size_t limit) const {
  static const std::string sql = std::string(kGroupColumns) +
                                 "WHERE account=?1 AND region=?2 AND substr(name,1,length(?3))=?3 AND "
                                 "instr(lower(name),lower(?4))>0 AND name>?5 "
                                 "ORDER BY name LIMIT ?6";
  std::vector<Group> out;
  // instr(x, '') is 0 in old versions of SQLite: every name has a character of its own.
  const bool any = containing.empty();
  static const std::string plain =
      std::string(kGroupColumns) +
      "WHERE account=?1 AND region=?2 AND substr(name,1,length(?3))=?3 AND name>?4 ORDER BY name LIMIT ?5";
  const auto n = static_cast<std::int64_t>(limit);
  for (Rows rows = any ? store_.query(plain, {account, region, prefix, after, n})
                       : store_.query(sql, {account, region, prefix, containing, after, n});
       rows.next();)
    out.push_back(read_group(rows));
  return out;
}

void Records::add(Group& g) {
  const std::string tags = tags_json(g);
  store_.run(
      "INSERT INTO logs_group(account,region,name,created,retention,stored,tags) "
      "VALUES(?1,?2,?3,?4,NULL,0,?5)",
      {string_view(g.account), string_view(g.region), string_view(g.name), param(g.created),
       string_view(tags)});
  g.id = store_.last_insert_id();
}

void Records::put(const Group& g) {
  const std::string tags = tags_json(g);
  const Param retention = g.retention ? Param(std::int64_t{*g.retention}) : Param(nullptr);
  store_.run("UPDATE logs_group SET retention=?2, tags=?3 WHERE id=?1", {g.id, retention, string_view(tags)});
}

void Records::remove(const Group& g) {
  store_.run("DELETE FROM logs_event WHERE stream IN (SELECT id FROM logs_stream WHERE log_group=?1)",
             {g.id});
  store_.run("DELETE FROM logs_stream WHERE log_group=?1", {g.id});
  store_.run("DELETE FROM logs_group WHERE id=?1", {g.id});
}

std::optional<Stream> Records::stream(std::int64_t group, string_view name) const {
  Rows rows = store_.query(
      "SELECT id,log_group,name,created,first_event,last_event,last_ingestion FROM logs_stream WHERE "
      "log_group=?1 AND name=?2",
      {group, name});
  return rows.next() ? std::optional(read_stream(rows)) : std::nullopt;
}

std::vector<Stream> Records::streams(std::int64_t group, string_view prefix) const {
  std::vector<Stream> out;
  for (Rows rows = store_.query(
           "SELECT id,log_group,name,created,first_event,last_event,last_ingestion FROM logs_stream "
           "WHERE log_group=?1 AND substr(name,1,length(?2))=?2 ORDER BY name",
           {group, prefix});
       rows.next();)
    out.push_back(read_stream(rows));
  return out;
}

void Records::add(Stream& s) {
  store_.run("INSERT INTO logs_stream(log_group,name,created) VALUES(?1,?2,?3)",
             {s.group, string_view(s.name), param(s.created)});
  s.id = store_.last_insert_id();
}

void Records::remove(const Stream& s) {
  store_.run("DELETE FROM logs_event WHERE stream=?1", {s.id});
  store_.run("DELETE FROM logs_stream WHERE id=?1", {s.id});
}

void Records::append(std::int64_t stream, std::int64_t timestamp, std::int64_t ingested,
                     string_view message) {
  // Grows over restarts without a table of its own: it follows the clock, as a thousand events of a
  // millisecond do.
  sequence_ = std::max(sequence_ + 1, ingested * 1000);
  store_.run("INSERT INTO logs_event VALUES(?1,?2,?3,?4,?5)",
             {stream, timestamp, sequence_, ingested, message});
}

void Records::appended(const Stream& s, std::int64_t first, std::int64_t last, Time now, std::int64_t bytes) {
  store_.run(
      "UPDATE logs_stream SET first_event=min(coalesce(first_event,?2),?2), "
      "last_event=max(coalesce(last_event,?3),?3), "
      "last_ingestion=?4 WHERE id=?1",
      {s.id, first, last, param(now)});
  store_.run("UPDATE logs_group SET stored=stored+?2 WHERE id=?1", {s.group, bytes});
}

std::vector<StoredEvent> Records::forward(std::int64_t stream, Time from, Time until,
                                          std::optional<Position> after, std::size_t limit) const {
  const Position p = after.value_or(Position{to_millis(from), -1});
  return read_events(store_.query(
      "SELECT timestamp,sequence,ingested,message FROM logs_event WHERE stream=?1 AND timestamp>=?2 AND "
      "timestamp<?3 "
      "AND (timestamp,sequence)>(?4,?5) ORDER BY timestamp,sequence LIMIT ?6",
      {stream, param(from), param(until), p.timestamp, p.sequence, static_cast<std::int64_t>(limit)}));
}

std::vector<StoredEvent> Records::backward(std::int64_t stream, Time from, Time until,
                                           std::optional<Position> before, std::size_t limit) const {
  const Position p = before.value_or(Position{to_millis(until), 0});
  auto out = read_events(store_.query(
      "SELECT timestamp,sequence,ingested,message FROM logs_event WHERE stream=?1 AND timestamp>=?2 AND "
      "timestamp<?3 "
      "AND (timestamp,sequence)<(?4,?5) ORDER BY timestamp DESC,sequence DESC LIMIT ?6",
      {stream, param(from), param(until), p.timestamp, p.sequence, static_cast<std::int64_t>(limit)}));
  std::reverse(out.begin(), out.end());
  return out;
}

std::vector<StoredEvent> Records::search(std::int64_t group,
                                         const std::function<bool(const std::string&)>& wanted, Time from,
                                         Time until, std::optional<Position> after, std::size_t limit) const {
  // No stream gives more than the page needs, so the merge is bounded by streams times limit.
  std::vector<StoredEvent> out;
  for (const Stream& s : streams(group, "")) {
    if (!wanted(s.name) || !s.last || *s.last < from) continue;
    for (StoredEvent& e : forward(s.id, from, until, after, limit)) {
      e.stream = s.name;
      out.push_back(std::move(e));
    }
  }
  std::sort(out.begin(), out.end(), [](const StoredEvent& a, const StoredEvent& b) {
    return std::pair(a.at.timestamp, a.at.sequence) < std::pair(b.at.timestamp, b.at.sequence);
  });
  if (out.size() > limit) out.resize(limit);
  return out;
}

std::int64_t Records::expire(std::int64_t group, Time before) {
  return store_.run(
      "DELETE FROM logs_event WHERE stream IN (SELECT id FROM logs_stream WHERE log_group=?1) AND "
      "timestamp<?2",
      {group, param(before)});
}

}  // namespace puddle::logs
