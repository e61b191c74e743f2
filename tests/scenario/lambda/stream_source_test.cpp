// Streams as event sources, in virtual time.
#include "scenario/lambda/fixture.hpp"

using namespace puddle;
using namespace puddle::test;

using Bodies = std::vector<std::string>;

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

TEST_CASE("lanes run side by side; records of the same key stay in order") {
  StreamWorld l;
  l.w.functions.takes = 1s;
  l.map_stream(Map{{"BatchSize", Value(1)}, {"ParallelizationFactor", Value(4)}});
  for (int round = 0; round < 3; ++round)
    for (int key = 0; key < 8; ++key) l.put("k" + std::to_string(key), "v" + std::to_string(round));
  l.w.loop.advance(500ms);
  const std::size_t at_once = l.w.functions.invocations.size();
  CHECK(at_once > 1);
  CHECK(at_once <= 4);
  l.w.loop.advance(60s);
  REQUIRE(l.events.size() == 24);
  std::map<std::string, Bodies> seen;
  for (const Value& e : l.events) {
    const Value& change = *e.find("Records")->list()[0].find("dynamodb");
    seen[std::string(change.find("Keys")->find("id")->text_or("S"))].emplace_back(
        change.find("NewImage")->find("note")->text_or("S"));
  }
  for (const auto& [key, notes] : seen) CHECK(notes == Bodies{"v0", "v1", "v2"});
}

TEST_CASE("records that no pattern wants are passed over") {
  StreamWorld l;
  l.map_stream(Map{
      {"FilterCriteria",
       Map{{"Filters",
            Value(List{Value(Map{
                {"Pattern",
                 Value(
                     R"({"eventName":["INSERT"],"dynamodb":{"NewImage":{"note":{"S":["yes"]}}}})")}})})}}}});
  l.put("a", "no");
  l.put("b", "yes");
  l.put("c", "no");
  l.w.loop.advance(1s);
  REQUIRE(l.events.size() == 1);
  CHECK(StreamWorld::ids(l.events[0]) == Bodies{"b"});
}

TEST_CASE("records that grow too old while their shard is blocked are given up") {
  StreamWorld l;
  const std::string dead = l.queue("dead");
  l.handler = [](const Value& event) {
    return StreamWorld::ids(event)[0] == "bad" ? failed("no") : answered("null");
  };
  l.map_stream(
      Map{{"BatchSize", Value(1)},
          {"MaximumRecordAgeInSeconds", Value(60)},
          {"DestinationConfig",
           Map{{"OnFailure", Map{{"Destination", Value("arn:aws:sqs:us-east-1:000000000000:dead")}}}}}});
  l.put("bad");
  l.w.loop.advance(55s);
  CHECK(l.count(dead) == "0");
  l.put("good");
  l.w.loop.advance(120s);
  const Value told = l.next_message(dead);
  CHECK(told.find("requestContext")->text_or("condition") == "RecordAgeExceeded");
  CHECK(told.find("DDBStreamBatchInfo")->find("batchSize")->integer() == 1);
}

TEST_CASE("ReportBatchItemFailures moves the checkpoint to the lowest number that failed") {
  StreamWorld l;
  bool fail = true;
  l.handler = [&](const Value& event) {
    const auto& records = event.find("Records")->list();
    if (!fail || records.size() < 2) return answered(R"({"batchItemFailures":[]})");
    fail = false;
    return answered("{\"batchItemFailures\":[{\"itemIdentifier\":\"" +
                    std::string(records[1].find("dynamodb")->text_or("SequenceNumber")) + "\"}]}");
  };
  l.map_stream(Map{{"MaximumBatchingWindowInSeconds", Value(1)},
                   {"FunctionResponseTypes", Value(List{Value("ReportBatchItemFailures")})}});
  for (const char* id : {"a", "b", "c"}) l.put(id);
  l.w.loop.advance(10s);
  REQUIRE(l.events.size() == 2);
  CHECK(StreamWorld::ids(l.events[1]) == Bodies{"b", "c"});
}

TEST_CASE("a tumbling window carries its state and is closed by a last call without records") {
  StreamWorld l;
  l.handler = StreamWorld::count_in_state;
  l.map_stream(Map{{"TumblingWindowInSeconds", Value(60)}, {"BatchSize", Value(1)}});
  l.into_window();
  l.put("a");
  l.put("b");
  l.w.loop.advance(1s);
  REQUIRE(l.events.size() == 2);
  CHECK(l.events[1].find("state")->find("n")->integer() == 1);
  CHECK_FALSE(l.events[1].find("isFinalInvokeForWindow")->boolean());
  CHECK(l.events[1].find("window")->text_or("start").ends_with("00Z"));
  l.w.loop.advance(60s);
  REQUIRE(l.events.size() == 3);
  CHECK(l.events[2].find("Records")->list().empty());
  CHECK(l.events[2].find("isFinalInvokeForWindow")->boolean());
  CHECK(l.events[2].find("state")->find("n")->integer() == 2);
  l.put("c");
  l.w.loop.advance(1s);
  REQUIRE(l.events.size() == 4);
  CHECK(l.events[3].find("state")->map().empty());
}

TEST_CASE("the mapping shows how its last batch ended") {
  StreamWorld l;
  const Value made = l.map_stream();
  const Map named{{"UUID", Value(made.text_or("UUID"))}};
  CHECK(made.text_or("LastProcessingResult") == "No records processed");
  CHECK(made.text_or("StateTransitionReason") == "User action");
  l.put("a");
  l.w.loop.advance(1s);
  CHECK(l.act("GetEventSourceMapping", named).text_or("LastProcessingResult") == "OK");
  l.handler = [](const Value&) { return failed("no"); };
  l.put("b");
  l.w.loop.advance(1s);
  CHECK(l.act("GetEventSourceMapping", named).text_or("LastProcessingResult") ==
        "PROBLEM: Function call failed");
}
