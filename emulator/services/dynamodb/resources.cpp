// CloudFormation: AWS::DynamoDB::Table.
#include <algorithm>

#include "aws/resource_call.hpp"
#include "runtime/signal.hpp"
#include "services/dynamodb/dynamodb.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

using wire::Map;

constexpr Duration kPoll = std::chrono::milliseconds(20);
constexpr int kMostPolls = 3000;

Task<Value> send(ResourceRequest r, std::string operation, Map input) {
  ClientCall call = resource_call(r, "dynamodb", std::move(operation), std::move(input));
  Task<Value> work = r.client->call(std::move(call));
  Value out = co_await std::move(work);
  co_return std::move(out);
}

/// The table's description once it has the status; null once it is gone.
Task<Value> settled(ResourceRequest r, std::string name, std::string status) {
  for (int i = 0; i < kMostPolls; ++i) {
    Value table;
    try {
      Map input{{"TableName", Value(name)}};
      Task<Value> describing = send(r, "DescribeTable", std::move(input));
      const Value described = co_await std::move(describing);
      table = *described.find("Table");
    } catch (const AwsError& e) {
      if (e.code() != kResourceNotFound.code) throw;
      co_return Value();
    }
    if (table.text_or("TableStatus") == status) co_return std::move(table);
    const Time next = r.loop->now() + kPoll;
    Sleep nap(*r.loop, next);
    co_await nap;
  }
  throw AwsError("NotStabilized", "Table " + name + " did not become " + status, 400);
}

/// A member of an index that CreateTable would ignore is not: ContributorInsightsSpecification is one.
void check_indexes(const Map& input, const char* kind) {
  static constexpr std::string_view kKnown[] = {"IndexName",          "KeySchema",
                                                "Projection",         "ProvisionedThroughput",
                                                "OnDemandThroughput", "WarmThroughput"};
  const Value* indexes = input.find(kind);
  if (!indexes || !indexes->is_list()) return;
  for (const Value& index : indexes->list()) {
    if (!index.is_map()) continue;
    for (const auto& member : index.map())
      refuse(std::find(std::begin(kKnown), std::end(kKnown), member.first) == std::end(kKnown),
             member.first.c_str());
  }
}

/// CreateTable's input: members that CloudFormation names differently, and those that are calls of their own.
Map create_input(const ResourceRequest& r) {
  Map input = r.properties.map();
  for (const char* other : {"TimeToLiveSpecification", "PointInTimeRecoverySpecification", "ResourcePolicy"})
    input.erase(other);
  check_indexes(input, "GlobalSecondaryIndexes");
  check_indexes(input, "LocalSecondaryIndexes");
  if (!input.find("TableName")) input.add("TableName", r.name_suffix);
  if (Value* stream = input.find("StreamSpecification"); stream && stream->is_map()) {
    stream->map().erase("ResourcePolicy");
    stream->map()["StreamEnabled"] = true;
  }
  if (Value* sse = input.find("SSESpecification"); sse && sse->is_map())
    if (Value* enabled = sse->map().find("SSEEnabled")) {
      Value on = *enabled;
      sse->map().erase("SSEEnabled");
      sse->map()["Enabled"] = std::move(on);
    }
  if (const Value* policy = r.properties.find("ResourcePolicy"))
    if (const Value* document = policy->find("PolicyDocument"))
      input.add("ResourcePolicy", document->is_text() ? *document : Value(wire::to_json(*document)));
  return input;
}

/// Time to live and point-in-time recovery, of a table that is ACTIVE.
Task<void> set_extras(ResourceRequest r, std::string name) {
  const Value* ttl = r.properties.find("TimeToLiveSpecification");
  const Value* enabled = ttl ? ttl->find("Enabled") : nullptr;
  if (enabled && enabled->kind() == Value::Kind::boolean && enabled->boolean()) {
    Map input{{"TableName", Value(name)}, {"TimeToLiveSpecification", *ttl}};
    Task<Value> work = send(r, "UpdateTimeToLive", std::move(input));
    co_await std::move(work);
  }
  if (const Value* recovery = r.properties.find("PointInTimeRecoverySpecification")) {
    Map input{{"TableName", Value(name)}, {"PointInTimeRecoverySpecification", *recovery}};
    Task<Value> work = send(r, "UpdateContinuousBackups", std::move(input));
    co_await std::move(work);
  }
}

Task<ResourceResult> create_table(ResourceRequest r) {
  Map input = create_input(r);
  const std::string name = input.find("TableName")->text();
  Task<Value> creating = send(r, "CreateTable", std::move(input));
  co_await std::move(creating);
  Task<Value> waiting = settled(r, name, "ACTIVE");
  const Value description = co_await std::move(waiting);
  Task<void> extras = set_extras(r, name);
  co_await std::move(extras);
  ResourceResult out;
  out.physical_id = name;
  out.attributes.add("Arn", description.text_or("TableArn"));
  out.attributes.add("TableId", description.text_or("TableId"));
  if (const auto stream = description.text_or("LatestStreamArn"); !stream.empty())
    out.attributes.add("StreamArn", stream);
  co_return std::move(out);
}

Task<void> remove_table(ResourceRequest r) {
  bool gone = false;
  try {
    Map input{{"TableName", Value(r.physical_id)}};
    ClientCall call = resource_call(r, "dynamodb", "DeleteTable", std::move(input));
    Task<Value> work = r.client->call(std::move(call));
    co_await std::move(work);
  } catch (const AwsError& e) {
    if (e.code() != kResourceNotFound.code) throw;
    gone = true;
  }
  if (gone) co_return;
  Task<Value> waiting = settled(r, r.physical_id, "");  // until it is not found
  co_await std::move(waiting);
}

}  // namespace

std::vector<ResourceType> DynamoDb::resource_types() const {
  ResourceType table{
      "AWS::DynamoDB::Table",
      {"TableName", "AttributeDefinitions", "KeySchema", "BillingMode", "ProvisionedThroughput",
       "StreamSpecification", "DeletionProtectionEnabled", "TableClass", "Tags", "LocalSecondaryIndexes",
       "GlobalSecondaryIndexes", "SSESpecification", "OnDemandThroughput", "WarmThroughput", "ResourcePolicy",
       "TimeToLiveSpecification", "PointInTimeRecoverySpecification"},
      {"KeySchema"},
      create_table,
      remove_table};
  return {std::move(table)};
}

}  // namespace puddle::dynamodb
