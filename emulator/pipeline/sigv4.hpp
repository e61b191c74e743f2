// AWS Signature Version 4: what a signature of a request must be. Pure functions; any thread; nothing fails.
// Reading the signature out of a request is parse_signature() in authenticator.hpp.
#pragma once
#include <string>
#include <string_view>

#include "base/http.hpp"
#include "pipeline/authenticator.hpp"

namespace puddle {

/// The request carries its signature in the query string.
bool is_presigned(const HttpRequest& request);
/// The instant the request was signed at: X-Amz-Date of header or query, else Date; empty when there is none.
std::string signing_date(const HttpRequest& request);
/// As in the AWS documentation, "Create a canonical request".
std::string canonical_request(const HttpRequest& request, const Signature& signature);
/// Lower-case hex of the signature that the secret gives.
std::string expected_signature(const HttpRequest& request, const Signature& signature,
                               std::string_view secret);

}  // namespace puddle
