#include "services/lambda/records.hpp"

#include <map>
#include <tuple>

#include "base/text.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {
namespace {

using std::string_view;

wire::Value parse(string_view json) {
  auto value = wire::parse_json(json);
  return value ? std::move(*value) : wire::Value(wire::Map());
}

template <class T>
std::string text_of(const T& object) {
  return wire::to_json(wire::write_struct(object, *wire::shape_of<T>()));
}
template <class T>
T from_text(string_view json) {
  return wire::read_struct<T>(parse(json), *wire::shape_of<T>());
}

std::string tags_text(const std::map<std::string, std::string>& tags) {
  wire::Map map;
  for (const auto& [key, value] : tags) map.add(key, value);
  return wire::to_json(map);
}
std::map<std::string, std::string> tags_from(string_view json) {
  std::map<std::string, std::string> out;
  const wire::Value tags = parse(json);
  for (const auto& [key, value] : tags.map()) out.emplace(key, value.text());
  return out;
}

// JSON has no instants: LastModified is kept as milliseconds.
wire::Value stored_form(const MappingConfig& config) {
  wire::Value out = wire::write_struct(config, *wire::shape_of<MappingConfig>());
  out.map()["LastModified"] = wire::Value(to_millis(config.modified));
  return out;
}
MappingConfig mapping_from(wire::Value stored) {
  wire::Value& modified = stored.map()["LastModified"];
  modified = wire::Value(from_millis(modified.integer()));
  return wire::read_struct<MappingConfig>(stored, *wire::shape_of<MappingConfig>());
}

std::int64_t number_of(const Function& f) {
  return f.config.version == kLatest ? 0 : parse_int(f.config.version).value_or(0);
}

LayerVersion layer_from(Rows& rows) {
  LayerVersion out = from_text<LayerVersion>(rows.view(5));
  out.account = rows.text(0);
  out.region = rows.text(1);
  out.name = rows.text(2);
  out.version = rows.integer(3);
  out.code_hex = rows.text(4);
  return out;
}

}  // namespace

std::vector<FunctionFamily> Records::functions() const {
  std::map<std::tuple<std::string, std::string, std::string>, FunctionFamily> all;
  for (Rows rows = store_.query("SELECT account,region,name,settings FROM lambda_function"); rows.next();)
    static_cast<FunctionSettings&>(all[{rows.text(0), rows.text(1), rows.text(2)}]) =
        from_text<FunctionSettings>(rows.view(3));
  for (Rows rows = store_.query("SELECT account,region,name,version,code_sha256,directory,configuration "
                                "FROM lambda_version");
       rows.next();) {
    Function f;
    f.account = rows.text(0);
    f.region = rows.text(1);
    f.code_hex = rows.text(4);
    f.directory = rows.text(5);
    f.config = from_text<Configuration>(rows.view(6));
    FunctionFamily& family = all[{f.account, f.region, rows.text(2)}];
    const int version = static_cast<int>(rows.integer(3));
    (version == 0 ? family.latest : family.versions[version]) = std::move(f);
  }
  std::vector<FunctionFamily> out;
  for (auto& [key, family] : all) out.push_back(std::move(family));
  return out;
}

void Records::put_settings(const Function& f, const FunctionSettings& given) {
  const std::string settings = text_of(given);
  store_.run(
      "INSERT INTO lambda_function VALUES(?1,?2,?3,?4) ON CONFLICT DO UPDATE SET settings=?4",
      {string_view(f.account), string_view(f.region), string_view(f.config.name), string_view(settings)});
}

void Records::put(const Function& f) {
  const std::string config = text_of(f.config);
  store_.run(
      "INSERT INTO lambda_version VALUES(?1,?2,?3,?4,?5,?6,?7) ON CONFLICT DO UPDATE SET "
      "code_sha256=?5, directory=?6, configuration=?7",
      {string_view(f.account), string_view(f.region), string_view(f.config.name), number_of(f),
       string_view(f.code_hex), string_view(f.directory), string_view(config)});
}

void Records::erase(const Function& f) {
  store_.run("DELETE FROM lambda_version WHERE account=?1 AND region=?2 AND name=?3 AND version=?4",
             {string_view(f.account), string_view(f.region), string_view(f.config.name), number_of(f)});
  drop_code_if_unused(f.code_hex);
}

void Records::erase(const FunctionFamily& f) {
  store_.run("DELETE FROM lambda_function WHERE account=?1 AND region=?2 AND name=?3",
             {string_view(f.latest.account), string_view(f.latest.region), string_view(f.name())});
  for (const auto& [number, version] : f.versions) erase(version);
  erase(f.latest);
}

void Records::put_code(string_view sha, string_view zip) {
  store_.run("INSERT INTO lambda_code VALUES(?1,?2) ON CONFLICT DO NOTHING", {sha, BlobView{zip}});
}

std::optional<std::string> Records::code(string_view sha) const {
  Rows rows = store_.query("SELECT zip FROM lambda_code WHERE sha256=?1", {sha});
  if (!rows.next()) return std::nullopt;
  return std::string(rows.view(0));
}

void Records::drop_code_if_unused(string_view sha) {
  store_.run(
      "DELETE FROM lambda_code WHERE sha256=?1 AND NOT EXISTS (SELECT 1 FROM lambda_version WHERE "
      "code_sha256=?1) "
      "AND NOT EXISTS (SELECT 1 FROM lambda_layer_version WHERE code_sha256=?1)",
      {sha});
}

std::int64_t Records::next_layer_version(const std::string& account, const std::string& region,
                                         const std::string& name) {
  store_.run(
      "INSERT INTO lambda_layer VALUES(?1,?2,?3,1) ON CONFLICT DO UPDATE SET last_version=last_version+1",
      {string_view(account), string_view(region), string_view(name)});
  Rows rows = store_.query("SELECT last_version FROM lambda_layer WHERE account=?1 AND region=?2 AND name=?3",
                           {string_view(account), string_view(region), string_view(name)});
  return rows.next() ? rows.integer(0) : 1;
}

void Records::put(const LayerVersion& l) {
  const std::string attributes = text_of(l);
  store_.run(
      "INSERT INTO lambda_layer_version VALUES(?1,?2,?3,?4,?5,?6,0) ON CONFLICT DO UPDATE SET attributes=?6",
      {string_view(l.account), string_view(l.region), string_view(l.name), l.version, string_view(l.code_hex),
       string_view(attributes)});
}

void Records::hide(const LayerVersion& l) {
  store_.run(
      "UPDATE lambda_layer_version SET deleted=1 WHERE account=?1 AND region=?2 AND name=?3 AND version=?4",
      {string_view(l.account), string_view(l.region), string_view(l.name), l.version});
}

std::optional<LayerVersion> Records::layer(const std::string& account, const std::string& region,
                                           const std::string& name, std::int64_t version,
                                           bool deleted_too) const {
  Rows rows = store_.query(
      "SELECT account,region,name,version,code_sha256,attributes FROM lambda_layer_version "
      "WHERE account=?1 AND region=?2 AND name=?3 AND version=?4 AND deleted<=?5",
      {string_view(account), string_view(region), string_view(name), version, std::int64_t{deleted_too}});
  if (!rows.next()) return std::nullopt;
  return layer_from(rows);
}

std::vector<LayerVersion> Records::layers(const std::string& account, const std::string& region,
                                          const std::string& name) const {
  std::vector<LayerVersion> out;
  for (Rows rows = store_.query(
           "SELECT account,region,name,version,code_sha256,attributes FROM lambda_layer_version "
           "WHERE account=?1 AND region=?2 AND (?3='' OR name=?3) AND deleted=0 ORDER BY name, version DESC",
           {string_view(account), string_view(region), string_view(name)});
       rows.next();)
    out.push_back(layer_from(rows));
  return out;
}

std::vector<Mapping> Records::mappings() const {
  std::vector<Mapping> out;
  for (Rows rows = store_.query("SELECT account,region,created,configuration,tags,enabled FROM "
                                "lambda_mapping ORDER BY created, uuid");
       rows.next();) {
    Mapping& m = out.emplace_back();
    m.account = rows.text(0);
    m.region = rows.text(1);
    m.created = rows.time(2);
    m.config = mapping_from(parse(rows.view(3)));
    m.tags = tags_from(rows.view(4));
    m.on = rows.integer(5) != 0;
  }
  return out;
}

void Records::put(const Mapping& m) {
  const std::string config = wire::to_json(stored_form(m.config)), tags = tags_text(m.tags);
  store_.run(
      "INSERT INTO lambda_mapping VALUES(?1,?2,?3,?4,?5,?7,?6) ON CONFLICT DO UPDATE SET configuration=?5, "
      "tags=?6, enabled=?7",
      {string_view(m.config.uuid), string_view(m.account), string_view(m.region), param(m.created),
       string_view(config), string_view(tags), std::int64_t{m.on}});
}

void Records::erase_mapping(string_view uuid) {
  store_.run("DELETE FROM lambda_mapping WHERE uuid=?1", {uuid});
  store_.run("DELETE FROM lambda_checkpoint WHERE mapping=?1", {uuid});
  store_.run("DELETE FROM lambda_window WHERE mapping=?1", {uuid});
}

std::vector<Records::Position> Records::checkpoints(string_view mapping, string_view shard) const {
  std::vector<Position> out;
  for (Rows rows = store_.query(
           "SELECT lane,sequence FROM lambda_checkpoint WHERE mapping=?1 AND shard=?2 ORDER BY lane",
           {mapping, shard});
       rows.next();)
    out.push_back({static_cast<int>(rows.integer(0)), rows.text(1)});
  return out;
}

void Records::put_checkpoint(string_view mapping, string_view shard, int lane, string_view sequence) {
  store_.run("INSERT INTO lambda_checkpoint VALUES(?1,?2,?3,?4) ON CONFLICT DO UPDATE SET sequence=?4",
             {mapping, shard, std::int64_t{lane}, sequence});
}

void Records::place_lanes(string_view mapping, string_view shard, int lanes, string_view sequence) {
  store_.run("DELETE FROM lambda_checkpoint WHERE mapping=?1 AND shard=?2", {mapping, shard});
  for (int lane = 0; lane < lanes; ++lane) put_checkpoint(mapping, shard, lane, sequence);
}

std::optional<Records::Window> Records::window(string_view mapping, string_view shard, int lane) const {
  Rows rows = store_.query("SELECT starts,state FROM lambda_window WHERE mapping=?1 AND shard=?2 AND lane=?3",
                           {mapping, shard, std::int64_t{lane}});
  if (!rows.next()) return std::nullopt;
  return Window{rows.integer(0), rows.text(1)};
}

void Records::put_window(string_view mapping, string_view shard, int lane, const Window& w) {
  store_.run("INSERT INTO lambda_window VALUES(?1,?2,?3,?4,?5) ON CONFLICT DO UPDATE SET starts=?4, state=?5",
             {mapping, shard, std::int64_t{lane}, w.starts, string_view(w.state)});
}

void Records::erase_window(string_view mapping, string_view shard, int lane) {
  store_.run("DELETE FROM lambda_window WHERE mapping=?1 AND shard=?2 AND lane=?3",
             {mapping, shard, std::int64_t{lane}});
}

}  // namespace puddle::lambda
