// The table: every operation of the service.
#include "services/dynamodb/dynamodb.hpp"
#include "services/dynamodb/operations/factories.hpp"

namespace puddle::dynamodb {

std::vector<Operation> make_operations() {
  std::vector<Operation> out;
  for (Operation (*make_one)() : {batch_execute_statement,
                                  batch_get_item,
                                  batch_write_item,
                                  create_backup,
                                  create_table,
                                  delete_backup,
                                  delete_item,
                                  delete_resource_policy,
                                  delete_table,
                                  describe_backup,
                                  describe_continuous_backups,
                                  describe_endpoints,
                                  describe_limits,
                                  describe_table,
                                  describe_time_to_live,
                                  execute_statement,
                                  execute_transaction,
                                  get_item,
                                  get_resource_policy,
                                  list_backups,
                                  list_tables,
                                  list_tags_of_resource,
                                  put_item,
                                  put_resource_policy,
                                  query,
                                  restore_table_from_backup,
                                  restore_table_to_point_in_time,
                                  scan,
                                  tag_resource,
                                  transact_get_items,
                                  transact_write_items,
                                  untag_resource,
                                  update_continuous_backups,
                                  update_item,
                                  update_table,
                                  update_time_to_live})
    out.push_back(make_one());
  return out;
}

}  // namespace puddle::dynamodb
