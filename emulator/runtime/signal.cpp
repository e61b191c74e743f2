#include "runtime/signal.hpp"

#include <utility>

namespace puddle {

Signal::Signal(Signal&& other) noexcept : loop_(other.loop_), waiters_(std::move(other.waiters_)) {
  other.waiters_.clear();
}

Signal::~Signal() {
  for (const auto& waiter : waiters_) wake(*loop_, waiter, Wake::gone);
}

void Signal::wake(Loop& loop, const std::shared_ptr<Waiter>& waiter, Wake why) {
  if (waiter->woken) return;
  waiter->woken = true;
  waiter->why = why;
  if (waiter->timer) loop.cancel(waiter->timer);
  // The handle is cleared when the waiting coroutine is destroyed before the loop gets here.
  loop.post([waiter] {
    if (auto handle = std::exchange(waiter->handle, {})) handle.resume();
  });
}

void Signal::raise_one() {
  while (!waiters_.empty()) {
    const auto waiter = std::move(waiters_.front());
    waiters_.pop_front();
    if (waiter->woken || !waiter->handle) continue;
    wake(*loop_, waiter, Wake::raised);
    return;
  }
}

void Signal::raise_all() {
  for (auto waiters = std::exchange(waiters_, {}); const auto& waiter : waiters)
    if (waiter->handle) wake(*loop_, waiter, Wake::raised);
}

Signal::Wait::~Wait() {
  if (!waiter_ || !waiter_->handle) return;
  // Destroyed while waiting: the frame is gone, nobody may resume it.
  waiter_->handle = {};
  if (waiter_->timer) loop_->cancel(waiter_->timer);
}

void Signal::Wait::await_suspend(std::coroutine_handle<> handle) {
  waiter_ = std::make_shared<Waiter>();
  waiter_->handle = handle;
  // Forget waiters that timed out or were destroyed, so that the list stays as long as there are real ones.
  signal_->waiters_.remove_if([](const auto& w) { return w->woken || !w->handle; });
  signal_->waiters_.push_back(waiter_);
  Loop& loop = *loop_;
  waiter_->timer = loop.at(deadline_, [&loop, waiter = waiter_] {
    waiter->timer = 0;
    wake(loop, waiter, Wake::timeout);
  });
}

}  // namespace puddle
