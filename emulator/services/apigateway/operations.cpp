// The table: every operation of the service, one family per line.
#include "services/apigateway/operations/families.hpp"

namespace puddle::apigateway {

std::vector<Operation> make_operations() {
  std::vector<Operation> out;
  for (auto* family : {rest_api_operations, resource_operations, method_operations,
                       method_response_operations, integration_operations, integration_response_operations,
                       deployment_operations, stage_operations, account_operations, test_invoke_operations})
    for (Operation& op : family()) out.push_back(std::move(op));
  return out;
}

}  // namespace puddle::apigateway
