#include "services/dynamodb/backups.hpp"

#include "base/check.hpp"
#include "base/text.hpp"
#include "runtime/random.hpp"
#include "services/dynamodb/copying.hpp"
#include "services/dynamodb/lifecycle.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

using wire::List;
using wire::Map;
using wire::optional;
using wire::required;

constexpr const char* kJob = "dynamodb.backup";
constexpr int kQuickSteps = 4;
constexpr Duration kStepPause = std::chrono::milliseconds(1);
constexpr Duration kSystemLife = std::chrono::hours(24 * 35);

/// The members of an index that a backup shows.
List indexes_of(const Value& definition, const char* kind) {
  List out;
  const Value* list = definition.find(kind);
  if (!list || !list->is_list()) return out;
  for (const Value& index : list->list()) {
    Map shown;
    for (const char* member : {"IndexName", "KeySchema", "Projection"})
      shown.add(member, *index.find(member));
    if (const Value* given = index.find("ProvisionedThroughput"))
      shown.add("ProvisionedThroughput", Map{{"ReadCapacityUnits", *given->find("ReadCapacityUnits")},
                                             {"WriteCapacityUnits", *given->find("WriteCapacityUnits")}});
    out.emplace_back(std::move(shown));
  }
  return out;
}

std::string_view billing_of(const Value& definition) {
  const Value* summary = definition.find("BillingModeSummary");
  return summary ? summary->text_or("BillingMode", "PROVISIONED") : "PROVISIONED";
}

Task<JobResult> run(DynamoDb& db, Job job) {
  const auto id = parse_int(job.payload);
  Backup* backup = id ? db.backups.find(*id) : nullptr;
  if (!backup || backup->status != "CREATING") co_return JobResult::done();
  const bool complete = db.deps.store.atomically([&] { return db.backups.step(*backup); });
  if (complete) co_return JobResult::done();
  const Time next = db.deps.loop.now() + kStepPause;
  co_return JobResult::retry_at(next);
}

}  // namespace

wire::Shape Backup::shape() {
  return {required<&Backup::id>("Id"),
          required<&Backup::account>("Account"),
          required<&Backup::region>("Region"),
          required<&Backup::arn>("Arn"),
          required<&Backup::name>("Name"),
          required<&Backup::status>("Status"),
          required<&Backup::type>("Type"),
          required<&Backup::created>("Created"),
          required<&Backup::expires>("Expires"),
          required<&Backup::table_name>("TableName"),
          required<&Backup::table_arn>("TableArn"),
          required<&Backup::table_id>("TableId"),
          required<&Backup::table_created>("TableCreated"),
          required<&Backup::items>("Items"),
          required<&Backup::bytes>("Bytes"),
          required<&Backup::definition>("Definition"),
          required<&Backup::stream_view>("StreamView"),
          required<&Backup::ttl_attribute>("TtlAttribute"),
          required<&Backup::copying>("Copying")};
}

Value Backup::details() const {
  Map out{{"BackupArn", Value(arn)},         {"BackupName", Value(name)},
          {"BackupSizeBytes", Value(bytes)}, {"BackupStatus", Value(status)},
          {"BackupType", Value(type)},       {"BackupCreationDateTime", Value(from_millis(created))}};
  if (expires != 0) out.add("BackupExpiryDateTime", from_millis(expires));
  return Value(std::move(out));
}

Value Backup::description() const {
  const Value& throughput = *definition.find("ProvisionedThroughput");
  Map table{
      {"TableName", Value(table_name)},
      {"TableId", Value(table_id)},
      {"TableArn", Value(table_arn)},
      {"TableSizeBytes", Value(bytes)},
      {"KeySchema", *definition.find("KeySchema")},
      {"TableCreationDateTime", Value(from_millis(table_created))},
      {"ProvisionedThroughput", Value(Map{{"ReadCapacityUnits", *throughput.find("ReadCapacityUnits")},
                                          {"WriteCapacityUnits", *throughput.find("WriteCapacityUnits")}})},
      {"ItemCount", Value(items)},
      {"BillingMode", Value(billing_of(definition))}};
  if (const Value* limits = definition.find("OnDemandThroughput")) table.add("OnDemandThroughput", *limits);
  Map features;
  for (const char* kind : {"LocalSecondaryIndexes", "GlobalSecondaryIndexes"})
    if (List indexes = indexes_of(definition, kind); !indexes.empty()) features.add(kind, std::move(indexes));
  if (!stream_view.empty())
    features.add("StreamDescription",
                 Map{{"StreamEnabled", Value(true)}, {"StreamViewType", Value(stream_view)}});
  if (!ttl_attribute.empty())
    features.add("TimeToLiveDescription",
                 Map{{"TimeToLiveStatus", Value("ENABLED")}, {"AttributeName", Value(ttl_attribute)}});
  if (const Value* sse = definition.find("SSEDescription")) features.add("SSEDescription", *sse);
  return Map{{"BackupDetails", details()},
             {"SourceTableDetails", Value(std::move(table))},
             {"SourceTableFeatureDetails", Value(std::move(features))}};
}

Value Backup::summary() const {
  Value out = details();
  out.map().add("TableName", table_name);
  out.map().add("TableId", table_id);
  out.map().add("TableArn", table_arn);
  return out;
}

void Backups::load() {
  backups_.clear();
  db_.control.backups([this](std::int64_t id, std::string_view json) {
    const auto parsed = wire::parse_json(json);
    PUDDLE_CHECK(parsed);
    auto backup = std::make_unique<Backup>(wire::read_struct<Backup>(*parsed, *wire::shape_of<Backup>()));
    backup->tree = db_.records.tree_of(id);
    backups_[id] = std::move(backup);
  });
}

Backup* Backups::find(const std::string& arn) {
  for (const auto& [id, backup] : backups_)
    if (backup->arn == arn) return backup.get();
  return nullptr;
}

Backup* Backups::find(std::int64_t id) {
  const auto it = backups_.find(id);
  return it == backups_.end() ? nullptr : it->second.get();
}

std::vector<const Backup*> Backups::in(const std::string& account, const std::string& region) const {
  std::vector<const Backup*> out;
  for (const auto& [id, backup] : backups_)
    if (backup->account == account && backup->region == region) out.push_back(backup.get());
  return out;
}

std::unique_ptr<Backup> Backups::of(const Table& t, const std::string& name, const char* type, Time now) {
  auto b = std::make_unique<Backup>();
  b->id = db_.next_id();
  b->account = t.account;
  b->region = t.region;
  const std::string digits = std::to_string(to_millis(now));
  b->arn = t.arn + "/backup/0" + digits + "-" + random_text(db_.deps.entropy, 8, "0123456789abcdef");
  b->name = name;
  b->type = type;
  b->created = to_millis(now);
  b->table_name = t.name;
  b->table_arn = t.arn;
  b->table_id = t.uuid;
  b->table_created = to_millis(t.created);
  b->items = t.tree.items;
  b->bytes = t.tree.bytes;
  b->definition = t.definition;
  if (t.stream) b->stream_view = t.stream->view;
  if (t.settings.ttl.active()) b->ttl_attribute = t.settings.ttl.attribute;
  return b;
}

void Backups::save(const Backup& b) {
  db_.control.put_backup(b.id, wire::to_json(wire::write_struct(b, *wire::shape_of<Backup>())));
}

Backup& Backups::create(Table& t, const std::string& name, Time now) {
  auto b = of(t, name, "USER", now);
  b->status = "CREATING";
  b->copying.source = t.id;
  db_.control.present(now, b->copying);
  db_.records.make_tree(b->id, "", b->tree, false);
  save(*b);
  Backup& placed = *(backups_[b->id] = std::move(b));
  refresh_history(db_, t);
  return placed;
}

void Backups::keep_deleted(Table& t, Time now) {
  auto b = of(t, t.name + "$DeletedTableBackup", "SYSTEM", now);
  b->status = "AVAILABLE";
  b->expires = to_millis(now + kSystemLife);
  db_.records.save_counts(t.tree);
  db_.records.adopt(t.tree, b->id);
  save(*b);
  b->tree = t.tree;
  backups_[b->id] = std::move(b);
}

void Backups::erase(Backup& b) {
  db_.control.erase_backup(b.id);
  db_.records.drop_trees(b.id);
  backups_.erase(std::int64_t{b.id});
  db_.sweep();
}

bool Backups::step(Backup& b) {
  Copying copying = b.copying;
  const bool complete = copy_step(db_, copying, [&](const std::string& key, const StoredItem* item) {
    if (item)
      db_.records.put(b.tree, key, item->json, item->size);
    else
      db_.records.remove(b.tree, key);
  });
  const std::int64_t source = copying.source;
  if (complete) copying = {};
  Backup after = b;
  after.copying = copying;
  if (complete) after.status = "AVAILABLE";
  save(after);
  b = std::move(after);
  if (complete)
    if (Table* t = db_.find(source)) refresh_history(db_, *t);
  return complete;
}

bool Backups::reads(std::int64_t table) const {
  for (const auto& [id, backup] : backups_)
    if (backup->copying.source == table) return true;
  return false;
}

void Backups::expire(Time now) {
  std::vector<Backup*> old;
  for (const auto& [id, backup] : backups_)
    if (backup->expires != 0 && backup->expires <= to_millis(now) && !db_.is_copied(id))
      old.push_back(backup.get());
  for (Backup* backup : old) erase(*backup);
}

void settle(DynamoDb& db, Backup& b, Time now) {
  const Duration delay = db.deps.settings.table_transition;
  if (delay == Duration(0))
    for (int i = 0; i < kQuickSteps; ++i)
      if (db.backups.step(b)) return;
  const std::string id = std::to_string(b.id);
  db.deps.jobs.add(kJob, now + delay, id, id);
}

void handle_backup_jobs(DynamoDb& db) {
  db.deps.jobs.handle(kJob, [&db](Job job) { return run(db, std::move(job)); });
}

}  // namespace puddle::dynamodb
