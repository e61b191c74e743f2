// The pool: work elsewhere, the end of it on the engine thread.
#include <catch2/catch.hpp>
#include <thread>

#include "hosts/pool.hpp"

using namespace puddle;

TEST_CASE("work runs on another thread, done on the loop's") {
  AsioLoop loop;
  ThreadPool pool(loop);
  const std::thread::id mine = std::this_thread::get_id();
  std::thread::id worked, ended;
  pool.run([&] { worked = std::this_thread::get_id(); }, [&] { ended = std::this_thread::get_id(); });
  REQUIRE(loop.run_until([&] { return ended != std::thread::id(); }, 2s));
  REQUIRE(worked != mine);
  REQUIRE(ended == mine);
}

TEST_CASE("more work than threads is done all the same, and the pool ends with work waiting") {
  AsioLoop loop;
  int done = 0;
  {
    ThreadPool pool(loop);
    for (int i = 0; i < 50; ++i) pool.run([] {}, [&] { ++done; });
    REQUIRE(loop.run_until([&] { return done == 50; }, 2s));
    for (int i = 0; i < 50; ++i) pool.run([] { std::this_thread::sleep_for(1ms); }, [] {});
  }
  SUCCEED();
}
