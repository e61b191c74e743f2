// The factories of the operations, one per operation; used by the table alone.
#pragma once
#include "aws/operation.hpp"

namespace puddle::cloudformation {

Operation create_stack();
Operation delete_stack();
Operation describe_stack_events();
Operation describe_stack_resource();
Operation describe_stack_resources();
Operation describe_stacks();
Operation get_template();
Operation list_stack_resources();
Operation list_stacks();
Operation validate_template();

}  // namespace puddle::cloudformation
