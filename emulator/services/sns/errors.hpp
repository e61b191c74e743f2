// Errors of SNS and the checks of ARNs that every operation shares.
#pragma once
#include <string_view>
#include <vector>

#include "aws/error.hpp"

namespace puddle::sns {

inline constexpr ErrorType kInvalidParameter{"InvalidParameter", 400};
inline constexpr ErrorType kParameterValueInvalid{"ParameterValueInvalid", 400};
inline constexpr ErrorType kNotFound{"NotFound", 404};
inline constexpr ErrorType kResourceNotFound{"ResourceNotFound", 404};
inline constexpr ErrorType kAuthorizationError{"AuthorizationError", 403};
inline constexpr ErrorType kTopicLimit{"TopicLimitExceeded", 403};
inline constexpr ErrorType kSubscriptionLimit{"SubscriptionLimitExceeded", 403};
inline constexpr ErrorType kTagLimit{"TagLimitExceeded", 400};
inline constexpr ErrorType kTooManyEntries{"TooManyEntriesInBatchRequest", 400};
inline constexpr ErrorType kEntryIdsNotDistinct{"BatchEntryIdsNotDistinct", 400};
inline constexpr ErrorType kBatchTooLong{"BatchRequestTooLong", 400};
inline constexpr ErrorType kEmptyBatch{"EmptyBatchRequest", 400};
inline constexpr ErrorType kInvalidEntryId{"InvalidBatchEntryId", 400};

/// "Invalid parameter: " + what.
inline AwsError invalid(std::string_view what) {
  return kInvalidParameter("Invalid parameter: " + std::string(what));
}

}  // namespace puddle::sns
