// Signal: "something changed" for waiting handlers. Waiters are woken through Loop::post, in the order they
// came, so that no waiter runs inside the code that raised the signal. Destroying a Signal wakes its waiters
// with Wake::gone. Engine thread only. After a wait everything must be looked up again: nothing survives a
// co_await.
#pragma once
#include <coroutine>
#include <list>
#include <memory>

#include "ports/loop.hpp"

namespace puddle {

enum class Wake { raised, timeout, gone };

class Signal {
 public:
  explicit Signal(Loop& loop) : loop_(&loop) {}
  Signal(Signal&& other) noexcept;
  Signal& operator=(Signal&&) = delete;
  ~Signal();
  void raise_one();  ///< wakes the waiter that has waited longest
  void raise_all();
  bool has_waiters() const { return !waiters_.empty(); }

  struct Waiter {
    std::coroutine_handle<> handle;
    Loop::TimerId timer = 0;
    Wake why = Wake::gone;
    bool woken = false;
  };
  /// Named awaitable: `auto wait = signal.wait(deadline); Wake why = co_await wait;`
  class Wait {
   public:
    Wait(Signal& signal, Time deadline) : signal_(&signal), loop_(signal.loop_), deadline_(deadline) {}
    ~Wait();  ///< a waiter that is destroyed while waiting is forgotten
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle);
    Wake await_resume() const { return waiter_->why; }

   private:
    friend class Signal;
    Signal* signal_;
    Loop* loop_;
    Time deadline_;
    std::shared_ptr<Waiter> waiter_;
  };
  Wait wait(Time deadline) { return Wait(*this, deadline); }

 private:
  static void wake(Loop& loop, const std::shared_ptr<Waiter>& waiter, Wake why);
  Loop* loop_;
  std::list<std::shared_ptr<Waiter>> waiters_;
};

/// Named awaitable: `Sleep nap(loop, when); co_await nap;`
class Sleep {
 public:
  Sleep(Loop& loop, Time when) : loop_(&loop), when_(when) {}
  ~Sleep() {
    if (timer_) loop_->cancel(timer_);
  }
  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    timer_ = loop_->at(when_, [this, handle] {
      timer_ = 0;
      handle.resume();
    });
  }
  void await_resume() const noexcept {}

 private:
  Loop* loop_;
  Time when_;
  Loop::TimerId timer_ = 0;
};

}  // namespace puddle
