// Streams as event sources: what counts as an attempt, how long it waits, what survives a restart.
#include "scenario/lambda/fixture.hpp"

using namespace puddle;
using namespace puddle::test;

using Bodies = std::vector<std::string>;

namespace {

const std::string kDead = "arn:aws:sqs:us-east-1:000000000000:dead";

Map on_failure(Map more = {}) {
  more.add("DestinationConfig", Map{{"OnFailure", Map{{"Destination", Value(kDead)}}}});
  return more;
}
/// A function that fails for batches with the record "bad".
InvocationOutcome unless_bad(const Value& event) {
  const Bodies ids = StreamWorld::ids(event);
  return std::find(ids.begin(), ids.end(), "bad") != ids.end() ? failed("no") : answered("null");
}

}  // namespace

TEST_CASE("a batch holds BatchSize records; its window begins with its first record") {
  StreamWorld l;
  l.map_stream(Map{{"BatchSize", Value(3)}, {"MaximumBatchingWindowInSeconds", Value(10)}});
  l.put("a");
  l.w.loop.advance(9s);
  l.put("b");
  CHECK(l.events.empty());
  l.w.loop.advance(1100ms);
  REQUIRE(l.events.size() == 1);
  CHECK(StreamWorld::ids(l.events[0]) == Bodies{"a", "b"});
  for (const char* id : {"c", "d", "e", "f"}) l.put(id);
  l.w.loop.advance(1s);
  REQUIRE(l.events.size() == 2);
  CHECK(StreamWorld::ids(l.events[1]) == Bodies{"c", "d", "e"});
}

TEST_CASE("the pause between attempts doubles and is a minute at most") {
  StreamWorld l;
  std::vector<std::int64_t> at;
  l.handler = [&](const Value&) {
    at.push_back(to_millis(l.w.loop.now()));
    return failed("no");
  };
  l.map_stream();
  l.put("a");
  l.w.loop.advance(std::chrono::minutes(10));
  REQUIRE(at.size() > 12);
  CHECK(at[1] - at[0] == 410);  // 400 ms, and the 10 ms that the handler takes
  CHECK(at[2] - at[1] == 810);
  CHECK(at[11] - at[10] == 60'010);
  CHECK(at[12] - at[11] == 60'010);
}

TEST_CASE("without limits a batch is tried until its records expire, a day later") {
  StreamWorld l;
  const std::string dead = l.queue("dead");
  l.handler = unless_bad;
  l.map_stream(on_failure(Map{{"BatchSize", Value(1)}}));
  l.put("bad");
  l.put("good");
  l.w.loop.advance(std::chrono::hours(23));
  CHECK(l.count(dead) == "0");
  l.put("late");
  l.w.loop.advance(std::chrono::hours(2));
  const Value told = l.next_message(dead);
  CHECK(told.find("requestContext")->text_or("condition") == "RecordAgeExceeded");
  CHECK(StreamWorld::ids(l.events.back()) == Bodies{"late"});
}

TEST_CASE("a throttled batch is tried again without being counted") {
  StreamWorld l;
  const std::string dead = l.queue("dead");
  l.map_stream(on_failure(Map{{"MaximumRetryAttempts", Value(0)}}));
  l.act("PutFunctionConcurrency",
        Map{{"FunctionName", Value("f")}, {"ReservedConcurrentExecutions", Value(0)}});
  l.put("a");
  l.w.loop.advance(30s);
  CHECK(l.events.empty());
  l.act("DeleteFunctionConcurrency", Map{{"FunctionName", Value("f")}});
  l.w.loop.advance(60s);
  CHECK(l.events.size() == 1);
  CHECK(l.count(dead) == "0");
}

TEST_CASE("halves of a bisected batch have their own attempts; only the bad record is given up") {
  StreamWorld l;
  const std::string dead = l.queue("dead");
  l.handler = unless_bad;
  l.map_stream(on_failure(Map{{"MaximumRetryAttempts", Value(1)},
                              {"BisectBatchOnFunctionError", Value(true)},
                              {"MaximumBatchingWindowInSeconds", Value(1)}}));
  for (const char* id : {"a", "b", "bad", "c"}) l.put(id);
  l.w.loop.advance(30s);
  Bodies good;
  for (const Value& e : l.events)
    if (unless_bad(e).kind == InvocationOutcome::Kind::ok)
      for (const std::string& id : StreamWorld::ids(e)) good.push_back(id);
  CHECK(good == Bodies{"a", "b", "c"});
  const Value told = l.next_message(dead);
  CHECK(told.find("DDBStreamBatchInfo")->find("batchSize")->integer() == 1);
  CHECK(told.find("requestContext")->find("approximateInvokeCount")->integer() == 2);
  CHECK(l.count(dead) == "0");
}

TEST_CASE("with bisecting, a reported number is where the batch is cut") {
  StreamWorld l;
  int calls = 0;
  l.handler = [&](const Value& event) {
    const auto& records = event.find("Records")->list();
    if (++calls > 1) return answered("{}");
    return answered("{\"batchItemFailures\":[{\"itemIdentifier\":\"" +
                    std::string(records[3].find("dynamodb")->text_or("SequenceNumber")) + "\"}]}");
  };
  l.map_stream(Map{{"BisectBatchOnFunctionError", Value(true)},
                   {"MaximumBatchingWindowInSeconds", Value(1)},
                   {"FunctionResponseTypes", Value(List{Value("ReportBatchItemFailures")})}});
  for (const char* id : {"a", "b", "c", "d", "e"}) l.put(id);
  l.w.loop.advance(10s);
  REQUIRE(l.events.size() == 2);
  CHECK(StreamWorld::ids(l.events[1]) == Bodies{"d", "e"});
}

TEST_CASE("a disabled mapping goes on where it was") {
  StreamWorld l;
  const Value made = l.map_stream();
  const Map named{{"UUID", Value(made.text_or("UUID"))}};
  const auto enable = [&](bool on) {
    Map in = named;
    in.add("Enabled", Value(on));
    const Value answer = l.act("UpdateEventSourceMapping", in);
    l.settle();
    return std::string(answer.text_or("State"));
  };
  l.put("a");
  l.w.loop.advance(1s);
  CHECK(enable(false) == "Disabling");
  l.put("b");
  l.w.loop.advance(60s);
  CHECK(l.events.size() == 1);
  CHECK(enable(true) == "Enabling");
  l.w.loop.advance(1s);
  REQUIRE(l.events.size() == 2);
  CHECK(StreamWorld::ids(l.events[1]) == Bodies{"b"});
}

TEST_CASE("an open window and its state survive a restart of the services") {
  StreamWorld l;
  l.handler = StreamWorld::count_in_state;
  l.map_stream(Map{{"TumblingWindowInSeconds", Value(60)}});
  l.into_window();
  l.put("a");
  l.w.loop.advance(1s);
  l.w.engine->stop();
  l.w.engine->start();
  l.w.loop.run_ready();
  l.put("b");
  l.w.loop.advance(61s);
  REQUIRE(l.events.size() == 3);
  CHECK(l.events[1].find("state")->find("n")->integer() == 1);
  CHECK(l.events[2].find("isFinalInvokeForWindow")->boolean());
  CHECK(l.events[2].find("state")->find("n")->integer() == 2);
}

TEST_CASE("a window whose state is over a megabyte ends early") {
  StreamWorld l;
  l.handler = [](const Value& event) {
    return answered(event.find("Records")->list().empty()
                        ? "null"
                        : "{\"state\":{\"s\":\"" + std::string(1'000'001, 'x') + "\"}}");
  };
  l.map_stream(Map{{"TumblingWindowInSeconds", Value(60)}});
  l.into_window();
  l.put("a");
  l.w.loop.advance(1s);
  REQUIRE(l.events.size() == 2);
  CHECK(l.events[1].find("isFinalInvokeForWindow")->boolean());
  CHECK(l.events[1].find("isWindowTerminatedEarly")->boolean());
}

TEST_CASE("a failed batch of a window is tried again with the state it had") {
  StreamWorld l;
  int failures = 1;
  l.handler = [&](const Value& event) {
    if (event.find("state")->find("n") && failures-- > 0) return failed("no");
    return answered(R"({"state":{"n":7}})");
  };
  l.map_stream(Map{{"TumblingWindowInSeconds", Value(60)}, {"BatchSize", Value(1)}});
  l.into_window();
  l.put("a");
  l.put("b");
  l.w.loop.advance(5s);
  REQUIRE(l.events.size() == 3);
  CHECK(StreamWorld::ids(l.events[1]) == Bodies{"b"});
  CHECK(StreamWorld::ids(l.events[2]) == Bodies{"b"});
  CHECK(l.events[2].find("state")->find("n")->integer() == 7);
}

TEST_CASE("mappings of streams are checked when they are made") {
  StreamWorld l;
  const auto refused = [&](Map in) {
    in.add("FunctionName", Value("f"));
    if (!in.contains("EventSourceArn")) in.add("EventSourceArn", Value(l.stream));
    return l.w.fails("lambda", "CreateEventSourceMapping", std::move(in));
  };
  const wire::Fault no_position = refused({});
  CHECK(no_position.code == "InvalidParameterValueException");
  CHECK(no_position.message ==
        "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member "
        "must not be null.");
  CHECK(refused(Map{{"StartingPosition", Value("AT_TIMESTAMP")}}).message ==
        "Unsupported starting position for arn type: " + l.stream);
  CHECK(refused(Map{{"StartingPosition", Value("LATEST")},
                    {"EventSourceArn", Value("arn:aws:dynamodb:us-east-1:000000000000:table/x/stream/y")}})
            .message == "Stream not found: arn:aws:dynamodb:us-east-1:000000000000:table/x/stream/y");
  l.map_stream();
  CHECK(refused(Map{{"StartingPosition", Value("LATEST")}})
            .message.starts_with("The event source arn (\" " + l.stream +
                                 " \") and function (\" f \") provided mapping already exists."));
}
