// AwsError: the one exception for outcomes that a user sees. Declared once per service as ErrorType
// constants, listed in `.errors` of the operations that may throw them, thrown by handlers, caught by the
// dispatcher.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

#include "wire/codec.hpp"

namespace puddle {

struct AwsError : std::runtime_error {
  wire::Fault fault;
  explicit AwsError(wire::Fault f) : std::runtime_error(f.code + ": " + f.message), fault(std::move(f)) {}
  AwsError(std::string code, std::string message, int status = 400)
      : AwsError(make(std::move(code), std::move(message), status)) {}
  const std::string& code() const { return fault.code; }
  const std::string& message() const { return fault.message; }

 private:
  static wire::Fault make(std::string code, std::string message, int status) {
    wire::Fault f;
    f.code = std::move(code);
    f.message = std::move(message);
    f.status = status;
    f.sender = status < 500;
    return f;
  }
};

/// `inline constexpr ErrorType kQueueDoesNotExist{"QueueDoesNotExist", 400,
/// "AWS.SimpleQueueService.NonExistentQueue"};` `throw kQueueDoesNotExist("The specified queue does not
/// exist.");`
struct ErrorType {
  std::string_view code;
  int status = 400;
  std::string_view query_code{};
  AwsError operator()(std::string message, wire::Map members = {}) const;
};

}  // namespace puddle
