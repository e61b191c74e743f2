#include "services/dynamodb/operations/names.hpp"

namespace puddle::dynamodb {

std::string table_arn(const Call& c, const std::string& table) {
  return table.starts_with("arn:") ? table
                                   : "arn:aws:dynamodb:" + c.region + ":" + c.account + ":table/" + table;
}

std::string index_arn(const Call& c, const std::string& table, const std::optional<std::string>& index) {
  return index ? table_arn(c, table) + "/index/" + *index : table_arn(c, table);
}

}  // namespace puddle::dynamodb
