#include "aws/change_feed.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace puddle {
namespace {

using std::string_view;

constexpr std::size_t kPageBytes = 1 << 20;
constexpr const char* kColumns =
    "SELECT id,arn,account,region,table_name,label,view,key_schema,enabled,disabled,shard,first FROM "
    "feed_stream ";

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
  return s;
}

}  // namespace

Migration ChangeFeed::migration() {
  return {"feed", 1,
          "CREATE TABLE feed_stream(id INTEGER PRIMARY KEY, arn TEXT UNIQUE NOT NULL, account TEXT NOT NULL, "
          "region TEXT NOT NULL,"
          " table_name TEXT NOT NULL, label TEXT NOT NULL, view TEXT NOT NULL, key_schema TEXT NOT NULL, "
          "enabled INTEGER NOT NULL,"
          " disabled INTEGER NOT NULL, shard TEXT NOT NULL, first INTEGER NOT NULL);"
          "CREATE TABLE feed_record(stream INTEGER NOT NULL, sequence INTEGER NOT NULL, at INTEGER NOT NULL, "
          "event TEXT NOT NULL,"
          " PRIMARY KEY(stream, sequence)) WITHOUT ROWID;"};
}

std::int64_t ChangeFeed::next_sequence(Time now) {
  last_ = std::max(last_ + 1, to_millis(now) * 1000);
  return last_;
}

void ChangeFeed::open(Stream& s) {
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

void ChangeFeed::trim(Time now) {
  const Time oldest = now - kRetention;
  store_.run("DELETE FROM feed_record WHERE at<?1", {param(oldest)});
  store_.run("DELETE FROM feed_stream WHERE disabled<>0 AND disabled<?1", {param(oldest)});
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
