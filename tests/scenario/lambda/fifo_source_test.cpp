// FIFO queues as event sources: groups in order, one batch of a group at a time, groups side by side.
#include "scenario/lambda/fixture.hpp"

using namespace puddle;
using namespace puddle::test;

using Bodies = std::vector<std::string>;

namespace {

struct FifoWorld : LambdaWorld {
  std::string url;
  int number = 0;
  std::string dead;
  explicit FifoWorld(Map attributes = {}) {
    dead = queue("dead.fifo", Map{{"FifoQueue", Value("true")}});
    attributes.add("FifoQueue", Value("true"));
    url = queue("q.fifo", std::move(attributes));
  }
  void put(const std::string& group, const std::string& body) {
    w.ok("sqs", "SendMessage",
         Map{{"QueueUrl", Value(url)},
             {"MessageBody", Value(body)},
             {"MessageGroupId", Value(group)},
             {"MessageDeduplicationId", Value(std::to_string(++number))}});
  }
  Value map_fifo(int batch_size, bool partial = false) {
    Map more{{"BatchSize", Value(batch_size)}};
    if (partial) more.add("FunctionResponseTypes", List{Value("ReportBatchItemFailures")});
    return map_queue("q.fifo", std::move(more));
  }
  /// The bodies in the order the function saw them.
  Bodies seen() const {
    Bodies out;
    for (const Value& e : events)
      for (std::string& b : bodies(e)) out.push_back(std::move(b));
    return out;
  }
};

const char* const kRedrive =
    R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead.fifo","maxReceiveCount":2})";

}  // namespace

TEST_CASE("a record of a FIFO queue shows group, deduplication id and sequence number") {
  FifoWorld l;
  l.map_fifo(10);
  l.put("g", "a");
  l.w.loop.advance(1s);
  REQUIRE(l.events.size() == 1);
  const Value& attributes = *l.events[0].find("Records")->list()[0].find("attributes");
  CHECK(attributes.text_or("MessageGroupId") == "g");
  CHECK(attributes.text_or("MessageDeduplicationId") == "1");
  CHECK(attributes.text_or("SequenceNumber").size() == 20);
}

TEST_CASE("one batch of a group runs at a time, in order; groups run side by side") {
  FifoWorld l;
  l.w.functions.takes = 1s;
  for (const char* group : {"a", "b", "c"})
    for (int i = 0; i < 3; ++i) l.put(group, group + std::to_string(i));
  l.map_fifo(1);
  l.w.loop.advance(500ms);
  CHECK(l.w.functions.invocations.size() == 3);
  l.w.loop.advance(600ms);
  CHECK(l.w.functions.invocations.size() == 6);
  l.w.loop.advance(5s);
  std::map<char, Bodies> groups;
  for (const std::string& body : l.seen()) groups[body[0]].push_back(body);
  CHECK(groups['a'] == Bodies{"a0", "a1", "a2"});
  CHECK(groups['b'] == Bodies{"b0", "b1", "b2"});
  CHECK(groups['c'] == Bodies{"c0", "c1", "c2"});
  CHECK(l.count(l.url) == "0");
}

TEST_CASE("a batch of a FIFO queue has at most ten messages, in the order of their groups") {
  FifoWorld l;
  l.w.functions.takes = 1s;
  for (int i = 0; i < 12; ++i) l.put("g", std::to_string(i));
  l.map_fifo(10);
  l.w.loop.advance(5s);
  REQUIRE(l.events.size() == 2);
  CHECK(LambdaWorld::bodies(l.events[0]) == Bodies{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  CHECK(LambdaWorld::bodies(l.events[1]) == Bodies{"10", "11"});
}

TEST_CASE("a failed batch blocks its group, and no other, until it comes back") {
  FifoWorld l;
  bool fail = true;
  l.handler = [&](const Value& event) {
    return fail && LambdaWorld::bodies(event)[0] == "a0" ? failed("no") : answered("null");
  };
  l.map_fifo(1);
  l.put("a", "a0");
  l.put("a", "a1");
  l.put("b", "b0");
  l.w.loop.advance(29s);
  CHECK(l.seen() == Bodies{"a0", "b0"});
  fail = false;
  l.w.loop.advance(2s);
  CHECK(l.seen() == Bodies{"a0", "b0", "a0", "a1"});
}

TEST_CASE("a poison message of a group goes to the dead-letter queue, and then its group goes on") {
  FifoWorld l(Map{{"RedrivePolicy", Value(kRedrive)}, {"VisibilityTimeout", Value("10")}});
  l.handler = [](const Value& event) {
    return LambdaWorld::bodies(event)[0] == "poison" ? failed("no") : answered("null");
  };
  l.map_fifo(1);
  l.put("a", "poison");
  l.put("a", "next");
  l.w.loop.advance(15s);
  CHECK(l.seen() == Bodies{"poison", "poison"});
  l.w.loop.advance(10s);
  CHECK(l.seen() == Bodies{"poison", "poison", "next"});
  CHECK(l.count(l.dead) == "1");
}

TEST_CASE("what a function reports of a FIFO batch stays and comes back in order; the rest is deleted") {
  FifoWorld l(Map{{"VisibilityTimeout", Value("10")}});
  bool fail = true;
  // It stops at the first failure and reports it with all that follow, as AWS tells functions to do.
  l.handler = [&](const Value& event) {
    std::string failures;
    bool stopped = false;
    for (const Value& r : event.find("Records")->list()) {
      stopped = stopped || (fail && r.text_or("body") == "1");
      if (stopped)
        failures += std::string(failures.empty() ? "" : ",") + R"({"itemIdentifier":")" +
                    std::string(r.text_or("messageId")) + "\"}";
    }
    return answered("{\"batchItemFailures\":[" + failures + "]}");
  };
  for (const char* body : {"0", "1", "2"}) l.put("g", body);
  l.map_fifo(10, true);
  l.w.loop.advance(1s);
  l.put("g", "3");
  l.w.loop.advance(5s);
  CHECK(l.seen() == Bodies{"0", "1", "2"});
  fail = false;
  l.w.loop.advance(6s);
  CHECK(l.seen() == Bodies{"0", "1", "2", "1", "2", "3"});
  CHECK(l.count(l.url) == "0");
}

TEST_CASE("a FIFO queue has no batching window and no batch of more than ten") {
  FifoWorld l;
  Map window{{"FunctionName", Value("f")},
             {"EventSourceArn", Value("arn:aws:sqs:us-east-1:000000000000:q.fifo")},
             {"MaximumBatchingWindowInSeconds", Value(1)}};
  CHECK(l.refused("CreateEventSourceMapping", window) == "Batching window is not supported for FIFO queues.");
  window.erase("MaximumBatchingWindowInSeconds");
  window.add("BatchSize", Value(11));
  CHECK(l.w.fails("lambda", "CreateEventSourceMapping", window).code == "InvalidParameterValueException");
}
