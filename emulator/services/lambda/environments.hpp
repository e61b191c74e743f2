// Environments: the execution environments of all functions. One runs one invocation at a time. Two limits
// bound them: AWS's (concurrency.hpp), beyond which an invocation is throttled, and this machine's
// (Settings::function_concurrency), beyond which it waits in line. Idle ones are kept warm and stopped after
// Settings::function_idle_timeout; provisioned ones stay. Engine thread.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "aws/service.hpp"
#include "runtime/signal.hpp"
#include "runtime/task.hpp"
#include "services/lambda/concurrency.hpp"
#include "services/lambda/environment_log.hpp"
#include "services/lambda/model.hpp"

namespace puddle::lambda {

class Lambda;

struct Event {
  std::string request_id;
  std::string payload;         ///< JSON text
  std::string client_context;  ///< JSON text or empty
  std::string trace_id;        ///< X-Amzn-Trace-Id; empty: one is made
};

struct Result {
  InvocationOutcome outcome;
  std::string log;               ///< START to REPORT, lines ended by '\n', the last 4 KB
  std::string executed_version;  ///< "$LATEST" or a number
  bool failed() const { return outcome.kind != InvocationOutcome::Kind::ok; }
};

class Environments {
 public:
  explicit Environments(Lambda& service);
  ~Environments();
  /// function_arn: with or without a qualifier, as it was invoked; Lambda::find_arn says what runs. Throws
  /// AwsError: the function is gone, its role cannot be assumed, or a limit is reached
  /// (TooManyRequestsException with its Reason).
  Task<Result> run(std::string function_arn, Event event);
  /// Idle environments of the function (the ARN of $LATEST or of a version) are stopped, busy ones when their
  /// invocation is over.
  void retire(const std::string& function_arn);
  void stop_all();
  std::size_t count() const { return slots_.size(); }

  struct Provisioned {
    int requested = 0;
    int allocated = 0;   ///< started
    int available = 0;   ///< initialised
    std::string status;  ///< "IN_PROGRESS", "READY", "FAILED"
    std::string reason;  ///< of FAILED
  };
  /// Keeps count initialised environments of the version; 0 gives them up. version_arn is what find_arn
  /// knows.
  void set_provisioned(const std::string& version_arn, int count);
  Provisioned provisioned(const std::string& version_arn) const;

  /// set_reserved and in_flight are for the control plane; begin and end are ours.
  ConcurrencyCounts concurrency;

 private:
  struct Slot;
  struct Pool {
    int requested = 0;
    std::string failure;
  };
  std::shared_ptr<Slot> take(const Function& function);
  std::shared_ptr<Slot> start(const Function& function, InitType type);
  FunctionHost::Events events_of(const std::shared_ptr<Slot>& slot);
  bool make_room();
  void drop_outdated(const Function& function);
  void fill(const std::string& version_arn);
  void release(const std::shared_ptr<Slot>& slot, bool alive);
  void drop(const std::shared_ptr<Slot>& slot);
  Result conclude(const std::shared_ptr<Slot>& slot, const Function& function, const Event& event,
                  InvocationOutcome outcome);
  Lambda& service_;
  std::vector<std::shared_ptr<Slot>> slots_;
  std::map<std::string, Pool> pools_;  // by version ARN
  std::unique_ptr<Signal> freed_;
};

/// What an environment of the function is started from: variables, credentials of its role, code. Writes the
/// credentials' row.
EnvironmentSpec environment_spec(Lambda& service, const Function& function, InitType type, Time expires,
                                 const LogStream& log);

}  // namespace puddle::lambda
