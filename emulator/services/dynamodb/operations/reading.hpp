// What Query and Scan share: members, checks against the table, the page.
#pragma once
#include "services/dynamodb/operations/item_shapes.hpp"
#include "services/dynamodb/operations/projecting.hpp"
#include "services/dynamodb/read.hpp"

namespace puddle::dynamodb {

struct ReadInput {
  std::string table;
  std::optional<std::string> index, select, capacity, conditional_operator, projection, filter_expression;
  std::optional<std::vector<std::string>> attributes;
  std::optional<ConditionValues> filter;
  std::optional<int> limit;
  std::optional<bool> consistent;
  Value start, names, values;
};

struct ReadOutput {
  Value items;
  std::int64_t count = 0, scanned = 0;
  Value last, capacity;
};

/// What a request asks for, as far as no table is needed.
struct ReadPlan {
  ItemTest filter;
  std::vector<std::string> filtered;  ///< attributes that the filter names
  bool legacy_filter = false;
  Projecting projecting;
  Value start;  ///< ExclusiveStartKey, normal; null for none
};

/// The input of a Query or Scan with its own members, and their output. Filter: QueryFilter or ScanFilter.
Shape read_input(const char* filter, std::vector<wire::Field> own);
Shape read_output();
/// ExclusiveStartKey's values, with the words that AWS has for them.
Value normal_start(const Value& given);
/// QueryFilter or ScanFilter into the plan.
void use_filter(ReadPlan& plan, const ReadInput& in);
/// Select's rules that need no table. Operation: for the words.
void check_select(const ReadInput& in);
/// The table's index, and whether it may be read so.
const Index* index_of(const Table& table, const ReadInput& in);
/// Where an exclusive start stands in the tree; throws in AWS's words.
std::string start_position(const Table& table, const Index* index, const Value& start);
/// Select, projection and filter against the index: what is fetched, what is refused.
void check_projection(Read& read, const ReadInput& in, const ReadPlan& plan);
/// Reads the page in steps; looks the table up again after each.
Task<ReadOutput> read_page(DynamoDb& db, const Call& call, const ReadInput& in, Read read);

}  // namespace puddle::dynamodb
