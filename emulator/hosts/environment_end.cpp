// How an execution environment fails, times out and ends.
#include <algorithm>

#include "base/log.hpp"
#include "hosts/api_reply.hpp"
#include "hosts/environment.hpp"

namespace puddle {
namespace {

using Kind = InvocationOutcome::Kind;

constexpr Duration kMemoryCheck = std::chrono::milliseconds(100);
// What extensions have to shut down in; three tenths of it are the runtime's (Lambda's runtime interface
// emulator).
constexpr Duration kExternalShutdown = std::chrono::milliseconds(2000);
constexpr Duration kInternalShutdown = std::chrono::milliseconds(500);
constexpr std::int64_t kMebibyte = 1 << 20;

/// "3.00".
std::string seconds_of(Duration span) {
  const auto hundredths = span.count() / 10;
  const std::string rest = std::to_string(hundredths % 100);
  return std::to_string(hundredths / 100) + "." + (rest.size() < 2 ? "0" + rest : rest);
}

}  // namespace

/// A try of the init phase is over. The first one is tried again inside the invocation that waits; the second
/// one is that invocation's outcome.
void Environment::fail_init(std::string type, std::string payload, bool timed_out) {
  const auto keep = shared_from_this();
  if (runtime_) {
    runtime_->drain();
    peak_ = std::max(peak_, runtime_->peak_memory());
  }
  output_.flush();
  InitFailure failure{phase_, timed_out, type,
                      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began_)};
  say(init_runtime_done_event(this->type(), &failure));
  say(init_report_event(this->type(), &failure, failure.duration));
  const bool again = phase_ == Phase::init;
  close(timed_out ? "timeout" : "failure");
  if (events_.init_failed) events_.init_failed(failure);
  if (again || !invocation_) return;
  InvocationOutcome out;
  out.kind = timed_out ? Kind::timed_out : Kind::init_error;
  out.error_type = std::move(type);
  out.payload = std::move(payload);
  finish(std::move(out));
}

void Environment::time_out() {
  const std::string message = error_message("Task timed out after " + seconds_of(spec_.timeout) + " seconds");
  const std::string payload = error_json("Sandbox.Timedout", message);
  if (state_ == State::starting) return fail_init("Sandbox.Timedout", payload, true);
  const auto keep = shared_from_this();
  const bool answer = state_ == State::busy;
  close("timeout");
  if (!answer) return;  // settling: an extension, or the runtime, did not come back
  InvocationOutcome out;
  out.kind = Kind::timed_out;
  out.error_type = "Sandbox.Timedout";
  out.payload = payload;
  finish(std::move(out));
}

void Environment::check_memory() {
  memory_timer_ = 0;
  if (!runtime_) {
    if (state_ == State::starting)
      memory_timer_ = host_.loop.at(host_.loop.now() + kMemoryCheck, [this] { check_memory(); });
    return;
  }
  std::int64_t used = runtime_->memory();
  for (const auto& [name, process] : extension_processes_) used += process->memory();
  peak_ = std::max(peak_, used);
  if (used > spec_.memory_mb * kMebibyte) {
    // As the kernel would do to a control group: killed, and the exit is reported as such.
    memory_killed_ = true;
    return runtime_->kill();
  }
  memory_timer_ = host_.loop.at(host_.loop.now() + kMemoryCheck, [this] { check_memory(); });
}

void Environment::on_runtime_exit(int status) {
  if (state_ == State::closing) {
    host_.loop.post([weak = weak_from_this()] {  // not inside the process's own callback
      const auto self = weak.lock();
      if (self && self->state_ == State::closing && self->runtime_) self->end_runtime();
    });
    return;
  }
  const std::string how = status == 0 ? "Runtime exited without providing a reason"
                                      : "Runtime exited with error: " + describe_exit(status);
  const std::string type = memory_killed_ ? "Runtime.OutOfMemory" : "Runtime.ExitError";
  fault(type, how);
}

void Environment::on_extension_exit(const std::string& name, int status) {
  extensions_.gone(name);
  if (state_ == State::closing) {
    if (const auto it = extension_output_.find(name); it != extension_output_.end()) it->second->flush();
    const auto keep = shared_from_this();
    host_.loop.post([weak = weak_from_this(), name] {  // not inside the process's own callback
      const auto self = weak.lock();
      if (!self || self->state_ != State::closing) return;
      self->extension_processes_.erase(name);
      if (self->extension_processes_.empty()) self->closed();
    });
    return;
  }
  fault("Extension.Crash", describe_exit(status));
}

/// Something ended that should not have.
void Environment::fault(std::string type, const std::string& message) {
  const auto keep = shared_from_this();
  if (state_ == State::closing || state_ == State::broken || state_ == State::preparing) return;
  const std::string payload = error_json(type, error_message(message));
  if (state_ == State::starting) return fail_init(std::move(type), payload, false);
  const bool answer = state_ == State::busy;
  const std::string line = error_message(message);
  close("failure");
  if (!answer) return;
  if (events_.output && !spec_.json_logs) events_.output(line + "\n" + type);
  InvocationOutcome out;
  out.kind = Kind::exited;
  out.error_type = std::move(type);
  out.payload = payload;
  finish(std::move(out));
}

void Environment::close(std::string_view reason) {
  cancel_timers();
  state_ = State::closing;
  close_reason_ = reason;
  if (runtime_) {
    runtime_->drain();
    peak_ = std::max(peak_, runtime_->peak_memory());
    output_.flush();
  }
  const Duration span = !extensions_.any()             ? Duration(0)
                        : extension_processes_.empty() ? kInternalShutdown
                                                       : kExternalShutdown;
  const Time now = host_.loop.now();
  close_deadline_ = now + span;
  if (span == Duration(0) || !runtime_ || !runtime_->running()) return end_runtime();
  runtime_->terminate();
  close_timer_ = host_.loop.at(now + span * 3 / 10, [this] { close_timer_ = 0, end_runtime(); });
}

void Environment::end_runtime() {
  cancel_timers();
  if (runtime_) {
    runtime_->drain();
    output_.flush();
    runtime_->kill();
  }
  if (next_) std::exchange(next_, nullptr)(api_error(410, "Gone", "The environment has ended"));
  // The destructor of a process must not run inside its own callback.
  std::shared_ptr<ChildProcess> runtime = std::move(runtime_);
  const bool grace = extensions_.wants_shutdown() && !extension_processes_.empty();
  if (grace) {
    extensions_.shut_down(close_reason_, close_deadline_);
    for (const auto& [name, process] : extension_processes_)
      if (!extensions_.wants_shutdown(name)) process->kill();
  }
  host_.loop.post([runtime, weak = weak_from_this(), grace]() mutable {
    runtime.reset();
    const auto self = weak.lock();
    if (self && !grace && self->state_ == State::closing) self->closed();
  });
  if (!grace) return;
  close_timer_ = host_.loop.at(close_deadline_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->close_timer_ = 0;
    if (self->state_ == State::closing) self->closed();
  });
}

void Environment::closed() {
  const auto keep = shared_from_this();
  if (close_timer_) host_.loop.cancel(std::exchange(close_timer_, 0));
  for (const auto& [name, lines] : extension_output_) lines->flush();
  telemetry_.flush();
  extension_processes_.clear();
  extensions_.reset({});
  state_ = State::broken;
  if (gone_) return std::exchange(gone_, nullptr)();
  if (invocation_) launch(Phase::invoke);
}

void Environment::stop(std::function<void()> gone) {
  FunctionHost::Events last;
  last.output = std::move(events_.output);  // what is said on the way out
  events_ = std::move(last);
  done_ = {};
  invocation_.reset();
  gone_ = std::move(gone);
  if (state_ == State::closing) return;
  if (state_ == State::broken || state_ == State::preparing) return std::exchange(gone_, nullptr)();
  close("spindown");
}

}  // namespace puddle
