// DescribeContinuousBackups, UpdateContinuousBackups. While recovery is on, each change leaves what it
// overwrote in the table's history.
#include <algorithm>

#include "services/dynamodb/lifecycle.hpp"
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/table_shapes.hpp"

namespace puddle::dynamodb {

using wire::Map;

std::int64_t earliest_restorable(const Table& t, Time now) {
  const Recovery& r = t.settings.recovery;
  return std::max(r.since, to_millis(now) - r.days * 24 * 3600 * 1000) / 1000;
}

namespace {

Value description_of(const Table& t, Time now) {
  const Recovery& r = t.settings.recovery;
  Map recovery{{"PointInTimeRecoveryStatus", Value(r.enabled ? "ENABLED" : "DISABLED")}};
  if (r.enabled) {
    recovery.add("RecoveryPeriodInDays", r.days);
    recovery.add("EarliestRestorableDateTime", from_millis(earliest_restorable(t, now) * 1000));
    recovery.add("LatestRestorableDateTime", from_millis(to_seconds(now) * 1000));
  }
  return Map{{"ContinuousBackupsStatus", Value("ENABLED")},
             {"PointInTimeRecoveryDescription", Value(std::move(recovery))}};
}

Table& need(DynamoDb& db, const Call& call, const std::string& name) {
  Table* t = db.find(call, name);
  if (!t || t->settings.status == "DELETING") throw kTableNotFound("Table not found: " + name);
  return *t;
}

DescriptionOutput describe(DynamoDb& db, const Call& call, const NameInput& in) {
  return {.description = description_of(need(db, call, in.name), call.now)};
}

struct Specification {
  bool enabled = false;
  std::optional<int> days;
  static Shape shape() {
    return {required<&Specification::enabled>("PointInTimeRecoveryEnabled"),
            optional<&Specification::days>("RecoveryPeriodInDays", {.min = 1, .max = 35})};
  }
};
struct UpdateInput {
  std::string table;
  Specification specification;
};

DescriptionOutput update(DynamoDb& db, const Call& call, const UpdateInput& in) {
  Table& t = need(db, call, in.table);
  if (in.specification.days && !in.specification.enabled)
    throw kValidation(
        "One or more parameter values were invalid: RecoveryPeriodInDays can only be specified when "
        "PointInTimeRecoveryEnabled is true");
  TableSettings settings = t.settings;
  Recovery& r = settings.recovery;
  if (in.specification.enabled) {
    if (!r.enabled) r = {true, to_millis(call.now), 35};
    if (in.specification.days) r.days = *in.specification.days;
  } else {
    r = {};
  }
  db.control.put_settings(t.id, settings);
  t.settings = std::move(settings);
  refresh_history(db, t);
  return {.description = description_of(t, call.now)};
}

}  // namespace

Operation describe_continuous_backups() {
  return operation<DynamoDb, NameInput, DescriptionOutput>({
      .name = "DescribeContinuousBackups",
      .action = "dynamodb:DescribeContinuousBackups",
      .resource = [](DynamoDb&, const Call& c, const NameInput& in) { return table_arn(c, in.name); },
      .input = {required<&NameInput::name>("TableName", kTableName)},
      .output = {required<&DescriptionOutput::description>("ContinuousBackupsDescription")},
      .errors = {kTableNotFound},
      .handle = describe,
  });
}

Operation update_continuous_backups() {
  return operation<DynamoDb, UpdateInput, DescriptionOutput>({
      .name = "UpdateContinuousBackups",
      .action = "dynamodb:UpdateContinuousBackups",
      .resource = [](DynamoDb&, const Call& c, const UpdateInput& in) { return table_arn(c, in.table); },
      .input = {required<&UpdateInput::table>("TableName", kTableName),
                required<&UpdateInput::specification>("PointInTimeRecoverySpecification")},
      .output = {required<&DescriptionOutput::description>("ContinuousBackupsDescription")},
      .errors = {kTableNotFound, kValidation},
      .handle = update,
  });
}

}  // namespace puddle::dynamodb
