// The errors of DynamoDB.
#pragma once
#include "aws/error.hpp"

namespace puddle::dynamodb {

inline constexpr ErrorType kValidation{"ValidationException"};
inline constexpr ErrorType kSerialization{"SerializationException"};
inline constexpr ErrorType kResourceNotFound{"ResourceNotFoundException"};
inline constexpr ErrorType kConditionalCheckFailed{"ConditionalCheckFailedException"};
inline constexpr ErrorType kDuplicateItem{"DuplicateItemException"};
inline constexpr ErrorType kTransactionCanceled{"TransactionCanceledException"};
inline constexpr ErrorType kIdempotentParameterMismatch{"IdempotentParameterMismatchException"};
inline constexpr ErrorType kThroughputExceeded{"ProvisionedThroughputExceededException"};
inline constexpr ErrorType kResourceInUse{"ResourceInUseException"};

}  // namespace puddle::dynamodb
