// How batches of a queue are cut, how many run, and what happens to them when the mapping or the function
// changes meanwhile.
#include "scenario/lambda/fixture.hpp"
#include "services/lambda/event_sources/event_sources.hpp"

using namespace puddle;
using namespace puddle::test;

using Bodies = std::vector<std::string>;

namespace {

World::Options roomy() {
  World::Options options;
  options.settings.function_concurrency = 100;
  return options;
}
Map uuid_of(const Value& mapping) { return Map{{"UUID", Value(mapping.text_or("UUID"))}}; }

}  // namespace

TEST_CASE("a batch closes at six megabytes, before it is full and before its window ends") {
  LambdaWorld l;
  const std::string url = l.queue("q");
  l.map_queue("q", Map{{"BatchSize", Value(100)}, {"MaximumBatchingWindowInSeconds", Value(10)}});
  // As text, and as what grows when it is written as JSON.
  const auto body = GENERATE(std::string(1'000'000, 'x'), std::string(1'000'000, '"'));
  for (int i = 0; i < 8; ++i) l.send(url, body);
  l.w.loop.advance(1s);
  CHECK_FALSE(l.w.functions.invocations.empty());
  l.w.loop.advance(15s);
  std::size_t seen = 0;
  for (const Invocation& i : l.w.functions.invocations) CHECK(i.payload.size() <= 6'000'000);
  for (const Value& e : l.events) seen += LambdaWorld::bodies(e).size();
  CHECK(seen == 8);
  CHECK(l.count(url, "ApproximateNumberOfMessagesNotVisible") == "0");
}

TEST_CASE("batches that have grown in number shrink again when the queue is empty") {
  LambdaWorld l(roomy());
  const std::string url = l.queue("q", Map{{"VisibilityTimeout", Value("600")}});
  l.map_queue("q", Map{{"BatchSize", Value(1)}});
  l.w.functions.takes = 4s;
  for (int i = 0; i < 60; ++i) l.send(url, std::to_string(i));
  l.w.loop.advance(3900ms);
  CHECK(l.w.functions.invocations.size() == 24);  // 5, and 5 more each second
  l.w.loop.advance(60s);
  CHECK(l.events.size() == 60);
  l.w.loop.advance(120s);  // empty polls
  l.w.functions.takes = 100s;
  for (int i = 0; i < 60; ++i) l.send(url, std::to_string(i));
  l.w.loop.advance(100ms);
  CHECK(l.w.functions.invocations.size() == 60 + 5);
}

TEST_CASE("a mapping that is disabled lets its running batches finish") {
  LambdaWorld l;
  const std::string url = l.queue("q");
  const Value mapping = l.map_queue("q");
  l.w.functions.takes = 5s;
  l.send(url, "a");
  l.w.loop.advance(1s);
  Map off = uuid_of(mapping);
  off.add("Enabled", Value(false));
  CHECK(l.act("UpdateEventSourceMapping", off).text_or("State") == "Disabling");
  l.w.loop.advance(10s);
  CHECK(l.events.size() == 1);
  CHECK(l.count(url, "ApproximateNumberOfMessagesNotVisible") == "0");
  CHECK(l.act("GetEventSourceMapping", uuid_of(mapping)).text_or("State") == "Disabled");
}

TEST_CASE("a mapping of an alias follows it, and an update of the mapping loses nothing") {
  LambdaWorld l;
  const std::string url = l.queue("q");
  l.publish();
  l.act("CreateAlias",
        Map{{"FunctionName", Value("f")}, {"Name", Value("live")}, {"FunctionVersion", Value("1")}});
  const Value mapping = l.w.ok("lambda", "CreateEventSourceMapping",
                               Map{{"FunctionName", Value("f:live")},
                                   {"EventSourceArn", Value("arn:aws:sqs:us-east-1:000000000000:q")}});
  CHECK(mapping.text_or("FunctionArn").ends_with(":function:f:live"));
  Bodies versions;
  l.w.functions.handlers["f"] = [&](const EnvironmentSpec& spec, const Invocation&) {
    versions.push_back(spec.variables.at("AWS_LAMBDA_FUNCTION_VERSION"));
    return answered("null");
  };
  l.send(url, "one");
  l.w.loop.advance(1s);
  l.new_code("# two");
  l.publish();
  l.act("UpdateAlias",
        Map{{"FunctionName", Value("f")}, {"Name", Value("live")}, {"FunctionVersion", Value("2")}});
  l.send(url, "two");
  l.w.loop.advance(1s);
  Map latest = uuid_of(mapping);
  latest.add("FunctionName", Value("f"));
  l.act("UpdateEventSourceMapping", latest);
  // The long poll of the stopped poller does not take the message with it.
  l.send(url, "three");
  l.w.loop.advance(1s);
  CHECK(versions == Bodies{"1", "2", "$LATEST"});
}

TEST_CASE("a mapping outlives its function; its messages wait") {
  LambdaWorld l;
  const std::string url = l.queue("q");
  const Value mapping = l.map_queue("q");
  l.settle();
  l.act("DeleteFunction", Map{{"FunctionName", Value("f")}});
  l.send(url, "a");
  l.w.loop.advance(200s);
  CHECK(l.act("GetEventSourceMapping", uuid_of(mapping)).text_or("State") == "Enabled");
  CHECK(l.events.empty());
  l.create("f");
  l.w.loop.advance(120s);
  CHECK(l.events.size() == 1);
}

TEST_CASE("what a function may answer for a batch") {
  const auto known = [](std::string_view id) { return id == "a" || id == "b"; };
  for (const char* good : {"", "null", "{}", "\"\"", R"({"batchItemFailures":[]})",
                           R"({"batchItemFailures":null})", R"({"other":1})"}) {
    INFO(good);
    const auto answer = lambda::read_batch_answer(good, known);
    CHECK_FALSE(answer.all_failed);
    CHECK(answer.failed.empty());
  }
  for (const char* bad :
       {"{", R"({"batchItemFailures":[{"itemIdentifier":""}]})",
        R"({"batchItemFailures":[{"itemIdentifier":null}]})",
        R"({"batchItemFailures":[{"itemIdentifier":7}]})", R"({"batchItemFailures":[{"other":"a"}]})",
        R"({"batchItemFailures":[{"itemIdentifier":"c"}]})",
        R"({"batchItemFailures":[{"itemIdentifier":"a"},{}]})", R"({"batchItemFailures":"a"})",
        R"({"batchItemFailures":["a"]})"}) {
    INFO(bad);
    CHECK(lambda::read_batch_answer(bad, known).all_failed);
  }
  CHECK(lambda::read_batch_answer(R"({"batchItemFailures":[{"itemIdentifier":"b"}]})", known).failed ==
        Bodies{"b"});
}

TEST_CASE("numbers of a mapping have their limits") {
  LambdaWorld l;
  l.queue("q");
  const auto refused = [&](Map in) {
    in.add("FunctionName", Value("f"));
    in.add("EventSourceArn", Value("arn:aws:sqs:us-east-1:000000000000:q"));
    return l.w.fails("lambda", "CreateEventSourceMapping", std::move(in)).code;
  };
  for (const int size : {0, 10'001})
    CHECK(refused(Map{{"BatchSize", Value(size)}, {"MaximumBatchingWindowInSeconds", Value(1)}}) ==
          "ValidationException");
  CHECK(refused(Map{{"MaximumBatchingWindowInSeconds", Value(301)}}) == "ValidationException");
  for (const int most : {1, 1001})
    CHECK(refused(Map{{"ScalingConfig", Map{{"MaximumConcurrency", Value(most)}}}}) == "ValidationException");
  const Value made = l.map_queue("q", Map{{"BatchSize", Value(10'000)},
                                          {"MaximumBatchingWindowInSeconds", Value(300)},
                                          {"ScalingConfig", Map{{"MaximumConcurrency", Value(1000)}}}});
  CHECK(made.find("BatchSize")->integer() == 10'000);
}
