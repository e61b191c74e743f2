// Child processes on the real loop.
#include <catch2/catch.hpp>
#include <memory>
#include <thread>

#include "hosts/child_process.hpp"

using namespace puddle;

namespace {

ChildProcess::Options running(const char* path, const char* argument) {
  ChildProcess::Options out;
  out.command = {path, argument};
  out.directory = "/";
  return out;
}

}  // namespace

TEST_CASE("the end of one process is not taken for the end of another that lives") {
  // Two have ended before the loop looks; the first of them to be seen destroys the other, whose events wait
  // already, and starts a third, which gets the other's descriptors.
  AsioLoop loop;
  std::unique_ptr<ChildProcess> first, second, third;
  bool third_ended = false;
  Time seen{}, timer{};
  const auto replace = [&](std::unique_ptr<ChildProcess>& other) {
    if (third) return;
    seen = loop.now();
    other.reset();
    ChildProcess::Events events;
    events.exited = [&](int) { third_ended = true; };
    third = std::move(*ChildProcess::start(loop, running("/bin/sleep", "2"), std::move(events)));
    loop.at(seen + 50ms, [&] { timer = loop.now(); });
  };
  ChildProcess::Events one, two;
  one.exited = [&](int) { replace(second); };
  two.exited = [&](int) { replace(first); };
  first = std::move(*ChildProcess::start(loop, running("/bin/sleep", "0"), std::move(one)));
  second = std::move(*ChildProcess::start(loop, running("/bin/sleep", "0"), std::move(two)));
  std::this_thread::sleep_for(300ms);
  REQUIRE(loop.run_until([&] { return timer != Time{}; }, 5s));
  CHECK(timer - seen < 1500ms);
  CHECK_FALSE(third_ended);
  third->kill();
  REQUIRE(loop.run_until([&] { return third_ended; }, 5s));
}
