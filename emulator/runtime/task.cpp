#include "runtime/task.hpp"

#include <list>
#include <string>

#include "base/log.hpp"

namespace puddle {
namespace {

// The outermost coroutine of a spawned task. Its frame lives in the group's list until it ends or is
// cancelled.
struct Root {
  struct promise_type {
    std::function<void()> finished;
    promise_type() {}
    Root get_return_object() { return Root{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    struct Final {
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<promise_type> self) const noexcept {
        // `finished` destroys this frame, itself included: take it out first.
        const std::function<void()> done = std::move(self.promise().finished);
        done();
      }
      void await_resume() const noexcept {}
    };
    Final final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept {
      try {
        throw;
      } catch (const std::exception& e) {
        log(Level::error, "task", std::string("ended with ") + e.what());
      } catch (...) {
        log(Level::error, "task", "ended with an unknown exception");
      }
    }
  };
  std::coroutine_handle<promise_type> handle;
};

Root run(Task<> task) { co_await std::move(task); }

}  // namespace

struct TaskGroup::State {
  std::list<std::coroutine_handle<Root::promise_type>> running;
};

TaskGroup::TaskGroup() : state_(std::make_unique<State>()) {}
TaskGroup::~TaskGroup() { cancel(); }

void TaskGroup::spawn(Task<> task) {
  const Root root = run(std::move(task));
  State& state = *state_;
  state.running.push_front(root.handle);
  const auto here = state.running.begin();
  root.handle.promise().finished = [&state, here, handle = root.handle] {
    state.running.erase(here);
    handle.destroy();
  };
  root.handle.resume();
}

std::size_t TaskGroup::running() const { return state_->running.size(); }

void TaskGroup::cancel() {
  // A destroyed frame may run destructors that spawn or cancel elsewhere, never in this group.
  while (!state_->running.empty()) {
    const auto handle = state_->running.back();
    state_->running.pop_back();
    handle.destroy();
  }
}

}  // namespace puddle
