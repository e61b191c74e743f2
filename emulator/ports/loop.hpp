// Loop: the only source of "now" and "later". Everything runs on the loop's one thread, the engine thread.
#pragma once
#include <cstdint>
#include <functional>

#include "base/time.hpp"

namespace puddle {

class Loop {
 public:
  using Callback = std::function<void()>;
  /// Names a timer for cancel(); never reused, 0 names none.
  using TimerId = std::uint64_t;

  virtual ~Loop() = default;
  virtual Time now() const = 0;
  /// Runs fn after what is queued already. Engine thread only.
  virtual void post(Callback fn) = 0;
  /// Runs fn at the instant, or soon when it has passed. Timers of one instant run in the order they were
  /// set.
  virtual TimerId at(Time when, Callback fn) = 0;
  /// The callback will not run; unknown and finished timers are ignored.
  virtual void cancel(TimerId timer) = 0;
};

}  // namespace puddle
