#include "services/sqs/records.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/json.hpp"

namespace puddle::sqs {

using std::string_view;

std::string to_json(const std::map<std::string, std::string>& map) {
  wire::Map out;
  for (const auto& [name, value] : map) out.add(name, value);
  return wire::to_json(out);
}

std::map<std::string, std::string> parse_map(string_view json) {
  std::map<std::string, std::string> out;
  const auto parsed = wire::parse_json(json);
  if (parsed && parsed->is_map())
    for (const auto& [name, value] : parsed->map())
      if (value.is_text()) out[name] = value.text();
  return out;
}

namespace {

Param text_or_null(string_view text) { return text.empty() ? Param(nullptr) : Param(text); }

}  // namespace

void Records::write(string_view sql, std::initializer_list<Param> params) {
  try {
    store_.run(sql, params);
  } catch (const std::exception&) {
    failed_();
    throw;
  }
}

void Records::put(const Queue& q) {
  const std::string attributes = to_json(q.attributes), tags = to_json(q.tags);
  write(
      "INSERT INTO sqs_queue VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11) ON CONFLICT(id) DO UPDATE SET "
      "modified=?6, "
      "attributes=?7, tags=?8, purged=?9, purged_id=?10",
      {q.id, string_view(q.account), string_view(q.region), string_view(q.name), param(q.created),
       param(q.modified), string_view(attributes), string_view(tags), param(q.purged), q.purged_id,
       std::int64_t{q.group_scope}});
}

void Records::drop(std::int64_t queue) { write("DELETE FROM sqs_queue WHERE id=?1", {queue}); }

void Records::load_queues(const std::function<void(Rows&)>& row) const {
  for (Rows rows =
           store_.query("SELECT id,account,region,name,created,modified,attributes,tags,purged,purged_id,"
                        "group_scope FROM sqs_queue");
       rows.next();)
    row(rows);
}

void Records::insert(const Message& m, string_view group_id) {
  const string_view message_id(reinterpret_cast<const char*>(m.message_id.data()), m.message_id.size());
  write("INSERT INTO sqs_message VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)",
        {m.id, m.queue, BlobView{message_id}, param(m.sent), param(m.visible), string_view(*m.sender),
         string_view(m.body), m.attributes().empty() ? Param(nullptr) : Param(BlobView{m.attributes()}),
         text_or_null(m.trace()), text_or_null(group_id), text_or_null(m.deduplication_id()),
         text_or_null(m.source())});
  if (m.received > 0) update(m.id, {m.received, m.first_received, m.visible, m.receipt});
}

void Records::update(std::int64_t message, const State& s) {
  write("INSERT OR REPLACE INTO sqs_state VALUES(?1,?2,?3,?4,?5)",
        {message, std::int64_t{s.received}, param(s.first_received), param(s.visible), s.receipt});
}

void Records::bury(std::int64_t message) {
  write("INSERT OR REPLACE INTO sqs_state VALUES(?1,-1,0,0,0)", {message});
}

void Records::remove(std::int64_t first, std::int64_t last) {
  store_.run("DELETE FROM sqs_message WHERE id BETWEEN ?1 AND ?2", {first, last});
  store_.run("DELETE FROM sqs_state WHERE id BETWEEN ?1 AND ?2", {first, last});
}

void Records::load_messages(const std::function<void(StoredMessage)>& row) const {
  std::shared_ptr<const std::string> sender;  // mostly the same
  for (Rows rows = store_.query(
           "SELECT "
           "m.id,m.queue,m.message_id,m.sent,m.visible,m.sender,m.body,m.attributes,m.trace,m.group_id,"
           "m.deduplication_id,m.source,s.received,s.first_received,s.visible,s.receipt FROM sqs_message m "
           "LEFT JOIN "
           "sqs_state s ON s.id=m.id ORDER BY m.id");
       rows.next();) {
    StoredMessage out;
    out.message = std::make_unique<Message>();
    Message& m = *out.message;
    m.id = rows.integer(0);
    m.queue = rows.integer(1);
    const string_view message_id = rows.view(2);
    std::copy_n(message_id.begin(), std::min(message_id.size(), m.message_id.size()), m.message_id.begin());
    m.sent = rows.time(3);
    m.visible = rows.time(4);
    if (!sender || *sender != rows.view(5)) sender = std::make_shared<const std::string>(rows.view(5));
    m.sender = sender;
    out.group_id = rows.text(9);
    Extras extras{rows.text(7), rows.text(8), rows.text(10), rows.text(11)};
    m.set_extras(std::move(extras));
    if (!rows.is_null(12)) {
      out.gone = rows.integer(12) < 0;
      m.received = static_cast<std::uint32_t>(std::max<std::int64_t>(0, rows.integer(12)));
      m.first_received = rows.time(13);
      m.visible = rows.time(14);
      m.receipt = rows.integer(15);
    }
    if (!out.gone) {
      m.body = rows.text(6);
    }
    row(std::move(out));
  }
}

std::int64_t Records::mark() const {
  Rows rows = store_.query("SELECT value FROM sqs_mark WHERE name='message'");
  return rows.next() ? rows.integer(0) : 0;
}

void Records::set_mark(std::int64_t value) {
  write("INSERT OR REPLACE INTO sqs_mark VALUES('message',?1)", {value});
}

void Records::put(const Attempt& a) {
  std::string messages;
  for (const Attempt::Item& item : a.items)
    messages += std::to_string(item.message) + ' ' + std::to_string(item.receipt) + ' ' +
                std::to_string(to_millis(item.visible)) + ' ';
  write("INSERT OR REPLACE INTO sqs_attempt VALUES(?1,?2,?3,?4)",
        {a.queue, string_view(a.id), param(a.at), string_view(messages)});
}

std::optional<Attempt> Records::find_attempt(std::int64_t queue, const std::string& id) const {
  Rows rows = store_.query("SELECT at,messages FROM sqs_attempt WHERE queue=?1 AND attempt=?2",
                           {queue, string_view(id)});
  if (!rows.next()) return std::nullopt;
  Attempt out{queue, id, rows.time(0), {}};
  const auto parts = split(rows.view(1), ' ');
  for (std::size_t i = 0; i + 2 < parts.size(); i += 3)
    out.items.push_back({parse_int(parts[i]).value_or(0), parse_int(parts[i + 1]).value_or(0),
                         from_millis(parse_int(parts[i + 2]).value_or(0))});
  return out;
}

void Records::drop_attempts_before(Time t) { store_.run("DELETE FROM sqs_attempt WHERE at<=?1", {param(t)}); }

bool Records::has_attempts() const {
  Rows rows = store_.query("SELECT 1 FROM sqs_attempt LIMIT 1");
  return rows.next();
}

void Records::put(const MoveTask& t) {
  write("INSERT OR REPLACE INTO sqs_move_task VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)",
        {string_view(t.id), string_view(t.source), string_view(t.destination), t.rate, param(t.started),
         string_view(t.status), string_view(t.failure), t.moved, t.to_move, t.last_id});
}

void Records::drop_move_task(const std::string& id) {
  write("DELETE FROM sqs_move_task WHERE id=?1", {string_view(id)});
}

void Records::load_move_tasks(const std::function<void(MoveTask)>& row) const {
  for (Rows rows =
           store_.query("SELECT id,source,destination,rate,started,status,failure,moved,to_move,last_id FROM "
                        "sqs_move_task ORDER BY started,id");
       rows.next();)
    row({rows.text(0), rows.text(1), rows.text(2), rows.integer(3), rows.time(4), rows.text(5), rows.text(6),
         rows.integer(7), rows.integer(8), rows.integer(9)});
}

}  // namespace puddle::sqs
