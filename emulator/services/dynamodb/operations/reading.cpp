#include "services/dynamodb/operations/reading.hpp"

#include <algorithm>

#include "runtime/signal.hpp"

namespace puddle::dynamodb {
namespace {

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";

/// These keep their own words in a start key.
bool stays_bare(std::string_view message) {
  return message.find("contains duplicates") != std::string_view::npos ||
         message.find("numeric value") != std::string_view::npos ||
         message.find("Number overflow") != std::string_view::npos ||
         message.find("Number underflow") != std::string_view::npos ||
         message.find("significant digits") != std::string_view::npos ||
         message.find("number set") != std::string_view::npos;
}

[[noreturn]] void bad_start(const std::string& why = "") {
  throw ItemError{"The provided starting key is invalid" + (why.empty() ? why : ": " + why)};
}

}  // namespace

Shape read_input(const char* filter, std::vector<wire::Field> own) {
  std::vector<wire::Field> all{
      optional<&ReadInput::capacity>("ReturnConsumedCapacity", kCapacity),
      required<&ReadInput::table>("TableName", kTableName),
      optional<&ReadInput::index>("IndexName", kIndexName),
      optional<&ReadInput::select>("Select", kSelect),
      optional<&ReadInput::attributes>("AttributesToGet", {.min = 1}),
      optional<&ReadInput::consistent>("ConsistentRead"),
      optional<&ReadInput::filter>(filter),
      optional<&ReadInput::conditional_operator>("ConditionalOperator", kConditionalOperator),
      optional<&ReadInput::start>("ExclusiveStartKey"),
      optional<&ReadInput::projection>("ProjectionExpression"),
      optional<&ReadInput::filter_expression>("FilterExpression"),
      optional<&ReadInput::names>("ExpressionAttributeNames"),
      optional<&ReadInput::values>("ExpressionAttributeValues")};
  for (wire::Field& field : own) all.push_back(std::move(field));
  return Shape(std::move(all));
}

Shape read_output() {
  return {optional<&ReadOutput::items>("Items"), required<&ReadOutput::count>("Count"),
          required<&ReadOutput::scanned>("ScannedCount"), optional<&ReadOutput::last>("LastEvaluatedKey"),
          optional<&ReadOutput::capacity>("ConsumedCapacity")};
}

Value normal_start(const Value& given) {
  if (given.is_null()) return {};
  try {
    return normal_item(given);
  } catch (ItemError& e) {
    if (!e.serialization && !stays_bare(e.message)) bad_start(e.message);
    throw;
  }
}

void use_filter(ReadPlan& plan, const ReadInput& in) {
  check_conditional_operator(in.conditional_operator, in.filter && !in.filter->empty());
  if (!in.filter || in.filter->empty()) return;
  auto conditions = std::make_shared<const Conditions>(*in.filter, in.conditional_operator);
  for (const auto& test : conditions->tests()) plan.filtered.push_back(test.attribute);
  plan.legacy_filter = true;
  plan.filter = [conditions](const wire::Map& item) { return conditions->holds(item); };
}

void check_select(const ReadInput& in) {
  const char* asked = in.projection ? "ProjectionExpression" : in.attributes ? "AttributesToGet" : nullptr;
  if (in.select == "ALL_PROJECTED_ATTRIBUTES" && !in.index)
    throw ItemError{std::string(kInvalid) +
                    "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"};
  if (in.select == "SPECIFIC_ATTRIBUTES" && !asked)
    throw ItemError{std::string(kInvalid) +
                    "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
                    "SPECIFIC_ATTRIBUTES"};
  if (in.select && asked && *in.select != "SPECIFIC_ATTRIBUTES")
    throw ItemError{std::string("Cannot specify the ") + asked + " when choosing to get " +
                    (*in.select == "COUNT" ? "only the Count" : *in.select)};
}

const Index* index_of(const Table& table, const ReadInput& in) {
  if (!in.index) return nullptr;
  const Index* index = table.find_index(*in.index);
  if (!index || index->status == "DELETING" || (index->global && in.start.is_null() && index->tree.id == 0))
    throw ItemError{"The table does not have the specified index: " + *in.index};
  if (index->backfill || index->status == "CREATING")
    throw ItemError{"Cannot read from backfilling global secondary index: " + *in.index};
  if (index->global && in.consistent.value_or(false))
    throw ItemError{"Consistent reads are not supported on global secondary indexes"};
  return index;
}

std::string start_position(const Table& table, const Index* index, const Value& start) {
  wire::Map key;
  std::size_t members = 0;
  const auto take = [&](const KeySchema& keys) {
    for (const auto* part : {&keys.hash, &keys.range})
      for (const KeyAttribute& a : *part) {
        if (key.contains(a.name)) continue;
        ++members;
        const Value* value = start.find(a.name);
        if (!value) bad_start(index ? "" : "The provided key element does not match the schema");
        key.add(a.name, *value);
      }
  };
  take(table.keys);
  const Value own{wire::Map(key)};
  if (index) take(index->keys);
  if (start.map().size() != members)
    bad_start(index ? "" : "The provided key element does not match the schema");
  std::string item_key;
  try {
    item_key = key_of_key(own, table.keys);
  } catch (const ItemError& e) {
    bad_start(e.message);
  }
  if (!index) return item_key;
  auto entry = key_of_entry(start, index->keys, item_key);
  if (!entry) bad_start("The provided key element does not match the schema");
  return *entry;
}

void check_projection(Read& read, const ReadInput& in, const ReadPlan& plan) {
  const Index* index = read.index;
  if (!index || index->projection.kind == Projection::Kind::all) return;
  std::vector<std::string> missing;
  for (const expression::Path& path : plan.projecting.paths())
    if (!index->projection.has(path[0].name)) missing.push_back(path[0].name);
  if (!index->global) {
    const auto lacks = [index](const std::string& name) { return !index->projection.has(name); };
    read.fetch = in.select == "ALL_ATTRIBUTES" || !missing.empty() ||
                 std::any_of(plan.filtered.begin(), plan.filtered.end(), lacks);
    // The items of the answer are still those of the index, unless they were asked for.
    if (read.fetch && !read.view && in.select != "ALL_ATTRIBUTES")
      read.view = [index_projection = index->projection](const wire::Map& item) {
        wire::Map out;
        for (const std::string& name : index_projection.attributes)
          if (const Value* value = item.find(name)) out.add(name, *value);
        return out;
      };
    return;
  }
  if (in.select == "ALL_ATTRIBUTES")
    throw ItemError{std::string(kInvalid) +
                    "Select type ALL_ATTRIBUTES is not supported for global secondary index " + index->name +
                    " because its projection type is not ALL"};
  if (!missing.empty()) {
    std::string names;
    for (const std::string& name : missing) names += (names.empty() ? "" : ", ") + name;
    throw ItemError{std::string(kInvalid) + "Global secondary index " + index->name + " does not project [" +
                    names + "]"};
  }
}

Task<ReadOutput> read_page(DynamoDb& db, const Call& call, const ReadInput& in, Read read) {
  Page page;
  const std::string index_name = read.index ? read.index->name : std::string();
  const std::int64_t id = read.table->id;
  db.throttle.check_read(*read.table, read.index, call.now);
  while (true) {
    const bool done = checked([&] { return read_step(db.records, read, page); });
    if (done) break;
    Sleep others(db.deps.loop, db.deps.loop.now());
    co_await others;
    const Table& table = db.require(call, in.table, true);
    read.index = index_name.empty() ? nullptr : table.find_index(index_name);
    if (table.id != id || (!index_name.empty() && !read.index))
      throw kResourceNotFound("Requested resource not found");
    read.table = &table;
  }
  ReadOutput out;
  out.count = page.count;
  out.scanned = page.scanned;
  out.last = last_key(read, page);
  if (!read.counts) out.items = page.close();
  Usage usage;
  const bool consistent = in.consistent.value_or(false);
  const double units = read_units(page.bytes, consistent);
  (read.index ? usage.indexes[read.index] : usage.table) = units;
  usage.table += consistent ? page.fetched : page.fetched / 2;
  db.throttle.charge(*read.table, usage, true, call.now);
  out.capacity = usage.describe(*read.table, in.capacity);
  co_return std::move(out);
}

}  // namespace puddle::dynamodb
