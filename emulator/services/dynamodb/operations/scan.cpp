// Scan: all of a table or index, or one segment of it.
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/reading.hpp"

namespace puddle::dynamodb {
namespace {

struct Input : ReadInput {
  std::optional<int> segments, segment;
};

void check_segments(const Input& in) {
  if (in.segment && !in.segments)
    throw ItemError{
        "The TotalSegments parameter is required but was not present in the request when Segment parameter "
        "is "
        "present"};
  if (in.segments && !in.segment)
    throw ItemError{
        "The Segment parameter is required but was not present in the request when parameter TotalSegments "
        "is "
        "present"};
  if (in.segment && *in.segment >= *in.segments)
    throw ItemError{
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: " +
        std::to_string(*in.segment) + " is not less than TotalSegments: " + std::to_string(*in.segments)};
}

ReadPlan plan_of(DynamoDb& db, const Input& in) {
  check_parameters({{"AttributesToGet", in.attributes.has_value()},
                    {"ScanFilter", in.filter.has_value()},
                    {"ConditionalOperator", in.conditional_operator.has_value()}},
                   {{"ProjectionExpression", in.projection.has_value()},
                    {"FilterExpression", in.filter_expression.has_value()}},
                   in.names, in.values);
  ReadPlan plan;
  use_filter(plan, in);
  if (in.attributes) paths_of(*in.attributes);
  check_segments(in);
  plan.start = normal_start(in.start);
  if (!in.filter_expression && !in.projection) {
    plan.projecting = Projecting(db.expressions, in.attributes, in.projection, {});
    return plan;
  }
  Expressions expressions(db.expressions, in.names, in.values);
  if (in.filter_expression) {
    std::vector<expression::Path> paths;
    plan.filter = expressions.condition(in.filter_expression, "FilterExpression", &paths);
    for (const expression::Path& path : paths) plan.filtered.push_back(path[0].name);
  }
  plan.projecting = Projecting(expressions, in.attributes, in.projection);
  expressions.check_unused();
  return plan;
}

Read read_of(DynamoDb& db, const Call& call, const Input& in) {
  return checked([&] {
    ReadPlan plan = plan_of(db, in);
    const Table& table = db.require(call, in.table, true);
    Read read;
    read.table = &table;
    read.index = index_of(table, in);
    read.limit = in.limit;
    read.counts = in.select == "COUNT";
    if (in.segment) read.keys = segment_range(*in.segment, *in.segments);
    if (!plan.start.is_null()) {
      const std::string position = start_position(table, read.index, plan.start);
      if (position < read.keys.from || (!read.keys.to.empty() && position >= read.keys.to))
        throw ItemError{
            "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey "
            "with "
            "correct Segment. TotalSegments: " +
            std::to_string(*in.segments) + " Segment: " + std::to_string(*in.segment)};
      read.keys.from = position + '\0';
    }
    check_key_paths(plan.projecting.paths(), table.keys, "Key");
    if (read.index) check_key_paths(plan.projecting.paths(), read.index->keys, "IndexKey");
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

Operation scan() {
  return operation<DynamoDb, Input, ReadOutput>({
      .name = "Scan",
      .action = "dynamodb:Scan",
      .resource = [](DynamoDb&, const Call& c, const Input& in) { return index_arn(c, in.table, in.index); },
      .input =
          read_input("ScanFilter", {optional<&ReadInput::limit>("Limit", {.min = 1}),
                                    optional<&Input::segments>("TotalSegments", {.min = 1, .max = 1'000'000}),
                                    optional<&Input::segment>("Segment", {.min = 0, .max = 999'999})}),
      .output = read_output(),
      .errors = kReadErrors,
      .wait = handle,
  });
}

}  // namespace puddle::dynamodb
