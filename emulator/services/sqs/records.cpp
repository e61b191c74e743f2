#include "services/sqs/records.hpp"

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

void Records::put(const Queue& q) {
  const std::string attributes = to_json(q.attributes), tags = to_json(q.tags);
  store_.run(
      "INSERT INTO sqs_queue VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9) ON CONFLICT(id) DO UPDATE SET modified=?6, "
      "attributes=?7, tags=?8, purged=?9",
      {q.id, string_view(q.account), string_view(q.region), string_view(q.name), param(q.created),
       param(q.modified), string_view(attributes), string_view(tags), param(q.purged)});
}

void Records::drop(std::int64_t queue) {
  store_.run("DELETE FROM sqs_queue WHERE id=?1", {queue});
  clear(queue);
}

void Records::clear(std::int64_t queue) { store_.run("DELETE FROM sqs_message WHERE queue=?1", {queue}); }

void Records::insert(std::int64_t queue, const Message& m) {
  const std::string attributes = attributes_json(m.attributes);
  store_.run("INSERT INTO sqs_message VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)",
             {queue, m.id, string_view(m.message_id), string_view(m.body), string_view(attributes),
              string_view(m.trace), string_view(m.sender), string_view(m.group_id), string_view(m.source),
              param(m.sent), param(m.first_received), m.received, param(m.visible), m.receipt});
}

void Records::update(std::int64_t queue, const Message& m) {
  store_.run(
      "UPDATE sqs_message SET first_received=?3, received=?4, visible=?5, receipt=?6 WHERE queue=?1 AND "
      "id=?2",
      {queue, m.id, param(m.first_received), m.received, param(m.visible), m.receipt});
}

void Records::remove(std::int64_t queue, std::int64_t message) {
  store_.run("DELETE FROM sqs_message WHERE queue=?1 AND id=?2", {queue, message});
}

void Records::load_queues(const std::function<void(Rows&)>& row) const {
  for (Rows rows = store_.query(
           "SELECT id,account,region,name,created,modified,attributes,tags,purged FROM sqs_queue");
       rows.next();)
    row(rows);
}

void Records::load_messages(const std::function<void(std::int64_t, Message)>& row) const {
  for (Rows rows = store_.query(
           "SELECT queue,id,message_id,body,attributes,trace,sender,group_id,source,sent,first_received,"
           "received,visible,receipt FROM sqs_message ORDER BY queue, id");
       rows.next();) {
    Message m;
    m.id = rows.integer(1);
    m.message_id = rows.text(2);
    m.body = rows.text(3);
    m.attributes = parse_attributes(rows.view(4));
    m.trace = rows.text(5);
    m.sender = rows.text(6);
    m.group_id = rows.text(7);
    m.source = rows.text(8);
    m.sent = rows.time(9);
    m.first_received = rows.time(10);
    m.received = rows.integer(11);
    m.visible = rows.time(12);
    m.receipt = rows.integer(13);
    row(rows.integer(0), std::move(m));
  }
}

}  // namespace puddle::sqs
