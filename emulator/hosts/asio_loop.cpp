#include "hosts/asio_loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <csignal>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/log.hpp"

namespace puddle {

using boost::system::error_code;
using std::chrono::microseconds;

namespace {

/// The system clock may be set while we sleep: never trust one sleep for longer.
constexpr microseconds kLongestSleep = std::chrono::seconds(30);
/// Timers that run before sockets get their turn.
constexpr int kTimersPerTurn = 256;

}  // namespace

struct AsioLoop::Impl {
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};

  std::vector<Callback> ready, running;
  bool draining = false;  // a drain() is queued in the context

  std::map<std::pair<Time, TimerId>, Callback> timers;
  std::unordered_map<TimerId, Time> times;
  TimerId next_timer = 1;
  boost::asio::steady_timer alarm{context};
  Time alarm_at = Time::max();     // what the alarm is set for; max: not set
  std::uint64_t alarm_number = 0;  // tells the latest alarm from those that it replaced
  Duration offset{0};

  std::mutex mutex;
  std::vector<Callback> foreign;  // guarded by mutex

  std::unique_ptr<boost::asio::signal_set> signals;
  std::function<void(int)> signalled;

  microseconds precise_now() const {
    const auto now = std::chrono::system_clock::now().time_since_epoch() + offset;
    return std::chrono::duration_cast<microseconds>(now);
  }

  static void call(Callback& fn) {
    try {
      fn();
    } catch (const std::exception& e) {
      log(Level::error, "loop", std::string("a callback failed: ") + e.what());
    } catch (...) {
      log(Level::error, "loop", "a callback failed");
    }
  }

  void queue_drain() {
    if (std::exchange(draining, true)) return;
    boost::asio::post(context, [this] { drain(); });
  }

  /// What these callbacks post runs in the next drain, behind the sockets that became ready meanwhile.
  void drain() {
    draining = false;
    running.swap(ready);
    for (Callback& fn : running) {
      call(fn);
      fn = nullptr;
    }
    running.clear();
  }

  void drain_foreign() {
    std::vector<Callback> all;
    {
      const std::lock_guard<std::mutex> lock(mutex);
      all.swap(foreign);
    }
    for (Callback& fn : all) call(fn);
  }

  void set_alarm() {
    if (timers.empty()) return;
    const Time first = timers.begin()->first.first;
    if (first >= alarm_at) return;  // an early alarm finds nothing due and sets the next
    alarm_at = first;
    const microseconds due = std::chrono::duration_cast<microseconds>(first.time_since_epoch());
    const microseconds wait = std::clamp(due - precise_now(), microseconds(0), kLongestSleep);
    alarm.expires_after(wait);
    alarm.async_wait([this, number = ++alarm_number](error_code error) {
      if (!error && number == alarm_number) ring();
    });
  }

  void ring() {
    alarm_at = Time::max();
    const Time now = std::chrono::floor<Duration>(Time::clock::time_point(precise_now()));
    const TimerId newest = next_timer;
    for (int i = 0; i < kTimersPerTurn && !timers.empty(); ++i) {
      const auto first = timers.begin();
      // A timer set by another for this very instant waits for the next turn.
      if (first->first.first > now || first->first.second >= newest) break;
      Callback fn = std::move(first->second);
      times.erase(first->first.second);
      timers.erase(first);
      call(fn);
    }
    set_alarm();
  }

  void wait_for_signal() {
    signals->async_wait([this](error_code error, int number) {
      if (error) return;
      if (signalled) signalled(number);
      wait_for_signal();
    });
  }
};

AsioLoop::AsioLoop() : impl_(std::make_unique<Impl>()) {}

AsioLoop::~AsioLoop() {
  // Callbacks may own things that cancel timers when they die: let them find an intact loop.
  auto timers = std::move(impl_->timers);
  impl_->timers.clear();
  impl_->times.clear();
  timers.clear();
  auto ready = std::move(impl_->ready);
  impl_->ready.clear();
  ready.clear();
}

Time AsioLoop::now() const {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now()) + impl_->offset;
}

void AsioLoop::post(Callback fn) {
  impl_->ready.push_back(std::move(fn));
  impl_->queue_drain();
}

Loop::TimerId AsioLoop::at(Time when, Callback fn) {
  const TimerId id = impl_->next_timer++;
  impl_->timers.emplace(std::pair(when, id), std::move(fn));
  impl_->times.emplace(id, when);
  impl_->set_alarm();
  return id;
}

void AsioLoop::cancel(TimerId timer) {
  const auto found = impl_->times.find(timer);
  if (found == impl_->times.end()) return;
  const auto node =
      impl_->timers.extract(std::pair(found->second, timer));  // destroyed last: it may call back
  impl_->times.erase(found);
}

void AsioLoop::advance(Duration by) {
  if (by <= Duration(0)) return;
  impl_->offset += by;
  impl_->alarm_at = Time::max();
  impl_->set_alarm();
}

void AsioLoop::post_from_other_thread(Callback fn) {
  bool first = false;
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    first = impl_->foreign.empty();
    impl_->foreign.push_back(std::move(fn));
  }
  if (first) boost::asio::post(impl_->context, [impl = impl_.get()] { impl->drain_foreign(); });
}

void AsioLoop::on_signal(std::function<void(int)> fn) {
  impl_->signalled = std::move(fn);
  if (impl_->signals) return;
  impl_->signals = std::make_unique<boost::asio::signal_set>(impl_->context, SIGTERM, SIGINT);
  impl_->wait_for_signal();
}

void AsioLoop::run() {
  impl_->context.restart();
  for (;;) {
    try {
      impl_->context.run();
      return;
    } catch (const std::exception& e) {
      log(Level::error, "loop", std::string("a handler failed: ") + e.what());
    }
  }
}

bool AsioLoop::run_until(const std::function<bool()>& done, Duration limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  impl_->context.restart();
  while (!done()) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= std::chrono::steady_clock::duration(0)) return false;
    impl_->context.run_one_for(left);
  }
  return true;
}

void AsioLoop::stop() { impl_->context.stop(); }

boost::asio::io_context& AsioLoop::context() { return impl_->context; }

}  // namespace puddle
