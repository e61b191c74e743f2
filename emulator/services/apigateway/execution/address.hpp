// Address: where an execute-api request is going. Pure. The forms: /_aws/execute-api/API/STAGE/PATH,
// /restapis/API/STAGE/_user_request_/PATH, and a Host of API.execute-api.ANYTHING with /STAGE/PATH.
#pragma once
#include <optional>
#include <string>

#include "base/http.hpp"

namespace puddle::apigateway {

struct Address {
  std::string api, stage;
  std::string path;  ///< raw, still encoded, "/" at least
  std::string domain, domain_prefix;
};

/// Nothing when the request is not for execute-api.
std::optional<Address> parse_address(const HttpRequest& request);

}  // namespace puddle::apigateway
