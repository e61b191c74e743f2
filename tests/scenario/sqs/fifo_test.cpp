// FIFO and fair queues in virtual time: order, groups, deduplication, attempts.
#include "fixture.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

struct Fifo : Queues {
  std::string url;
  explicit Fifo(Map attributes = {}) { url = create("q.fifo", std::move(attributes)); }
  Value put(const std::string& group, const std::string& body) { return send(url, group, body, body); }
  std::vector<Got> get(int max = 10, Map more = {}) { return receive(url, max, std::move(more)); }
};

}  // namespace

TEST_CASE("fifo: one receive gives a group's messages in order, then the next group's") {
  Fifo f;
  for (const char* name : {"g1-m1", "g2-m1", "g2-m2", "g3-m1", "g1-m2"})
    f.put(std::string(name).substr(0, 2), name);
  f.advance(1ms);
  CHECK(Queues::bodies(f.get(3, Map{{"VisibilityTimeout", 0}})) == Bodies{"g1-m1", "g1-m2", "g2-m1"});
  // What became receivable first comes first.
  CHECK(Queues::bodies(f.get(10, Map{{"VisibilityTimeout", 0}})) ==
        Bodies{"g3-m1", "g1-m1", "g1-m2", "g2-m1", "g2-m2"});
}

TEST_CASE("fifo: a message in flight blocks its group, not the others") {
  Fifo f;
  f.put("a", "a1");
  f.put("a", "a2");
  f.put("b", "b1");
  const auto first = f.get(1);
  CHECK(Queues::bodies(first) == Bodies{"a1"});
  CHECK(Queues::bodies(f.get()) == Bodies{"b1"});
  CHECK(f.get().empty());
  CHECK(f.counts(f.url) == std::vector<int>{1, 2, 0});
  f.remove(f.url, first[0]);
  CHECK(Queues::bodies(f.get()) == Bodies{"a2"});
}

TEST_CASE("fifo: a group that became empty and was filled again is served") {
  Fifo f;
  for (int i = 0; i < 3; ++i) {
    f.put("g", "m" + std::to_string(i));
    const auto got = f.get();
    REQUIRE(got.size() == 1);
    f.remove(f.url, got[0]);
  }
  CHECK(f.counts(f.url) == std::vector<int>{0, 0, 0});
}

TEST_CASE("fifo: what is behind a hidden message stays hidden") {
  Fifo f;
  for (const char* body : {"1", "2", "3"}) f.put("g", body);
  const auto got = f.get();
  REQUIRE(got.size() == 3);
  f.change(f.url, got[1], 100);
  f.advance(30s);
  CHECK(f.take(f.url) == Bodies{"1"});
  f.advance(70s);
  CHECK(f.take(f.url) == Bodies{"1", "2", "3"});
}

TEST_CASE("fifo: ending one time-out frees that message alone") {
  Fifo f;
  f.put("g1", "g1-m1");
  f.put("g1", "g1-m2");
  f.put("g2", "g2-m1");
  const auto got = f.get(2);
  f.advance(1s);
  f.change(f.url, got[0], 0);
  CHECK(f.take(f.url) == Bodies{"g2-m1", "g1-m1"});
}

TEST_CASE("fifo: a freed group wakes a waiting receiver at that instant") {
  Fifo f;
  f.put("g", "1");
  f.put("g", "2");
  const auto first = f.get(1);
  const auto poll = f.poll(f.url, 20);
  f.advance(5s);
  REQUIRE_FALSE(poll->done);
  f.remove(f.url, first[0]);
  REQUIRE(poll->done);
  CHECK(Queues::bodies(Queues::read(poll->value)) == Bodies{"2"});
}

TEST_CASE("fifo: a duplicate within five minutes is accepted and swallowed, even when the original is gone") {
  Fifo f;
  const Value original = f.put("g", "x");
  const auto got = f.get();
  f.remove(f.url, got[0]);
  f.restart();
  f.advance(299s);
  const Value again = f.put("other", "x");
  CHECK(again.text_or("MessageId") == original.text_or("MessageId"));
  CHECK(again.text_or("SequenceNumber") == original.text_or("SequenceNumber"));
  CHECK(again.text_or("MD5OfMessageBody") == original.text_or("MD5OfMessageBody"));
  CHECK(f.counts(f.url) == std::vector<int>{0, 0, 0});
  f.advance(1s);
  CHECK(f.put("g", "x").text_or("MessageId") != original.text_or("MessageId"));
  CHECK(f.take(f.url) == Bodies{"x"});
}

TEST_CASE("fifo: a purge clears the deduplication window") {
  Fifo f;
  f.put("g", "x");
  f.w.ok("sqs", "PurgeQueue", Map{{"QueueUrl", Value(f.url)}});
  f.put("g", "x");
  f.restart();
  CHECK(f.take(f.url) == Bodies{"x"});
}

TEST_CASE("fifo: the scope messageGroup keeps equal ids of two groups apart") {
  Fifo f(Map{{"DeduplicationScope", "messageGroup"}});
  f.put("a", "x");
  f.put("b", "x");
  f.put("a", "x");
  f.restart();
  f.put("b", "x");
  CHECK(f.take(f.url) == Bodies{"x", "x"});
}

TEST_CASE("fifo: the scope of deduplication stays that which the queue was made with") {
  const Map group{{"DeduplicationScope", "messageGroup"}, {"FifoThroughputLimit", "perMessageGroupId"}};
  const Map queue{{"DeduplicationScope", "queue"}, {"FifoThroughputLimit", "perQueue"}};
  SECTION("the queue") {
    Fifo f;
    f.set(f.url, group);
    f.put("a", "x");
    f.restart();
    f.put("b", "x");
    CHECK(f.take(f.url) == Bodies{"x"});
  }
  SECTION("the message group") {
    Fifo f(group);
    f.set(f.url, queue);
    f.put("a", "x");
    f.restart();
    f.put("b", "x");
    CHECK(f.take(f.url) == Bodies{"x", "x"});
  }
}

TEST_CASE("fifo: content-based deduplication takes the body's SHA-256, a given id wins") {
  Fifo f(Map{{"ContentBasedDeduplication", "true"}});
  for (int i = 0; i < 2; ++i) f.send(f.url, "x", Map{{"MessageGroupId", "g"}});
  f.put("g", "x");
  const auto got = f.get();
  REQUIRE(got.size() == 2);
  CHECK(got[0].deduplication_id == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
  CHECK(got[1].deduplication_id == "x");
  CHECK(got[0].sequence.size() == 20);
  CHECK(got[0].sequence < got[1].sequence);
}

TEST_CASE("fifo: what a message must have, in AWS's words") {
  Fifo f;
  const auto fails = [&](Map more) {
    return f.w.fails("sqs", "SendMessage", Queues::message(f.url, "x", std::move(more)));
  };
  CHECK(fails({}).message == "The request must contain the parameter MessageGroupId.");
  CHECK(fails({}).code == "MissingRequiredParameterException");
  CHECK(fails(Map{{"MessageGroupId", "g"}}).message ==
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
        "explicitly");
  CHECK(fails(Map{{"MessageGroupId", "g"}, {"MessageDeduplicationId", "d"}, {"DelaySeconds", 2}}).message ==
        "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not "
        "valid for "
        "this queue type.");
  CHECK(fails(Map{{"MessageGroupId", "a b"}, {"MessageDeduplicationId", "d"}}).message ==
        "Value a b for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include "
        "alphanumeric and "
        "punctuation characters. 1 to 128 in length.");
  const auto batch =
      f.w.fails("sqs", "SendMessageBatch",
                Map{{"QueueUrl", Value(f.url)}, {"Entries", List{Map{{"Id", "1"}, {"MessageBody", "x"}}}}});
  CHECK(batch.code == "InvalidParameterValueException");
  CHECK(batch.message == "The request must contain the parameter MessageGroupId.");
}

TEST_CASE("fifo: a batch is queued in its order, duplicates inside it too") {
  Fifo f;
  List entries;
  for (const char* id : {"c", "a", "b", "a2"})
    entries.emplace_back(Map{{"Id", id},
                             {"MessageBody", id},
                             {"MessageGroupId", "g"},
                             {"MessageDeduplicationId", Value(std::string(id).substr(0, 1))}});
  const Value answer = f.w.ok("sqs", "SendMessageBatch",
                              Map{{"QueueUrl", Value(f.url)}, {"Entries", Value(std::move(entries))}});
  const List& sent = answer.find("Successful")->list();
  REQUIRE(sent.size() == 4);
  CHECK(sent[1].text_or("MessageId") == sent[3].text_or("MessageId"));
  CHECK(f.take(f.url) == Bodies{"c", "a", "b"});
}

TEST_CASE("fifo: the queue's delay holds for messages that are there already") {
  Fifo f(Map{{"DelaySeconds", "10"}});
  f.put("g", "1");
  f.put("g", "2");
  CHECK(f.counts(f.url) == std::vector<int>{0, 0, 2});
  f.set(f.url, Map{{"DelaySeconds", "20"}});
  f.advance(19999ms);
  CHECK(f.get().empty());
  f.restart();
  CHECK(f.get().empty());
  f.advance(1ms);
  CHECK(f.take(f.url) == Bodies{"1", "2"});
  f.put("h", "3");
  const auto poll = f.poll(f.url, 20);
  f.set(f.url, Map{{"DelaySeconds", "0"}});
  REQUIRE(poll->done);
  CHECK(Queues::bodies(Queues::read(poll->value)) == Bodies{"3"});
}

TEST_CASE("fifo: an expired handle deletes nothing, an extended one does") {
  Fifo f;
  f.put("g", "x");
  auto got = f.get();
  f.advance(30s);
  const auto fault = f.w.fails("sqs", "DeleteMessage",
                               Map{{"QueueUrl", Value(f.url)}, {"ReceiptHandle", Value(got[0].handle)}});
  CHECK(fault.code == "InvalidParameterValueException");
  CHECK(fault.message ==
        "Value " + got[0].handle +
            " for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.");
  got = f.get();
  f.change(f.url, got[0], 60);
  f.advance(45s);
  f.remove(f.url, got[0]);
  f.remove(f.url, got[0]);
  CHECK(f.counts(f.url) == std::vector<int>{0, 0, 0});
}

TEST_CASE("fifo: a repeated attempt gives the same messages and handles, hidden anew") {
  Fifo f;
  f.put("g", "1");
  f.put("g", "2");
  const Map attempt{{"ReceiveRequestAttemptId", "try"}};
  const auto first = f.get(2, attempt);
  REQUIRE(first.size() == 2);
  f.advance(20s);
  f.restart();
  const auto again = f.get(2, attempt);
  REQUIRE(again.size() == 2);
  CHECK(again[0].handle == first[0].handle);
  CHECK(again[0].count == "1");
  f.advance(29s);
  CHECK(f.get(2, Map{{"ReceiveRequestAttemptId", "other"}}).empty());
  SECTION("until one of them was changed") {
    f.remove(f.url, again[0]);
    CHECK(f.get(2, attempt).empty());
  }
  SECTION("until their time-out is over: then it is a receive like others") {
    f.advance(1s);
    const auto third = f.get(2, attempt);
    REQUIRE(third.size() == 2);
    CHECK(third[0].handle != first[0].handle);
    CHECK(third[0].count == "2");
  }
}

TEST_CASE("fair: the group of a standard queue's message has the form of a FIFO queue's") {
  Queues f;
  const std::string url = f.create("q");
  for (const std::string& group : {std::string(), std::string("a b"), std::string(129, 'a')}) {
    const auto fault =
        f.w.fails("sqs", "SendMessage", Queues::message(url, "x", Map{{"MessageGroupId", Value(group)}}));
    CHECK(fault.query_code == "InvalidParameterValue");
    CHECK(
        fault.message ==
        "Value " + group +
            " for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric "
            "and punctuation characters. 1 to 128 in length.");
  }
  CHECK(f.w.fails("sqs", "SendMessage", Queues::message(url, "x", Map{{"MessageDeduplicationId", "d"}}))
            .message ==
        "Value d for parameter MessageDeduplicationId is invalid. Reason: The request include parameter that "
        "is "
        "not valid for this queue type.");
}

TEST_CASE("fair: a noisy tenant's backlog does not hold up the others") {
  Queues f;
  const std::string url = f.create("q");
  for (int i = 0; i < 60; ++i) f.send(url, "noisy", Map{{"MessageGroupId", "noisy"}});
  for (int i = 0; i < 3; ++i) CHECK(f.take(url).size() == 10);
  f.advance(1ms);
  f.send(url, "quiet", Map{{"MessageGroupId", "quiet"}});
  f.send(url, "none");
  CHECK(f.take(url, 3) == Bodies{"quiet", "none", "noisy"});
  const auto one = f.receive(url, 1);
  CHECK(one[0].group == "noisy");
  CHECK(one[0].sequence.empty());
}
