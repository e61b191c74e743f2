// UpdateTimeToLive, DescribeTimeToLive. Enabling builds the table's expiry index in steps (lifecycle.cpp).
#include "services/dynamodb/expiry.hpp"
#include "services/dynamodb/lifecycle.hpp"
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/table_shapes.hpp"

namespace puddle::dynamodb {
namespace {

using wire::Map;

struct Specification {
  bool enabled = false;
  std::string attribute;
  static Shape shape() {
    return {required<&Specification::enabled>("Enabled"),
            required<&Specification::attribute>("AttributeName", {.min = 1, .max = 255})};
  }
};

struct UpdateInput {
  std::string table;
  Specification specification;
};
struct UpdateOutput {
  Specification specification;
};

UpdateOutput update(DynamoDb& db, const Call& call, const UpdateInput& in) {
  Table& t = db.require(call, in.table);
  if (!t.settings.usable()) require_active(t);
  const TimeToLive& now = t.settings.ttl;
  if (in.specification.enabled) {
    if (now.active() && now.attribute != in.specification.attribute)
      throw kValidation("TimeToLive is active on a different AttributeName: current AttributeName is " +
                        now.attribute);
    if (now.active()) throw kValidation("TimeToLive is already enabled");
  } else {
    if (!now.active()) throw kValidation("TimeToLive is already disabled");
    if (now.attribute != in.specification.attribute)
      throw kValidation("TimeToLive is active on a different AttributeName: current AttributeName is " +
                        now.attribute);
  }
  if (now.changing())
    throw kValidation("Time to live has been modified multiple times within a fixed interval");
  TableSettings settings = t.settings;
  settings.ttl = {in.specification.enabled ? "ENABLING" : "DISABLING", in.specification.attribute};
  db.control.put_settings(t.id, settings);
  t.settings = std::move(settings);
  prepare_expiry(t);
  if (in.specification.enabled) db.records.add_index(t, *t.expiry, true);
  settle(db, t, call.now);
  return {.specification = in.specification};
}

Value describe_ttl(const Table& t) {
  Map out{{"TimeToLiveStatus", Value(t.settings.ttl.status)}};
  if (!t.settings.ttl.attribute.empty()) out.add("AttributeName", t.settings.ttl.attribute);
  return Value(std::move(out));
}

DescriptionOutput describe(DynamoDb& db, const Call& call, const NameInput& in) {
  return {.description = describe_ttl(db.require(call, in.name))};
}

}  // namespace

Operation update_time_to_live() {
  return operation<DynamoDb, UpdateInput, UpdateOutput>({
      .name = "UpdateTimeToLive",
      .action = "dynamodb:UpdateTimeToLive",
      .resource = [](DynamoDb&, const Call& c, const UpdateInput& in) { return table_arn(c, in.table); },
      .input = {required<&UpdateInput::table>("TableName", kTableName),
                required<&UpdateInput::specification>("TimeToLiveSpecification")},
      .output = {required<&UpdateOutput::specification>("TimeToLiveSpecification")},
      .errors = {kResourceNotFound, kResourceInUse, kLimitExceeded, kValidation},
      .handle = update,
  });
}

Operation describe_time_to_live() {
  return operation<DynamoDb, NameInput, DescriptionOutput>({
      .name = "DescribeTimeToLive",
      .action = "dynamodb:DescribeTimeToLive",
      .resource = [](DynamoDb&, const Call& c, const NameInput& in) { return table_arn(c, in.name); },
      .input = {required<&NameInput::name>("TableName", kTableName)},
      .output = {required<&DescriptionOutput::description>("TimeToLiveDescription")},
      .errors = {kResourceNotFound},
      .handle = describe,
  });
}

}  // namespace puddle::dynamodb
