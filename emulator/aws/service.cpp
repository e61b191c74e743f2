#include "aws/service.hpp"

namespace puddle {

AwsError Service::validation_error(std::string message) const {
  const bool query = wire().protocol == wire::Protocol::query;
  return AwsError(query ? "ValidationError" : "ValidationException", std::move(message), 400);
}

AwsError Service::access_denied(std::string message) const {
  const wire::Protocol protocol = wire().protocol;
  const bool query = protocol == wire::Protocol::query;
  const bool json = protocol == wire::Protocol::json_1_0 || protocol == wire::Protocol::json_1_1;
  return AwsError(query ? "AccessDenied" : "AccessDeniedException", std::move(message), json ? 400 : 403);
}

}  // namespace puddle
