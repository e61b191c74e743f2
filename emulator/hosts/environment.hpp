// Environment: one execution environment of ProcessHost: the runtime's process, those of external extensions,
// and the listener on which they find the Runtime, Extensions and Telemetry APIs.
//
//     starting -> idle <-> busy -> settling -> idle        (settling: answered, but somebody still works)
//     any -> closing -> broken -> starting (with the next invocation: "suppressed init")
//
// Engine thread; unpacking and looking for interpreters happen on the pool. Shared, so that callbacks of
// processes and requests that outlive it find it gone.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hosts/child_process.hpp"
#include "hosts/extensions.hpp"
#include "hosts/host_context.hpp"
#include "hosts/telemetry.hpp"
#include "ports/function_host.hpp"

namespace puddle {

class Environment : public std::enable_shared_from_this<Environment> {
 public:
  using Done = std::function<void(InvocationOutcome)>;
  Environment(HostContext& host, FunctionHost::EnvironmentId id, EnvironmentSpec spec,
              FunctionHost::Events events);
  ~Environment();
  void start();
  void invoke(Invocation invocation, Done done);
  /// No callback but output after this. gone: when its last process has ended; extensions have two seconds.
  void stop(std::function<void()> gone);

 private:
  using Clock = std::chrono::steady_clock;
  enum class State { preparing, starting, idle, busy, settling, closing, broken };
  using Phase = InitFailure::Phase;

  // Life cycle (environment.cpp).
  void prepare();
  void launch(Phase phase);
  void launch_extensions();
  void launch_runtime();
  void adopt_runtime(std::unique_ptr<ChildProcess> child);
  std::map<std::string, std::string> variables(bool for_runtime) const;
  void progress();
  void deliver();
  void finish(InvocationOutcome outcome);
  /// Ends the processes; then the environment is broken, and starts again when somebody waits for it.
  /// Where there are extensions the runtime is asked first (SIGTERM), and then those that want to know.
  void close(std::string_view reason);
  void end_runtime();
  void closed();
  void fail_init(std::string type, std::string payload, bool timed_out);
  void time_out();
  void check_memory();
  void on_runtime_exit(int status);
  void on_extension_exit(const std::string& name, int status);
  void fault(std::string type, const std::string& message);
  void cancel_timers();
  void say(const PlatformEvent& event) { telemetry_.platform(event); }
  ChildProcess::Events runtime_events();

  // APIs (environment_api.cpp).
  bool open_api();
  void serve(const HttpRequest& request, const Respond& respond);
  void serve_runtime(const HttpRequest& request, std::string_view rest, const Respond& respond);
  void take_next(const Respond& respond);
  void take_result(const HttpRequest& request, bool good, const Respond& respond);
  void take_init_error(const HttpRequest& request, const Respond& respond);
  void subscribe(const HttpRequest& request, Telemetry::Api api, const Respond& respond);

  /// Bytes of a process's output as lines.
  struct Lines {
    std::string partial;
    std::function<void(std::string)> line;
    void add(std::string_view bytes);
    void flush();
  };

  std::string error_message(const std::string& text) const {
    return "RequestId: " + (invocation_ ? invocation_->request_id : std::string()) + " Error: " + text;
  }
  const std::string& arn() const {
    return invocation_ && !invocation_->function_arn.empty() ? invocation_->function_arn : spec_.function_arn;
  }
  InitType type() const { return spec_.init_type; }

  HostContext& host_;
  FunctionHost::EnvironmentId id_;
  EnvironmentSpec spec_;
  FunctionHost::Events events_;
  State state_ = State::preparing;
  Phase phase_ = Phase::init;
  std::string directory_, problem_;
  std::shared_ptr<HostContext::Prepared> prepared_;
  std::unique_ptr<Listener> api_;
  Extensions extensions_;
  Telemetry telemetry_;
  std::unique_ptr<ChildProcess> runtime_;
  std::map<std::string, std::unique_ptr<ChildProcess>> extension_processes_;
  std::uint64_t launches_ = 0;  // tells a late fork of an earlier start from this one's
  Lines output_;
  std::map<std::string, std::unique_ptr<Lines>> extension_output_;

  std::optional<Invocation> invocation_;  // waiting or running
  Done done_;
  std::string last_request_;  // answered, and next has not been asked for since
  Respond next_;              // the runtime waits for an event
  bool runtime_launched_ = false, memory_killed_ = false;
  std::function<void()> gone_;
  Clock::time_point began_, invoked_;
  std::chrono::microseconds init_{0};
  std::int64_t peak_ = 0;  // bytes
  Loop::TimerId limit_timer_ = 0, memory_timer_ = 0, close_timer_ = 0;
  Time deadline_, close_deadline_;
  std::string close_reason_;
};

}  // namespace puddle
