#include "aws/change_feed.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace puddle {
namespace {

using std::string_view;

constexpr std::size_t kPageBytes = 1 << 20;
constexpr std::int64_t kTrimStep = 500;
constexpr const char* kColumns =
    "SELECT "
    "id,arn,account,region,table_name,label,view,key_schema,enabled,disabled,shard,first,trimmed,policy,"
    "policy_revision FROM feed_stream ";

ChangeFeed::Stream stream_of(const Rows& rows) {
  ChangeFeed::Stream s;
  s.id = rows.integer(0);
  s.arn = rows.text(1);
  s.account = rows.text(2);
  s.region = rows.text(3);
  s.table = rows.text(4);
  s.label = rows.text(5);
  s.view = rows.text(6);
  s.key_schema = rows.text(7);
  s.enabled = rows.time(8);
  s.disabled = rows.time(9);
  s.shard = rows.text(10);
  s.first = rows.integer(11);
  s.trimmed = rows.integer(12);
  s.policy = rows.text(13);
  s.policy_revision = rows.text(14);
  return s;
}

}  // namespace

Migration ChangeFeed::migration() {
  return {"feed", 1,
          "CREATE TABLE feed_stream(id INTEGER PRIMARY KEY, arn TEXT UNIQUE NOT NULL, account TEXT NOT NULL, "
          "region TEXT NOT NULL,"
          " table_name TEXT NOT NULL, label TEXT NOT NULL, view TEXT NOT NULL, key_schema TEXT NOT NULL, "
          "enabled INTEGER NOT NULL,"
          " disabled INTEGER NOT NULL, shard TEXT NOT NULL, first INTEGER NOT NULL,"
          " trimmed INTEGER NOT NULL DEFAULT 0, policy TEXT NOT NULL DEFAULT '', "
          "policy_revision TEXT NOT NULL DEFAULT '');"
          "CREATE TABLE feed_record(stream INTEGER NOT NULL, sequence INTEGER NOT NULL, at INTEGER NOT NULL, "
          "event TEXT NOT NULL,"
          " PRIMARY KEY(stream, sequence)) WITHOUT ROWID;"};
}

std::int64_t ChangeFeed::next_sequence(Time now) {
  if (last_ == 0)
    for (Rows rows = store_.query("SELECT max(first, coalesce((SELECT max(sequence) FROM feed_record WHERE "
                                  "stream=id), 0), trimmed) FROM feed_stream");
         rows.next();)
      last_ = std::max(last_, rows.integer(0));
  last_ = std::max(last_ + 1, to_millis(now) * 1000);
  return last_;
}

void ChangeFeed::open(Stream& s, const std::string& table_arn, string_view shard_suffix, Time now) {
  const auto taken = [&](const std::string& arn) { return find(arn).has_value(); };
  for (Time at = now; s.arn.empty() || taken(s.arn); at += std::chrono::milliseconds(1)) {
    s.label = iso8601(at);
    s.label.pop_back();  // "2026-01-01T00:00:00.000"
    s.arn = table_arn + "/stream/" + s.label;
  }
  s.enabled = now;
  s.first = next_sequence(now);
  s.shard = "shardId-" + sequence_text(to_millis(now)).substr(1) + "-" + std::string(shard_suffix);
  store_.run(
      "INSERT INTO "
      "feed_stream(arn,account,region,table_name,label,view,key_schema,enabled,disabled,shard,first) "
      "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,0,?9,?10)",
      {string_view(s.arn), string_view(s.account), string_view(s.region), string_view(s.table),
       string_view(s.label), string_view(s.view), string_view(s.key_schema), param(s.enabled),
       string_view(s.shard), s.first});
  s.id = store_.last_insert_id();
}

void ChangeFeed::close(const std::string& arn, Time now) {
  store_.run("UPDATE feed_stream SET disabled=?2 WHERE arn=?1 AND disabled=0",
             {string_view(arn), param(now)});
}

void ChangeFeed::set_policy(const std::string& arn, string_view policy, string_view revision) {
  store_.run("UPDATE feed_stream SET policy=?2, policy_revision=?3 WHERE arn=?1",
             {string_view(arn), policy, revision});
}

bool ChangeFeed::trim_step(Time now) {
  const Time oldest = now - kRetention;
  std::vector<std::int64_t> ids;
  for (Rows rows = store_.query("SELECT id FROM feed_stream"); rows.next();) ids.push_back(rows.integer(0));
  for (const std::int64_t id : ids) {
    std::int64_t last = 0, count = 0;
    for (Rows rows =
             store_.query("SELECT sequence, at FROM feed_record WHERE stream=?1 ORDER BY sequence", {id});
         count < kTrimStep && rows.next() && rows.time(1) < oldest; ++count)
      last = rows.integer(0);
    if (count == 0) continue;
    store_.run("DELETE FROM feed_record WHERE stream=?1 AND sequence<=?2", {id, last});
    store_.run("UPDATE feed_stream SET trimmed=?2 WHERE id=?1", {id, last});
    return true;
  }
  // All its records are older than its end: they are gone by now.
  store_.run("DELETE FROM feed_stream WHERE disabled<>0 AND disabled<?1", {param(oldest)});
  return false;
}

bool ChangeFeed::lost(const Stream& s, std::int64_t position, Time now) const {
  if (position <= s.trimmed) return true;
  Rows rows =
      store_.query("SELECT at FROM feed_record WHERE stream=?1 AND sequence>=?2 ORDER BY sequence LIMIT 1",
                   {s.id, position});
  return rows.next() && rows.time(0) < now - kRetention;
}

void ChangeFeed::append(std::int64_t stream, const Record& r, Time now) {
  store_.run("INSERT INTO feed_record VALUES(?1,?2,?3,?4)",
             {stream, r.sequence, param(now), string_view(r.event)});
}

std::optional<ChangeFeed::Stream> ChangeFeed::find(string_view arn) const {
  Rows rows = store_.query(std::string(kColumns) + "WHERE arn=?1", {arn});
  if (!rows.next()) return std::nullopt;
  return stream_of(rows);
}

std::vector<ChangeFeed::Stream> ChangeFeed::all(string_view account, string_view region) const {
  std::vector<Stream> out;
  for (Rows rows = store_.query(std::string(kColumns) + "WHERE account=?1 AND region=?2 ORDER BY id",
                                {account, region});
       rows.next();)
    out.push_back(stream_of(rows));
  return out;
}

std::vector<ChangeFeed::Record> ChangeFeed::read(std::int64_t stream, std::int64_t from, std::size_t limit,
                                                 Time now) const {
  std::vector<Record> out;
  std::size_t bytes = 0;
  // A number is never behind the clock: this skips what is too old without reading it.
  from = std::max(from, to_millis(now - kRetention) * 1000);
  for (Rows rows =
           store_.query("SELECT sequence, event FROM feed_record WHERE stream=?1 AND sequence>=?2 AND at>=?3 "
                        "ORDER BY sequence LIMIT ?4",
                        {stream, from, param(now - kRetention), static_cast<std::int64_t>(limit)});
       rows.next();) {
    Record r;
    r.sequence = rows.integer(0);
    r.event = rows.text(1);
    bytes += r.event.size();
    if (bytes > kPageBytes && !out.empty()) break;
    out.push_back(std::move(r));
  }
  return out;
}

std::int64_t ChangeFeed::last(std::int64_t stream) const {
  Rows rows = store_.query("SELECT max(sequence) FROM feed_record WHERE stream=?1", {stream});
  return rows.next() ? rows.integer(0) : 0;
}

std::string ChangeFeed::sequence_text(std::int64_t sequence) {
  const std::string digits = std::to_string(sequence);
  return "1" + std::string(20 - digits.size(), '0') + digits;
}

std::optional<std::int64_t> ChangeFeed::parse_sequence(string_view text) {
  if (text.size() != 21 || text[0] != '1') return std::nullopt;
  return parse_int(text.substr(1));
}

}  // namespace puddle
