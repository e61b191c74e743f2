// PutItem.
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/item_shapes.hpp"

namespace puddle::dynamodb {
namespace {

struct Input : WriteInput {
  Value item;
};

WriteOutput handle(DynamoDb& db, const Call& call, const Input& in) {
  return checked([&] {
    check_parameters({{"Expected", in.expected.has_value()}},
                     {{"ConditionExpression", in.condition.has_value()}}, in.names, in.values);
    ItemWrite write;
    write.item = normal_item(in.item);
    check_return_values(in.returns);
    write.size = checked_item_size(write.item);
    write.condition = expected_test(in);
    if (in.condition) {
      Expressions expressions(db.expressions, in.names, in.values);
      write.condition = expressions.condition(in.condition, "ConditionExpression");
      expressions.check_unused();
    }
    return write_one(db, call, in, write);
  });
}

}  // namespace

Operation put_item() {
  return operation<DynamoDb, Input, WriteOutput>({
      .name = "PutItem",
      .action = "dynamodb:PutItem",
      .resource = [](DynamoDb&, const Call& c, const Input& in) { return table_arn(c, in.table); },
      .input = write_input({required<&Input::item>("Item")}),
      .output = write_output(),
      .errors = kWriteErrors,
      .handle = handle,
  });
}

}  // namespace puddle::dynamodb
