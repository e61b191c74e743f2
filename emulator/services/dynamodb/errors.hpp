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
inline constexpr ErrorType kLimitExceeded{"LimitExceededException"};
inline constexpr ErrorType kAccessDenied{"AccessDeniedException"};
inline constexpr ErrorType kPolicyNotFound{"PolicyNotFoundException"};
inline constexpr ErrorType kTableNotFound{"TableNotFoundException"};
inline constexpr ErrorType kSourceTableNotFound{"SourceTableNotFoundException"};
inline constexpr ErrorType kTableAlreadyExists{"TableAlreadyExistsException"};
inline constexpr ErrorType kTableInUse{"TableInUseException"};
inline constexpr ErrorType kBackupNotFound{"BackupNotFoundException"};
inline constexpr ErrorType kBackupInUse{"BackupInUseException"};
inline constexpr ErrorType kRecoveryUnavailable{"PointInTimeRecoveryUnavailableException"};
inline constexpr ErrorType kInvalidRestoreTime{"InvalidRestoreTimeException"};

}  // namespace puddle::dynamodb
