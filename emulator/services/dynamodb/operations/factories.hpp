// The factories of the operations; used by the table alone.
#pragma once
#include "aws/operation.hpp"

namespace puddle::dynamodb {

Operation batch_execute_statement();
Operation batch_get_item();
Operation batch_write_item();
Operation create_table();
Operation delete_item();
Operation delete_table();
Operation describe_table();
Operation execute_statement();
Operation execute_transaction();
Operation get_item();
Operation list_tables();
Operation put_item();
Operation query();
Operation scan();
Operation transact_get_items();
Operation transact_write_items();
Operation update_item();
Operation update_table();

}  // namespace puddle::dynamodb
