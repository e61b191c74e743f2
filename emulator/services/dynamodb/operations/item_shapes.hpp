// Members that the item operations share.
#pragma once
#include <optional>
#include <string>

#include "services/dynamodb/item_write.hpp"
#include "services/dynamodb/items/capacity.hpp"
#include "services/dynamodb/operations/names.hpp"

namespace puddle::dynamodb {

inline const wire::Traits kCapacity{.one_of = {"INDEXES", "TOTAL", "NONE"}};
inline const wire::Traits kMetrics{.one_of = {"SIZE", "NONE"}};
inline const wire::Traits kReturnValues{
    .one_of = {"ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"}};
inline const wire::Traits kReturnsOnFailure{.one_of = {"ALL_OLD", "NONE"}};
inline const wire::Traits kConditionalOperator{.one_of = {"OR", "AND"}};
inline const wire::Traits kSelect{
    .one_of = {"SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"}};

inline const std::vector<ErrorType> kReadErrors{kValidation, kSerialization, kResourceNotFound,
                                                kThroughputExceeded};
inline const std::vector<ErrorType> kWriteErrors{kValidation, kSerialization, kResourceNotFound,
                                                 kConditionalCheckFailed, kThroughputExceeded};

struct WriteInput {
  std::string table;
  std::optional<std::string> capacity, metrics, returns, condition, returns_on_failure, conditional_operator;
  std::optional<ExpectedValues> expected;
  Value names, values;
};

struct WriteOutput {
  Value attributes, capacity, metrics;
};

/// The input of a put, update or delete with its own members (Item or Key first), in the order in which AWS
/// tells what is wrong with them; and their output.
Shape write_input(std::vector<wire::Field> own);
Shape write_output();

/// Throws for anything wrong in an item or key; makes it normal.
Value normal_item(const Value& given);
/// An item as a put takes it: normal and not too large. Its size.
std::int64_t checked_item_size(const Value& item);
/// ReturnValues of a put or delete.
void check_return_values(const std::optional<std::string>& returns);
/// Expected and its operator; empty when there is none.
ItemTest expected_test(const WriteInput& in);
/// The change, paths and literals of an UpdateExpression; nothing when there is none.
void use_update(ItemWrite& write, Expressions& expressions, const std::optional<std::string>& update);
/// Looks up the table, runs the stages and answers.
WriteOutput write_one(DynamoDb& db, const Call& call, const WriteInput& in, ItemWrite& write);
/// What a write used.
Usage usage_of(const Written& written);
AwsError condition_failed(const ItemWrite& write, const std::optional<std::string>& returns_on_failure);

}  // namespace puddle::dynamodb
