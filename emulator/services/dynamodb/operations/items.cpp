// PutItem, GetItem and DeleteItem by key. Expressions and the legacy conditions are refused by name.
#include "services/dynamodb/dynamodb.hpp"
#include "services/dynamodb/items/capacity.hpp"
#include "services/dynamodb/operations/factories.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

using wire::Map;

/// What the three have in common.
struct Common {
  std::string table;
  std::optional<std::string> capacity, collection_metrics, returns, condition, returns_on_failure,
      conditional_operator;
  Value expected, names, values;
};

const wire::Traits kTable{.min = 1, .max = 1024};
const wire::Traits kCapacity{.one_of = {"INDEXES", "TOTAL", "NONE"}};
const wire::Traits kMetrics{.one_of = {"SIZE", "NONE"}};
const wire::Traits kReturns{.one_of = {"NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"}};

void refuse_conditions(const Common& in) {
  refuse(in.condition.has_value(), "ConditionExpression");
  refuse(!in.expected.is_null(), "Expected");
  refuse(in.conditional_operator.has_value(), "ConditionalOperator");
  if (!in.names.is_null())
    throw kValidation("ExpressionAttributeNames can only be specified when using expressions");
  if (!in.values.is_null())
    throw kValidation(
        "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is "
        "null");
  if (in.returns && *in.returns != "NONE" && *in.returns != "ALL_OLD")
    throw kValidation("ReturnValues can only be ALL_OLD or NONE");
}

struct WriteOutput {
  Value attributes, capacity;
};

WriteOutput written(const Table& table, const Common& in, const std::optional<StoredItem>& old,
                    std::int64_t size) {
  WriteOutput out;
  if (old && in.returns == "ALL_OLD") out.attributes = Value(wire::Raw{old->json});
  Usage usage;
  usage.table = write_units(std::max(size, old ? old->size : 0));
  out.capacity = usage.describe(table, in.capacity);
  return out;
}

struct PutInput : Common {
  Value item;
};

WriteOutput put(DynamoDb& db, const Call& call, const PutInput& in) {
  refuse_conditions(in);
  Value item = in.item;
  return checked([&] {
    normalise_item(item);
    Table& table = db.require(call, in.table, true);
    const std::string key = key_of_item(item, table.keys);
    if (size_of_item(item) > kMaxItemBytes)
      throw kValidation("Item size has exceeded the maximum allowed size");
    const auto old = db.records.get(table.tree, key);
    db.write(table, key, &item, old, call.now);
    return written(table, in, old, in.capacity ? static_cast<std::int64_t>(size_of_item(item)) : 0);
  });
}

struct KeyInput : Common {
  Value key;
};

WriteOutput remove(DynamoDb& db, const Call& call, const KeyInput& in) {
  refuse_conditions(in);
  Value key_value = in.key;
  return checked([&] {
    normalise_item(key_value);
    Table& table = db.require(call, in.table, true);
    const std::string key = key_of_key(key_value, table.keys);
    const auto old = db.records.get(table.tree, key);
    db.write(table, key, nullptr, old, call.now);
    return written(table, in, old, 0);
  });
}

struct GetInput {
  std::string table;
  Value key, attributes, names;
  std::optional<bool> consistent;
  std::optional<std::string> capacity, projection;
};

struct GetOutput {
  Value item, capacity;
};

GetOutput get(DynamoDb& db, const Call& call, const GetInput& in) {
  refuse(in.projection.has_value(), "ProjectionExpression");
  refuse(!in.attributes.is_null(), "AttributesToGet");
  if (!in.names.is_null())
    throw kValidation("ExpressionAttributeNames can only be specified when using expressions");
  Value key_value = in.key;
  return checked([&] {
    normalise_item(key_value);
    const Table& table = db.require(call, in.table, true);
    GetOutput out;
    std::int64_t size = 0;
    if (auto found = db.records.get(table.tree, key_of_key(key_value, table.keys))) {
      size = found->size;
      out.item = Value(wire::Raw{std::move(found->json)});
    }
    Usage usage;
    usage.table = read_units(size, in.consistent.value_or(false));
    out.capacity = usage.describe(table, in.capacity);
    return out;
  });
}

std::string arn_of(const Call& c, const std::string& table) {
  return table.starts_with("arn:") ? table
                                   : "arn:aws:dynamodb:" + c.region + ":" + c.account + ":table/" + table;
}

}  // namespace

Operation put_item() {
  return operation<DynamoDb, PutInput, WriteOutput>({
      .name = "PutItem",
      .action = "dynamodb:PutItem",
      .resource = [](DynamoDb&, const Call& c, const PutInput& in) { return arn_of(c, in.table); },
      .input = {required<&Common::table>("TableName", kTable), required<&PutInput::item>("Item"),
                optional<&Common::expected>("Expected"), optional<&Common::returns>("ReturnValues", kReturns),
                optional<&Common::capacity>("ReturnConsumedCapacity", kCapacity),
                optional<&Common::collection_metrics>("ReturnItemCollectionMetrics", kMetrics),
                optional<&Common::conditional_operator>("ConditionalOperator", {.one_of = {"AND", "OR"}}),
                optional<&Common::condition>("ConditionExpression"),
                optional<&Common::names>("ExpressionAttributeNames"),
                optional<&Common::values>("ExpressionAttributeValues"),
                optional<&Common::returns_on_failure>("ReturnValuesOnConditionCheckFailure",
                                                      {.one_of = {"ALL_OLD", "NONE"}})},
      .output = {optional<&WriteOutput::attributes>("Attributes"),
                 optional<&WriteOutput::capacity>("ConsumedCapacity")},
      .errors = {kValidation, kSerialization, kResourceNotFound},
      .handle = put,
  });
}

Operation delete_item() {
  return operation<DynamoDb, KeyInput, WriteOutput>({
      .name = "DeleteItem",
      .action = "dynamodb:DeleteItem",
      .resource = [](DynamoDb&, const Call& c, const KeyInput& in) { return arn_of(c, in.table); },
      .input = {required<&Common::table>("TableName", kTable), required<&KeyInput::key>("Key"),
                optional<&Common::expected>("Expected"),
                optional<&Common::conditional_operator>("ConditionalOperator", {.one_of = {"AND", "OR"}}),
                optional<&Common::returns>("ReturnValues", kReturns),
                optional<&Common::capacity>("ReturnConsumedCapacity", kCapacity),
                optional<&Common::collection_metrics>("ReturnItemCollectionMetrics", kMetrics),
                optional<&Common::condition>("ConditionExpression"),
                optional<&Common::names>("ExpressionAttributeNames"),
                optional<&Common::values>("ExpressionAttributeValues"),
                optional<&Common::returns_on_failure>("ReturnValuesOnConditionCheckFailure",
                                                      {.one_of = {"ALL_OLD", "NONE"}})},
      .output = {optional<&WriteOutput::attributes>("Attributes"),
                 optional<&WriteOutput::capacity>("ConsumedCapacity")},
      .errors = {kValidation, kSerialization, kResourceNotFound},
      .handle = remove,
  });
}

Operation get_item() {
  return operation<DynamoDb, GetInput, GetOutput>({
      .name = "GetItem",
      .action = "dynamodb:GetItem",
      .resource = [](DynamoDb&, const Call& c, const GetInput& in) { return arn_of(c, in.table); },
      .input = {required<&GetInput::table>("TableName", kTable), required<&GetInput::key>("Key"),
                optional<&GetInput::attributes>("AttributesToGet"),
                optional<&GetInput::consistent>("ConsistentRead"),
                optional<&GetInput::capacity>("ReturnConsumedCapacity", kCapacity),
                optional<&GetInput::projection>("ProjectionExpression"),
                optional<&GetInput::names>("ExpressionAttributeNames")},
      .output = {optional<&GetOutput::item>("Item"), optional<&GetOutput::capacity>("ConsumedCapacity")},
      .errors = {kValidation, kSerialization, kResourceNotFound},
      .handle = get,
  });
}

}  // namespace puddle::dynamodb
