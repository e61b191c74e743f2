// How calls name tables and indexes, and what they are to the authoriser.
#pragma once
#include <optional>
#include <string>

#include "services/dynamodb/dynamodb.hpp"

namespace puddle::dynamodb {

/// A name or an ARN.
inline const wire::Traits kTableName{.min = 1, .max = 1024};
/// The name of a table that is to be made; AWS demands three characters (decision 0005).
inline const wire::Traits kNewTable{.min = 1, .max = 255, .pattern = "[a-zA-Z0-9_.-]+"};
inline const wire::Traits kIndexName{.min = 3, .max = 255, .pattern = "[a-zA-Z0-9_.-]+"};

std::string table_arn(const Call& call, const std::string& name_or_arn);
std::string index_arn(const Call& call, const std::string& name_or_arn,
                      const std::optional<std::string>& index);

}  // namespace puddle::dynamodb
