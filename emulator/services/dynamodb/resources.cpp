// CloudFormation: AWS::DynamoDB::Table.
#include "services/dynamodb/dynamodb.hpp"

namespace puddle::dynamodb {
namespace {

using wire::Map;

ClientCall call_of(const ResourceRequest& r, std::string operation, Map input) {
  ClientCall call;
  call.service = "dynamodb";
  call.operation = std::move(operation);
  call.input = std::move(input);
  call.principal = r.principal;
  call.account = r.account;
  call.region = r.region;
  return call;
}

Task<ResourceResult> create_table(ResourceRequest r) {
  Map input = r.properties.map();
  if (!input.find("TableName")) input.add("TableName", r.name_suffix);
  if (Value* stream = input.find("StreamSpecification"); stream && stream->is_map())
    stream->map()["StreamEnabled"] = true;
  ClientCall create = call_of(r, "CreateTable", std::move(input));
  Task<Value> creating = r.client->call(std::move(create));
  const Value created = co_await std::move(creating);
  const Value& description = *created.find("TableDescription");
  ResourceResult out;
  out.physical_id = description.text_or("TableName");
  out.attributes.add("Arn", description.text_or("TableArn"));
  if (const auto stream = description.text_or("LatestStreamArn"); !stream.empty())
    out.attributes.add("StreamArn", stream);
  co_return std::move(out);
}

Task<void> remove_table(ResourceRequest r) {
  try {
    Map input{{"TableName", Value(r.physical_id)}};
    ClientCall call = call_of(r, "DeleteTable", std::move(input));
    Task<Value> work = r.client->call(std::move(call));
    co_await std::move(work);
  } catch (const AwsError& e) {
    if (e.code() != kResourceNotFound.code) throw;
  }
}

}  // namespace

std::vector<ResourceType> DynamoDb::resource_types() const {
  ResourceType table{
      "AWS::DynamoDB::Table",
      {"TableName", "AttributeDefinitions", "KeySchema", "BillingMode", "ProvisionedThroughput",
       "StreamSpecification", "DeletionProtectionEnabled", "TableClass", "Tags"},
      {"KeySchema"},
      create_table,
      remove_table};
  return {std::move(table)};
}

}  // namespace puddle::dynamodb
