// The errors that CloudWatch Logs' operations declare.
#pragma once
#include "aws/error.hpp"

namespace puddle::logs {

inline constexpr ErrorType kInvalidParameter{"InvalidParameterException"};
inline constexpr ErrorType kNotFound{"ResourceNotFoundException"};
inline constexpr ErrorType kExists{"ResourceAlreadyExistsException"};
inline constexpr ErrorType kTooManyTags{"TooManyTagsException"};

}  // namespace puddle::logs
