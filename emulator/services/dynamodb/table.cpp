#include "services/dynamodb/table.hpp"

#include "aws/arn.hpp"

namespace puddle::dynamodb {

void Table::prepare() {
  arn = make_arn("dynamodb", region, account, "table/" + name);
  const auto type_of_attribute = [this](std::string_view attribute) -> std::string {
    for (const Value& a : definition.find("AttributeDefinitions")->list())
      if (a.text_or("AttributeName") == attribute) return std::string(a.text_or("AttributeType"));
    return {};
  };
  for (const Value& key : definition.find("KeySchema")->list()) {
    KeyAttribute& a = key.text_or("KeyType") == "HASH" ? keys.hash : keys.range;
    a.name = key.text_or("AttributeName");
    a.type = type_of_attribute(a.name);
  }
  get_sql = "SELECT item, size FROM " + items() + " WHERE k=?1";
  put_sql = "INSERT INTO " + items() + " VALUES(?1,?2,?3) ON CONFLICT(k) DO UPDATE SET item=?2, size=?3";
  delete_sql = "DELETE FROM " + items() + " WHERE k=?1";
  scan_sql = "SELECT k, item, size FROM " + items() + " WHERE k>?1 ORDER BY k";
  count_sql = "SELECT count(*), total(size) FROM " + items();
}

bool Table::flag(const char* member) const {
  const Value* v = definition.find(member);
  return v && v->kind() == Value::Kind::boolean && v->boolean();
}

}  // namespace puddle::dynamodb
