// Every timing rule of messages, to the millisecond, and what a restart must not change of it.
#include "fixture.hpp"

using namespace puddle;
using namespace puddle::test;

TEST_CASE("timing: counters are exact as time passes, without anybody receiving") {
  Queues f;
  const std::string url = f.create("q", Map{{"MessageRetentionPeriod", "60"}});
  f.send(url, "delayed", Map{{"DelaySeconds", 10}});
  f.send(url, "taken");
  f.send(url, "there");
  f.receive(url, 1, Map{{"VisibilityTimeout", 30}});
  CHECK(f.counts(url) == std::vector<int>{1, 1, 1});
  f.advance(9999ms);
  CHECK(f.counts(url) == std::vector<int>{1, 1, 1});
  f.advance(1ms);
  CHECK(f.counts(url) == std::vector<int>{2, 1, 0});
  f.advance(19999ms);
  CHECK(f.counts(url) == std::vector<int>{2, 1, 0});
  f.advance(1ms);
  CHECK(f.counts(url) == std::vector<int>{3, 0, 0});
  f.receive(url, 1, Map{{"VisibilityTimeout", 600}});
  f.advance(29999ms);
  CHECK(f.counts(url) == std::vector<int>{2, 1, 0});
  f.advance(1ms);
  CHECK(f.counts(url) == std::vector<int>{0, 0, 0});
}

TEST_CASE("timing: a shorter retention period expires messages that are there") {
  Queues f;
  const std::string url = f.create("q");
  for (int i = 0; i < 2500; ++i) f.send(url, "old");
  f.advance(100s);
  f.send(url, "new");
  f.set(url, Map{{"MessageRetentionPeriod", "60"}});
  CHECK(f.take(url) == Bodies{"new"});
  f.w.loop.run_ready();
  CHECK(f.counts(url) == std::vector<int>{0, 1, 0});
}

TEST_CASE("timing: messages that nobody looks at leave the database") {
  Queues f;
  const std::string url = f.create("q", Map{{"MessageRetentionPeriod", "60"}});
  f.send(url, "x");
  f.advance(10min);
  Rows rows = f.w.engine->store().query("SELECT count(*) FROM sqs_message");
  REQUIRE(rows.next());
  CHECK(rows.integer(0) == 0);
}

TEST_CASE("timing: a message is hidden for at most twelve hours from its receive") {
  Queues f;
  const std::string url = f.create("q");
  f.send(url, "x");
  const auto got = f.receive(url);
  f.advance(1h);
  const auto fault =
      f.w.fails("sqs", "ChangeMessageVisibility", Queues::changing(url, got[0], 11 * 3600 + 1));
  CHECK(fault.code == "InvalidParameterValueException");
  CHECK(fault.message ==
        "Value 39601 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the "
        "message is "
        "beyond the limit [43200 seconds]");
  f.change(url, got[0], 11 * 3600);
  f.advance(11h - 1ms);
  CHECK(f.take(url).empty());
  f.advance(1ms);
  CHECK(f.take(url) == Bodies{"x"});
}

TEST_CASE("timing: an old handle changes and deletes on a standard queue, as long as the message is there") {
  Queues f;
  const std::string url = f.create("q");
  f.send(url, "x");
  const auto first = f.receive(url);
  f.advance(30s);
  f.change(url, first[0], 10);
  CHECK(f.counts(url) == std::vector<int>{0, 1, 0});
  f.advance(10s);
  const auto second = f.receive(url);
  REQUIRE(second.size() == 1);
  f.change(url, first[0], 0);
  CHECK(f.counts(url) == std::vector<int>{1, 0, 0});
  f.change(url, first[0], 5);
  f.remove(url, second[0]);
  CHECK(f.w.fails("sqs", "ChangeMessageVisibility", Queues::changing(url, second[0], 10)).message ==
        "Value " + second[0].handle +
            " for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for "
            "visibility timeout change.");
}

TEST_CASE("timing: a time-out of zero is a receive, and the message is there at once") {
  Queues f;
  const std::string url = f.create("q");
  f.send(url, "x");
  const Map zero{{"VisibilityTimeout", 0}};
  const auto first = f.receive(url, 10, zero), second = f.receive(url, 10, zero);
  REQUIRE(first.size() == 1);
  REQUIRE(second.size() == 1);
  CHECK(second[0].count == "2");
  CHECK(second[0].handle != first[0].handle);
}

TEST_CASE("polls: who waits longest is first, also before one who comes later") {
  Queues f;
  const std::string url = f.create("q");
  const auto first = f.poll(url, 20, 1), second = f.poll(url, 20, 1), third = f.poll(url, 20, 1);
  f.send(url, "hidden");
  REQUIRE(first->done);
  f.advance(1s);
  f.send(url, "b", Map{{"DelaySeconds", 5}});
  f.send(url, "c", Map{{"DelaySeconds", 5}});
  // The message becomes receivable at the instant at which somebody else asks, too.
  f.advance(4999ms);
  f.w.loop.at(f.w.loop.now() + 1ms,
              [&] { f.w.begin("sqs", "ReceiveMessage", Queues::receiving(url, 1), f.w.as); });
  f.send(url, "d", Map{{"DelaySeconds", 1}});
  f.advance(1ms);
  REQUIRE(second->done);
  REQUIRE(third->done);
  CHECK(Queues::bodies(Queues::read(second->value)) == Bodies{"b"});
  CHECK(Queues::bodies(Queues::read(third->value)) == Bodies{"c"});
}

TEST_CASE("polls: a shorter time-out wakes a waiting receiver earlier") {
  Queues f;
  const std::string url = f.create("q");
  f.send(url, "x");
  const auto got = f.receive(url);
  const auto poll = f.poll(url, 20);
  f.change(url, got[0], 10);
  f.advance(2s);
  f.change(url, got[0], 3);
  f.advance(2999ms);
  REQUIRE_FALSE(poll->done);
  f.advance(1ms);
  REQUIRE(poll->done);
  CHECK(Queues::read(poll->value).size() == 1);
}

TEST_CASE("polls: the queue's wait time holds unless the call gives one, an explicit zero too") {
  Queues f;
  const std::string url = f.create("q", Map{{"ReceiveMessageWaitTimeSeconds", "5"}});
  const auto poll = f.w.send("sqs", "ReceiveMessage", Map{{"QueueUrl", Value(url)}});
  f.advance(4999ms);
  CHECK_FALSE(poll->done);
  f.advance(1ms);
  CHECK(poll->done);
  CHECK(f.receive(url, 1, Map{{"WaitTimeSeconds", 0}}).empty());
}

TEST_CASE("restart: in-flight messages keep handles, deadlines and counts") {
  Queues f;
  const std::string url = f.create("q");
  f.send(url, "a",
         Map{{"MessageAttributes", Map{{"Name", Map{{"DataType", "String"}, {"StringValue", "v"}}}}}});
  f.send(url, "b");
  f.send(url, "c", Map{{"DelaySeconds", 20}});
  const auto got = f.receive(url, 2);
  f.change(url, got[0], 40);
  f.restart();
  CHECK(f.counts(url) == std::vector<int>{0, 2, 1});
  f.remove(url, got[1]);
  f.advance(20s);
  CHECK(f.take(url) == Bodies{"c"});
  f.advance(19999ms);
  CHECK(f.take(url).empty());
  f.restart();
  f.advance(1ms);
  const auto again = f.w.ok("sqs", "ReceiveMessage",
                            Queues::receiving(url, 10, Map{{"MessageAttributeNames", List{Value("All")}}}));
  const auto read = Queues::read(again);
  REQUIRE(read.size() == 1);
  CHECK(read[0].body == "a");
  CHECK(read[0].count == "2");
  CHECK(read[0].first == got[0].first);
  CHECK(again.find("Messages")->list()[0].find("MessageAttributes")->find("Name")->text_or("StringValue") ==
        "v");
}

TEST_CASE("restart: what was purged or deleted stays away, and the minute after a purge goes on") {
  Queues f;
  const std::string url = f.create("q"), other = f.create("other");
  f.send(url, "x");
  f.send(other, "y");
  f.w.ok("sqs", "PurgeQueue", Map{{"QueueUrl", Value(url)}});
  f.w.ok("sqs", "DeleteQueue", Map{{"QueueUrl", Value(other)}});
  f.restart();
  CHECK(f.take(url).empty());
  CHECK(f.w.fails("sqs", "PurgeQueue", Map{{"QueueUrl", Value(url)}}).code == "PurgeQueueInProgress");
  f.advance(60s);
  f.w.ok("sqs", "PurgeQueue", Map{{"QueueUrl", Value(url)}});
  Rows rows = f.w.engine->store().query("SELECT count(*) FROM sqs_message");
  REQUIRE(rows.next());
  CHECK(rows.integer(0) == 0);
}

TEST_CASE("restart: ids are never given out twice") {
  Queues f;
  const std::string url = f.create("q.fifo");
  const std::string before(f.send(url, "g", "x", "1").text_or("SequenceNumber"));
  f.remove(url, f.receive(url)[0]);
  f.advance(10min);
  f.restart();
  CHECK(f.send(url, "g", "x", "2").text_or("SequenceNumber") > before);
}
