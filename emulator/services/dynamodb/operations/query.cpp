// Query: one partition of a table or index.
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/key_condition.hpp"
#include "services/dynamodb/operations/reading.hpp"

namespace puddle::dynamodb {
namespace {

/// An index has up to four hash and four range attributes.
constexpr std::size_t kMostConditions = 8;

struct Input : ReadInput {
  std::optional<std::string> key_expression;
  std::optional<ConditionValues> key_conditions;
  std::optional<bool> forward;
};

/// A plan and the key conditions; keeps alive what they refer to.
struct Plan : ReadPlan {
  std::shared_ptr<expression::Placeholders> placeholders;
  std::optional<Conditions> legacy;
  std::vector<KeyCondition> keys;
};

void use_expressions(Plan& plan, DynamoDb& db, const Input& in) {
  if (!in.key_expression && !in.filter_expression && !in.projection) {
    plan.projecting = Projecting(db.expressions, in.attributes, in.projection, {});
    return;
  }
  Expressions expressions(db.expressions, in.names, in.values);
  plan.placeholders = expressions.placeholders();
  std::optional<expression::KeyConditionExpression> keys;
  if (in.key_expression) keys.emplace(expressions.key_condition(*in.key_expression));
  if (in.filter_expression) {
    std::vector<expression::Path> paths;
    plan.filter = expressions.condition(in.filter_expression, "FilterExpression", &paths);
    for (const expression::Path& path : paths) plan.filtered.push_back(path[0].name);
  }
  plan.projecting = Projecting(expressions, in.attributes, in.projection);
  expressions.check_unused();
  if (keys) plan.keys = key_conditions(keys->tests());
}

Plan plan_of(DynamoDb& db, const Input& in) {
  if (in.limit && *in.limit < 1)  // in words of its own, unlike Scan
    throw ItemError{
        "1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value "
        "greater than or equal to 1"};
  check_parameters({{"AttributesToGet", in.attributes.has_value()},
                    {"QueryFilter", in.filter.has_value()},
                    {"ConditionalOperator", in.conditional_operator.has_value()},
                    {"KeyConditions", in.key_conditions.has_value()}},
                   {{"ProjectionExpression", in.projection.has_value()},
                    {"FilterExpression", in.filter_expression.has_value()},
                    {"KeyConditionExpression", in.key_expression.has_value()}},
                   in.names, in.values);
  Plan plan;
  use_filter(plan, in);
  if (in.key_conditions) plan.legacy.emplace(*in.key_conditions, std::nullopt);
  if (in.attributes) paths_of(*in.attributes);
  plan.start = normal_start(in.start);
  if (!in.key_expression && !in.key_conditions)
    throw ItemError{
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."};
  use_expressions(plan, db, in);
  if (plan.legacy) plan.keys = key_conditions(*plan.legacy);
  if (plan.keys.empty() || plan.keys.size() > kMostConditions)
    throw ItemError{"Conditions can be of length 1 or 2 only"};
  return plan;
}

/// Puts the page behind the exclusive start.
void start_behind(Read& read, const KeySelection& keys, const std::string& position) {
  if (!position.starts_with(keys.partition))
    throw ItemError{"The provided starting key is outside query boundaries based on provided conditions"};
  if (position < read.keys.from || position >= read.keys.to)
    throw ItemError{"The provided starting key does not match the range key predicate"};
  if (!read.index && keys.one_row)
    throw ItemError{"The query can return at most one row and cannot be restarted"};
  if (read.forward)
    read.keys.from = position + '\0';
  else
    read.keys.to = position;
}

void check_filter(const Plan& plan, const KeySchema& keys) {
  for (const std::string& name : plan.filtered)
    if (keys.find(name))
      throw ItemError{std::string(plan.legacy_filter ? "QueryFilter" : "Filter Expression") +
                      " can only contain non-primary key attributes: Primary key attribute: " + name};
}

Read read_of(DynamoDb& db, const Call& call, const Input& in) {
  return checked([&] {
    Plan plan = plan_of(db, in);
    const Table& table = db.require(call, in.table, true);
    Read read;
    read.table = &table;
    read.index = index_of(table, in);
    read.forward = in.forward.value_or(true);
    read.limit = in.limit;
    read.counts = in.select == "COUNT";
    const KeySchema& keys = read.index ? read.index->keys : table.keys;
    std::string position;
    if (!plan.start.is_null()) position = start_position(table, read.index, plan.start);
    const KeySelection selected = select_keys(plan.keys, keys);
    read.keys = selected.keys;
    if (!plan.start.is_null()) start_behind(read, selected, position);
    check_key_paths(plan.projecting.paths(), table.keys, "Key");
    if (read.index) check_key_paths(plan.projecting.paths(), keys, "IndexKey");
    check_filter(plan, keys);
    check_select(in);
    if (plan.projecting.any() && !read.counts)
      read.view = [projecting = plan.projecting](const wire::Map& item) { return projecting.view(item); };
    check_projection(read, in, plan);
    read.filter = std::move(plan.filter);
    return read;
  });
}

Task<ReadOutput> handle(DynamoDb& db, const Call& call, Input in) {
  Read read = read_of(db, call, in);
  Task<ReadOutput> work = read_page(db, call, in, std::move(read));
  ReadOutput out = co_await std::move(work);
  co_return std::move(out);
}

}  // namespace

Operation query() {
  return operation<DynamoDb, Input, ReadOutput>({
      .name = "Query",
      .action = "dynamodb:Query",
      .resource = [](DynamoDb&, const Call& c, const Input& in) { return index_arn(c, in.table, in.index); },
      .input = read_input(
          "QueryFilter", {optional<&ReadInput::limit>("Limit"), optional<&Input::forward>("ScanIndexForward"),
                          optional<&Input::key_conditions>("KeyConditions"),
                          optional<&Input::key_expression>("KeyConditionExpression")}),
      .output = read_output(),
      .errors = kReadErrors,
      .wait = handle,
  });
}

}  // namespace puddle::dynamodb
