#include "services/dynamodb/dynamodb.hpp"

#include <algorithm>

#include "aws/arn.hpp"
#include "base/text.hpp"
#include "embedded/dynamodb/schema.sql.hpp"
#include "runtime/random.hpp"
#include "services/dynamodb/expiry.hpp"
#include "services/dynamodb/lifecycle.hpp"
#include "services/dynamodb/writer.hpp"
#include "wire/json.hpp"
#include "wire/validate.hpp"

namespace puddle::dynamodb {
namespace {

using wire::Map;

constexpr Duration kExpireEvery = std::chrono::seconds(1);
constexpr Duration kTrimEvery = std::chrono::minutes(15);  // readers see no old records in any case

constexpr Duration kStepPause = std::chrono::milliseconds(1);  // between the steps of work in the background
constexpr std::size_t kFillRows = 200;                         // of one step, and
constexpr std::int64_t kFillBytes = 128 * 1024;

/// Item operations take an ARN, too, so that the model's limits of a name are checked here.
void check_name(const std::string& name) {
  constexpr const char* kPattern = "[a-zA-Z0-9_.-]+";
  if (name.starts_with("arn:")) return;
  const auto wrong = [&](const std::string& constraint) {
    throw kValidation("1 validation error detected: Value '" + name +
                      "' at 'tableName' failed to satisfy constraint: " + constraint);
  };
  if (name.size() > 255) wrong("Member must have length less than or equal to 255");
  if (!wire::matches_pattern(kPattern, name))
    wrong(std::string("Member must satisfy regular expression pattern: ") + kPattern);
}

}  // namespace

DynamoDb::DynamoDb(Deps d)
    : deps(d),
      records(d.store),
      control(d.store),
      feed(d.store),
      backups(*this),
      throttle(d.settings.throttle),
      operations_(make_operations()) {}

const wire::ServiceWire& DynamoDb::wire() const {
  static const wire::ServiceWire description = [] {
    wire::ServiceWire w;
    w.name = "dynamodb";
    w.protocol = wire::Protocol::json_1_0;
    w.target_prefix = "DynamoDB_20120810";
    w.api_version = "2012-08-10";
    w.error_namespace = "com.amazonaws.dynamodb.v20120810#";
    w.crc32 = true;
    return w;
  }();
  return description;
}

std::vector<Migration> DynamoDb::migrations() const {
  return {ChangeFeed::migration(), {"dynamodb", 1, std::string(embedded::kDynamoDbSchema)}};
}

bool DynamoDb::serve(const HttpRequest& request, const Call& call, const Respond& respond) {
  // Who asks for another protocol is not looking for a sign of life.
  if (request.method != "GET" || request.path() != "/" || request.headers.find("upgrade")) return false;
  HttpResponse response;
  response.headers.add("Content-Type", "text/plain");
  response.body = "healthy: dynamodb." + call.region + ".amazonaws.com ";
  respond(std::move(response));
  return true;
}

void DynamoDb::start() {
  trim_at(deps.loop.now() + kTrimEvery);
  watch_expiry();
  sweep();
}

void DynamoDb::trim_at(Time when) {
  trimmer_ = deps.loop.at(when, [this] {
    const Time now = deps.loop.now();
    const bool more = deps.store.atomically([&] {
      backups.expire(now);
      return feed.trim_step(now) || trim_history(now);
    });
    trim_at(more ? now + kStepPause : now + kTrimEvery);
  });
}

bool DynamoDb::trim_history(Time now) {
  for (const std::int64_t id : control.remembered()) {
    const Table* t = find(id);
    const bool kept = t && t->keeps_history;
    // A copy may still read from its instant on: it is younger than any recovery period.
    const Time oldest = kept && t->settings.recovery.enabled
                            ? now - std::chrono::hours(24) * t->settings.recovery.days
                            : now - (kept ? std::chrono::hours(24) * 35 : std::chrono::hours(0));
    if (control.forget_step(id, to_millis(oldest) + (kept ? 0 : 1))) return true;
  }
  return false;
}

void DynamoDb::watch_expiry() {
  if (!expirer_) expire_at(deps.loop.now() + kExpireEvery);
}

void DynamoDb::expire_at(Time when) {
  expirer_ = deps.loop.at(when, [this] {
    expirer_ = 0;
    const Time now = deps.loop.now();
    bool more = false, any = false;
    for (Table* t : tables_.all()) {
      if (!t->settings.ttl.on()) continue;
      any = true;
      more = expire_step(*this, *t, now) || more;
    }
    if (any) expire_at(now + (more ? kStepPause : kExpireEvery));
  });
}

void DynamoDb::sweep() {
  if (sweeper_) return;
  sweeper_ = deps.loop.at(deps.loop.now() + kStepPause, [this] { sweep_step(); });
}

void DynamoDb::sweep_step() {
  sweeper_ = 0;
  const bool counting = count_step();
  const bool sweeping = deps.store.atomically([this] { return records.sweep_step(); });
  if (counting || sweeping) sweep();
}

bool DynamoDb::count_step() {
  for (Table* t : tables_.all()) {
    if (t->tree.counting) return records.count_step(t->tree), true;
    for (const auto& index : t->indexes)
      if (index->tree.counting) return records.count_step(index->tree), true;
  }
  return false;
}

void DynamoDb::stop() {
  deps.loop.cancel(std::exchange(trimmer_, 0));
  deps.loop.cancel(std::exchange(sweeper_, 0));
  deps.loop.cancel(std::exchange(expirer_, 0));
  if (deps.store.broken()) return;
  deps.store.atomically([this] {
    for (Table* t : tables_.all()) {
      records.save_counts(t->tree);
      for (const auto& index : t->indexes) records.save_counts(index->tree);
      if (t->expiry) records.save_counts(t->expiry->tree);
    }
  });
}

void DynamoDb::load() {
  tables_.clear();
  by_id_.clear();
  handle_table_jobs(*this);
  handle_backup_jobs(*this);
  records.load([this](std::unique_ptr<Table> t) {
    last_id_ = std::max(last_id_, t->id);
    // What is small is counted at once, the rest in steps.
    if (t->tree.counting) records.count_step(t->tree);
    for (const auto& index : t->indexes)
      if (index->tree.counting) records.count_step(index->tree);
    t->settings = control.settings(t->id);
    prepare_expiry(*t);
    if (!t->stream_arn.empty())
      if (auto stream = feed.find(t->stream_arn); stream && stream->open()) t->stream = std::move(stream);
    add(std::move(t));
  });
  backups.load();
  last_id_ = std::max(last_id_, backups.last_id());
  for (Table* t : tables_.all()) refresh_history(*this, *t);
}

std::string DynamoDb::resource_policy(const std::string& text) const {
  const auto arn = Arn::parse(text);
  if (!arn || !arn->resource.starts_with("table/")) return {};
  if (arn->resource.find("/stream/") != std::string::npos) {
    const auto stream = feed.find(text);
    return stream ? stream->policy : std::string();
  }
  // An index has its table's.
  const std::string name = arn->resource.substr(6, arn->resource.find('/', 6) - 6);
  const Table* t = tables_.find(arn->account, arn->region, name);
  return t ? t->settings.policy : std::string();
}

Table* DynamoDb::find(std::int64_t id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : it->second;
}

bool DynamoDb::is_copied(std::int64_t id) const {
  for (const auto& [table, t] : by_id_)
    if (t->settings.copying.source == id) return true;
  return backups.reads(id);
}

const Tree* DynamoDb::tree_of(std::int64_t id) {
  if (const Table* t = find(id)) return &t->tree;
  const Backup* b = backups.find(id);
  return b ? &b->tree : nullptr;
}

Table& DynamoDb::add(std::unique_ptr<Table> t) {
  const std::string account = t->account, region = t->region, name = t->name;
  Table& placed = tables_.insert(account, region, name, std::move(t));
  by_id_[placed.id] = &placed;
  return placed;
}

void DynamoDb::drop(Table& t, Time now) {
  close_stream(t, now);
  if (t.settings.recovery.enabled) backups.keep_deleted(t, now);
  control.erase_settings(t.id);
  records.drop(t);
  const std::string account = t.account, region = t.region, name = t.name;
  by_id_.erase(t.id);
  tables_.erase(account, region, name);
  sweep();
}

Table* DynamoDb::find(const Call& call, const std::string& name_or_arn) {
  if (const auto arn = Arn::parse(name_or_arn); arn && arn->resource.starts_with("table/"))
    return tables_.find(arn->account, arn->region, arn->resource.substr(6));
  return tables_.find(call.account, call.region, name_or_arn);
}

Table& DynamoDb::require(const Call& call, const std::string& name_or_arn, bool for_items) {
  Table* t = find(call, name_or_arn);
  if (t && (!for_items || t->settings.usable())) return *t;
  if (for_items) {
    check_name(name_or_arn);
    throw kResourceNotFound("Requested resource not found");
  }
  const auto arn = Arn::parse(name_or_arn);
  const bool by_arn = arn && arn->resource.starts_with("table/");
  throw kResourceNotFound("Requested resource not found: Table: " +
                          (by_arn ? arn->resource.substr(6) : name_or_arn) + " not found");
}

void DynamoDb::open_stream(Table& t, const std::string& view, Time now) {
  ChangeFeed::Stream s;
  s.account = t.account;
  s.region = t.region;
  s.table = t.name;
  s.view = view;
  s.key_schema = wire::to_json(*t.definition.find("KeySchema"));
  feed.open(s, t.arn, random_text(deps.entropy, 8, "0123456789abcdef"), now);
  t.stream_arn = s.arn;
  records.update(t);
  t.stream = std::move(s);
}

void DynamoDb::close_stream(Table& t, Time now) {
  if (!t.stream) return;
  feed.close(t.stream->arn, now);
  deps.feeds->raise(t.stream->arn);
  t.stream.reset();
}

void DynamoDb::write(Table& t, const std::string& key, const Value* item,
                     const std::optional<StoredItem>& old, Time now, bool by_service) {
  Writer writer(*this, now, by_service);
  writer.write(t, key, item, item ? static_cast<std::int64_t>(size_of_item(*item)) : 0, old);
  writer.finish();
}

bool DynamoDb::fill_step(Table& t, Index& index, Time now) {
  if (!index.backfill) return true;
  struct Row {
    std::string key;
    StoredItem item;
  };
  std::vector<Row> rows;
  std::int64_t bytes = 0;
  bool more = false;
  records.range(t.tree, {*index.backfill + std::string(index.backfill->empty() ? 0 : 1, '\0'), ""}, true,
                [&](const Entry& e) {
                  more = rows.size() >= kFillRows || bytes >= kFillBytes;
                  if (more) return false;
                  Row& row = rows.emplace_back();
                  row.key = e.key;
                  row.item.json = e.json;
                  row.item.size = e.size;
                  bytes += static_cast<std::int64_t>(e.json.size());
                  return true;
                });
  Writer writer(*this, now);
  for (const Row& row : rows) writer.fill(index, row.key, row.item.value(), row.item.json, row.item.size);
  std::optional<std::string> reached;
  if (more) reached = rows.back().key;
  records.save_backfill(index, reached);
  writer.finish();
  index.backfill = std::move(reached);
  return !more;
}

void refuse(bool given, const char* parameter) {
  if (given) throw kValidation(std::string(parameter) + " is not supported by Puddle yet");
}

std::unique_ptr<Service> make(Deps deps) { return std::make_unique<DynamoDb>(deps); }

}  // namespace puddle::dynamodb
