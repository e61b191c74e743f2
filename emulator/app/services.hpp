// The services of the daemon, in the order in which they are built: IAM first, since the others ask it.
#pragma once
#include <vector>

#include "aws/service.hpp"

namespace puddle {

std::vector<ServiceFactory> all_services();

}  // namespace puddle
