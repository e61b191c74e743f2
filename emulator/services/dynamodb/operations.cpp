// The table: every operation of the service.
#include "services/dynamodb/dynamodb.hpp"
#include "services/dynamodb/operations/factories.hpp"

namespace puddle::dynamodb {

std::vector<Operation> make_operations() {
  std::vector<Operation> out;
  for (Operation (*make_one)() :
       {batch_execute_statement, batch_get_item, batch_write_item, execute_statement, execute_transaction,
        create_table, delete_item, delete_table, describe_table, get_item, list_tables, put_item, query, scan,
        transact_get_items, transact_write_items, update_item, update_table})
    out.push_back(make_one());
  return out;
}

}  // namespace puddle::dynamodb
