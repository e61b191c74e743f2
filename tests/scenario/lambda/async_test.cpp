// Asynchronous invocation: retries, ages, destinations, dead letters, in virtual time.
#include "scenario/lambda/fixture.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

const std::string kQueueArn = "arn:aws:sqs:us-east-1:000000000000:";

Map destinations(const char* success, const char* failure) {
  Map out;
  if (success) out.add("OnSuccess", Map{{"Destination", Value(kQueueArn + success)}});
  if (failure) out.add("OnFailure", Map{{"Destination", Value(kQueueArn + failure)}});
  return Map{{"FunctionName", Value("f")}, {"DestinationConfig", Value(std::move(out))}};
}
void send_event(LambdaWorld& l, const char* payload = R"({"k":1})") {
  const auto reply = l.invoke(payload, Map{{"InvocationType", Value("Event")}});
  REQUIRE(reply->done);
  CHECK(reply->value.find("StatusCode")->integer() == 202);
}

}  // namespace

TEST_CASE("a success is told with the event and the answer") {
  LambdaWorld l;
  const std::string url = l.queue("good");
  l.act("PutFunctionEventInvokeConfig", destinations("good", nullptr));
  l.handler = [](const Value&) { return answered(R"({"done":true})"); };
  send_event(l);
  l.w.loop.advance(1s);
  const Value told = l.next_message(url);
  CHECK(told.text_or("version") == "1.0");
  CHECK(told.find("requestContext")->text_or("functionArn") ==
        "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST");
  CHECK(told.find("requestContext")->text_or("condition") == "Success");
  CHECK(told.find("requestContext")->find("approximateInvokeCount")->integer() == 1);
  CHECK(told.find("requestPayload")->find("k")->integer() == 1);
  CHECK(told.find("responseContext")->find("statusCode")->integer() == 200);
  CHECK_FALSE(told.find("responseContext")->find("functionError"));
  CHECK(told.find("responsePayload")->find("done")->boolean());
}

TEST_CASE("a failure is told when the retries are used up") {
  LambdaWorld l;
  const std::string url = l.queue("bad");
  Map config = destinations(nullptr, "bad");
  config.add("MaximumRetryAttempts", Value(1));
  l.act("PutFunctionEventInvokeConfig", config);
  l.handler = [](const Value&) { return failed("boom"); };
  send_event(l);
  l.w.loop.advance(59s);
  CHECK(l.events.size() == 1);
  CHECK(l.count(url) == "0");
  l.w.loop.advance(2s);
  CHECK(l.events.size() == 2);
  const Value told = l.next_message(url);
  CHECK(told.find("requestContext")->text_or("condition") == "RetriesExhausted");
  CHECK(told.find("requestContext")->find("approximateInvokeCount")->integer() == 2);
  CHECK(told.find("responseContext")->text_or("functionError") == "Unhandled");
  CHECK(told.find("responsePayload")->text_or("errorMessage") == "boom");
}

TEST_CASE("an event that grows too old is given up") {
  LambdaWorld l;
  const std::string url = l.queue("bad");
  Map config = destinations(nullptr, "bad");
  config.add("MaximumEventAgeInSeconds", Value(90));
  l.act("PutFunctionEventInvokeConfig", config);
  l.handler = [](const Value&) { return failed("boom"); };
  send_event(l);
  l.w.loop.advance(89s);
  CHECK(l.events.size() == 2);
  l.w.loop.advance(2s);
  CHECK(l.events.size() == 2);
  CHECK(l.next_message(url).find("requestContext")->text_or("condition") == "EventAgeExceeded");
}

TEST_CASE("without concurrency the event goes to the failure destination at once") {
  LambdaWorld l;
  const std::string url = l.queue("bad");
  l.act("PutFunctionEventInvokeConfig", destinations(nullptr, "bad"));
  l.act("PutFunctionConcurrency",
        Map{{"FunctionName", Value("f")}, {"ReservedConcurrentExecutions", Value(0)}});
  send_event(l);
  l.w.loop.advance(1s);
  const Value told = l.next_message(url);
  CHECK(told.find("requestContext")->text_or("condition") == "ZeroReservedConcurrency");
  CHECK(told.find("requestContext")->find("approximateInvokeCount")->integer() == 0);
  CHECK_FALSE(told.find("responseContext"));
}

TEST_CASE("a throttled event is tried again after 1, 2, 4 ... seconds and is no attempt") {
  LambdaWorld l;
  l.act("PutFunctionConcurrency",
        Map{{"FunctionName", Value("f")}, {"ReservedConcurrentExecutions", Value(1)}});
  l.w.functions.takes = 6500ms;
  l.invoke("{}");
  send_event(l);
  l.w.loop.advance(6s);
  CHECK(l.w.functions.invocations.size() == 1);
  // Tried at 0, 1, 3 and 7 seconds.
  l.w.loop.advance(900ms);
  CHECK(l.w.functions.invocations.size() == 1);
  l.w.loop.advance(200ms);
  CHECK(l.w.functions.invocations.size() == 2);
}

TEST_CASE("each qualifier has its own settings") {
  LambdaWorld l;
  const std::string url = l.queue("good");
  l.publish();
  Map config = destinations("good", nullptr);
  config.add("Qualifier", Value("1"));
  const Value made = l.act("PutFunctionEventInvokeConfig", config);
  CHECK(made.text_or("FunctionArn").ends_with(":f:1"));
  CHECK(made.find("DestinationConfig")->find("OnFailure")->map().empty());
  send_event(l);
  l.w.loop.advance(1s);
  CHECK(l.count(url) == "0");
  l.invoke("{}", Map{{"InvocationType", Value("Event")}, {"Qualifier", Value("1")}});
  l.w.loop.advance(1s);
  CHECK(l.next_message(url).find("responseContext")->text_or("executedVersion") == "1");
}

TEST_CASE("another function can be a destination") {
  LambdaWorld l;
  l.create("g");
  Map on{{"OnSuccess", Map{{"Destination", Value("arn:aws:lambda:us-east-1:000000000000:function:g")}}}};
  l.act("PutFunctionEventInvokeConfig",
        Map{{"FunctionName", Value("f")}, {"DestinationConfig", Value(std::move(on))}});
  send_event(l);
  l.w.loop.advance(1s);
  REQUIRE(l.events.size() == 2);
  CHECK(l.events[1].find("requestContext")->text_or("condition") == "Success");
}

TEST_CASE("an event survives a restart between its attempts") {
  LambdaWorld l;
  l.handler = [](const Value&) { return failed("boom"); };
  send_event(l);
  l.w.loop.advance(1s);
  l.w.engine->stop();
  l.w.engine->start();
  l.w.loop.advance(60s);
  CHECK(l.events.size() == 2);
}

TEST_CASE("no retries, and the dead-letter queue beside the failure destination") {
  LambdaWorld l;
  const std::string bad = l.queue("bad"), dead = l.queue("dead");
  Map config = destinations(nullptr, "bad");
  config.add("MaximumRetryAttempts", Value(0));
  l.act("PutFunctionEventInvokeConfig", config);
  l.update("UpdateFunctionConfiguration",
           Map{{"DeadLetterConfig", Map{{"TargetArn", Value(kQueueArn + "dead")}}}});
  l.handler = [](const Value&) { return failed("boom"); };
  send_event(l);
  l.w.loop.advance(std::chrono::minutes(10));
  CHECK(l.events.size() == 1);
  CHECK(l.next_message(bad).find("requestContext")->find("approximateInvokeCount")->integer() == 1);
  CHECK(l.next_message(dead).find("k")->integer() == 1);
}

TEST_CASE("a throttled event waits five minutes at most between tries, and six hours in all") {
  LambdaWorld l;
  const std::string bad = l.queue("bad");
  l.act("PutFunctionEventInvokeConfig", destinations(nullptr, "bad"));
  l.act("PutFunctionConcurrency",
        Map{{"FunctionName", Value("f")}, {"ReservedConcurrentExecutions", Value(1)}});
  l.w.functions.takes = std::chrono::hours(7);
  l.invoke("{}");
  send_event(l);
  l.w.loop.advance(std::chrono::hours(6) - 1s);
  CHECK(l.count(bad) == "0");
  l.w.loop.advance(2s);
  const Value told = l.next_message(bad);
  CHECK(told.find("requestContext")->text_or("condition") == "EventAgeExceeded");
  CHECK(told.find("requestContext")->find("approximateInvokeCount")->integer() == 0);
  CHECK(l.w.functions.invocations.size() == 1);
}

TEST_CASE("a try comes at least every five minutes while the function is throttled") {
  LambdaWorld l;
  l.act("PutFunctionConcurrency",
        Map{{"FunctionName", Value("f")}, {"ReservedConcurrentExecutions", Value(1)}});
  l.w.functions.takes = std::chrono::hours(2);
  l.invoke("{}");
  send_event(l);
  l.w.loop.advance(std::chrono::hours(2));
  CHECK(l.w.functions.invocations.size() == 1);
  l.w.loop.advance(std::chrono::minutes(5));
  CHECK(l.w.functions.invocations.size() == 2);
}

TEST_CASE("topics can be destinations and dead-letter targets") {
  LambdaWorld l;
  const std::string url = l.queue("q");
  const std::string topic(l.w.ok("sns", "CreateTopic", Map{{"Name", Value("t")}}).text_or("TopicArn"));
  l.w.ok("sns", "Subscribe",
         Map{{"TopicArn", Value(topic)}, {"Protocol", Value("sqs")}, {"Endpoint", Value(kQueueArn + "q")}});
  l.act("PutFunctionEventInvokeConfig",
        Map{{"FunctionName", Value("f")},
            {"MaximumRetryAttempts", Value(0)},
            {"DestinationConfig", Map{{"OnFailure", Map{{"Destination", Value(topic)}}}}}});
  l.update("UpdateFunctionConfiguration", Map{{"DeadLetterConfig", Map{{"TargetArn", Value(topic)}}}});
  l.handler = [](const Value&) { return failed("boom"); };
  send_event(l);
  l.w.loop.advance(1s);
  const Value record = l.next_message(url), event = l.next_message(url);
  CHECK(wire::parse_json(record.text_or("Message"))->find("requestContext")->text_or("condition") ==
        "RetriesExhausted");
  CHECK(event.text_or("Message") == R"({"k":1})");
  const Value& attributes = *event.find("MessageAttributes");
  CHECK(attributes.find("ErrorCode")->text_or("Value") == "200");
  CHECK(attributes.find("ErrorMessage")->text_or("Value") == "boom");
}

TEST_CASE("events of a function that is deleted are dropped") {
  LambdaWorld l;
  l.handler = [](const Value&) { return failed("boom"); };
  send_event(l);
  l.w.loop.advance(1s);
  l.act("DeleteFunction", Map{{"FunctionName", Value("f")}});
  l.create("f");
  l.events.clear();
  l.w.loop.advance(std::chrono::minutes(10));
  CHECK(l.events.size() <= 2);
}

TEST_CASE("what an event invoke configuration may not be") {
  LambdaWorld l;
  CHECK(l.refused("PutFunctionEventInvokeConfig", Map{{"FunctionName", Value("f")}}) ==
        "You must specify at least one of error handling or destination setting.");
  CHECK(l.refused("GetFunctionEventInvokeConfig", Map{{"FunctionName", Value("f")}}) ==
        "The function arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST doesn't have an "
        "EventInvokeConfig");
  Map self{{"OnFailure", Map{{"Destination", Value("arn:aws:lambda:us-east-1:000000000000:function:f")}}}};
  CHECK(l.refused("PutFunctionEventInvokeConfig",
                  Map{{"FunctionName", Value("f")}, {"DestinationConfig", Value(std::move(self))}}) ==
        "You can't specify the function as a destination for itself.");
}
