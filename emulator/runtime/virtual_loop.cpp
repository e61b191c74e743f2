#include "runtime/virtual_loop.hpp"

#include <algorithm>
#include <utility>

namespace puddle {

void VirtualLoop::post(Callback fn) { ready_.push_back(std::move(fn)); }

Loop::TimerId VirtualLoop::at(Time when, Callback fn) {
  const TimerId id = next_id_++;
  const Time due = std::max(when, now_);
  timers_.emplace(std::pair(due, id), std::move(fn));
  times_.emplace(id, due);
  return id;
}

void VirtualLoop::cancel(TimerId timer) {
  const auto it = times_.find(timer);
  if (it == times_.end()) return;
  timers_.erase(std::pair(it->second, timer));
  times_.erase(it);
}

void VirtualLoop::run_ready() { run_until(now_); }

void VirtualLoop::advance(Duration by) { run_until(now_ + by); }

void VirtualLoop::settle(Duration horizon) {
  const Time end = now_ + horizon;
  run_ready();
  while (!timers_.empty() && timers_.begin()->first.first <= end) run_until(timers_.begin()->first.first);
}

void VirtualLoop::run_until(Time end) {
  for (;;) {
    if (!ready_.empty()) {
      const Callback fn = std::move(ready_.front());
      ready_.pop_front();
      fn();
      continue;
    }
    if (timers_.empty() || timers_.begin()->first.first > end) break;
    auto node = timers_.extract(timers_.begin());
    now_ = std::max(now_, node.key().first);
    times_.erase(node.key().second);
    node.mapped()();
  }
  now_ = std::max(now_, end);
}

}  // namespace puddle
