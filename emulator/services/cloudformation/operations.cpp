// The table: every operation of the service.
#include "services/cloudformation/cloudformation.hpp"
#include "services/cloudformation/operations/factories.hpp"

namespace puddle::cloudformation {

std::vector<Operation> make_operations() {
  std::vector<Operation> out;
  for (Operation (*make_one)() :
       {create_stack, delete_stack, describe_stack_events, describe_stack_resource, describe_stack_resources,
        describe_stacks, get_template, list_stack_resources, list_stacks, validate_template})
    out.push_back(make_one());
  return out;
}

}  // namespace puddle::cloudformation
