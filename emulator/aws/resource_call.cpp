#include "aws/resource_call.hpp"

namespace puddle {

ClientCall resource_call(const ResourceRequest& request, std::string service, std::string operation,
                         wire::Map input) {
  ClientCall call;
  call.service = std::move(service);
  call.operation = std::move(operation);
  call.input = wire::Value(std::move(input));
  call.principal = request.principal;
  call.account = request.account;
  call.region = request.region;
  return call;
}

}  // namespace puddle
