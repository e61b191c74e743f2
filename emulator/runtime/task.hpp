// Task<T>: a lazy coroutine on the engine thread. It starts when awaited or spawned, resumes its awaiter when
// it ends, and carries exceptions. Not thread-safe; a Task is moved, never copied, and awaited at most once.
//
// g++ 12 destroys some temporaries twice in a full expression that contains co_await (docs/architecture.md,
// "The coroutine hazard"): a co_await expression contains only names, moves and calls on names. Create the
// task in one statement, await it in the next:
//     Task<Value> work = client.call(request);
//     Value reply = co_await std::move(work);
#pragma once
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/check.hpp"
#include "ports/loop.hpp"

namespace puddle {

template <class T = void>
class Task;

namespace detail {

struct FinalAwaiter {
  bool await_ready() const noexcept { return false; }
  template <class P>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) const noexcept {
    auto next = self.promise().continuation;
    return next ? next : std::noop_coroutine();
  }
  void await_resume() const noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> continuation;
  std::exception_ptr error;
  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { error = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Promise() {}
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& v) {
    value.emplace(std::forward<U>(v));
  }
  T take() {
    if (error) std::rethrow_exception(error);
    return std::move(*value);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Promise() {}
  Task<void> get_return_object();
  void return_void() const noexcept {}
  void take() const {
    if (error) std::rethrow_exception(error);
  }
};

template <class T>
struct TaskAwaiter {
  std::coroutine_handle<Promise<T>> handle;
  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) const noexcept {
    handle.promise().continuation = caller;
    return handle;
  }
  T await_resume() const { return handle.promise().take(); }
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;
  Task() = default;
  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }
  explicit operator bool() const { return static_cast<bool>(handle_); }
  detail::TaskAwaiter<T> operator co_await() && noexcept { return detail::TaskAwaiter<T>{handle_}; }

 private:
  Handle handle_;
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}
}  // namespace detail

/// Owns spawned tasks; destroying it destroys those that still wait. Engine thread only. A task that throws
/// is logged.
class TaskGroup {
 public:
  TaskGroup();
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  /// Starts the task now, up to its first wait.
  void spawn(Task<> task);
  std::size_t running() const;
  /// Destroys all running tasks; the group can be used again. Must not be called from one of them.
  void cancel();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Waits for a callback: `Completion<int> got; start([got](int n) { got.complete(n); }); int n = co_await
/// got;` Copies share the state, so one may be captured by a std::function; only the original may be awaited,
/// and when it is destroyed (its coroutine was dropped) a later complete() is ignored. Engine thread only.
template <class T>
class Completion {
 public:
  Completion() : state_(std::make_shared<State>()), original_(true) {}
  Completion(const Completion& other) : state_(other.state_), original_(false) {}
  Completion& operator=(const Completion&) = delete;
  ~Completion() {
    if (original_) state_->waiter = {};
  }
  void complete(T value) const {
    PUDDLE_CHECK(!state_->value);
    state_->value.emplace(std::move(value));
    if (auto waiter = std::exchange(state_->waiter, {})) waiter.resume();
  }
  struct State {
    std::optional<T> value;
    std::coroutine_handle<> waiter;
  };
  struct Awaiter {
    State* state;  // kept alive by the Completion that is being awaited: name it
    bool await_ready() const noexcept { return state->value.has_value(); }
    void await_suspend(std::coroutine_handle<> h) const noexcept { state->waiter = h; }
    T await_resume() const { return std::move(*state->value); }
  };
  Awaiter operator co_await() const& noexcept { return Awaiter{state_.get()}; }

 private:
  std::shared_ptr<State> state_;
  bool original_;
};

}  // namespace puddle
