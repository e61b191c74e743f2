// The factories of the operations; used by the table alone.
#pragma once
#include "aws/operation.hpp"

namespace puddle::dynamodb {

Operation create_table();
Operation delete_item();
Operation delete_table();
Operation describe_table();
Operation get_item();
Operation list_tables();
Operation put_item();
Operation scan();
Operation update_table();

}  // namespace puddle::dynamodb
