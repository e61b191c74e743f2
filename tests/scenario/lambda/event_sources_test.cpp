// Event source mappings in virtual time: queues and streams.
#include "scenario/lambda/fixture.hpp"

using namespace puddle;
using namespace puddle::test;

using Bodies = std::vector<std::string>;

TEST_CASE("a message wakes the function at once and is deleted when it has been processed") {
  LambdaWorld l;
  const std::string url = l.queue("q");
  CHECK(l.map_queue("q").text_or("State") == "Creating");
  l.w.loop.advance(5s);
  l.send(url, "hello");
  l.w.loop.advance(10ms);
  REQUIRE(l.events.size() == 1);
  const Value& record = l.events[0].find("Records")->list()[0];
  CHECK(record.text_or("body") == "hello");
  CHECK(record.text_or("eventSource") == "aws:sqs");
  CHECK(record.text_or("eventSourceARN") == "arn:aws:sqs:us-east-1:000000000000:q");
  CHECK(record.find("attributes")->text_or("ApproximateReceiveCount") == "1");
  CHECK(l.count(url) == "0");
  CHECK(l.count(url, "ApproximateNumberOfMessagesNotVisible") == "0");
}

TEST_CASE("a failed batch comes back after the visibility time-out and dies after maxReceiveCount") {
  LambdaWorld l;
  const std::string dead = l.queue("dead");
  const std::string url = l.queue(
      "q",
      Map{{"RedrivePolicy",
           Value(
               R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":2})")}});
  l.handler = [](const Value&) { return failed("no"); };
  l.map_queue("q");
  l.send(url, "poison");
  l.w.loop.advance(29s);
  CHECK(l.events.size() == 1);
  l.w.loop.advance(2s);
  CHECK(l.events.size() == 2);
  l.w.loop.advance(60s);
  CHECK(l.events.size() == 2);
  CHECK(l.count(dead) == "1");
}

TEST_CASE("a batching window gathers messages, and ends early when the batch is full") {
  LambdaWorld l;
  const std::string url = l.queue("q");
  l.map_queue("q", Map{{"BatchSize", Value(3)}, {"MaximumBatchingWindowInSeconds", Value(10)}});
  l.send(url, "a");
  l.w.loop.advance(9s);
  l.send(url, "b");
  CHECK(l.events.empty());
  l.w.loop.advance(2s);
  REQUIRE(l.events.size() == 1);
  CHECK(LambdaWorld::bodies(l.events[0]) == Bodies{"a", "b"});
  for (const char* body : {"c", "d", "e"}) l.send(url, body);
  l.w.loop.advance(10ms);
  REQUIRE(l.events.size() == 2);
  CHECK(LambdaWorld::bodies(l.events[1]) == Bodies{"c", "d", "e"});
}

TEST_CASE("ReportBatchItemFailures keeps only what the function names") {
  LambdaWorld l;
  const std::string url = l.queue("q");
  l.map_queue("q", Map{{"BatchSize", Value(2)},
                       {"MaximumBatchingWindowInSeconds", Value(1)},
                       {"FunctionResponseTypes", Value(List{Value("ReportBatchItemFailures")})}});
  l.handler = [](const Value& event) {
    for (const Value& r : event.find("Records")->list())
      if (r.text_or("body") == "bad")
        return answered("{\"batchItemFailures\":[{\"itemIdentifier\":\"" +
                        std::string(r.text_or("messageId")) + "\"}]}");
    return answered("{\"batchItemFailures\":[]}");
  };
  l.send(url, "good");
  l.send(url, "bad");
  l.w.loop.advance(2s);
  REQUIRE(l.events.size() == 1);
  CHECK(l.count(url, "ApproximateNumberOfMessagesNotVisible") == "1");
  l.w.loop.advance(32s);
  REQUIRE(l.events.size() == 2);
  CHECK(LambdaWorld::bodies(l.events[1]) == Bodies{"bad"});
}

TEST_CASE("at most five batches run at a time; a disabled mapping takes nothing") {
  LambdaWorld l;
  const std::string url = l.queue("q");
  const Value mapping = l.map_queue("q", Map{{"BatchSize", Value(1)}});
  l.w.functions.takes = 1s;
  for (int i = 0; i < 7; ++i) l.send(url, std::to_string(i));
  l.w.loop.advance(500ms);
  CHECK(l.w.functions.invocations.size() == 5);
  l.w.loop.advance(2s);
  CHECK(l.events.size() == 7);
  l.w.ok("lambda", "UpdateEventSourceMapping",
         Map{{"UUID", Value(mapping.text_or("UUID"))}, {"Enabled", Value(false)}});
  l.send(url, "later");
  l.w.loop.advance(60s);
  CHECK(l.events.size() == 7);
  CHECK(l.count(url) == "1");
  l.w.ok("lambda", "UpdateEventSourceMapping",
         Map{{"UUID", Value(mapping.text_or("UUID"))}, {"Enabled", Value(true)}});
  l.w.loop.advance(2s);
  CHECK(l.events.size() == 8);
}

TEST_CASE("mappings are checked when they are made") {
  LambdaWorld l;
  const auto refused = [&](Map in) {
    in.add("FunctionName", Value("f"));
    return l.w.fails("lambda", "CreateEventSourceMapping", std::move(in)).message;
  };
  CHECK(refused(Map{{"EventSourceArn", Value("arn:aws:sqs:us-east-1:000000000000:none")}})
            .starts_with("Error occurred while ReceiveMessage. SQS Error Code: "
                         "AWS.SimpleQueueService.NonExistentQueue."));
  l.queue("q");
  CHECK(refused(Map{{"EventSourceArn", Value("arn:aws:sqs:us-east-1:000000000000:q")},
                    {"BatchSize", Value(11)}}) ==
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10");
  CHECK(
      refused(Map{{"EventSourceArn", Value("arn:aws:sqs:us-east-1:000000000000:q")},
                  {"FilterCriteria", Map{{"Filters", Value(List{Value(Map{{"Pattern", Value("{}")}})})}}}}) ==
      "The parameter FilterCriteria is not supported by Puddle.");
  l.map_queue("q");
  CHECK(refused(Map{{"EventSourceArn", Value("arn:aws:sqs:us-east-1:000000000000:q")}})
            .find("already exists") != std::string::npos);
}

namespace {

struct StreamWorld : LambdaWorld {
  std::string stream;
  StreamWorld() {
    const Value made =
        w.ok("dynamodb", "CreateTable",
             Map{{"TableName", Value("orders")},
                 {"BillingMode", Value("PAY_PER_REQUEST")},
                 {"AttributeDefinitions",
                  Value(List{Value(Map{{"AttributeName", Value("id")}, {"AttributeType", Value("S")}})})},
                 {"KeySchema",
                  Value(List{Value(Map{{"AttributeName", Value("id")}, {"KeyType", Value("HASH")}})})},
                 {"StreamSpecification",
                  Map{{"StreamEnabled", Value(true)}, {"StreamViewType", Value("NEW_IMAGE")}}}});
    stream = made.find("TableDescription")->text_or("LatestStreamArn");
    w.loop.advance(1s);
  }
  void put(const std::string& id) {
    w.ok("dynamodb", "PutItem",
         Map{{"TableName", Value("orders")}, {"Item", Map{{"id", Map{{"S", Value(id)}}}}}});
  }
  Value map_stream(Map more = {}) {
    more.add("FunctionName", Value("f"));
    more.add("EventSourceArn", Value(stream));
    if (!more.contains("StartingPosition")) more.add("StartingPosition", Value("LATEST"));
    return w.ok("lambda", "CreateEventSourceMapping", std::move(more));
  }
  static Bodies ids(const Value& event) {
    Bodies out;
    for (const Value& r : event.find("Records")->list())
      out.emplace_back(r.find("dynamodb")->find("Keys")->find("id")->text_or("S"));
    return out;
  }
};

}  // namespace

TEST_CASE("LATEST begins with the first record after the mapping, TRIM_HORIZON with the oldest") {
  const auto position = GENERATE(as<std::string>{}, "LATEST", "TRIM_HORIZON");
  StreamWorld l;
  l.put("old");
  l.map_stream(Map{{"StartingPosition", Value(position)}});
  l.w.loop.advance(20ms);
  l.put("new");
  l.w.loop.advance(20ms);
  Bodies seen;
  for (const Value& e : l.events)
    for (const std::string& id : StreamWorld::ids(e)) seen.push_back(id);
  CHECK(seen == (position == "LATEST" ? Bodies{"new"} : Bodies{"old", "new"}));
  const Value& record = l.events[0].find("Records")->list()[0];
  CHECK(record.text_or("eventSourceARN") == l.stream);
  CHECK(record.text_or("eventName") == "INSERT");
}

TEST_CASE("a failed batch blocks its shard until it succeeds; order is kept") {
  StreamWorld l;
  int failures = 2;
  l.handler = [&](const Value&) { return failures-- > 0 ? failed("not yet") : answered("null"); };
  l.map_stream(Map{{"BatchSize", Value(1)}});
  l.put("a");
  l.put("b");
  l.w.loop.advance(10s);
  REQUIRE(l.events.size() == 4);
  CHECK(StreamWorld::ids(l.events[0]) == Bodies{"a"});
  CHECK(StreamWorld::ids(l.events[2]) == Bodies{"a"});
  CHECK(StreamWorld::ids(l.events[3]) == Bodies{"b"});
}

TEST_CASE("retries are bounded, and the failure destination learns where the records are") {
  StreamWorld l;
  const std::string dead = l.queue("dead");
  l.handler = [](const Value& event) {
    return StreamWorld::ids(event)[0] == "bad" ? failed("no") : answered("null");
  };
  l.map_stream(
      Map{{"MaximumRetryAttempts", Value(1)},
          {"DestinationConfig",
           Map{{"OnFailure", Map{{"Destination", Value("arn:aws:sqs:us-east-1:000000000000:dead")}}}}}});
  l.put("bad");
  l.w.loop.advance(5s);
  CHECK(l.events.size() == 2);
  const Value got = l.w.ok("sqs", "ReceiveMessage", Map{{"QueueUrl", Value(dead)}});
  const auto told = wire::parse_json(got.find("Messages")->list()[0].text_or("Body"));
  CHECK(told->find("requestContext")->text_or("condition") == "RetryAttemptsExhausted");
  CHECK(told->find("requestContext")->find("approximateInvokeCount")->integer() == 2);
  CHECK(told->find("DDBStreamBatchInfo")->text_or("streamArn") == l.stream);
  l.put("good");
  l.w.loop.advance(5s);
  CHECK(l.events.size() == 3);
}

TEST_CASE("bisecting finds the bad record") {
  StreamWorld l;
  l.handler = [](const Value& event) {
    for (const std::string& id : StreamWorld::ids(event))
      if (id == "bad") return failed("no");
    return answered("null");
  };
  l.map_stream(Map{{"MaximumRetryAttempts", Value(0)},
                   {"BisectBatchOnFunctionError", Value(true)},
                   {"MaximumBatchingWindowInSeconds", Value(1)}});
  for (const char* id : {"a", "b", "bad", "c"}) l.put(id);
  l.w.loop.advance(30s);
  Bodies good;
  for (const Value& e : l.events) {
    const Bodies ids = StreamWorld::ids(e);
    if (std::find(ids.begin(), ids.end(), "bad") == ids.end())
      for (const std::string& id : ids) good.push_back(id);
  }
  CHECK(good == Bodies{"a", "b", "c"});
}

TEST_CASE("a position survives a restart of the services") {
  StreamWorld l;
  l.map_stream();
  l.put("a");
  l.w.loop.advance(1s);
  CHECK(l.events.size() == 1);
  l.w.engine->stop();
  l.w.engine->start();
  l.w.loop.run_ready();
  l.put("b");
  l.w.loop.advance(1s);
  REQUIRE(l.events.size() == 2);
  CHECK(StreamWorld::ids(l.events[1]) == Bodies{"b"});
}
