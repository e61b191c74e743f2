// The errors of DynamoDB.
#pragma once
#include "aws/error.hpp"

namespace puddle::dynamodb {

inline constexpr ErrorType kValidation{"ValidationException"};
inline constexpr ErrorType kSerialization{"SerializationException"};
inline constexpr ErrorType kResourceNotFound{"ResourceNotFoundException"};
inline constexpr ErrorType kResourceInUse{"ResourceInUseException"};

}  // namespace puddle::dynamodb
