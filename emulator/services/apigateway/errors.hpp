// The errors of the control plane; every modelled one carries "message" in lower case.
#pragma once
#include "aws/error.hpp"

namespace puddle::apigateway {

inline constexpr ErrorType kBadRequest{"BadRequestException", 400};
inline constexpr ErrorType kNotFound{"NotFoundException", 404};
inline constexpr ErrorType kConflict{"ConflictException", 409};
inline constexpr ErrorType kLimitExceeded{"LimitExceededException", 429};

}  // namespace puddle::apigateway
