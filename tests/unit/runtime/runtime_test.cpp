// Tasks, signals and the virtual loop.
#include <catch2/catch.hpp>

#include "runtime/signal.hpp"
#include "runtime/task.hpp"
#include "runtime/virtual_loop.hpp"

using namespace puddle;

namespace {

Task<int> answer(int n) { co_return n; }

Task<int> refuse() {
  throw std::runtime_error("no");
  co_return 0;
}

Task<> sum(int& out) {
  Task<int> first = answer(40);
  const int a = co_await std::move(first);
  Task<int> second = answer(2);
  const int b = co_await std::move(second);
  out = a + b;
}

Task<> catches(std::string& out) {
  try {
    Task<int> work = refuse();
    co_await std::move(work);
  } catch (const std::exception& e) {
    out = e.what();
  }
}

Task<> wait_for(Signal& signal, Time deadline, std::vector<Wake>& woken) {
  Signal::Wait wait(signal, deadline);
  const Wake why = co_await wait;
  woken.push_back(why);
}

}  // namespace

TEST_CASE("a task gives its value to the one that awaits it") {
  TaskGroup group;
  int out = 0;
  group.spawn(sum(out));
  CHECK(out == 42);
  CHECK(group.running() == 0);
}

TEST_CASE("an exception passes through co_await") {
  TaskGroup group;
  std::string out;
  group.spawn(catches(out));
  CHECK(out == "no");
}

TEST_CASE("a signal wakes its waiters in the order they came") {
  VirtualLoop loop;
  Signal signal(loop);
  TaskGroup group;
  std::vector<Wake> woken;
  for (int i = 0; i < 3; ++i) group.spawn(wait_for(signal, loop.now() + 10s, woken));
  signal.raise_one();
  loop.run_ready();
  CHECK(woken.size() == 1);
  signal.raise_all();
  loop.run_ready();
  CHECK(woken == std::vector<Wake>(3, Wake::raised));
}

TEST_CASE("a wait ends at its deadline, to the millisecond") {
  VirtualLoop loop;
  Signal signal(loop);
  TaskGroup group;
  std::vector<Wake> woken;
  group.spawn(wait_for(signal, loop.now() + 10s, woken));
  loop.advance(9999ms);
  CHECK(woken.empty());
  loop.advance(1ms);
  CHECK(woken == std::vector<Wake>{Wake::timeout});
}

TEST_CASE("a signal that ends wakes its waiters with gone") {
  VirtualLoop loop;
  TaskGroup group;
  std::vector<Wake> woken;
  {
    Signal signal(loop);
    group.spawn(wait_for(signal, loop.now() + 10s, woken));
  }
  loop.run_ready();
  CHECK(woken == std::vector<Wake>{Wake::gone});
}

TEST_CASE("a cancelled waiter is never resumed") {
  VirtualLoop loop;
  Signal signal(loop);
  std::vector<Wake> woken;
  TaskGroup group;
  group.spawn(wait_for(signal, loop.now() + 10s, woken));
  signal.raise_one();  // posted, not yet run
  group.cancel();
  loop.advance(20s);
  CHECK(woken.empty());
}

TEST_CASE("a completion that outlives its waiter is ignored") {
  TaskGroup group;
  std::function<void(int)> finish;
  int got = 0;
  struct Waits {
    static Task<> run(std::function<void(int)>& out, int& result) {
      Completion<int> done;
      out = [done](int n) { done.complete(n); };
      result = co_await done;
    }
  };
  group.spawn(Waits::run(finish, got));
  group.cancel();
  finish(7);
  CHECK(got == 0);
}

TEST_CASE("timers run in order of time, then of setting") {
  VirtualLoop loop;
  std::string order;
  loop.at(loop.now() + 2s, [&] { order += "c"; });
  loop.at(loop.now() + 1s, [&] { order += "a"; });
  loop.at(loop.now() + 1s, [&] { order += "b"; });
  const auto dropped = loop.at(loop.now() + 1s, [&] { order += "x"; });
  loop.cancel(dropped);
  loop.settle(1h);
  CHECK(order == "abc");
}
