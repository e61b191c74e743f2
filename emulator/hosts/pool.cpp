#include "hosts/pool.hpp"

#include <condition_variable>
#include <csignal>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.hpp"

namespace puddle {

struct ThreadPool::Impl {
  struct Item {
    std::function<void()> work, done;
  };
  AsioLoop& loop;
  std::size_t limit;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Item> items;  // guarded by mutex
  std::size_t idle = 0;    // guarded by mutex
  bool ending = false;     // guarded by mutex
  std::vector<std::thread> threads;

  Impl(AsioLoop& l, std::size_t n) : loop(l), limit(n) {}

  void serve() {
    std::unique_lock<std::mutex> lock(mutex);
    for (;;) {
      ++idle;
      wake.wait(lock, [this] { return ending || !items.empty(); });
      --idle;
      if (ending) return;
      Item item = std::move(items.front());
      items.pop_front();
      lock.unlock();
      try {
        item.work();
      } catch (const std::exception& e) {
        log(Level::error, "pool", std::string("work failed: ") + e.what());
      }
      // What the work captured may belong to the engine thread: both are destroyed there.
      loop.post_from_other_thread([work = std::move(item.work), done = std::move(item.done)] {
        if (done) done();
      });
      lock.lock();
    }
  }

  /// Signals are the engine thread's: a new thread starts with all of them blocked.
  void start_thread() {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    threads.emplace_back([this] { serve(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
};

ThreadPool::ThreadPool(AsioLoop& loop, std::size_t threads) : impl_(std::make_unique<Impl>(loop, threads)) {}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    impl_->ending = true;
  }
  impl_->wake.notify_all();
  for (std::thread& thread : impl_->threads) thread.join();
}

void ThreadPool::run(std::function<void()> work, std::function<void()> done) {
  bool another = false;
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    impl_->items.push_back({std::move(work), std::move(done)});
    another = impl_->idle < impl_->items.size() && impl_->threads.size() < impl_->limit;
  }
  if (another) impl_->start_thread();
  impl_->wake.notify_one();
}

}  // namespace puddle
