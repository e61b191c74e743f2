#include "services/lambda/records.hpp"

#include "wire/json.hpp"

namespace puddle::lambda {
namespace {

using std::string_view;

wire::Value parse(string_view json) {
  auto value = wire::parse_json(json);
  return value ? std::move(*value) : wire::Value(wire::Map());
}

// JSON has no instants: LastModified is kept as milliseconds.
wire::Value stored_form(const MappingConfig& config) {
  wire::Value out = wire::write_struct(&config, *wire::shape_of<MappingConfig>());
  out.map()["LastModified"] = wire::Value(to_millis(config.modified));
  return out;
}
MappingConfig mapping_from(wire::Value stored) {
  wire::Value& modified = stored.map()["LastModified"];
  modified = wire::Value(from_millis(modified.integer()));
  return wire::read_struct<MappingConfig>(stored, *wire::shape_of<MappingConfig>());
}

}  // namespace

std::vector<Function> Records::functions() const {
  std::vector<Function> out;
  for (Rows rows =
           store_.query("SELECT account,region,code_sha256,configuration,policy,tags FROM lambda_function");
       rows.next();) {
    Function& f = out.emplace_back();
    f.account = rows.text(0);
    f.region = rows.text(1);
    f.code_hex = rows.text(2);
    f.config = wire::read_struct<Configuration>(parse(rows.view(3)), *wire::shape_of<Configuration>());
    const wire::Value policy = parse(rows.view(4)), tags = parse(rows.view(5));
    if (policy.is_list()) f.policy = policy.list();
    for (const auto& [key, value] : tags.map()) f.tags.emplace(key, value.text());
  }
  return out;
}

void Records::put(const Function& f) {
  const std::string config = wire::to_json(wire::write_struct(&f.config, *wire::shape_of<Configuration>()));
  const std::string policy = wire::to_json(wire::Value(f.policy));
  wire::Map map;
  for (const auto& [key, value] : f.tags) map.add(key, value);
  const std::string tags = wire::to_json(map);
  store_.run(
      "INSERT INTO lambda_function VALUES(?1,?2,?3,?4,?5,?6,?7) ON CONFLICT DO UPDATE SET "
      "code_sha256=?4, configuration=?5, policy=?6, tags=?7",
      {string_view(f.account), string_view(f.region), string_view(f.config.name), string_view(f.code_hex),
       string_view(config), string_view(policy), string_view(tags)});
}

void Records::erase(const Function& f) {
  store_.run("DELETE FROM lambda_function WHERE account=?1 AND region=?2 AND name=?3",
             {string_view(f.account), string_view(f.region), string_view(f.config.name)});
  drop_unused_code();
}

void Records::put_code(string_view sha, string_view zip) {
  store_.run("INSERT INTO lambda_code VALUES(?1,?2) ON CONFLICT DO NOTHING", {sha, BlobView{zip}});
}

std::optional<std::string> Records::code(string_view sha) const {
  Rows rows = store_.query("SELECT zip FROM lambda_code WHERE sha256=?1", {sha});
  if (!rows.next()) return std::nullopt;
  return std::string(rows.view(0));
}

void Records::drop_unused_code() {
  store_.run("DELETE FROM lambda_code WHERE sha256 NOT IN (SELECT code_sha256 FROM lambda_function)");
}

std::vector<Mapping> Records::mappings() const {
  std::vector<Mapping> out;
  for (Rows rows = store_.query(
           "SELECT account,region,created,configuration FROM lambda_mapping ORDER BY created, uuid");
       rows.next();) {
    Mapping& m = out.emplace_back();
    m.account = rows.text(0);
    m.region = rows.text(1);
    m.created = rows.time(2);
    m.config = mapping_from(parse(rows.view(3)));
  }
  return out;
}

void Records::put(const Mapping& m) {
  const std::string config = wire::to_json(stored_form(m.config));
  store_.run("INSERT INTO lambda_mapping VALUES(?1,?2,?3,?4,?5) ON CONFLICT DO UPDATE SET configuration=?5",
             {string_view(m.config.uuid), string_view(m.account), string_view(m.region), param(m.created),
              string_view(config)});
}

void Records::erase_mapping(string_view uuid) {
  store_.run("DELETE FROM lambda_mapping WHERE uuid=?1", {uuid});
  store_.run("DELETE FROM lambda_checkpoint WHERE mapping=?1", {uuid});
}

std::optional<std::string> Records::checkpoint(string_view mapping, string_view shard) const {
  Rows rows =
      store_.query("SELECT sequence FROM lambda_checkpoint WHERE mapping=?1 AND shard=?2", {mapping, shard});
  if (!rows.next()) return std::nullopt;
  return rows.text(0);
}

void Records::put_checkpoint(string_view mapping, string_view shard, string_view sequence) {
  store_.run("INSERT INTO lambda_checkpoint VALUES(?1,?2,?3) ON CONFLICT DO UPDATE SET sequence=?3",
             {mapping, shard, sequence});
}

}  // namespace puddle::lambda
