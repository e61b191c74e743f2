// Jobs run after the commit of their cause, when due, at least once, with retries.
#include <catch2/catch.hpp>

#include "jobs/jobs.hpp"
#include "runtime/signal.hpp"
#include "runtime/virtual_loop.hpp"

using namespace puddle;

namespace {

struct Fixture {
  VirtualLoop loop;
  Store store{loop, nullptr, {"", Durability::memory}};
  Jobs jobs{loop, store};
  std::vector<std::string> ran;
  int fail_first = 0;

  Fixture() {
    store.migrate({Jobs::migration()});
    jobs.handle(
        "note", [this](Job job) { return note(std::move(job)); }, 2);
    jobs.start();
  }
  Task<JobResult> note(Job job) {
    ran.push_back(job.payload + "#" + std::to_string(job.attempt));
    if (fail_first-- > 0) throw std::runtime_error("not yet");
    co_return JobResult::done();
  }
};

}  // namespace

TEST_CASE("a job runs when it is due, not before") {
  Fixture f;
  f.store.atomically([&] { f.jobs.add("note", f.loop.now() + 5s, "a"); });
  f.loop.advance(4999ms);
  CHECK(f.ran.empty());
  f.loop.advance(1ms);
  CHECK(f.ran == std::vector<std::string>{"a#1"});
  CHECK(f.jobs.pending() == 0);
}

TEST_CASE("a job of an operation that was rolled back never runs") {
  Fixture f;
  try {
    f.store.atomically([&] {
      f.jobs.add("note", f.loop.now(), "lost");
      throw 1;
    });
  } catch (int) {
  }
  f.store.atomically([&] { f.jobs.add("note", f.loop.now(), "kept"); });
  f.loop.advance(1s);
  CHECK(f.ran == std::vector<std::string>{"kept#1"});
}

TEST_CASE("a job that throws is tried again with a growing delay") {
  Fixture f;
  f.fail_first = 2;
  f.jobs.add("note", f.loop.now(), "a");
  f.loop.run_ready();
  CHECK(f.ran.size() == 1);
  f.loop.advance(1s);
  CHECK(f.ran.size() == 2);
  f.loop.advance(1999ms);
  CHECK(f.ran.size() == 2);
  f.loop.advance(1ms);
  CHECK(f.ran == std::vector<std::string>{"a#1", "a#2", "a#3"});
  CHECK(f.jobs.pending() == 0);
}

TEST_CASE("a job that was interrupted runs again after the start") {
  VirtualLoop loop;
  Store store(loop, nullptr, {"", Durability::memory});
  store.migrate({Jobs::migration()});
  int begun = 0, ended = 0;
  Signal never(loop);
  struct Slow {
    static Task<JobResult> run(Loop& l, Signal& signal, int& b, int& e) {
      ++b;
      Signal::Wait wait(signal, l.now() + 1h);
      co_await wait;
      ++e;
      co_return JobResult::done();
    }
  };
  Jobs first(loop, store);
  first.handle("slow", [&](Job) { return Slow::run(loop, never, begun, ended); });
  first.start();
  first.add("slow", loop.now(), "");
  loop.run_ready();
  CHECK(begun == 1);
  first.stop();
  Jobs second(loop, store);
  second.handle("slow", [&](Job) { return Slow::run(loop, never, begun, ended); });
  second.start();
  loop.advance(1h);
  CHECK(begun == 2);
  CHECK(ended == 1);
  CHECK(second.pending() == 0);
}

TEST_CASE("a cancelled job does not run") {
  Fixture f;
  f.jobs.add("note", f.loop.now() + 1s, "a", "key");
  f.loop.run_ready();
  f.jobs.cancel("note", "key");
  f.loop.advance(2s);
  CHECK(f.ran.empty());
}
