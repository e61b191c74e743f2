// What bounds a queue: messages in flight, receivers that went away, and what thousands of idle queues cost.
#include "fixture.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

constexpr int kStandard = 120'000, kFifo = 20'000;

/// Puts copies of the only message, which is in flight, behind it, row for row: that many calls would take a
/// minute.
void multiply(Queues& f, int copies) {
  const std::int64_t first = f.service().last_message();
  Store& store = f.w.engine->store();
  const std::string numbers =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<?1) SELECT t.id+n.i,";
  store.run("INSERT INTO sqs_message " + numbers +
                "queue,message_id,sent,visible,sender,body,attributes,trace,group_id,deduplication_id,source "
                "FROM sqs_message t,n WHERE t.id=?2",
            {copies, first});
  store.run("INSERT INTO sqs_state " + numbers +
                "received,first_received,visible,receipt FROM sqs_state t,n WHERE t.id=?2",
            {copies, first});
  store.run("UPDATE sqs_mark SET value=?1", {first + copies});
  f.restart();
}

}  // namespace

TEST_CASE("limits: with 120,000 messages in flight a short poll is refused and a long poll waits") {
  Queues f;
  const std::string url = f.create("q");
  f.send(url, "x");
  const auto some = f.receive(url, 1, Map{{"VisibilityTimeout", 600}});
  multiply(f, kStandard - 2);
  for (int i = 0; i < 4; ++i) f.send(url, "more");
  // One more fits, though ten are asked for.
  const auto last = f.receive(url, 10);
  REQUIRE(last.size() == 1);
  const auto refused = [&] {
    const wire::Fault fault = f.w.fails("sqs", "ReceiveMessage", Queues::receiving(url));
    CHECK(fault.code == "OverLimit");
    CHECK(fault.query_code == "OverLimit");
    CHECK(fault.status == 403);
    CHECK(fault.message ==
          "Too many messages have been received without being deleted. Please delete your received messages "
          "or let them timeout before receiving more.");
  };
  refused();
  CHECK(f.counts(url) == std::vector<int>{3, kStandard, 0});

  // Sending goes on; a waiting receiver is served when a message is deleted,
  const auto first = f.poll(url, 20);
  f.send(url, "more");
  REQUIRE_FALSE(first->done);
  f.remove(url, last[0]);
  REQUIRE(first->done);
  CHECK(Queues::read(first->value).size() == 1);
  refused();

  // and when a time-out is over, at that instant.
  f.advance(29'999ms);
  refused();
  const auto second = f.poll(url, 20);
  REQUIRE_FALSE(second->done);
  f.advance(1ms);
  REQUIRE(second->done);
  CHECK(Queues::read(second->value).size() == 1);
  refused();

  // Without either it ends empty like any other.
  const auto third = f.poll(url, 20);
  f.advance(19'999ms);
  REQUIRE_FALSE(third->done);
  f.advance(1ms);
  REQUIRE(third->done);
  CHECK(Queues::read(third->value).empty());

  f.restart();
  refused();
  f.remove(url, some[0]);
  CHECK(f.receive(url).size() == 1);
}

TEST_CASE("limits: a FIFO queue with 20,000 messages in flight gives none, without an error") {
  Queues f;
  const std::string url = f.create("q.fifo", Map{{"VisibilityTimeout", "600"}});
  f.send(url, "g", "x", "x");
  const auto some = f.receive(url);
  multiply(f, kFifo - 3);
  for (const char* group : {"a", "b", "c", "d"}) f.send(url, group, group, group);
  CHECK(f.receive(url).size() == 2);
  CHECK(f.receive(url).empty());
  CHECK(f.counts(url) == std::vector<int>{2, kFifo, 0});
  const auto poll = f.poll(url, 20);
  REQUIRE_FALSE(poll->done);
  f.remove(url, some[0]);
  REQUIRE(poll->done);
  CHECK(Queues::read(poll->value).size() == 1);
}

TEST_CASE("polls: a client that went away takes no message, and the next in the line is served") {
  Queues f;
  const std::string url = f.create("q");
  const auto gone = std::make_shared<bool>(false);
  const auto first = f.poll_of(url, gone);
  SECTION("with somebody behind it") {
    const auto second = f.poll(url, 20);
    *gone = true;
    f.send(url, "x");
    REQUIRE(second->done);
    const auto got = Queues::read(second->value);
    CHECK(Queues::bodies(got) == Bodies{"x"});
    CHECK(got[0].count == "1");
    f.remove(url, got[0]);
    CHECK(f.counts(url) == std::vector<int>{0, 0, 0});
  }
  SECTION("with nobody behind it: the message is there for who comes later") {
    *gone = true;
    f.send(url, "x");
    CHECK(f.counts(url) == std::vector<int>{1, 0, 0});
    f.advance(20s);
    const auto got = f.receive(url);
    REQUIRE(got.size() == 1);
    CHECK(got[0].count == "1");
  }
  SECTION("at the instant at which a delayed message would have woken it") {
    f.send(url, "x", Map{{"DelaySeconds", 5}});
    f.advance(4s);
    const auto second = f.poll(url, 20);
    *gone = true;
    f.advance(1s);
    REQUIRE(second->done);
    CHECK(Queues::bodies(Queues::read(second->value)) == Bodies{"x"});
  }
}

TEST_CASE("idle: ten thousand queues set no timer, and those that were used come to rest") {
  Queues f;
  const auto fallen_silent = [&](Duration within) {
    const Time before = f.w.loop.now();
    f.w.loop.settle(24h);
    return f.w.loop.now() - before <= within;
  };
  std::string url, fifo;
  for (int i = 0; i < 10'000; ++i) {
    const std::string name = "q" + std::to_string(i);
    url = f.create(i % 10 ? name : name + ".fifo", Map{{"ReceiveMessageWaitTimeSeconds", "20"}});
  }
  CHECK(fallen_silent(0s));
  f.restart();
  CHECK(fallen_silent(0s));
  const std::uint64_t commits = f.w.engine->store().commits();
  f.advance(24h);
  CHECK(f.w.engine->store().commits() == commits);

  // Used queues: nothing is due any more once the rows of what was deleted and what guards against
  // duplicates are gone.
  const std::string used = f.create("used"), ordered = f.create("ordered.fifo");
  f.send(used, "x");
  f.remove(used, f.receive(used)[0]);
  f.send(ordered, "g", "x", "x");
  f.remove(ordered, f.receive(ordered, 1, Map{{"ReceiveRequestAttemptId", "a"}})[0]);
  const auto poll = f.poll(used, 20);
  f.advance(20s);
  REQUIRE(poll->done);
  CHECK(fallen_silent(7min));
  for (const char* table : {"sqs_message", "sqs_state", "sqs_attempt"}) {
    Rows rows = f.w.engine->store().query("SELECT count(*) FROM " + std::string(table));
    REQUIRE(rows.next());
    CHECK(rows.integer(0) == 0);
  }
}
