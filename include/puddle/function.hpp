// Functions written as C++ callables: a Lambda in this process, with Lambda's rules for time-outs, errors,
// logs and concurrency. See Emulator::function.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace puddle {

/// What a handler gets besides its event. Valid during the call, on the handler's thread.
struct FunctionContext {
  std::string request_id, function_name, function_arn, version;
  std::string client_context;  ///< JSON text or empty
  std::string trace_id;        ///< X-Amzn-Trace-Id
  std::int64_t memory_mb = 128;
  std::chrono::system_clock::time_point deadline;
  /// A line for CloudWatch Logs.
  std::function<void(std::string_view line)> log;

  std::chrono::milliseconds remaining() const {
    const auto left = deadline - std::chrono::system_clock::now();
    return std::max(std::chrono::milliseconds(0),
                    std::chrono::duration_cast<std::chrono::milliseconds>(left));
  }
};

/// Thrown by a handler: a function error of this type. Other exceptions are errors of the type "Error".
struct FunctionError : std::runtime_error {
  FunctionError(std::string error_type, const std::string& message)
      : std::runtime_error(message), type(std::move(error_type)) {}
  std::string type;
};

/// JSON text in, JSON text out. Called on threads of its own, several at a time when invocations overlap. A
/// call that goes on after its time-out is answered as timed out and let go: threads cannot be killed.
using FunctionHandler = std::function<std::string(std::string_view event, FunctionContext& context)>;

struct FunctionOptions {
  std::chrono::seconds timeout{3};
  std::int64_t memory_mb = 128;
  std::string role;  ///< ARN; empty: a role "puddle-functions" that may write logs
};

}  // namespace puddle
