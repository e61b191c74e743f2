// GetItem.
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/item_shapes.hpp"
#include "services/dynamodb/operations/projecting.hpp"

namespace puddle::dynamodb {
namespace {

struct Input {
  std::string table;
  Value key, names;
  std::optional<std::vector<std::string>> attributes;
  std::optional<bool> consistent;
  std::optional<std::string> capacity, projection;
};

struct Output {
  Value item, capacity;
};

Output handle(DynamoDb& db, const Call& call, const Input& in) {
  return checked([&] {
    check_parameters({{"AttributesToGet", in.attributes.has_value()}},
                     {{"ProjectionExpression", in.projection.has_value()}}, in.names, {});
    const Value key = normal_item(in.key);
    const Projecting projecting(db.expressions, in.attributes, in.projection, in.names);
    const Table& table = db.require(call, in.table, true);
    const std::string encoded = key_of_key(key, table.keys);
    check_key_paths(projecting.paths(), table.keys, "Key");
    db.throttle.check_read(table, nullptr, call.now);
    Output out;
    std::int64_t size = 0;
    if (auto found = db.records.get(table.tree, encoded)) {
      size = found->size;
      out.item = projecting.view(std::move(*found));
    }
    Usage usage;
    usage.table = read_units(size, in.consistent.value_or(false));
    db.throttle.charge(table, usage, true, call.now);
    out.capacity = usage.describe(table, in.capacity);
    return out;
  });
}

}  // namespace

Operation get_item() {
  return operation<DynamoDb, Input, Output>({
      .name = "GetItem",
      .action = "dynamodb:GetItem",
      .resource = [](DynamoDb&, const Call& c, const Input& in) { return table_arn(c, in.table); },
      .input = {optional<&Input::capacity>("ReturnConsumedCapacity", kCapacity),
                required<&Input::table>("TableName", kTableName), required<&Input::key>("Key"),
                optional<&Input::attributes>("AttributesToGet", {.min = 1}),
                optional<&Input::consistent>("ConsistentRead"),
                optional<&Input::projection>("ProjectionExpression"),
                optional<&Input::names>("ExpressionAttributeNames")},
      .output = {optional<&Output::item>("Item"), optional<&Output::capacity>("ConsumedCapacity")},
      .errors = kReadErrors,
      .handle = handle,
  });
}

}  // namespace puddle::dynamodb
