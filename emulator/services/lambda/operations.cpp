// The table: every operation of the service.
#include "services/lambda/operations/families.hpp"

namespace puddle::lambda {

std::vector<Operation> make_operations() {
  std::vector<Operation> out;
  out.push_back(create_function());
  out.push_back(update_function_code());
  out.push_back(update_function_configuration());
  out.push_back(invoke());
  for (auto* family : {function_operations, version_operations, alias_operations, concurrency_operations,
                       provisioned_operations, event_invoke_operations, url_operations, layer_operations,
                       layer_policy_operations, account_operations, refused_operations, permission_operations,
                       tag_operations, mapping_operations})
    for (Operation& op : family()) out.push_back(std::move(op));
  return out;
}

}  // namespace puddle::lambda
