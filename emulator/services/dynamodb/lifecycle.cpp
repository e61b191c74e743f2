#include "services/dynamodb/lifecycle.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "runtime/random.hpp"
#include "services/dynamodb/copying.hpp"
#include "services/dynamodb/expiry.hpp"

namespace puddle::dynamodb {
namespace {

using wire::List;
using wire::Map;

constexpr const char* kJob = "dynamodb.table";
constexpr Duration kStepPause = std::chrono::milliseconds(1);  // others come first
constexpr int kQuickSteps = 4;  // that an operation does itself when tables change without delay

List* global_indexes(Value& definition) {
  Value* list = definition.map().find("GlobalSecondaryIndexes");
  return list && list->is_list() ? &list->list() : nullptr;
}

/// Attributes that no key needs any more.
void drop_unused_attributes(Map& definition) {
  std::vector<std::string> used;
  const auto use = [&](const Value* schema) {
    if (schema && schema->is_list())
      for (const Value& k : schema->list()) used.emplace_back(k.text_or("AttributeName"));
  };
  use(definition.find("KeySchema"));
  for (const char* kind : {"LocalSecondaryIndexes", "GlobalSecondaryIndexes"})
    if (const Value* list = definition.find(kind); list && list->is_list())
      for (const Value& index : list->list()) use(index.find("KeySchema"));
  std::erase_if(definition.find("AttributeDefinitions")->list(), [&](const Value& a) {
    return std::find(used.begin(), used.end(), a.text_or("AttributeName")) == used.end();
  });
}

/// What an update brings: members of the definition, and of its indexes under "Indexes" by name.
void apply(Value& definition, const Value& pending) {
  if (pending.is_null()) return;
  for (const auto& [name, value] : pending.map())
    if (name != "Indexes") definition.map()[name] = value;
  const Value* changes = pending.find("Indexes");
  List* indexes = global_indexes(definition);
  if (!changes || !indexes) return;
  for (Value& index : *indexes)
    if (const Value* change = changes->find(index.text_or("IndexName")))
      for (const auto& [name, value] : change->map()) index.map()[name] = value;
}

/// The update or the creation is through. Indexes of a new table are there; one that was added begins to be
/// filled, one that is deleted goes.
void activate(DynamoDb& db, Table& t) {
  Value definition = t.definition;
  TableSettings settings = t.settings;
  const bool created = settings.status == "CREATING";
  apply(definition, settings.pending);
  settings.pending = {};
  settings.status = "ACTIVE";
  Map& d = definition.map();
  if (created) {
    if (Value* billing = d.find("BillingModeSummary");
        billing && billing->text_or("BillingMode") == "PAY_PER_REQUEST")
      billing->map()["LastUpdateToPayPerRequestDateTime"] = t.created;
    if (Value* restored = d.find("RestoreSummary")) restored->map()["RestoreInProgress"] = false;
  }
  if (List* indexes = global_indexes(definition)) {
    for (Value& index : *indexes) {
      const std::string status(index.text_or("IndexStatus"));
      const bool adding = !created && status == "CREATING";
      if (adding) index.map()["Backfilling"] = true;
      if (status != "DELETING" && !adding) index.map()["IndexStatus"] = "ACTIVE";
    }
    std::erase_if(*indexes, [](const Value& i) { return i.text_or("IndexStatus") == "DELETING"; });
    if (indexes->empty()) d.erase("GlobalSecondaryIndexes");
    drop_unused_attributes(d);
  }
  change(db, t, std::move(definition), std::move(settings));
}

/// The index that is being filled, if any.
Index* filling(Table& t) {
  for (const auto& index : t.indexes)
    if (index->global && index->status == "CREATING") return index.get();
  return nullptr;
}

void finish_filling(DynamoDb& db, Table& t, const std::string& name) {
  Value definition = t.definition;
  if (List* indexes = global_indexes(definition))
    for (Value& index : *indexes)
      if (index.text_or("IndexName") == name) {
        index.map()["IndexStatus"] = "ACTIVE";
        index.map().erase("Backfilling");
      }
  change(db, t, std::move(definition), t.settings);
}

void set_time_to_live(DynamoDb& db, Table& t, TimeToLive ttl) {
  TableSettings settings = t.settings;
  settings.ttl = std::move(ttl);
  db.control.put_settings(t.id, settings);
  t.settings = std::move(settings);
  prepare_expiry(t);
}

/// True when there is more to do.
bool step_time_to_live(DynamoDb& db, Table& t, Time now) {
  if (t.settings.ttl.status == "ENABLING") {
    if (!db.fill_step(t, *t.expiry, now)) return true;
    set_time_to_live(db, t, {"ENABLED", t.settings.ttl.attribute});
    db.watch_expiry();
  } else if (t.settings.ttl.status == "DISABLING") {
    db.records.drop_index(*t.expiry);
    set_time_to_live(db, t, {});
    db.sweep();
  }
  return false;
}

/// One step; true when another one is to follow. The table may be gone.
bool step(DynamoDb& db, Table& t, Time now) {
  if (t.settings.status == "DELETING") {
    db.drop(t, now);
    return false;
  }
  if (t.settings.copying.source != 0 && !restore_step(db, t, now)) return true;
  if (t.settings.status != "ACTIVE") {
    activate(db, t);
    return filling(t) != nullptr || t.settings.ttl.changing();
  }
  if (Index* index = filling(t)) {
    const std::string name = index->name;
    if (!db.fill_step(t, *index, now)) return true;
    finish_filling(db, t, name);
    if (filling(t)) return true;
  }
  return step_time_to_live(db, t, now);
}

Task<JobResult> run(DynamoDb& db, Job job) {
  const auto id = parse_int(job.payload);
  Table* t = id ? db.find(*id) : nullptr;
  if (!t) co_return JobResult::done();
  const Time now = db.deps.loop.now();
  const bool more = db.deps.store.atomically([&] { return step(db, *t, now); });
  if (!more) co_return JobResult::done();
  co_return JobResult::retry_at(now + kStepPause);
}

}  // namespace

void require_free(DynamoDb& db, const Call& call, const std::string& name) {
  const Table* t = db.find(call, name);
  if (!t) return;
  if (t->settings.status == "DELETING")
    throw kResourceInUse("Attempt to change a resource which is still in use: Table is being deleted: " +
                         name);
  throw kResourceInUse("Table already exists: " + name);
}

void require_active(const Table& t) {
  const std::string& status = t.settings.status;
  if (status == "ACTIVE") return;
  const char* doing = status == "CREATING" ? "created: " : status == "DELETING" ? "deleted: " : "updated: ";
  throw kResourceInUse("Attempt to change a resource which is still in use: Table is being " +
                       (doing + t.name));
}

void require_unread(const DynamoDb& db, const Table& t) {
  if (db.is_copied(t.id))
    throw kResourceInUse("Attempt to change a resource which is still in use: Table is being backed up: " +
                         t.name);
}

std::unique_ptr<Table> new_table(DynamoDb& db, const Call& call, const std::string& name, Value definition) {
  auto t = std::make_unique<Table>();
  t->id = db.next_id();
  t->account = call.account;
  t->region = call.region;
  t->name = name;
  t->uuid = uuid(db.deps.entropy);
  t->created = call.now;
  t->definition = std::move(definition);
  t->settings.status = "CREATING";
  t->prepare();
  return t;
}

Table& create(DynamoDb& db, std::unique_ptr<Table> t, Time) {
  db.records.create(*t);
  db.control.put_settings(t->id, t->settings);
  return db.add(std::move(t));
}

void change(DynamoDb& db, Table& t, Value definition, TableSettings settings) {
  const auto names = [](const Value& d) {
    std::vector<std::string> out;
    for (const char* kind : {"LocalSecondaryIndexes", "GlobalSecondaryIndexes"})
      if (const Value* list = d.find(kind); list && list->is_list())
        for (const Value& index : list->list()) out.emplace_back(index.text_or("IndexName"));
    return out;
  };
  db.control.put_settings(t.id, settings);
  const std::vector<std::string> kept = names(definition);
  bool dropped = false;
  for (const auto& index : t.indexes)
    if (std::find(kept.begin(), kept.end(), index->name) == kept.end()) {
      db.records.drop_index(*index);
      dropped = true;
    }
  std::swap(t.definition, definition);
  t.settings = std::move(settings);
  t.prepare();
  db.records.update(t);
  for (const auto& index : t.indexes)
    if (index->tree.id == 0) db.records.add_index(t, *index, true);
  if (dropped) db.sweep();
}

void settle(DynamoDb& db, Table& t, Time now) {
  const std::string key = std::to_string(t.id);
  const std::int64_t id = t.id;
  db.deps.jobs.cancel(kJob, key);
  const Duration delay = db.deps.settings.table_transition;
  if (delay == Duration(0)) {
    bool more = true;
    for (int i = 0; more && i < kQuickSteps; ++i) {
      Table* still = db.find(id);
      more = still && step(db, *still, now);
    }
    if (!more) return;
  }
  db.deps.jobs.add(kJob, now + delay, key, key);
}

void refresh_history(DynamoDb& db, Table& t) {
  t.keeps_history = t.settings.recovery.enabled || db.is_copied(t.id);
}

void handle_table_jobs(DynamoDb& db) {
  db.deps.jobs.handle(kJob, [&db](Job job) { return run(db, std::move(job)); });
}

}  // namespace puddle::dynamodb
