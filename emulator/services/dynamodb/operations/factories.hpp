// The factories of the operations; used by the table alone.
#pragma once
#include "aws/operation.hpp"

namespace puddle::dynamodb {

Operation batch_execute_statement();
Operation batch_get_item();
Operation batch_write_item();
Operation create_backup();
Operation create_table();
Operation delete_backup();
Operation delete_item();
Operation delete_resource_policy();
Operation delete_table();
Operation describe_backup();
Operation describe_continuous_backups();
Operation describe_endpoints();
Operation describe_limits();
Operation describe_table();
Operation describe_time_to_live();
Operation execute_statement();
Operation execute_transaction();
Operation get_item();
Operation get_resource_policy();
Operation list_backups();
Operation list_tables();
Operation list_tags_of_resource();
Operation put_item();
Operation put_resource_policy();
Operation query();
Operation restore_table_from_backup();
Operation restore_table_to_point_in_time();
Operation scan();
Operation tag_resource();
Operation transact_get_items();
Operation transact_write_items();
Operation untag_resource();
Operation update_continuous_backups();
Operation update_item();
Operation update_table();
Operation update_time_to_live();

}  // namespace puddle::dynamodb
