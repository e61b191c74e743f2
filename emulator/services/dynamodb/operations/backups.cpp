// CreateBackup, DescribeBackup, ListBackups, DeleteBackup.
#include "services/dynamodb/backups.hpp"

#include "aws/arn.hpp"
#include "services/dynamodb/lifecycle.hpp"
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/table_shapes.hpp"

namespace puddle::dynamodb {
namespace {

struct CreateInput {
  std::string table, name;
};
struct DetailsOutput {
  Value details;
};

DetailsOutput create(DynamoDb& db, const Call& call, const CreateInput& in) {
  Table* t = db.find(call, in.table);
  if (!t || t->settings.status == "DELETING") throw kTableNotFound("Table not found: " + in.table);
  if (!t->settings.usable()) throw kTableInUse("Table is being created: " + in.table);
  Backup& b = db.backups.create(*t, in.name, call.now);
  DetailsOutput out{.details = b.details()};
  settle(db, b, call.now);
  return out;
}

struct ArnInput {
  std::string arn;
};

Backup& need(DynamoDb& db, const std::string& arn) {
  Backup* b = db.backups.find(arn);
  if (!b) throw kBackupNotFound("Backup not found: " + arn);
  return *b;
}

DescriptionOutput describe(DynamoDb& db, const Call&, const ArnInput& in) {
  return {.description = need(db, in.arn).description()};
}

DescriptionOutput remove(DynamoDb& db, const Call&, const ArnInput& in) {
  Backup& b = need(db, in.arn);
  if (b.status == "CREATING" || db.is_copied(b.id)) throw kBackupInUse("Backup is in use: " + in.arn);
  Backup gone = b;
  gone.status = "DELETED";
  DescriptionOutput out{.description = gone.description()};
  db.backups.erase(b);
  return out;
}

struct ListInput {
  std::optional<std::string> table, start, type;
  std::optional<int> limit;
  std::optional<Time> from, to;
};
struct ListOutput {
  std::vector<Value> summaries;
  std::optional<std::string> last;
};

ListOutput list(DynamoDb& db, const Call& call, const ListInput& in) {
  const auto limit = static_cast<std::size_t>(in.limit.value_or(100));
  const std::string type = in.type.value_or("USER");
  std::int64_t after = 0;
  if (in.start) after = need(db, *in.start).id;
  ListOutput out;
  std::string last;
  for (const Backup* b : db.backups.in(call.account, call.region)) {
    if (b->id <= after || (type != "ALL" && b->type != type)) continue;
    if (in.table && b->table_name != *in.table && b->table_arn != *in.table) continue;
    if (in.from && b->created < to_millis(*in.from)) continue;
    if (in.to && b->created >= to_millis(*in.to)) continue;
    if (out.summaries.size() == limit) {
      out.last = last;
      break;
    }
    out.summaries.push_back(b->summary());
    last = b->arn;
  }
  return out;
}

const wire::Traits kBackupArn{.min = 37, .max = 1024};

std::string backup_arn(DynamoDb&, const Call&, const ArnInput& in) { return in.arn; }

}  // namespace

Operation create_backup() {
  return operation<DynamoDb, CreateInput, DetailsOutput>({
      .name = "CreateBackup",
      .action = "dynamodb:CreateBackup",
      .resource = [](DynamoDb&, const Call& c, const CreateInput& in) { return table_arn(c, in.table); },
      .input = {required<&CreateInput::table>("TableName", kTableName),
                required<&CreateInput::name>("BackupName",
                                             {.min = 3, .max = 255, .pattern = "[a-zA-Z0-9_.-]+"})},
      .output = {required<&DetailsOutput::details>("BackupDetails")},
      .errors = {kTableNotFound, kTableInUse, kBackupInUse, kLimitExceeded},
      .handle = create,
  });
}

Operation describe_backup() {
  return operation<DynamoDb, ArnInput, DescriptionOutput>({
      .name = "DescribeBackup",
      .action = "dynamodb:DescribeBackup",
      .resource = backup_arn,
      .input = {required<&ArnInput::arn>("BackupArn", kBackupArn)},
      .output = {required<&DescriptionOutput::description>("BackupDescription")},
      .errors = {kBackupNotFound},
      .handle = describe,
  });
}

Operation delete_backup() {
  return operation<DynamoDb, ArnInput, DescriptionOutput>({
      .name = "DeleteBackup",
      .action = "dynamodb:DeleteBackup",
      .resource = backup_arn,
      .input = {required<&ArnInput::arn>("BackupArn", kBackupArn)},
      .output = {required<&DescriptionOutput::description>("BackupDescription")},
      .errors = {kBackupNotFound, kBackupInUse, kLimitExceeded},
      .handle = remove,
  });
}

Operation list_backups() {
  return operation<DynamoDb, ListInput, ListOutput>({
      .name = "ListBackups",
      .action = "dynamodb:ListBackups",
      .input = {optional<&ListInput::table>("TableName", kTableName),
                optional<&ListInput::limit>("Limit", {.min = 1, .max = 100}),
                optional<&ListInput::from>("TimeRangeLowerBound"),
                optional<&ListInput::to>("TimeRangeUpperBound"),
                optional<&ListInput::start>("ExclusiveStartBackupArn", kBackupArn),
                optional<&ListInput::type>("BackupType",
                                           {.one_of = {"USER", "SYSTEM", "AWS_BACKUP", "ALL"}})},
      .output = {required<&ListOutput::summaries>("BackupSummaries"),
                 optional<&ListOutput::last>("LastEvaluatedBackupArn")},
      .errors = {kBackupNotFound},
      .handle = list,
  });
}

}  // namespace puddle::dynamodb
