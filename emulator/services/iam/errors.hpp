// The errors of IAM.
#pragma once
#include "aws/error.hpp"

namespace puddle::iam {

inline constexpr ErrorType kNoSuchEntity{"NoSuchEntity", 404};
inline constexpr ErrorType kEntityAlreadyExists{"EntityAlreadyExists", 409};
inline constexpr ErrorType kDeleteConflict{"DeleteConflict", 409};
inline constexpr ErrorType kLimitExceeded{"LimitExceeded", 409};
inline constexpr ErrorType kMalformedPolicyDocument{"MalformedPolicyDocument", 400};
inline constexpr ErrorType kInvalidInput{"InvalidInput", 400};
inline constexpr ErrorType kValidationError{"ValidationError", 400};

}  // namespace puddle::iam
