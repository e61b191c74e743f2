// A table as DescribeTable shows it.
#include "services/dynamodb/dynamodb.hpp"

namespace puddle::dynamodb {
namespace {

using wire::Map;

constexpr std::int64_t kWarmRead = 12000, kWarmWrite = 4000;  // of a table that is billed on demand

std::int64_t units(const Map& of, const char* member) {
  const Value* throughput = of.find("ProvisionedThroughput");
  const Value* v = throughput ? throughput->find(member) : nullptr;
  return v && v->kind() == Value::Kind::integer ? v->integer() : 0;
}

/// What the table or index can take at once: what it was given, or what it has from its billing.
void add_warm(Map& out, bool on_demand, std::string_view status) {
  if (out.find("WarmThroughput")) return;
  out.add("WarmThroughput",
          Map{{"ReadUnitsPerSecond", Value(on_demand ? kWarmRead : units(out, "ReadCapacityUnits"))},
              {"WriteUnitsPerSecond", Value(on_demand ? kWarmWrite : units(out, "WriteCapacityUnits"))},
              {"Status", Value(status)}});
}

void show_indexes(Map& out, const Table& t, bool on_demand, bool created) {
  for (const bool global : {false, true}) {
    Value* list = out.find(global ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes");
    if (!list) continue;
    for (Value& shown : list->list()) {
      Map& m = shown.map();
      const std::string name(shown.text_or("IndexName"));
      const Index* index = t.find_index(name);
      m["IndexSizeBytes"] = index ? index->tree.bytes : 0;
      m["ItemCount"] = index ? index->tree.items : 0;
      m["IndexArn"] = t.arn + "/index/" + name;
      if (global && created) add_warm(m, on_demand, shown.text_or("IndexStatus"));
    }
  }
}

}  // namespace

Value DynamoDb::describe(const Table& t) const {
  Map out = t.definition.map();
  const Value* summary = out.find("BillingModeSummary");
  const bool on_demand = summary && summary->text_or("BillingMode") == "PAY_PER_REQUEST";
  const bool created = t.settings.status != "CREATING";
  if (summary) {  // the same once more, which no model knows of
    Map mode = summary->map();
    Value billing = std::move(mode["BillingMode"]);
    mode.erase("BillingMode");
    mode.add("TableThroughputMode", std::move(billing));
    out.add("TableThroughputModeSummary", std::move(mode));
  }
  out.add("TableName", t.name);
  out.add("TableStatus", t.settings.status);
  out.add("CreationDateTime", t.created);
  out.add("ItemCount", t.tree.items);
  out.add("TableSizeBytes", t.tree.bytes);
  out.add("TableArn", t.arn);
  out.add("TableId", t.uuid);
  show_indexes(out, t, on_demand, created);
  if (created) add_warm(out, on_demand, t.settings.status);
  if (t.stream)
    out.add("StreamSpecification", Map{{"StreamEnabled", true}, {"StreamViewType", Value(t.stream->view)}});
  if (!t.stream_arn.empty()) {
    out.add("LatestStreamLabel", t.stream_arn.substr(t.stream_arn.rfind('/') + 1));
    out.add("LatestStreamArn", t.stream_arn);
  }
  if (t.settings.status == "DELETING")
    for (const char* hidden : {"KeySchema", "AttributeDefinitions", "LocalSecondaryIndexes",
                               "GlobalSecondaryIndexes", "CreationDateTime"})
      out.erase(hidden);
  return Value(std::move(out));
}

}  // namespace puddle::dynamodb
