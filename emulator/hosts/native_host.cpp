#include "hosts/native_host.hpp"

#include <condition_variable>
#include <deque>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>

#include "base/text.hpp"
#include "hosts/api_reply.hpp"
#include "wire/json.hpp"

namespace puddle {
namespace {

using Kind = InvocationOutcome::Kind;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxResponse = 6'291'556;

InvocationOutcome failed(std::string type, std::string_view message) {
  InvocationOutcome out;
  out.kind = Kind::function_error;
  out.payload = "{\"errorMessage\":";
  append_json_string(out.payload, message);
  out.payload += ",\"errorType\":";
  append_json_string(out.payload, type);
  out.payload += "}";
  out.error_type = std::move(type);
  return out;
}

/// On the environment's thread.
InvocationOutcome run(const NativeHandler& handler, NativeCall& call) {
  try {
    InvocationOutcome out;
    out.payload = handler(call);
    if (out.payload.size() > kMaxResponse)
      return failed("Function.ResponseSizeTooLarge",
                    "Response payload size exceeded maximum allowed payload size (6291556 bytes).");
    if (out.payload.empty()) out.payload = "null";
    if (!wire::parse_json(out.payload))
      return failed("Runtime.MarshalError", "Unable to marshal response: the handler returned no JSON");
    return out;
  } catch (const NativeError& e) {
    return failed(e.type, e.message);
  } catch (const std::exception& e) {
    return failed("Error", e.what());
  } catch (...) {
    return failed("Error", "unknown exception");
  }
}

std::int64_t resident_mb() {
  std::ifstream file("/proc/self/statm");
  std::int64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident / 256;
}

}  // namespace

/// Shared by the engine and the thread, which may outlive everything else when a handler does not return.
struct NativeHost::Environment {
  // Engine thread.
  EnvironmentSpec spec;
  Events events;
  std::function<void(InvocationOutcome)> done;
  std::string request_id;
  Loop::TimerId timer = 0;
  Clock::time_point invoked;
  // Both, under the mutex.
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<NativeCall> next;
  bool over = false;
};

NativeHost::~NativeHost() {
  const auto all = environments_;
  for (const auto& [id, environment] : all) stop(id);
}

FunctionHost::EnvironmentId NativeHost::start(EnvironmentSpec spec, Events events) {
  const auto handler = handlers_.find(spec.function_name);
  if (handler == handlers_.end()) return others_.start(std::move(spec), std::move(events));
  const EnvironmentId id = next_++;
  auto environment = std::make_shared<Environment>();
  environment->spec = std::move(spec);
  environment->events = std::move(events);
  environments_[id] = environment;
  const auto finished = [this, id, weak = std::weak_ptr(environment)](InvocationOutcome out) {
    const auto self = weak.lock();
    if (!self || !self->done) return;  // stopped, or timed out
    if (self->timer) loop_.cancel(std::exchange(self->timer, 0));
    out.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - self->invoked);
    out.max_memory_mb = resident_mb();
    std::exchange(self->done, nullptr)(std::move(out));
  };
  // Detached: a handler that does not return is let go. It reaches the engine through the loop only, and the
  // loop only while the environment is not over.
  std::thread([environment, code = handler->second, finished, &loop = loop_] {
    for (;;) {
      std::unique_lock lock(environment->mutex);
      environment->changed.wait(lock, [&] { return environment->over || environment->next; });
      if (environment->over) return;
      NativeCall call = std::move(*environment->next);
      environment->next.reset();
      lock.unlock();
      call.log = [environment, &loop](std::string_view line) {
        const std::lock_guard held(environment->mutex);
        if (environment->over) return;
        loop.post_from_other_thread([weak = std::weak_ptr(environment), text = std::string(line)] {
          const auto self = weak.lock();
          if (self && self->events.output) self->events.output(text);
        });
      };
      InvocationOutcome out = run(code, call);
      const std::lock_guard held(environment->mutex);
      if (environment->over) return;
      loop.post_from_other_thread([finished, out = std::move(out)] { finished(out); });
    }
  }).detach();
  loop_.post([weak = std::weak_ptr(environment)] {
    const auto self = weak.lock();
    if (self && self->events.initialized) self->events.initialized();
  });
  return id;
}

void NativeHost::invoke(EnvironmentId id, Invocation i, std::function<void(InvocationOutcome)> done) {
  if (id < kNative) return others_.invoke(id, std::move(i), std::move(done));
  const auto it = environments_.find(id);
  if (it == environments_.end()) {
    InvocationOutcome gone = failed("Runtime.ExitError", "The environment has ended");
    gone.environment_alive = false;
    return loop_.post([gone, done = std::move(done)] { done(gone); });
  }
  const auto& environment = it->second;
  environment->done = std::move(done);
  environment->request_id = i.request_id;
  environment->invoked = Clock::now();
  const EnvironmentSpec& spec = environment->spec;
  NativeCall call;
  call.event = std::move(i.payload);
  call.request_id = i.request_id;
  call.function_name = spec.function_name;
  call.function_arn = i.function_arn.empty() ? spec.function_arn : i.function_arn;
  call.version = spec.version;
  call.client_context = std::move(i.client_context);
  call.trace_id = std::move(i.trace_header);
  call.memory_mb = spec.memory_mb;
  call.deadline = loop_.now() + spec.timeout;
  environment->timer = loop_.at(call.deadline, [this, id] {
    const auto late = environments_.find(id);
    if (late == environments_.end()) return;
    const auto self = late->second;
    self->timer = 0;
    InvocationOutcome out;
    out.kind = Kind::timed_out;
    out.error_type = "Sandbox.Timedout";
    out.environment_alive = false;
    out.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - self->invoked);
    out.max_memory_mb = resident_mb();
    out.payload =
        error_json(out.error_type, "RequestId: " + self->request_id + " Error: Task timed out after " +
                                       std::to_string(self->spec.timeout.count() / 1000) + ".00 seconds");
    const auto answer = std::exchange(self->done, nullptr);
    stop(id);
    if (answer) answer(std::move(out));
  });
  if (environment->events.delivered) environment->events.delivered();
  const std::lock_guard lock(environment->mutex);
  environment->next = std::move(call);
  environment->changed.notify_one();
}

void NativeHost::stop(EnvironmentId id) {
  if (id < kNative) return others_.stop(id);
  auto node = environments_.extract(id);
  if (node.empty()) return;
  Environment& environment = *node.mapped();
  if (environment.timer) loop_.cancel(std::exchange(environment.timer, 0));
  environment.events = {};
  environment.done = nullptr;
  const std::lock_guard lock(environment.mutex);
  environment.over = true;
  environment.changed.notify_one();
}

}  // namespace puddle
