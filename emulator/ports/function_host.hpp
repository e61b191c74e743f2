// FunctionHost: execution environments of Lambda functions. One environment runs one invocation at a time;
// the Lambda service decides how many there are, when they are reused and when they end. All callbacks run on
// the engine thread.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "base/time.hpp"

namespace puddle {

/// What an environment is started from.
struct EnvironmentSpec {
  std::string function_arn;
  std::string function_name;
  std::string version = "$LATEST";
  std::string runtime;  ///< "python3.12", "nodejs20.x", "provided.al2023" ...
  std::string handler;
  std::string code_sha256;                ///< names the unpacked code
  std::function<std::string()> code_zip;  ///< the zip's bytes; asked for when code_sha256 is not unpacked yet
  std::map<std::string, std::string> variables;  ///< complete environment of the process, AWS_* included
  std::int64_t memory_mb = 128;
  Duration timeout = std::chrono::seconds(3);  ///< of an invocation, from the moment the runtime has it
};

struct Invocation {
  std::string request_id;
  std::string payload;         ///< JSON text
  std::string client_context;  ///< JSON text or empty
  std::string trace_header;    ///< X-Amzn-Trace-Id
};

struct InvocationOutcome {
  enum class Kind { ok, function_error, timed_out, exited, init_error } kind = Kind::ok;
  std::string payload;     ///< JSON: the answer, or the error object {"errorMessage","errorType",...}
  std::string error_type;  ///< as the runtime or the host names it: "Runtime.ExitError"
  std::chrono::microseconds duration{0};  ///< of the handler
  std::chrono::microseconds init_duration{
      0};  ///< of the init phase when this was the first invocation, else 0
  std::int64_t max_memory_mb = 0;
  bool environment_alive = true;
};

class FunctionHost {
 public:
  using EnvironmentId = std::uint64_t;
  struct Events {
    std::function<void(std::string line)> output;  ///< a line, without its end
    std::function<void(std::string reason)>
        exited;  ///< it is gone, for whatever cause but stop(); the last call
  };
  virtual ~FunctionHost() = default;
  /// Empty when the runtime can run here; otherwise why not ("python3.9 needs python3 on PATH").
  virtual std::string unsupported(const std::string& runtime) const = 0;
  /// Never fails: what goes wrong is the outcome of the first invocation.
  virtual EnvironmentId start(EnvironmentSpec spec, Events events) = 0;
  /// The environment must be new or idle. done is called once, never before invoke returns; not after stop().
  virtual void invoke(EnvironmentId id, Invocation invocation,
                      std::function<void(InvocationOutcome)> done) = 0;
  /// Ends it at once; none of its callbacks is called afterwards. An unknown id is ignored.
  virtual void stop(EnvironmentId id) = 0;
};

}  // namespace puddle
