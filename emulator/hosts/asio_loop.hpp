// AsioLoop: the engine thread's real loop, on one boost::asio::io_context.
//
// Owned by the composition root; everything else only borrows it, so it must be destroyed last. All members
// are for the thread that calls run(), except post_from_other_thread() and stop(). Timers live in our own
// ordered map behind one system timer, so thousands of them cost no more than a tree node each. The clock is
// the system's plus an offset that advance() moves. Nothing here fails; a callback that throws is a bug: it
// is logged and the loop goes on.
#pragma once
#include <functional>
#include <memory>

#include "ports/loop.hpp"

namespace boost::asio {
class io_context;
}

namespace puddle {

class AsioLoop final : public Loop {
 public:
  AsioLoop();
  ~AsioLoop() override;
  AsioLoop(const AsioLoop&) = delete;
  AsioLoop& operator=(const AsioLoop&) = delete;

  Time now() const override;
  void post(Callback fn) override;
  TimerId at(Time when, Callback fn) override;
  void cancel(TimerId timer) override;

  /// Moves the clock forward; timers that became due run soon, in their order. Negative spans are ignored.
  void advance(Duration by);
  /// Runs fn on the loop's thread. Any thread; fn is dropped when the loop is destroyed first.
  void post_from_other_thread(Callback fn);
  /// Calls fn with the number of each SIGTERM or SIGINT that arrives; without a handler the system's default
  /// holds.
  void on_signal(std::function<void(int)> fn);

  /// Until stop(); may be called again afterwards.
  void run();
  /// For tests: until done() is true or the span (real time) is over; says whether done() is true.
  bool run_until(const std::function<bool()>& done, Duration limit);
  /// Any thread.
  void stop();

  /// For the hosts and the listener that open sockets and watch children on the same thread.
  boost::asio::io_context& context();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace puddle
