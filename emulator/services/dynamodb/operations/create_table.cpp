// CreateTable. The table can be used at once; its state is CREATING in the answer and ACTIVE from then on.
#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "runtime/random.hpp"
#include "services/dynamodb/dynamodb.hpp"
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/table_shapes.hpp"

namespace puddle::dynamodb {
namespace {

using wire::List;
using wire::Map;

struct Input {
  std::string name;
  std::vector<AttributeDefinition> attributes;
  std::vector<KeyElement> keys;
  std::optional<std::string> billing, table_class, policy;
  std::optional<Throughput> throughput;
  std::optional<StreamSpecification> stream;
  std::optional<bool> deletion_protection;
  std::vector<Tag> tags;
  std::vector<Value> local_indexes, global_indexes;
  Value sse, on_demand, warm;
};

void check_keys(const Input& in) {
  if (in.keys.empty() || in.keys[0].type != "HASH")
    throw kValidation(
        "One or more parameter values were invalid: The first KeySchemaElement is not a HASH key type");
  if (in.keys.size() == 2 && in.keys[1].type != "RANGE")
    throw kValidation(
        "One or more parameter values were invalid: The second KeySchemaElement is not a RANGE key type");
  if (in.keys.size() == 2 && in.keys[0].name == in.keys[1].name)
    throw kValidation("Both the Hash Key and the Range Key element in the KeySchema have the same name");
  std::set<std::string> defined;
  std::string names;
  for (const AttributeDefinition& a : in.attributes) {
    if (!defined.insert(a.name).second)
      throw kValidation("Cannot have duplicate AttributeNames in AttributeDefinitions: " + a.name);
    names += (names.empty() ? "" : ", ") + a.name;
  }
  std::string keys;
  for (const KeyElement& k : in.keys) keys += (keys.empty() ? "" : ", ") + k.name;
  for (const KeyElement& k : in.keys)
    if (!defined.contains(k.name))
      throw kValidation(
          "One or more parameter values were invalid: Some index key attributes are not defined in "
          "AttributeDefinitions. Keys: [" +
          keys + "], AttributeDefinitions: [" + names + "]");
  if (defined.size() > in.keys.size())
    throw kValidation(
        "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match "
        "number "
        "of attributes defined in AttributeDefinitions");
}

void check(const Input& in) {
  refuse(!in.local_indexes.empty(), "LocalSecondaryIndexes");
  refuse(!in.global_indexes.empty(), "GlobalSecondaryIndexes");
  refuse(!in.sse.is_null(), "SSESpecification");
  refuse(!in.on_demand.is_null(), "OnDemandThroughput");
  refuse(!in.warm.is_null(), "WarmThroughput");
  refuse(in.policy.has_value(), "ResourcePolicy");
  check_billing(in.billing, in.throughput);
  check_keys(in);
  if (in.stream) check_stream(*in.stream);
}

Map definition_of(const Input& in, Time now) {
  Map out;
  List attributes, keys, tags;
  for (const AttributeDefinition& a : in.attributes)
    attributes.emplace_back(Map{{"AttributeName", Value(a.name)}, {"AttributeType", Value(a.type)}});
  for (const KeyElement& k : in.keys)
    keys.emplace_back(Map{{"AttributeName", Value(k.name)}, {"KeyType", Value(k.type)}});
  for (const Tag& t : in.tags) tags.emplace_back(Map{{"Key", Value(t.key)}, {"Value", Value(t.value)}});
  out.add("AttributeDefinitions", std::move(attributes));
  out.add("KeySchema", std::move(keys));
  set_billing(out, in.billing, in.throughput, now);
  if (in.table_class) out.add("TableClassSummary", Map{{"TableClass", Value(*in.table_class)}});
  out.add("DeletionProtectionEnabled", in.deletion_protection.value_or(false));
  if (!tags.empty()) out.add("Tags", std::move(tags));
  return out;
}

DescriptionOutput handle(DynamoDb& db, const Call& call, const Input& in) {
  check(in);
  if (db.find(call, in.name)) throw kResourceInUse("Table already exists: " + in.name);
  auto table = std::make_unique<Table>();
  table->id = db.next_id();
  table->account = call.account;
  table->region = call.region;
  table->name = in.name;
  table->uuid = uuid(db.deps.entropy);
  table->created = call.now;
  table->definition = Value(definition_of(in, call.now));
  table->prepare();
  db.records.create(*table);
  if (in.stream && in.stream->enabled) db.open_stream(*table, *in.stream->view, call.now);
  Table& placed = db.add(std::move(table));
  return {.description = db.describe(placed, "CREATING")};
}

}  // namespace

Operation create_table() {
  return operation<DynamoDb, Input, DescriptionOutput>({
      .name = "CreateTable",
      .action = "dynamodb:CreateTable",
      .resource =
          [](DynamoDb&, const Call& c, const Input& in) {
            return "arn:aws:dynamodb:" + c.region + ":" + c.account + ":table/" + in.name;
          },
      .input = {required<&Input::attributes>("AttributeDefinitions"),
                required<&Input::name>("TableName", {.min = 1, .max = 255, .pattern = "[a-zA-Z0-9_.-]+"}),
                required<&Input::keys>("KeySchema", {.min = 1, .max = 2}),
                optional<&Input::local_indexes>("LocalSecondaryIndexes"),
                optional<&Input::global_indexes>("GlobalSecondaryIndexes"),
                optional<&Input::billing>("BillingMode", {.one_of = {"PROVISIONED", "PAY_PER_REQUEST"}}),
                optional<&Input::throughput>("ProvisionedThroughput"),
                optional<&Input::stream>("StreamSpecification"), optional<&Input::sse>("SSESpecification"),
                optional<&Input::tags>("Tags"),
                optional<&Input::table_class>("TableClass",
                                              {.one_of = {"STANDARD", "STANDARD_INFREQUENT_ACCESS"}}),
                optional<&Input::deletion_protection>("DeletionProtectionEnabled"),
                optional<&Input::warm>("WarmThroughput"), optional<&Input::policy>("ResourcePolicy"),
                optional<&Input::on_demand>("OnDemandThroughput")},
      .output = {required<&DescriptionOutput::description>("TableDescription")},
      .errors = {kValidation, kResourceInUse},
      .handle = handle,
  });
}

}  // namespace puddle::dynamodb
