// RestoreTableFromBackup, RestoreTableToPointInTime: a new table, CREATING while it is filled (copying.hpp).
// Tags, streams, time to live, recovery, policies and deletion protection are not restored, as on AWS.
#include <limits>

#include "aws/arn.hpp"
#include "services/dynamodb/lifecycle.hpp"
#include "services/dynamodb/operations/definitions.hpp"
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/table_checks.hpp"

namespace puddle::dynamodb {

std::int64_t earliest_restorable(const Table& t, Time now);

namespace {

using wire::List;
using wire::Map;

/// What a restore may change of the table.
struct Overrides {
  std::optional<std::string> billing;
  std::optional<std::vector<GlobalIndexInput>> global;
  std::optional<std::vector<LocalIndexInput>> local;
  std::optional<Throughput> throughput;
  std::optional<OnDemandThroughput> on_demand;
  std::optional<Encryption> sse;
};

struct BackupInput : Overrides {
  std::string target, backup;
};

struct TimeInput : Overrides {
  std::string target;
  std::optional<std::string> source_arn, source;
  std::optional<bool> latest;
  std::optional<Time> at;
};

/// Keeps the indexes that are named; each must be one of the source's.
template <class Indexes>
void keep_indexes(Map& definition, const char* kind, const std::optional<Indexes>& wanted) {
  if (!wanted) return;
  List kept;
  Value* list = definition.find(kind);
  for (const auto& w : *wanted) {
    const Value* found = nullptr;
    if (list)
      for (const Value& index : list->list())
        if (index.text_or("IndexName") == w.name) found = &index;
    if (!found || wire::Value(key_list(w.keys)) != *found->find("KeySchema"))
      throw kValidation("One or more parameter values were invalid: Index " + w.name +
                        " does not match an index of the source table");
    kept.push_back(*found);
  }
  if (kept.empty())
    definition.erase(kind);
  else
    definition[kind] = std::move(kept);
}

/// The definition of the new table.
Value definition_for(const Value& source, const Overrides& o, const Call& call) {
  Map out;
  for (const char* member : {"AttributeDefinitions", "KeySchema", "ProvisionedThroughput",
                             "BillingModeSummary", "LocalSecondaryIndexes", "GlobalSecondaryIndexes",
                             "SSEDescription", "TableClassSummary", "OnDemandThroughput"})
    if (const Value* v = source.find(member)) out.add(member, *v);
  keep_indexes(out, "LocalSecondaryIndexes", o.local);
  keep_indexes(out, "GlobalSecondaryIndexes", o.global);
  const bool free = o.billing ? *o.billing == "PAY_PER_REQUEST" : on_demand(out);
  if (o.billing || o.throughput) {
    if (o.billing) check_billing(o.billing, o.throughput);
    out["ProvisionedThroughput"] = throughput_of(o.throughput);
    out.erase("BillingModeSummary");
    if (free) out.add("BillingModeSummary", Map{{"BillingMode", "PAY_PER_REQUEST"}});
  }
  check_on_demand(o.on_demand, free);
  if (o.on_demand) out["OnDemandThroughput"] = on_demand_of(*o.on_demand);
  check_encryption(o.sse);
  if (o.sse) {
    out.erase("SSEDescription");
    if (Value sse = encryption_of(o.sse, call); !sse.is_null()) out.add("SSEDescription", std::move(sse));
  }
  if (Value* indexes = out.find("GlobalSecondaryIndexes"))
    for (Value& index : indexes->list()) {
      index.map()["IndexStatus"] = "CREATING";
      index.map().erase("Backfilling");
      if (o.global)
        for (const GlobalIndexInput& w : *o.global)
          if (w.name == index.text_or("IndexName") && w.throughput)
            index.map()["ProvisionedThroughput"] = throughput_of(w.throughput);
      if (free) index.map()["ProvisionedThroughput"] = throughput_of({});
    }
  out.add("DeletionProtectionEnabled", false);
  return Value(std::move(out));
}

DescriptionOutput restore(DynamoDb& db, const Call& call, const std::string& target, Value definition,
                          std::int64_t source, std::int64_t at, Map summary) {
  if (db.find(call, target)) throw kTableAlreadyExists("Table already exists: " + target);
  summary.add("RestoreInProgress", true);
  definition.map().add("RestoreSummary", std::move(summary));
  auto table = new_table(db, call, target, std::move(definition));
  table->settings.copying = {source, at, std::numeric_limits<std::int64_t>::max(), true, ""};
  Table& placed = create(db, std::move(table), call.now);
  if (Table* read = db.find(source)) refresh_history(db, *read);
  DescriptionOutput out{.description = db.describe(placed)};
  settle(db, placed, call.now);
  return out;
}

DescriptionOutput from_backup(DynamoDb& db, const Call& call, const BackupInput& in) {
  const Backup* b = db.backups.find(in.backup);
  if (!b) throw kBackupNotFound("Backup not found: " + in.backup);
  if (b->status != "AVAILABLE") throw kBackupInUse("Backup is being created: " + in.backup);
  Value definition = definition_for(b->definition, in, call);
  return restore(db, call, in.target, std::move(definition), b->id, b->created,
                 Map{{"SourceBackupArn", Value(b->arn)},
                     {"SourceTableArn", Value(b->table_arn)},
                     {"RestoreDateTime", Value(from_millis(b->created))}});
}

DescriptionOutput to_time(DynamoDb& db, const Call& call, const TimeInput& in) {
  if (!in.source && !in.source_arn)
    throw kValidation(
        "One or more parameter values were invalid: SourceTableName or SourceTableArn is required");
  const std::string& name = in.source ? *in.source : *in.source_arn;
  Table* t = db.find(call, name);
  if (!t || !t->settings.usable()) throw kSourceTableNotFound("Source table not found: " + name);
  if (db.find(call, in.target)) throw kTableAlreadyExists("Table already exists: " + in.target);
  if (!t->settings.recovery.enabled)
    throw kRecoveryUnavailable("Point in time recovery is not enabled for table '" + t->name + "'");
  if (in.at && in.latest.value_or(false))
    throw kValidation(
        "One or more parameter values were invalid: RestoreDateTime and UseLatestRestorableTime cannot both "
        "be "
        "specified");
  if (!in.at && !in.latest.value_or(false))
    throw kValidation(
        "One or more parameter values were invalid: RestoreDateTime or UseLatestRestorableTime is required");
  const Time at = in.at ? *in.at : call.now;
  if (to_seconds(at) < earliest_restorable(*t, call.now) || at > call.now)
    throw kInvalidRestoreTime(
        "An invalid restore time was specified. RestoreDateTime must be between EarliestRestorableDateTime "
        "and "
        "LatestRestorableDateTime.");
  Value definition = definition_for(t->definition, in, call);
  return restore(db, call, in.target, std::move(definition), t->id, to_millis(at),
                 Map{{"SourceTableArn", Value(t->arn)}, {"RestoreDateTime", Value(at)}});
}

const wire::Traits kBilling{.one_of = {"PROVISIONED", "PAY_PER_REQUEST"}};

void add_overrides(Shape& shape) {
  shape.fields.push_back(optional<&Overrides::billing>("BillingModeOverride", kBilling));
  shape.fields.push_back(optional<&Overrides::global>("GlobalSecondaryIndexOverride"));
  shape.fields.push_back(optional<&Overrides::local>("LocalSecondaryIndexOverride"));
  shape.fields.push_back(optional<&Overrides::throughput>("ProvisionedThroughputOverride"));
  shape.fields.push_back(optional<&Overrides::on_demand>("OnDemandThroughputOverride"));
  shape.fields.push_back(optional<&Overrides::sse>("SSESpecificationOverride"));
}

}  // namespace

Operation restore_table_from_backup() {
  Shape input{required<&BackupInput::target>("TargetTableName", kNewTable),
              required<&BackupInput::backup>("BackupArn", {.min = 37, .max = 1024})};
  add_overrides(input);
  return operation<DynamoDb, BackupInput, DescriptionOutput>({
      .name = "RestoreTableFromBackup",
      .action = "dynamodb:RestoreTableFromBackup",
      .resource = [](DynamoDb&, const Call&, const BackupInput& in) { return in.backup; },
      .input = std::move(input),
      .output = {required<&DescriptionOutput::description>("TableDescription")},
      .errors = {kBackupNotFound, kBackupInUse, kTableAlreadyExists, kTableInUse, kLimitExceeded,
                 kValidation},
      .handle = from_backup,
  });
}

Operation restore_table_to_point_in_time() {
  Shape input{optional<&TimeInput::source_arn>("SourceTableArn", {.min = 1, .max = 1024}),
              optional<&TimeInput::source>("SourceTableName", kNewTable),
              required<&TimeInput::target>("TargetTableName", kNewTable),
              optional<&TimeInput::latest>("UseLatestRestorableTime"),
              optional<&TimeInput::at>("RestoreDateTime")};
  add_overrides(input);
  return operation<DynamoDb, TimeInput, DescriptionOutput>({
      .name = "RestoreTableToPointInTime",
      .action = "dynamodb:RestoreTableToPointInTime",
      .resource =
          [](DynamoDb&, const Call& c, const TimeInput& in) {
            return table_arn(c, in.source ? *in.source : in.source_arn.value_or(""));
          },
      .input = std::move(input),
      .output = {required<&DescriptionOutput::description>("TableDescription")},
      .errors = {kSourceTableNotFound, kTableAlreadyExists, kRecoveryUnavailable, kInvalidRestoreTime,
                 kTableInUse, kLimitExceeded, kValidation},
      .handle = to_time,
  });
}

}  // namespace puddle::dynamodb
