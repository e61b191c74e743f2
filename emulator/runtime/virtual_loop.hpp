// VirtualLoop: deterministic Loop for tests and embedders. Time moves only when told to.
#pragma once
#include <deque>
#include <map>

#include "ports/loop.hpp"

namespace puddle {

class VirtualLoop final : public Loop {
 public:
  explicit VirtualLoop(Time start = from_millis(1'767'225'600'000)) : now_(start) {}  // 2026-01-01T00:00:00Z
  Time now() const override { return now_; }
  void post(Callback fn) override;
  TimerId at(Time when, Callback fn) override;
  void cancel(TimerId timer) override;

  void run_ready();           ///< until nothing is ready at this instant
  void advance(Duration by);  ///< runs each timer at its own instant on the way
  /// Until nothing is due within `horizon`; jumps from timer to timer.
  void settle(Duration horizon);
  bool idle() const { return ready_.empty(); }

 private:
  void run_until(Time end);
  Time now_;
  TimerId next_id_ = 1;
  std::deque<Callback> ready_;
  std::map<std::pair<Time, TimerId>, Callback> timers_;
  std::map<TimerId, Time> times_;
};

}  // namespace puddle
