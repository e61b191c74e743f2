// Queues as event sources, in virtual time.
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

TEST_CASE("five batches run at first; a disabled mapping takes nothing") {
  LambdaWorld l;
  const std::string url = l.queue("q");
  const Value mapping = l.map_queue("q", Map{{"BatchSize", Value(1)}});
  l.w.functions.takes = 1s;
  for (int i = 0; i < 7; ++i) l.send(url, std::to_string(i));
  l.w.loop.advance(100ms);
  CHECK(l.w.functions.invocations.size() == 5);
  l.w.loop.advance(2s);
  CHECK(l.events.size() == 7);
  CHECK(l.w.ok("lambda", "UpdateEventSourceMapping",
               Map{{"UUID", Value(mapping.text_or("UUID"))}, {"Enabled", Value(false)}})
            .text_or("State") == "Disabling");
  l.send(url, "later");
  l.w.loop.advance(10ms);
  CHECK(l.count(url) == "1");  // not even received: its receive count is what redrive policies look at
  l.w.loop.advance(60s);
  CHECK(l.events.size() == 7);
  CHECK(l.count(url) == "1");
  CHECK(l.w.ok("lambda", "UpdateEventSourceMapping",
               Map{{"UUID", Value(mapping.text_or("UUID"))}, {"Enabled", Value(true)}})
            .text_or("State") == "Enabling");
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
  CHECK(refused(Map{{"EventSourceArn", Value("arn:aws:sqs:us-east-1:000000000000:q")},
                    {"FilterCriteria",
                     Map{{"Filters", Value(List{Value(Map{{"Pattern", Value("{\"a\":1}")}})})}}}}) ==
        "Invalid filter pattern definition.");
  l.map_queue("q");
  CHECK(refused(Map{{"EventSourceArn", Value("arn:aws:sqs:us-east-1:000000000000:q")}})
            .find("already exists") != std::string::npos);
}

namespace {

Map patterns(const std::vector<std::string>& texts) {
  List filters;
  for (const std::string& t : texts) filters.emplace_back(Map{{"Pattern", Value(t)}});
  return Map{{"FilterCriteria", Value(Map{{"Filters", Value(std::move(filters))}})}};
}

}  // namespace

TEST_CASE("what no pattern wants is deleted and never seen") {
  LambdaWorld l;
  const std::string url = l.queue("q");
  l.map_queue("q", patterns({R"({"body":{"total":[{"numeric":[">",100]}]}})", R"({"body":["plain"]})"}));
  for (const char* body : {R"({"total":99})", R"({"total":101})", "plain", "other", "101"}) l.send(url, body);
  l.w.loop.advance(1s);
  Bodies seen;
  for (const Value& e : l.events)
    for (const std::string& b : LambdaWorld::bodies(e)) seen.push_back(b);
  CHECK(seen == Bodies{R"({"total":101})", "plain"});
  CHECK(l.count(url) == "0");
  CHECK(l.count(url, "ApproximateNumberOfMessagesNotVisible") == "0");
}

TEST_CASE("a batch of more than ten is gathered from several receives") {
  LambdaWorld l;
  const std::string url = l.queue("q");
  for (int i = 0; i < 25; ++i) l.send(url, std::to_string(i));
  l.map_queue("q", Map{{"BatchSize", Value(100)}, {"MaximumBatchingWindowInSeconds", Value(2)}});
  l.w.loop.advance(1s);
  CHECK(l.events.empty());
  l.w.loop.advance(2s);
  REQUIRE(l.events.size() == 1);
  CHECK(LambdaWorld::bodies(l.events[0]).size() == 25);
}

TEST_CASE("busy batches grow by five a second, up to MaximumConcurrency") {
  World::Options options;
  options.settings.function_concurrency = 100;
  LambdaWorld l(options);
  const std::string url = l.queue("q", Map{{"VisibilityTimeout", Value("600")}});
  l.w.functions.takes = 100s;
  l.map_queue("q", Map{{"BatchSize", Value(1)}, {"ScalingConfig", Map{{"MaximumConcurrency", Value(12)}}}});
  for (int i = 0; i < 40; ++i) l.send(url, std::to_string(i));
  l.w.loop.advance(100ms);
  CHECK(l.w.functions.invocations.size() == 5);
  l.w.loop.advance(1s);
  CHECK(l.w.functions.invocations.size() == 10);
  l.w.loop.advance(30s);
  CHECK(l.w.functions.invocations.size() == 12);
}

TEST_CASE("a throttled batch comes back after its visibility time-out; the poller slows down") {
  LambdaWorld l;
  const std::string url = l.queue("q", Map{{"VisibilityTimeout", Value("10")}});
  l.act("PutFunctionConcurrency",
        Map{{"FunctionName", Value("f")}, {"ReservedConcurrentExecutions", Value(0)}});
  l.map_queue("q");
  l.send(url, "a");
  l.w.loop.advance(5s);
  CHECK(l.events.empty());
  CHECK(l.count(url, "ApproximateNumberOfMessagesNotVisible") == "1");
  l.act("DeleteFunctionConcurrency", Map{{"FunctionName", Value("f")}});
  l.w.loop.advance(20s);
  REQUIRE(l.events.size() == 1);
  CHECK(l.events[0].find("Records")->list()[0].find("attributes")->text_or("ApproximateReceiveCount") == "2");
}

TEST_CASE("a mapping goes through its states") {
  LambdaWorld l;
  l.queue("q");
  const Value made = l.map_queue("q");
  const Map named{{"UUID", Value(made.text_or("UUID"))}};
  CHECK(made.text_or("State") == "Creating");
  CHECK(made.text_or("StateTransitionReason") == "USER_INITIATED");
  CHECK(l.act("GetEventSourceMapping", named).text_or("State") == "Creating");
  l.settle();
  CHECK(l.act("GetEventSourceMapping", named).text_or("State") == "Enabled");
  Map batch = named;
  batch.add("BatchSize", Value(5));
  CHECK(l.act("UpdateEventSourceMapping", batch).text_or("State") == "Updating");
  l.settle();
  CHECK(l.act("DeleteEventSourceMapping", named).text_or("State") == "Deleting");
  CHECK(l.act("GetEventSourceMapping", named).text_or("State") == "Deleting");
  l.settle();
  CHECK(l.refused("GetEventSourceMapping", named) == "The resource you requested does not exist.");
}

TEST_CASE("a list of mappings has pages of at most 100, whatever MaxItems says") {
  LambdaWorld l;
  for (int i = 0; i < 101; ++i) {
    const std::string name = "many-" + std::to_string(i);
    l.queue(name.c_str());
    l.map_queue(name.c_str());
  }
  const Value first = l.act("ListEventSourceMappings", Map{{"MaxItems", Value(10000)}});
  CHECK(first.find("EventSourceMappings")->list().size() == 100);
  const Value rest =
      l.act("ListEventSourceMappings", Map{{"Marker", Value(std::string(first.text_or("NextMarker")))}});
  CHECK(rest.find("EventSourceMappings")->list().size() == 1);
  CHECK(rest.find("NextMarker") == nullptr);
}
