// ThreadPool: two threads for work that would block the engine thread (unzip, checkpoint). They start with
// the first work, so that an idle daemon has none. Owned by the composition root, destroyed before the loop:
// the destructor waits for work that has begun and drops the rest with its `done`.
#pragma once
#include <memory>

#include "hosts/asio_loop.hpp"
#include "ports/pool.hpp"

namespace puddle {

class ThreadPool final : public Pool {
 public:
  explicit ThreadPool(AsioLoop& loop, std::size_t threads = 2);
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  /// Engine thread.
  void run(std::function<void()> work, std::function<void()> done) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace puddle
