// FunctionHost: execution environments of Lambda functions. One environment runs one invocation at a time;
// the Lambda service decides how many there are, when they are reused and when they end. All callbacks run on
// the engine thread.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace puddle {

struct CodeArchive {
  std::string sha256;                ///< names the unpacked archive
  std::function<std::string()> zip;  ///< its bytes; asked for when sha256 is not unpacked yet
};

enum class InitType { on_demand, provisioned };

/// What an environment is started from.
struct EnvironmentSpec {
  std::string function_arn;  ///< of the function, or of the version that it runs
  std::string function_name;
  std::string version = "$LATEST";
  std::string account;
  std::string runtime;  ///< "python3.12", "nodejs20.x", "provided.al2023" ...
  std::string runtime_version_arn;
  std::string handler;
  std::string code_sha256;                ///< names the unpacked code
  std::function<std::string()> code_zip;  ///< the zip's bytes; asked for when code_sha256 is not unpacked yet
  std::string code_directory;       ///< not empty: a directory of this machine is the code, used as it is
  std::vector<CodeArchive> layers;  ///< merged at /opt in this order, later ones on top
  std::map<std::string, std::string> variables;  ///< complete environment of the process, AWS_* included
  std::int64_t memory_mb = 128;
  std::int64_t storage_mb = 512;               ///< of /tmp
  Duration timeout = std::chrono::seconds(3);  ///< of an invocation, from the moment the runtime has it
  Duration init_limit = std::chrono::seconds(10);
  InitType init_type = InitType::on_demand;
  bool json_logs = false;  ///< LogFormat JSON
};

struct Invocation {
  std::string request_id;
  std::string payload;           ///< JSON text
  std::string client_context;    ///< JSON text or empty
  std::string cognito_identity;  ///< JSON text or empty
  std::string trace_header;      ///< X-Amzn-Trace-Id
  std::string function_arn;      ///< as it was invoked, with its qualifier; empty: the environment's
};

/// One try of the init phase that did not succeed.
struct InitFailure {
  enum class Phase { init, invoke } phase = Phase::init;
  bool timed_out = false;
  std::string error_type;
  std::chrono::microseconds duration{0};
};

struct InvocationOutcome {
  enum class Kind { ok, function_error, timed_out, exited, init_error } kind = Kind::ok;
  std::string payload;     ///< JSON: the answer, or the error object {"errorMessage","errorType",...}
  std::string error_type;  ///< as the runtime or the host names it: "Runtime.ExitError"
  std::chrono::microseconds duration{0};  ///< of the handler
  std::chrono::microseconds init_duration{
      0};  ///< of the init phase when this was the first invocation, else 0
  std::int64_t max_memory_mb = 0;
  bool environment_alive = true;  ///< false: it cannot be used again
};

class FunctionHost {
 public:
  using EnvironmentId = std::uint64_t;
  struct Events {
    std::function<void(std::string line)> output;  ///< a line, without its end
    std::function<void(std::string reason)>
        exited;                         ///< it is gone, for whatever cause but stop(); the last call
    std::function<void()> initialized;  ///< the init phase has succeeded
    std::function<void()> delivered;    ///< the runtime has been given the invocation
    std::function<void(InitFailure)> init_failed;
    /// An extension has come to a state: "Ready" with its events, or an error.
    std::function<void(std::string name, std::string state, std::vector<std::string> events)> extension;
    /// An extension subscribed to telemetry: "Platform", "Function", "Extension".
    std::function<void(std::string name, std::vector<std::string> types)> telemetry;
  };
  virtual ~FunctionHost() = default;
  /// Empty when the runtime can run here; otherwise why not ("python3.9 needs python3 on PATH").
  virtual std::string unsupported(const std::string& runtime) const = 0;
  /// A function of this runtime exists: what makes its first start fast may be made ready.
  virtual void expect(const std::string& /*runtime*/) {}
  /// Changes when something in a code_directory does. The default is for hosts without directories.
  virtual std::uint64_t code_stamp(const std::string& /*directory*/) const { return 0; }
  /// Never fails: what goes wrong is the outcome of the first invocation.
  virtual EnvironmentId start(EnvironmentSpec spec, Events events) = 0;
  /// The environment must be new or idle. done is called once, never before invoke returns; not after stop().
  virtual void invoke(EnvironmentId id, Invocation invocation,
                      std::function<void(InvocationOutcome)> done) = 0;
  /// Ends it: at once for the caller, none of its callbacks but output is called afterwards. Where there are
  /// extensions, the runtime and they may be given time to shut down. An unknown id is ignored.
  virtual void stop(EnvironmentId id) = 0;
};

}  // namespace puddle
