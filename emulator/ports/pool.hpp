// Pool: a few threads for work that would block the engine thread. Work never touches service state.
#pragma once
#include <functional>

namespace puddle {

class Pool {
 public:
  virtual ~Pool() = default;
  /// Runs work on a pool thread, then done on the engine thread. Exceptions must not leave work.
  virtual void run(std::function<void()> work, std::function<void()> done) = 0;
};

}  // namespace puddle
