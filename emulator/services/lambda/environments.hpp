// Environments: the execution environments of all functions. One runs one invocation at a time; how many
// there are is bounded for the machine (Settings::function_concurrency), and who finds none waits in line.
// Idle ones are kept warm and stopped after Settings::function_idle_timeout. Engine thread.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "aws/service.hpp"
#include "runtime/signal.hpp"
#include "runtime/task.hpp"
#include "services/lambda/log_writer.hpp"
#include "services/lambda/model.hpp"

namespace puddle::lambda {

class Lambda;

struct Event {
  std::string request_id;
  std::string payload;         ///< JSON text
  std::string client_context;  ///< JSON text or empty
  std::string trace_id;
};

struct Result {
  InvocationOutcome outcome;
  std::string executed_version;  ///< "$LATEST" or a number
  std::string log;               ///< START to REPORT, lines ended by '\n'
  bool failed() const { return outcome.kind != InvocationOutcome::Kind::ok; }
};

class Environments {
 public:
  explicit Environments(Lambda& service);
  ~Environments();
  /// Throws AwsError: the function is gone, its role cannot be assumed, or too many wait.
  Task<Result> run(std::string function_arn, Event event);
  /// Idle environments of the function are stopped, busy ones when their invocation is over.
  void retire(const std::string& function_arn);
  void stop_all();
  std::size_t count() const { return slots_.size(); }

 private:
  struct Slot;
  std::shared_ptr<Slot> take(const Function& function);
  std::shared_ptr<Slot> start(const Function& function);
  bool make_room();
  std::size_t busy_of(const std::string& function_arn) const;
  void release(const std::shared_ptr<Slot>& slot, bool alive);
  void drop(const std::shared_ptr<Slot>& slot);
  Result conclude(const std::shared_ptr<Slot>& slot, const Function& function, const Event& event,
                  InvocationOutcome outcome);
  Lambda& service_;
  std::vector<std::shared_ptr<Slot>> slots_;
  std::unique_ptr<Signal> freed_;
  std::size_t waiting_ = 0;
};

}  // namespace puddle::lambda
