// resource_call: the call that a resource handler makes to its own service.
#pragma once
#include <string>

#include "aws/client.hpp"
#include "aws/resource_type.hpp"

namespace puddle {

/// An operation of the service in the stack's account and region, as the one who deploys the stack.
ClientCall resource_call(const ResourceRequest& request, std::string service, std::string operation,
                         wire::Map input);

}  // namespace puddle
