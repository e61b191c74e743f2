// Dead-letter queues and message move tasks in virtual time.
#include "base/text.hpp"
#include "fixture.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

struct Redrive : Queues {
  std::string source, dead;
  explicit Redrive(const std::string& suffix = "", int max = 1) {
    dead = create("dead" + suffix);
    source = create("source" + suffix, Map{{"VisibilityTimeout", "1"}});
    set(source, Map{{"RedrivePolicy", Value(redrive("dead" + suffix, max))}});
  }
  /// Receives until everything has moved.
  void exhaust() {
    for (int i = 0; i < 5; ++i) {
      while (!receive(source).empty()) {
      }
      advance(1s);
    }
  }
  std::string start(Map more = {}) {
    more["SourceArn"] = Value(arn("dead"));
    return std::string(w.ok("sqs", "StartMessageMoveTask", std::move(more)).text_or("TaskHandle"));
  }
  Value task(int i = 0) {
    const Value answer =
        w.ok("sqs", "ListMessageMoveTasks", Map{{"SourceArn", Value(arn("dead"))}, {"MaxResults", 10}});
    const Value* results = answer.find("Results");
    REQUIRE(results);
    return results->list().at(static_cast<std::size_t>(i));
  }
};

}  // namespace

TEST_CASE("redrive: a message stays itself in the dead-letter queue") {
  Redrive f;
  const Value sent = f.send(f.source, "poison", Map{{"MessageGroupId", "tenant"}});
  const auto first = f.receive(f.source);
  f.advance(1s);
  CHECK(f.receive(f.source).empty());
  f.restart();
  const auto got = f.receive(f.dead);
  REQUIRE(got.size() == 1);
  CHECK(got[0].id == sent.text_or("MessageId"));
  CHECK(got[0].count == "2");
  CHECK(got[0].sent == first[0].sent);
  CHECK(got[0].first == first[0].first);
  CHECK(got[0].source == Queues::arn("source"));
  CHECK(got[0].group == "tenant");
  CHECK(f.counts(f.source) == std::vector<int>{0, 0, 0});
}

TEST_CASE("redrive: a standard dead-letter queue keeps the age of a message, a FIFO one starts it anew") {
  for (const std::string suffix : {"", ".fifo"}) {
    Redrive f(suffix);
    f.set(f.dead, Map{{"MessageRetentionPeriod", "60"}});
    const Map id{{"MessageGroupId", "g"}, {"MessageDeduplicationId", "d"}};
    const Value sent = f.send(f.source, "poison", suffix.empty() ? Map{} : id);
    f.advance(40s);
    f.receive(f.source);
    f.advance(1s);
    f.receive(f.source);
    CHECK(f.counts(f.dead) == std::vector<int>{1, 0, 0});
    f.advance(19s);
    CHECK(f.counts(f.dead) == std::vector<int>{suffix.empty() ? 0 : 1, 0, 0});
    if (suffix.empty()) continue;
    const auto got = f.receive(f.dead);
    REQUIRE(got.size() == 1);
    CHECK(got[0].deduplication_id == sent.text_or("MessageId"));
  }
}

TEST_CASE(
    "redrive: a FIFO dead-letter queue keeps the order of a group, and the next message is served at once") {
  Redrive f(".fifo");
  for (const char* body : {"1", "2", "3"}) f.send(f.source, "g", body, body);
  CHECK(f.take(f.source, 2) == Bodies{"1", "2"});
  f.advance(1s);
  CHECK(f.take(f.source) == Bodies{"3"});
  f.advance(1s);
  CHECK(f.take(f.source).empty());
  CHECK(f.take(f.dead) == Bodies{"1", "2", "3"});
}

TEST_CASE("redrive: a message that moves wakes who waits at the dead-letter queue") {
  Redrive f;
  f.send(f.source, "poison");
  f.receive(f.source);
  f.advance(1s);
  const auto poll = f.poll(f.dead, 20);
  REQUIRE_FALSE(poll->done);
  f.receive(f.source);
  REQUIRE(poll->done);
}

TEST_CASE("move task: messages go back to where they came from, as new ones") {
  Redrive f;
  const Value sent = f.send(f.source, "poison");
  f.exhaust();
  f.start();
  f.w.loop.run_ready();
  const auto got = f.receive(f.source);
  REQUIRE(got.size() == 1);
  CHECK(got[0].id != sent.text_or("MessageId"));
  CHECK(got[0].count == "1");
  CHECK(got[0].source.empty());
  const Value task = f.task();
  CHECK(task.text_or("Status") == "COMPLETED");
  CHECK(task.find("ApproximateNumberOfMessagesMoved")->integer() == 1);
  CHECK(task.find("ApproximateNumberOfMessagesToMove")->integer() == 1);
  for (const char* absent : {"TaskHandle", "DestinationArn", "MaxNumberOfMessagesPerSecond", "FailureReason"})
    CHECK_FALSE(task.find(absent));
}

TEST_CASE("move task: its rate holds, over a restart, until it is cancelled") {
  Redrive f;
  for (int i = 0; i < 30; ++i) f.send(f.source, std::to_string(i));
  f.exhaust();
  REQUIRE(f.counts(f.dead)[0] == 30);
  const std::string other = f.create("other");
  const std::string handle =
      f.start(Map{{"DestinationArn", Value(Queues::arn("other"))}, {"MaxNumberOfMessagesPerSecond", 2}});
  f.w.loop.run_ready();
  CHECK(f.counts(other)[0] == 1);
  f.advance(4999ms);
  CHECK(f.counts(other)[0] == 10);
  f.advance(1ms);
  CHECK(f.counts(other)[0] == 11);
  f.restart();
  f.advance(5s);
  CHECK(f.counts(other)[0] == 21);
  CHECK(f.task().text_or("Status") == "RUNNING");
  CHECK(f.task().text_or("TaskHandle") == handle);
  CHECK(f.task().text_or("DestinationArn") == Queues::arn("other"));
  CHECK(f.w.fails("sqs", "StartMessageMoveTask", Map{{"SourceArn", Value(Queues::arn("dead"))}}).message ==
        "There is already a task running. Only one active task is allowed for a source queue arn at a given "
        "time.");
  const Value cancelled = f.w.ok("sqs", "CancelMessageMoveTask", Map{{"TaskHandle", Value(handle)}});
  CHECK(cancelled.find("ApproximateNumberOfMessagesMoved")->integer() == 21);
  f.advance(60s);
  CHECK(f.counts(other)[0] == 21);
  CHECK(f.counts(f.dead)[0] == 9);
  CHECK(f.task().text_or("Status") == "CANCELLED");
}

TEST_CASE("move task: it fails when a queue is gone, and stops at what was there when it started") {
  Redrive f;
  f.send(f.source, "poison");
  f.exhaust();
  f.w.ok("sqs", "DeleteQueue", Map{{"QueueUrl", Value(f.source)}});
  const std::string third = f.create("third");
  f.set(third, Map{{"RedrivePolicy", Value(Queues::redrive("dead", 1))}});
  f.start();
  f.w.loop.run_ready();
  CHECK(f.task().text_or("Status") == "FAILED");
  CHECK(f.task().text_or("FailureReason") == "AWS.SimpleQueueService.NonExistentQueue");
  f.start(Map{{"DestinationArn", Value(Queues::arn("third"))}});
  f.send(f.dead, "later");
  f.advance(1s);
  CHECK(f.take(third) == Bodies{"poison"});
  CHECK(f.take(f.dead) == Bodies{"later"});
}

TEST_CASE("move task: errors in AWS's words") {
  Redrive f;
  const auto fails = [&](const char* operation, Map in) {
    return f.w.fails("sqs", operation, std::move(in));
  };
  auto fault = fails("StartMessageMoveTask", Map{{"SourceArn", Value(Queues::arn("source"))}});
  CHECK(fault.message == "Source queue must be configured as a Dead Letter Queue.");
  fault = fails("StartMessageMoveTask", Map{{"SourceArn", Value(Queues::arn("none"))}});
  CHECK(fault.code == "ResourceNotFoundException");
  CHECK(fault.status == 404);
  CHECK(fault.message == "The resource that you specified for the SourceArn parameter doesn't exist.");
  fault = fails("StartMessageMoveTask", Map{{"SourceArn", Value(Queues::arn("dead"))},
                                            {"DestinationArn", Value(Queues::arn("none"))}});
  CHECK(fault.message == "The resource that you specified for the DestinationArn parameter doesn't exist.");
  const auto to = [&](const std::string& destination) {
    return fails("StartMessageMoveTask",
                 Map{{"SourceArn", Value(Queues::arn("dead"))}, {"DestinationArn", Value(destination)}})
        .message;
  };
  const std::string format = ": arn:<partition>:<service>:<region>:<account-id>:<resource-id>";
  CHECK(to("dead") == "You must use this format to specify the DestinationArn" + format);
  CHECK(to(Queues::arn("dead")) == "Source queue arn and destination queue arn cannot be the same.");
  f.create("other.fifo");
  CHECK(to(Queues::arn("other.fifo")) ==
        "The source queue and destination queue must be of the same queue type.");
  for (const int rate : {0, 501})
    CHECK(
        fails("StartMessageMoveTask",
              Map{{"SourceArn", Value(Queues::arn("dead"))}, {"MaxNumberOfMessagesPerSecond", rate}})
            .message ==
        "Value for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: You must enter a number that's "
        "between 1 and 500.");
  for (const char* operation : {"StartMessageMoveTask", "ListMessageMoveTasks"}) {
    CHECK(fails(operation, Map{}).message == "The request must contain the parameter SourceArn.");
    CHECK(fails(operation, Map{{"SourceArn", "dead"}}).message ==
          "You must use this format to specify the SourceArn" + format);
  }
  CHECK(
      fails("ListMessageMoveTasks", Map{{"SourceArn", Value(Queues::arn("dead"))}, {"MaxResults", 11}})
          .message ==
      "Value for parameter MaxResults is invalid. Reason: You must enter a number that's between 1 and 10.");
  CHECK(fails("CancelMessageMoveTask", Map{{"TaskHandle", "foobar"}}).message ==
        "Value for parameter TaskHandle is invalid.");
  const auto cancel = [&](const std::string& source) {
    const std::string handle = base64("{\"taskId\":\"x\",\"sourceArn\":\"" + source + "\"}");
    fault = fails("CancelMessageMoveTask", Map{{"TaskHandle", Value(handle)}});
    CHECK(fault.code == "ResourceNotFoundException");
    return fault.message;
  };
  CHECK(cancel(Queues::arn("dead")) == "Task does not exist.");
  CHECK(cancel(Queues::arn("none")) ==
        "The resource that you specified for the SourceArn parameter doesn't exist.");
}

TEST_CASE("move task: a hundred run at a time in an account") {
  Queues f;
  std::string last;
  for (int i = 0; i <= 100; ++i) {
    const std::string dead = "dead" + std::to_string(i);
    last = f.create(dead);
    f.create("source" + std::to_string(i), Map{{"RedrivePolicy", Value(Queues::redrive(dead, 1))}});
    for (const char* body : {"1", "2"}) f.send(last, body);
    const Map start{{"SourceArn", Value(Queues::arn(dead))},
                    {"DestinationArn", Value(Queues::arn("source0"))},
                    {"MaxNumberOfMessagesPerSecond", 1}};
    if (i < 100)
      f.w.ok("sqs", "StartMessageMoveTask", start);
    else
      CHECK(f.w.fails("sqs", "StartMessageMoveTask", start).code == "OverLimit");
  }
  CHECK(f.counts(last) == std::vector<int>{2, 0, 0});
}
