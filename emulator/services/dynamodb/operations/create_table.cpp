// CreateTable. The table is CREATING until Settings::table_transition has passed (lifecycle.hpp).
#include "runtime/random.hpp"
#include "services/dynamodb/lifecycle.hpp"
#include "services/dynamodb/operations/definitions.hpp"
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/policies.hpp"
#include "services/dynamodb/operations/table_checks.hpp"

namespace puddle::dynamodb {
namespace {

using wire::List;
using wire::Map;

struct Input {
  std::optional<std::string> name;
  std::vector<AttributeDefinition> attributes;
  std::vector<KeyElement> keys;
  std::optional<std::string> billing, table_class, policy, global_source, replication;
  std::optional<Throughput> throughput;
  std::optional<StreamSpecification> stream;
  std::optional<bool> deletion_protection;
  std::vector<Tag> tags;
  std::optional<std::vector<LocalIndexInput>> local_indexes;
  std::optional<std::vector<GlobalIndexInput>> global_indexes;
  std::optional<Encryption> sse;
  std::optional<OnDemandThroughput> on_demand;
  std::optional<WarmThroughput> warm;

  bool per_request() const { return billing == "PAY_PER_REQUEST"; }
};

void check(const Input& in) {
  if (!in.name) throw kValidation("The parameter 'TableName' is required but was not present in the request");
  refuse(in.global_source.has_value(), "GlobalTableSourceArn");
  refuse(in.replication.has_value(), "GlobalTableSettingsReplicationMode");
  check_billing(in.billing, in.throughput);
  check_schema({in.attributes, in.keys, in.local_indexes, in.global_indexes, in.per_request()});
  if (in.stream) check_stream(*in.stream);
  check_encryption(in.sse);
  check_on_demand(in.on_demand, in.per_request());
  check_tags(in.tags);
  if (in.policy) check_policy(*in.policy);
}

Map definition_of(const Input& in, const Call& call) {
  Map out;
  out.add("AttributeDefinitions", attribute_list(in.attributes));
  out.add("KeySchema", key_list(in.keys));
  out.add("ProvisionedThroughput", throughput_of(in.throughput));
  if (in.per_request()) out.add("BillingModeSummary", Map{{"BillingMode", "PAY_PER_REQUEST"}});
  if (in.local_indexes) {
    List indexes;
    for (const LocalIndexInput& i : *in.local_indexes) indexes.emplace_back(local_index(i));
    out.add("LocalSecondaryIndexes", std::move(indexes));
  }
  if (in.global_indexes) {
    List indexes;
    for (const GlobalIndexInput& i : *in.global_indexes) indexes.emplace_back(global_index(i, "CREATING"));
    out.add("GlobalSecondaryIndexes", std::move(indexes));
  }
  if (Value sse = encryption_of(in.sse, call); !sse.is_null()) out.add("SSEDescription", std::move(sse));
  if (in.table_class) out.add("TableClassSummary", Map{{"TableClass", Value(*in.table_class)}});
  out.add("DeletionProtectionEnabled", in.deletion_protection.value_or(false));
  if (in.on_demand) out.add("OnDemandThroughput", on_demand_of(*in.on_demand));
  if (in.warm) {
    const bool free = in.per_request();
    out.add("WarmThroughput", warm_of(*in.warm, free ? 12000 : in.throughput->read,
                                      free ? 4000 : in.throughput->write, free, "table"));
  }
  return out;
}

DescriptionOutput handle(DynamoDb& db, const Call& call, const Input& in) {
  check(in);
  Value definition(definition_of(in, call));
  require_free(db, call, *in.name);
  auto table = new_table(db, call, *in.name, std::move(definition));
  for (const Tag& t : in.tags) table->settings.tags.emplace(t.key, t.value);
  if (in.policy) set_policy(table->settings, *in.policy, call.now);
  Table& placed = create(db, std::move(table), call.now);
  if (in.stream && in.stream->enabled) db.open_stream(placed, *in.stream->view, call.now);
  DescriptionOutput out{.description = db.describe(placed)};
  settle(db, placed, call.now);
  return out;
}

}  // namespace

Operation create_table() {
  return operation<DynamoDb, Input, DescriptionOutput>({
      .name = "CreateTable",
      .action = "dynamodb:CreateTable",
      .resource = [](DynamoDb&, const Call& c,
                     const Input& in) { return table_arn(c, in.name.value_or("")); },
      .input = {required<&Input::attributes>("AttributeDefinitions"),
                optional<&Input::name>("TableName", kNewTable),
                required<&Input::keys>("KeySchema", {.min = 1}),
                // Global ones first: that is the order of AWS's errors.
                optional<&Input::global_indexes>("GlobalSecondaryIndexes"),
                optional<&Input::local_indexes>("LocalSecondaryIndexes"),
                optional<&Input::billing>("BillingMode", {.one_of = {"PROVISIONED", "PAY_PER_REQUEST"}}),
                optional<&Input::throughput>("ProvisionedThroughput"),
                optional<&Input::stream>("StreamSpecification"), optional<&Input::sse>("SSESpecification"),
                optional<&Input::tags>("Tags"),
                optional<&Input::table_class>("TableClass",
                                              {.one_of = {"STANDARD", "STANDARD_INFREQUENT_ACCESS"}}),
                optional<&Input::deletion_protection>("DeletionProtectionEnabled"),
                optional<&Input::warm>("WarmThroughput"), optional<&Input::policy>("ResourcePolicy"),
                optional<&Input::on_demand>("OnDemandThroughput"),
                optional<&Input::global_source>("GlobalTableSourceArn", {.min = 1, .max = 1024}),
                optional<&Input::replication>("GlobalTableSettingsReplicationMode",
                                              {.one_of = {"ENABLED", "DISABLED", "ENABLED_WITH_OVERRIDES"}})},
      .output = {required<&DescriptionOutput::description>("TableDescription")},
      .errors = {kValidation, kResourceInUse, kLimitExceeded},
      .handle = handle,
  });
}

}  // namespace puddle::dynamodb
