#include "services/cloudformation/records.hpp"

#include "wire/json.hpp"

namespace puddle::cloudformation {
namespace {

using std::string_view;

constexpr string_view kStackColumns =
    "SELECT "
    "id,account,region,name,status,reason,template,parameters,tags,capabilities,outputs,principal,on_failure,"
    "created,deleted FROM cloudformation_stack ";

wire::Value parse(string_view json) {
  auto value = wire::parse_json(json);
  return value ? std::move(*value) : wire::Value();
}

std::string principal_json(const Principal& p) {
  wire::Map m;
  m.add("kind", static_cast<int>(p.kind));
  m.add("account", p.account);
  m.add("arn", p.arn);
  m.add("role_arn", p.role_arn);
  m.add("user_id", p.user_id);
  return wire::to_json(m);
}

Principal principal_of(string_view json) {
  const wire::Value v = parse(json);
  Principal p;
  if (const wire::Value* kind = v.find("kind")) p.kind = static_cast<Principal::Kind>(kind->integer());
  p.account = v.text_or("account");
  p.arn = v.text_or("arn");
  p.role_arn = v.text_or("role_arn");
  p.user_id = v.text_or("user_id");
  return p;
}

Stack stack_of(const Rows& rows) {
  Stack s;
  s.id = rows.text(0);
  s.account = rows.text(1);
  s.region = rows.text(2);
  s.name = rows.text(3);
  s.status = rows.text(4);
  s.reason = rows.text(5);
  s.template_text = rows.text(6);
  s.parameters = parse(rows.view(7));
  s.tags = parse(rows.view(8));
  s.capabilities = parse(rows.view(9));
  s.outputs = parse(rows.view(10));
  s.principal = principal_of(rows.view(11));
  s.on_failure = rows.text(12);
  s.created = rows.time(13);
  s.deleted = rows.time(14);
  return s;
}

}  // namespace

void Records::insert(const Stack& s) {
  const std::string parameters = wire::to_json(s.parameters), tags = wire::to_json(s.tags),
                    capabilities = wire::to_json(s.capabilities), outputs = wire::to_json(s.outputs),
                    principal = principal_json(s.principal);
  store_.run("INSERT INTO cloudformation_stack VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)",
             {string_view(s.id), string_view(s.account), string_view(s.region), string_view(s.name),
              string_view(s.status), string_view(s.reason), string_view(s.template_text),
              string_view(parameters), string_view(tags), string_view(capabilities), string_view(outputs),
              string_view(principal), string_view(s.on_failure), param(s.created), param(s.deleted)});
}

void Records::update(const Stack& s) {
  const std::string outputs = wire::to_json(s.outputs);
  store_.run("UPDATE cloudformation_stack SET status=?2, reason=?3, outputs=?4, deleted=?5 WHERE id=?1",
             {string_view(s.id), string_view(s.status), string_view(s.reason), string_view(outputs),
              param(s.deleted)});
}

std::optional<Stack> Records::by_id(string_view id) const {
  Rows rows = store_.query(std::string(kStackColumns) + "WHERE id=?1", {id});
  if (!rows.next()) return std::nullopt;
  return stack_of(rows);
}

std::optional<Stack> Records::by_name(string_view account, string_view region, string_view name) const {
  Rows rows =
      store_.query(std::string(kStackColumns) + "WHERE account=?1 AND region=?2 AND name=?3 AND deleted=0",
                   {account, region, name});
  if (!rows.next()) return std::nullopt;
  return stack_of(rows);
}

std::vector<Stack> Records::all(string_view account, string_view region) const {
  std::vector<Stack> out;
  for (Rows rows = store_.query(
           std::string(kStackColumns) + "WHERE account=?1 AND region=?2 ORDER BY created DESC, id",
           {account, region});
       rows.next();)
    out.push_back(stack_of(rows));
  return out;
}

void Records::put(const Resource& r) {
  const std::string properties = wire::to_json(r.properties), attributes = wire::to_json(r.attributes);
  store_.run(
      "INSERT INTO cloudformation_resource VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10) ON CONFLICT DO UPDATE SET "
      "physical_id=?5, status=?6, reason=?7, properties=?8, attributes=?9, at=?10",
      {string_view(r.stack_id), string_view(r.logical_id), r.seq, string_view(r.type),
       string_view(r.physical_id), string_view(r.status), string_view(r.reason), string_view(properties),
       string_view(attributes), param(r.at)});
}

std::vector<Resource> Records::resources(string_view stack_id) const {
  std::vector<Resource> out;
  for (Rows rows = store_.query(
           "SELECT stack_id,logical_id,seq,type,physical_id,status,reason,properties,attributes,at "
           "FROM cloudformation_resource WHERE stack_id=?1 ORDER BY seq",
           {stack_id});
       rows.next();) {
    Resource& r = out.emplace_back();
    r.stack_id = rows.text(0);
    r.logical_id = rows.text(1);
    r.seq = rows.integer(2);
    r.type = rows.text(3);
    r.physical_id = rows.text(4);
    r.status = rows.text(5);
    r.reason = rows.text(6);
    r.properties = parse(rows.view(7));
    r.attributes = parse(rows.view(8));
    r.at = rows.time(9);
  }
  return out;
}

void Records::add(const Event& e) {
  store_.run(
      "INSERT INTO "
      "cloudformation_event(stack_id,event_id,logical_id,physical_id,type,status,reason,properties,at) "
      "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)",
      {string_view(e.stack_id), string_view(e.event_id), string_view(e.logical_id),
       string_view(e.physical_id), string_view(e.type), string_view(e.status), string_view(e.reason),
       string_view(e.properties), param(e.at)});
}

std::vector<Event> Records::events(string_view stack_id, std::size_t offset, std::size_t limit) const {
  std::vector<Event> out;
  for (Rows rows = store_.query(
           "SELECT stack_id,event_id,logical_id,physical_id,type,status,reason,properties,at FROM "
           "cloudformation_event WHERE stack_id=?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3",
           {stack_id, static_cast<std::int64_t>(limit), static_cast<std::int64_t>(offset)});
       rows.next();) {
    Event& e = out.emplace_back();
    e.stack_id = rows.text(0);
    e.event_id = rows.text(1);
    e.logical_id = rows.text(2);
    e.physical_id = rows.text(3);
    e.type = rows.text(4);
    e.status = rows.text(5);
    e.reason = rows.text(6);
    e.properties = rows.text(7);
    e.at = rows.time(8);
  }
  return out;
}

}  // namespace puddle::cloudformation
