// Recursive loops: a function whose own messages invoke it again is stopped after 16 invocations.
#include "base/text.hpp"
#include "scenario/lambda/fixture.hpp"
#include "services/lambda/lineage.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

const std::string kFunction = "arn:aws:lambda:us-east-1:000000000000:function:f";

/// As an SDK in the function sends it: with the trace header of the running invocation.
struct LoopWorld : LambdaWorld {
  std::string url;
  int rounds = 0;
  LoopWorld() {
    w.functions.handlers["f"] = [this](const EnvironmentSpec&, const Invocation& i) {
      ++rounds;
      w.begin("sqs", "SendMessage",
              Map{{"QueueUrl", Value(url)},
                  {"MessageBody", Value("again")},
                  {"MessageSystemAttributes",
                   Map{{"AWSTraceHeader",
                        Map{{"DataType", Value("String")}, {"StringValue", Value(i.trace_header)}}}}}},
              Principal::root("000000000000"));
      return answered("null");
    };
  }
};

}  // namespace

TEST_CASE("the lineage counts the invocations of each function of a chain of events") {
  const std::string first = lambda::with_invocation("Root=1-a-b;Sampled=0", kFunction);
  CHECK(first.starts_with("Root=1-a-b;Sampled=0;Lineage="));
  CHECK(first.ends_with(":0"));
  CHECK(lambda::times_invoked("", kFunction) == 0);
  CHECK(lambda::times_invoked(first, kFunction) == 1);
  CHECK(lambda::times_invoked(first, kFunction + "2") == 0);
  const std::string both = lambda::with_invocation(first, kFunction + "2");
  CHECK(lambda::times_invoked(lambda::with_invocation(both, kFunction), kFunction) == 2);
  // botocore escapes the bar.
  CHECK(lambda::times_invoked(replace_all(both, "|", "%7C"), kFunction + "2") == 1);
  for (const char* text :
       {"Lineage=", "Lineage=|:|x:", "Lineage=abc:-1;;=", "Lineage=abc:99999999999999999999"})
    CHECK(lambda::times_invoked(lambda::with_invocation(text, kFunction), kFunction) == 1);
  std::string many = "Root=1-a-b";
  for (int i = 0; i < 100; ++i) many = lambda::with_invocation(many, kFunction + std::to_string(i));
  CHECK(many.size() < 1000);
}

TEST_CASE(
    "a loop through a queue ends after 16 invocations; the message dies by the queue's redrive policy") {
  LoopWorld l;
  const std::string dead = l.queue("dead");
  l.url = l.queue(
      "q",
      Map{{"RedrivePolicy",
           Value(
               R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":2})")}});
  l.map_queue("q");
  l.send(l.url, "first");
  l.w.loop.advance(20s);
  CHECK(l.rounds == 16);
  CHECK(l.count(l.url, "ApproximateNumberOfMessagesNotVisible") == "1");
  l.w.loop.advance(70s);
  CHECK(l.rounds == 16);
  CHECK(l.count(dead) == "1");
  // Another chain of events counts for itself.
  l.send(l.url, "another");
  l.w.loop.advance(20s);
  CHECK(l.rounds == 32);
}

TEST_CASE("RecursiveLoop Allow lets a loop run") {
  LoopWorld l;
  l.url = l.queue("q");
  CHECK(l.act("GetFunctionRecursionConfig", Map{{"FunctionName", Value("f")}}).text_or("RecursiveLoop") ==
        "Terminate");
  l.act("PutFunctionRecursionConfig", Map{{"FunctionName", Value("f")}, {"RecursiveLoop", Value("Allow")}});
  l.map_queue("q");
  l.send(l.url, "first");
  l.w.loop.advance(2s);
  CHECK(l.rounds > 50);
}

TEST_CASE("messages that are in no loop are not held up by one that is") {
  LoopWorld l;
  l.url = l.queue("q");
  std::string header = "Root=1-a-b";
  for (int i = 0; i < 16; ++i) header = lambda::with_invocation(header, kFunction);
  l.w.ok("sqs", "SendMessage",
         Map{{"QueueUrl", Value(l.url)},
             {"MessageBody", Value("looping")},
             {"MessageSystemAttributes",
              Map{{"AWSTraceHeader", Map{{"DataType", Value("String")}, {"StringValue", Value(header)}}}}}});
  l.send(l.url, "innocent");
  l.w.functions.handlers["f"] = [&](const EnvironmentSpec&, const Invocation& i) {
    l.events.push_back(*wire::parse_json(i.payload));
    return answered("null");
  };
  l.map_queue("q", Map{{"MaximumBatchingWindowInSeconds", Value(1)}});
  l.w.loop.advance(5s);
  REQUIRE(l.events.size() == 1);
  CHECK(LambdaWorld::bodies(l.events[0]) == std::vector<std::string>{"innocent"});
  CHECK(l.count(l.url, "ApproximateNumberOfMessagesNotVisible") == "1");
}

TEST_CASE("who invokes a looping function is refused; its events go to the dead-letter queue at once") {
  LambdaWorld l;
  const std::string dead = l.queue("dead");
  l.update("UpdateFunctionConfiguration",
           Map{{"DeadLetterConfig", Map{{"TargetArn", Value("arn:aws:sqs:us-east-1:000000000000:dead")}}}});
  std::string header = "Root=1-a-b";
  for (int i = 0; i < 16; ++i) header = lambda::with_invocation(header, kFunction);
  HttpRequest request;
  request.method = "POST";
  request.target = "/2015-03-31/functions/f/invocations";
  request.body = R"({"k":1})";
  request.headers.add("X-Amzn-Trace-Id", header);
  const HttpResponse refused = l.w.http("lambda", request);
  CHECK(refused.status == 400);
  CHECK(refused.headers.get("x-amzn-errortype") == "RecursiveInvocationException");
  request.headers.add("X-Amz-Invocation-Type", "Event");
  CHECK(l.w.http("lambda", request).status == 202);
  l.w.loop.advance(1s);
  CHECK(l.events.empty());
  CHECK(l.count(dead) == "1");
}
