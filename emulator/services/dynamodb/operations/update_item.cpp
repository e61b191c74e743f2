// UpdateItem.
#include "services/dynamodb/items/attribute_updates.hpp"
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/item_shapes.hpp"

namespace puddle::dynamodb {
namespace {

struct Input : WriteInput {
  Value key;
  std::optional<std::string> update;
  std::optional<std::map<std::string, AttributeUpdate>> updates;
};

void use_attribute_updates(ItemWrite& write, const Input& in) {
  if (!in.updates) return;
  auto updates = std::make_shared<const AttributeUpdates>(*in.updates);
  write.change = [updates](wire::Map& item) { updates->apply(item); };
  write.literal = [updates](std::string_view attribute) { return updates->literal(attribute); };
  write.uses = [updates](std::string_view attribute) { return updates->uses(attribute); };
  write.paths = updates->paths();
  write.creates = updates->creates();
}

WriteOutput handle(DynamoDb& db, const Call& call, const Input& in) {
  return checked([&] {
    check_parameters(
        {{"AttributeUpdates", in.updates.has_value()}, {"Expected", in.expected.has_value()}},
        {{"UpdateExpression", in.update.has_value()}, {"ConditionExpression", in.condition.has_value()}},
        in.names, in.values);
    ItemWrite write;
    write.kind = ItemWrite::Kind::update;
    write.item = normal_item(in.key);
    use_attribute_updates(write, in);
    write.condition = expected_test(in);
    if (in.update || in.condition) {
      Expressions expressions(db.expressions, in.names, in.values);
      use_update(write, expressions, in.update);
      if (in.condition) write.condition = expressions.condition(in.condition, "ConditionExpression");
      expressions.check_unused();
    }
    return write_one(db, call, in, write);
  });
}

}  // namespace

Operation update_item() {
  return operation<DynamoDb, Input, WriteOutput>({
      .name = "UpdateItem",
      .action = "dynamodb:UpdateItem",
      .resource = [](DynamoDb&, const Call& c, const Input& in) { return table_arn(c, in.table); },
      .input = write_input({required<&Input::key>("Key"), optional<&Input::updates>("AttributeUpdates"),
                            optional<&Input::update>("UpdateExpression")}),
      .output = write_output(),
      .errors = kWriteErrors,
      .handle = handle,
  });
}

}  // namespace puddle::dynamodb
