// DescribeTable, DeleteTable, ListTables, UpdateTable, and what the table operations share.
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/table_shapes.hpp"

namespace puddle::dynamodb {

using wire::Map;

void check_billing(const std::optional<std::string>& billing, const std::optional<Throughput>& throughput) {
  if (billing.value_or("PROVISIONED") == "PROVISIONED" && !throughput)
    throw kValidation(
        "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be "
        "specified "
        "when BillingMode is PROVISIONED");
  if (billing == "PAY_PER_REQUEST" && throughput)
    throw kValidation(
        "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be "
        "specified when BillingMode is PAY_PER_REQUEST");
}

void set_billing(Map& definition, const std::optional<std::string>& billing,
                 const std::optional<Throughput>& throughput, Time now) {
  definition["ProvisionedThroughput"] =
      Map{{"NumberOfDecreasesToday", 0},
          {"ReadCapacityUnits", Value(throughput ? throughput->read : 0)},
          {"WriteCapacityUnits", Value(throughput ? throughput->write : 0)}};
  if (billing == "PAY_PER_REQUEST")
    definition["BillingModeSummary"] =
        Map{{"BillingMode", "PAY_PER_REQUEST"}, {"LastUpdateToPayPerRequestDateTime", Value(now)}};
  else if (definition.find("BillingModeSummary"))
    definition["BillingModeSummary"] = Map{{"BillingMode", "PROVISIONED"}};
}

void check_stream(const StreamSpecification& stream) {
  if (stream.enabled && !stream.view)
    throw kValidation(
        "One or more parameter values were invalid: StreamViewType must be specified when StreamEnabled is "
        "true");
  if (!stream.enabled && stream.view)
    throw kValidation(
        "One or more parameter values were invalid: StreamViewType cannot be specified when StreamEnabled is "
        "false");
}

namespace {

struct NameInput {
  std::string name;
};
const wire::Traits kName{.min = 1, .max = 1024};

std::string arn_of(DynamoDb&, const Call& c, const NameInput& in) {
  return in.name.starts_with("arn:") ? in.name
                                     : "arn:aws:dynamodb:" + c.region + ":" + c.account + ":table/" + in.name;
}

DescriptionOutput describe(DynamoDb& db, const Call& call, const NameInput& in) {
  return {.description = db.describe(db.require(call, in.name), "ACTIVE")};
}

DescriptionOutput drop(DynamoDb& db, const Call& call, const NameInput& in) {
  Table& table = db.require(call, in.name);
  if (table.flag("DeletionProtectionEnabled"))
    throw kValidation(
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion "
        "protection first.");
  DescriptionOutput out{.description = db.describe(table, "DELETING")};
  db.drop(table, call.now);
  return out;
}

struct ListInput {
  std::optional<std::string> start;
  std::optional<int> limit;
};

struct ListOutput {
  std::vector<std::string> names;
  std::optional<std::string> last;
};

ListOutput list(DynamoDb& db, const Call& call, const ListInput& in) {
  const auto limit = static_cast<std::size_t>(in.limit.value_or(100));
  ListOutput out;
  for (const Table* t : db.in(call)) {
    if (in.start && t->name <= *in.start) continue;
    if (out.names.size() == limit) {
      out.last = out.names.back();
      break;
    }
    out.names.push_back(t->name);
  }
  return out;
}

struct UpdateInput {
  std::string name;
  std::vector<AttributeDefinition> attributes;
  std::optional<std::string> billing, table_class;
  std::optional<Throughput> throughput;
  std::optional<StreamSpecification> stream;
  std::optional<bool> deletion_protection;
  std::vector<Value> global_indexes, replicas;
  Value sse, on_demand, warm;
};

void update_stream(DynamoDb& db, Table& table, const StreamSpecification& stream, Time now) {
  check_stream(stream);
  if (stream.enabled) {
    if (table.stream) throw kValidation("Table already has an enabled stream: TableName: " + table.name);
    db.open_stream(table, *stream.view, now);
  } else {
    if (!table.stream) throw kValidation("Table has no stream to disable: TableName: " + table.name);
    db.close_stream(table, now);
    db.records.update(table);
  }
}

DescriptionOutput update(DynamoDb& db, const Call& call, const UpdateInput& in) {
  refuse(!in.global_indexes.empty(), "GlobalSecondaryIndexUpdates");
  refuse(!in.replicas.empty(), "ReplicaUpdates");
  refuse(!in.sse.is_null(), "SSESpecification");
  refuse(!in.on_demand.is_null(), "OnDemandThroughput");
  refuse(!in.warm.is_null(), "WarmThroughput");
  Table& table = db.require(call, in.name);
  if (!in.billing && !in.throughput && !in.stream && !in.table_class && !in.deletion_protection)
    throw kValidation(
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
        "GlobalSecondaryIndexUpdates or "
        "SSESpecification or ReplicaUpdates is required");
  Value before = table.definition;
  Map& definition = table.definition.map();
  try {
    if (in.billing || in.throughput) {
      const Value* summary = definition.find("BillingModeSummary");
      const std::string current = summary ? std::string(summary->text_or("BillingMode")) : "PROVISIONED";
      check_billing(in.billing ? in.billing : current, in.throughput);
      set_billing(definition, in.billing ? in.billing : current, in.throughput, call.now);
    }
    if (in.table_class) definition["TableClassSummary"] = Map{{"TableClass", Value(*in.table_class)}};
    if (in.deletion_protection) definition["DeletionProtectionEnabled"] = *in.deletion_protection;
    db.records.update(table);
    if (in.stream) update_stream(db, table, *in.stream, call.now);
  } catch (...) {
    table.definition = std::move(before);
    throw;
  }
  return {.description = db.describe(table, "UPDATING")};
}

}  // namespace

Operation describe_table() {
  return operation<DynamoDb, NameInput, DescriptionOutput>({
      .name = "DescribeTable",
      .action = "dynamodb:DescribeTable",
      .resource = arn_of,
      .input = {required<&NameInput::name>("TableName", kName)},
      .output = {required<&DescriptionOutput::description>("Table")},
      .errors = {kResourceNotFound},
      .handle = describe,
  });
}

Operation delete_table() {
  return operation<DynamoDb, NameInput, DescriptionOutput>({
      .name = "DeleteTable",
      .action = "dynamodb:DeleteTable",
      .resource = arn_of,
      .input = {required<&NameInput::name>("TableName", kName)},
      .output = {required<&DescriptionOutput::description>("TableDescription")},
      .errors = {kResourceNotFound, kValidation},
      .handle = drop,
  });
}

Operation list_tables() {
  return operation<DynamoDb, ListInput, ListOutput>({
      .name = "ListTables",
      .action = "dynamodb:ListTables",
      .input = {optional<&ListInput::start>("ExclusiveStartTableName",
                                            {.min = 3, .max = 255, .pattern = "[a-zA-Z0-9_.-]+"}),
                optional<&ListInput::limit>("Limit", {.min = 1, .max = 100})},
      .output = {required<&ListOutput::names>("TableNames"),
                 optional<&ListOutput::last>("LastEvaluatedTableName")},
      .handle = list,
  });
}

Operation update_table() {
  return operation<DynamoDb, UpdateInput, DescriptionOutput>({
      .name = "UpdateTable",
      .action = "dynamodb:UpdateTable",
      .resource = [](DynamoDb& db, const Call& c,
                     const UpdateInput& in) { return arn_of(db, c, NameInput{in.name}); },
      .input = {optional<&UpdateInput::attributes>("AttributeDefinitions"),
                required<&UpdateInput::name>("TableName", kName),
                optional<&UpdateInput::billing>("BillingMode",
                                                {.one_of = {"PROVISIONED", "PAY_PER_REQUEST"}}),
                optional<&UpdateInput::throughput>("ProvisionedThroughput"),
                optional<&UpdateInput::global_indexes>("GlobalSecondaryIndexUpdates"),
                optional<&UpdateInput::stream>("StreamSpecification"),
                optional<&UpdateInput::sse>("SSESpecification"),
                optional<&UpdateInput::replicas>("ReplicaUpdates"),
                optional<&UpdateInput::table_class>("TableClass",
                                                    {.one_of = {"STANDARD", "STANDARD_INFREQUENT_ACCESS"}}),
                optional<&UpdateInput::deletion_protection>("DeletionProtectionEnabled"),
                optional<&UpdateInput::on_demand>("OnDemandThroughput"),
                optional<&UpdateInput::warm>("WarmThroughput")},
      .output = {required<&DescriptionOutput::description>("TableDescription")},
      .errors = {kResourceNotFound, kValidation},
      .handle = update,
  });
}

}  // namespace puddle::dynamodb
