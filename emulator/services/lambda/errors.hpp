// The errors that Lambda's operations declare.
#pragma once
#include "aws/error.hpp"

namespace puddle::lambda {

inline constexpr ErrorType kInvalidParameter{"InvalidParameterValueException", 400};
inline constexpr ErrorType kNotFound{"ResourceNotFoundException", 404};
inline constexpr ErrorType kConflict{"ResourceConflictException", 409};
inline constexpr ErrorType kPreconditionFailed{"PreconditionFailedException", 412};
inline constexpr ErrorType kTooManyRequests{"TooManyRequestsException", 429};
inline constexpr ErrorType kRecursive{"RecursiveInvocationException", 400};
inline constexpr ErrorType kInvalidContent{"InvalidRequestContentException", 400};
inline constexpr ErrorType kRequestTooLarge{"RequestTooLargeException", 413};
inline constexpr ErrorType kEntityTooLarge{"RequestEntityTooLargeException", 413};
inline constexpr ErrorType kInUse{"ResourceInUseException", 400};
inline constexpr ErrorType kServiceException{"ServiceException", 500};
inline constexpr ErrorType kPolicyTooLong{"PolicyLengthExceededException", 400};

/// Modelled exceptions carry Type; the message travels in the fault.
inline AwsError user_error(const ErrorType& type, std::string message) {
  wire::Map members;
  members.add("Type", "User");
  return type(std::move(message), std::move(members));
}

}  // namespace puddle::lambda
