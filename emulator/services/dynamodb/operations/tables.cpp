// DescribeTable, DeleteTable, ListTables, DescribeLimits, DescribeEndpoints.
#include "services/dynamodb/lifecycle.hpp"
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/table_shapes.hpp"

namespace puddle::dynamodb {

using wire::List;
using wire::Map;

namespace {

struct OptionalName {
  std::optional<std::string> name;
};

const std::string& given(const OptionalName& in) {
  if (!in.name) throw kValidation("The parameter 'TableName' is required but was not present in the request");
  return *in.name;
}

std::string arn_of(DynamoDb&, const Call& c, const OptionalName& in) {
  return table_arn(c, in.name.value_or(""));
}

DescriptionOutput describe(DynamoDb& db, const Call& call, const OptionalName& in) {
  return {.description = db.describe(db.require(call, given(in)))};
}

DescriptionOutput drop(DynamoDb& db, const Call& call, const OptionalName& in) {
  Table& table = db.require(call, given(in));
  require_active(table);
  if (table.flag("DeletionProtectionEnabled"))
    throw kValidation(
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion "
        "protection first.");
  require_unread(db, table);
  db.close_stream(table, call.now);
  TableSettings settings = table.settings;
  settings.status = "DELETING";
  db.control.put_settings(table.id, settings);
  table.settings = std::move(settings);
  DescriptionOutput out{.description = db.describe(table)};
  settle(db, table, call.now);
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

struct LimitsOutput {
  std::int64_t account_read = 80000, account_write = 80000, table_read = 40000, table_write = 40000;
};

LimitsOutput limits(DynamoDb&, const Call&, const Empty&) { return {}; }

struct Endpoint {
  std::string address;
  std::int64_t minutes = 1440;
  static Shape shape() {
    return {required<&Endpoint::address>("Address"), required<&Endpoint::minutes>("CachePeriodInMinutes")};
  }
};
struct EndpointsOutput {
  std::vector<Endpoint> endpoints;
};

/// The daemon itself: clients that ask for endpoints stay here.
EndpointsOutput endpoints(DynamoDb&, const Call& call, const Empty&) {
  std::string address = call.endpoint;
  if (const auto scheme = address.find("://"); scheme != std::string::npos) address.erase(0, scheme + 3);
  return {.endpoints = {{address, 1440}}};
}

}  // namespace

Operation describe_table() {
  return operation<DynamoDb, OptionalName, DescriptionOutput>({
      .name = "DescribeTable",
      .action = "dynamodb:DescribeTable",
      .resource = arn_of,
      .input = {optional<&OptionalName::name>("TableName", kTableName)},
      .output = {required<&DescriptionOutput::description>("Table")},
      .errors = {kResourceNotFound},
      .handle = describe,
  });
}

Operation delete_table() {
  return operation<DynamoDb, OptionalName, DescriptionOutput>({
      .name = "DeleteTable",
      .action = "dynamodb:DeleteTable",
      .resource = arn_of,
      .input = {optional<&OptionalName::name>("TableName", kTableName)},
      .output = {required<&DescriptionOutput::description>("TableDescription")},
      .errors = {kResourceNotFound, kResourceInUse, kLimitExceeded, kValidation},
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

Operation describe_limits() {
  return operation<DynamoDb, Empty, LimitsOutput>({
      .name = "DescribeLimits",
      .action = "dynamodb:DescribeLimits",
      .output = {required<&LimitsOutput::account_read>("AccountMaxReadCapacityUnits"),
                 required<&LimitsOutput::account_write>("AccountMaxWriteCapacityUnits"),
                 required<&LimitsOutput::table_read>("TableMaxReadCapacityUnits"),
                 required<&LimitsOutput::table_write>("TableMaxWriteCapacityUnits")},
      .handle = limits,
  });
}

Operation describe_endpoints() {
  return operation<DynamoDb, Empty, EndpointsOutput>({
      .name = "DescribeEndpoints",
      .action = "dynamodb:DescribeEndpoints",
      .output = {required<&EndpointsOutput::endpoints>("Endpoints")},
      .handle = endpoints,
  });
}

}  // namespace puddle::dynamodb
