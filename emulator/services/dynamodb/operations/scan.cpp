// Scan: pages of at most Limit items or a mebibyte. Filters, projections and parallel scans are refused by
// name.
#include "services/dynamodb/dynamodb.hpp"
#include "services/dynamodb/items/capacity.hpp"
#include "services/dynamodb/operations/factories.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

constexpr std::int64_t kPageBytes = 1 << 20;

struct Input {
  std::string table;
  std::optional<std::string> index, select, capacity, conditional_operator, projection, filter_expression;
  std::optional<int> limit, segments, segment;
  std::optional<bool> consistent;
  Value attributes, filter, start, names, values;
};

struct Output {
  std::optional<std::vector<Value>> items;
  int count = 0, scanned = 0;
  Value last, capacity;
};

void check(const Input& in) {
  refuse(in.index.has_value(), "IndexName");
  refuse(!in.attributes.is_null(), "AttributesToGet");
  refuse(!in.filter.is_null(), "ScanFilter");
  refuse(in.conditional_operator.has_value(), "ConditionalOperator");
  refuse(in.projection.has_value(), "ProjectionExpression");
  refuse(in.filter_expression.has_value(), "FilterExpression");
  refuse(in.segments.value_or(1) > 1, "TotalSegments");
  if (in.segment.has_value() != in.segments.has_value())
    throw kValidation(in.segment ? "The TotalSegments parameter is required but was not present in the "
                                   "request when Segment parameter is present"
                                 : "The Segment parameter is required but was not present in the request "
                                   "when parameter TotalSegments is present");
  if (in.segment && *in.segment >= *in.segments)
    throw kValidation(
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: " +
        std::to_string(*in.segment) + " is not less than TotalSegments: " + std::to_string(*in.segments));
  if (!in.names.is_null())
    throw kValidation("ExpressionAttributeNames can only be specified when using expressions");
  if (!in.values.is_null())
    throw kValidation(
        "ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null");
  refuse(in.select == "SPECIFIC_ATTRIBUTES", "Select SPECIFIC_ATTRIBUTES");
  if (in.select == "ALL_PROJECTED_ATTRIBUTES")
    throw kValidation("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
}

Output handle(DynamoDb& db, const Call& call, const Input& in) {
  check(in);
  return checked([&] {
    const Table& table = db.require(call, in.table, true);
    std::string after;
    if (!in.start.is_null()) {
      Value start = in.start;
      normalise_item(start);
      try {
        after = key_of_key(start, table.keys);
      } catch (const ItemError&) {
        throw ItemError{
            "The provided starting key is invalid: The provided key element does not match the schema"};
      }
    }
    Output out;
    const bool with_items = in.select != "COUNT";
    if (with_items) out.items.emplace();
    std::int64_t bytes = 0;
    std::string last;
    bool more = false;
    if (!after.empty()) after += '\0';  // behind it
    db.records.range(table.tree, {after, ""}, true, [&](const Entry& item) {
      // The page is full: whether there is more is known only now.
      if ((in.limit && out.scanned >= *in.limit) || bytes >= kPageBytes) {
        more = true;
        return false;
      }
      bytes += item.size;
      ++out.scanned;
      last = item.json;
      if (with_items) out.items->emplace_back(wire::Raw{std::string(item.json)});
      return true;
    });
    out.count = out.scanned;
    // AWS answers a last key whenever a Limit was reached, also when nothing follows.
    if (more || (in.limit && out.scanned == *in.limit && out.scanned > 0))
      if (const auto parsed = wire::parse_json(last)) out.last = key_attributes(*parsed, table.keys);
    Usage usage;
    usage.table = read_units(bytes, in.consistent.value_or(false));
    out.capacity = usage.describe(table, in.capacity);
    return out;
  });
}

}  // namespace

Operation scan() {
  return operation<DynamoDb, Input, Output>({
      .name = "Scan",
      .action = "dynamodb:Scan",
      .resource =
          [](DynamoDb&, const Call& c, const Input& in) {
            return in.table.starts_with("arn:")
                       ? in.table
                       : "arn:aws:dynamodb:" + c.region + ":" + c.account + ":table/" + in.table;
          },
      .input = {required<&Input::table>("TableName", {.min = 1, .max = 1024}),
                optional<&Input::index>("IndexName", {.min = 3, .max = 255, .pattern = "[a-zA-Z0-9_.-]+"}),
                optional<&Input::attributes>("AttributesToGet"), optional<&Input::limit>("Limit", {.min = 1}),
                optional<&Input::select>("Select",
                                         {.one_of = {"SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES",
                                                     "ALL_PROJECTED_ATTRIBUTES"}}),
                optional<&Input::filter>("ScanFilter"),
                optional<&Input::conditional_operator>("ConditionalOperator", {.one_of = {"OR", "AND"}}),
                optional<&Input::start>("ExclusiveStartKey"),
                optional<&Input::capacity>("ReturnConsumedCapacity",
                                           {.one_of = {"INDEXES", "TOTAL", "NONE"}}),
                optional<&Input::segments>("TotalSegments", {.min = 1, .max = 1'000'000}),
                optional<&Input::segment>("Segment", {.min = 0, .max = 999'999}),
                optional<&Input::projection>("ProjectionExpression"),
                optional<&Input::filter_expression>("FilterExpression"),
                optional<&Input::names>("ExpressionAttributeNames"),
                optional<&Input::values>("ExpressionAttributeValues"),
                optional<&Input::consistent>("ConsistentRead")},
      .output = {required<&Output::items>("Items"), required<&Output::count>("Count"),
                 required<&Output::scanned>("ScannedCount"), optional<&Output::last>("LastEvaluatedKey"),
                 optional<&Output::capacity>("ConsumedCapacity")},
      .errors = {kValidation, kSerialization, kResourceNotFound},
      .handle = handle,
  });
}

}  // namespace puddle::dynamodb
