#include "services/dynamodb/operations/item_shapes.hpp"

#include <algorithm>

namespace puddle::dynamodb {

Shape write_input(std::vector<wire::Field> own) {
  std::vector<wire::Field> all{
      optional<&WriteInput::capacity>("ReturnConsumedCapacity", kCapacity),
      required<&WriteInput::table>("TableName", kTableName),
      optional<&WriteInput::metrics>("ReturnItemCollectionMetrics", kMetrics),
      optional<&WriteInput::conditional_operator>("ConditionalOperator", kConditionalOperator),
      optional<&WriteInput::returns>("ReturnValues", kReturnValues)};
  for (wire::Field& field : own) all.push_back(std::move(field));
  for (wire::Field field :
       {optional<&WriteInput::expected>("Expected"), optional<&WriteInput::condition>("ConditionExpression"),
        optional<&WriteInput::names>("ExpressionAttributeNames"),
        optional<&WriteInput::values>("ExpressionAttributeValues"),
        optional<&WriteInput::returns_on_failure>("ReturnValuesOnConditionCheckFailure", kReturnsOnFailure)})
    all.push_back(std::move(field));
  return Shape(std::move(all));
}

Shape write_output() {
  return {optional<&WriteOutput::attributes>("Attributes"),
          optional<&WriteOutput::capacity>("ConsumedCapacity"),
          optional<&WriteOutput::metrics>("ItemCollectionMetrics")};
}

Value normal_item(const Value& given) {
  Value item = given;
  normalise_item(item);
  return item;
}

std::int64_t checked_item_size(const Value& item) {
  const std::size_t size = size_of_item(item);
  if (size > kMaxItemBytes) throw ItemError{"Item size has exceeded the maximum allowed size"};
  return static_cast<std::int64_t>(size);
}

void check_return_values(const std::optional<std::string>& returns) {
  if (returns && *returns != "NONE" && *returns != "ALL_OLD")
    throw ItemError{"ReturnValues can only be ALL_OLD or NONE"};
}

ItemTest expected_test(const WriteInput& in) {
  check_conditional_operator(in.conditional_operator, in.expected && !in.expected->empty());
  if (!in.expected || in.expected->empty()) return {};
  auto conditions = std::make_shared<const Conditions>(*in.expected, in.conditional_operator);
  return [conditions](const wire::Map& item) { return conditions->holds(item); };
}

Usage usage_of(const Written& w) {
  Usage out;
  out.table = write_units(std::max(w.old_size, w.new_size));
  for (const auto& index : w.indexes) out.indexes[index.index] += index.units;
  return out;
}

AwsError condition_failed(const ItemWrite& write, const std::optional<std::string>& returns_on_failure) {
  wire::Map members;
  const std::string message = "The conditional request failed";
  if (returns_on_failure == "ALL_OLD" && write.old()) {
    members.add("Item", wire::Raw{write.old()->json});
    members.add("Message", message);  // capital beside an item, as the service writes it
  }
  return kConditionalCheckFailed(message, std::move(members));
}

void use_update(ItemWrite& write, Expressions& expressions, const std::optional<std::string>& text) {
  const auto update = expressions.update(text);
  if (!update) return;
  write.change = [update, alive = expressions.placeholders()](wire::Map& item) { update->apply(item); };
  write.literal = [update](std::string_view attribute) { return update->literal(attribute); };
  write.uses = [update](std::string_view attribute) { return update->uses(attribute); };
  write.paths = update->paths();
  write.creates = update->creates();
}

WriteOutput write_one(DynamoDb& db, const Call& call, const WriteInput& in, ItemWrite& write) {
  write.bind(db.require(call, in.table, true));
  db.throttle.check_write(*write.table(), call.now);
  if (!write.decide(db.records)) {  // which is paid for, too
    Usage failed;
    failed.table = write_units(write.old() ? write.old()->size : 0);
    db.throttle.charge(*write.table(), failed, false, call.now);
    throw condition_failed(write, in.returns_on_failure);
  }
  WriteOutput out;
  out.attributes = write.returned(in.returns);
  Writer writer(db, call.now);
  writer.alone();
  const Written written = write.apply(writer);
  writer.finish();
  const Usage usage = usage_of(written);
  db.throttle.charge(*write.table(), usage, false, call.now);
  out.capacity = usage.describe(*write.table(), in.capacity);
  out.metrics = collection_metrics(write, in.metrics);
  return out;
}

}  // namespace puddle::dynamodb
