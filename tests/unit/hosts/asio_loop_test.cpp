// The real loop: order of callbacks, timers on the shiftable clock, other threads.
#include <signal.h>

#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "hosts/asio_loop.hpp"
#include "hosts/system_entropy.hpp"

using namespace puddle;

TEST_CASE("posted callbacks run in order, behind what was queued already") {
  AsioLoop loop;
  std::string order;
  loop.post([&] {
    order += 'a';
    loop.post([&] { order += 'c'; });
  });
  loop.post([&] { order += 'b'; });
  REQUIRE(loop.run_until([&] { return order.size() == 3; }, 1s));
  REQUIRE(order == "abc");
}

TEST_CASE("timers run in order of their instant, then in the order they were set") {
  AsioLoop loop;
  std::string order;
  const Time start = loop.now();
  loop.at(start + 20ms, [&] { order += 'c'; });
  loop.at(start + 10ms, [&] { order += 'a'; });
  loop.at(start + 10ms, [&] { order += 'b'; });
  const Loop::TimerId never = loop.at(start + 5ms, [&] { order += 'x'; });
  loop.cancel(never);
  loop.cancel(never);
  REQUIRE(loop.run_until([&] { return order.size() == 3; }, 1s));
  REQUIRE(order == "abc");
  REQUIRE(loop.now() >= start + 20ms);
}

TEST_CASE("a timer does not fire before its instant, one in the past fires soon") {
  AsioLoop loop;
  Time fired{};
  const Time when = loop.now() + 15ms;
  loop.at(when, [&] { fired = loop.now(); });
  REQUIRE(loop.run_until([&] { return fired != Time{}; }, 1s));
  REQUIRE(fired >= when);
  bool past = false;
  loop.at(loop.now() - 1h, [&] { past = true; });
  REQUIRE(loop.run_until([&] { return past; }, 1s));
}

TEST_CASE("advance moves the clock and what became due runs at once, in order") {
  AsioLoop loop;
  std::string order;
  const Time start = loop.now();
  loop.at(start + 2h, [&] { order += 'b'; });
  loop.at(start + 1h, [&] { order += 'a'; });
  loop.at(start + 10h, [&] { order += 'x'; });
  loop.advance(3h);
  REQUIRE(loop.run_until([&] { return order.size() == 2; }, 1s));
  REQUIRE(order == "ab");
  REQUIRE(loop.now() >= start + 3h);
}

TEST_CASE("thousands of timers can be set and cancelled") {
  AsioLoop loop;
  std::vector<Loop::TimerId> ids;
  int ran = 0;
  for (int i = 0; i < 20'000; ++i) ids.push_back(loop.at(loop.now() + 1ms, [&] { ++ran; }));
  for (std::size_t i = 0; i < ids.size(); i += 2) loop.cancel(ids[i]);
  REQUIRE(loop.run_until([&] { return ran == 10'000; }, 5s));
}

TEST_CASE("a callback that throws does not end the loop") {
  AsioLoop loop;
  bool after = false;
  loop.post([] { throw std::runtime_error("expected by this test"); });
  loop.post([&] { after = true; });
  REQUIRE(loop.run_until([&] { return after; }, 1s));
}

TEST_CASE("another thread can post and stop") {
  AsioLoop loop;
  int ran = 0;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) loop.post_from_other_thread([&] { ++ran; });
    loop.post_from_other_thread([&] { loop.stop(); });
  });
  loop.run();
  other.join();
  REQUIRE(ran == 100);
}

TEST_CASE("signals arrive as callbacks") {
  AsioLoop loop;
  int got = 0;
  loop.on_signal([&](int number) { got = number; });
  loop.post([] { ::raise(SIGTERM); });
  REQUIRE(loop.run_until([&] { return got != 0; }, 1s));
  REQUIRE(got == SIGTERM);
}

TEST_CASE("system entropy gives as many bytes as asked for and does not repeat them") {
  SystemEntropy entropy;
  REQUIRE(entropy.bytes(0).empty());
  REQUIRE(entropy.bytes(10'000).size() == 10'000);
  REQUIRE(entropy.bytes(16) != entropy.bytes(16));
  REQUIRE(entropy.number() != entropy.number());
}
