// Functions and their invocation in virtual time.
#include "scenario/lambda/fixture.hpp"

using namespace puddle;
using namespace puddle::test;

TEST_CASE("a function is Pending in the answer and Active at the next look") {
  LambdaWorld l;
  const Value made =
      l.create("g", Map{{"Timeout", Value(10)}, {"Environment", Map{{"Variables", Map{{"A", Value("1")}}}}}});
  CHECK(made.text_or("State") == "Pending");
  CHECK(made.find("MemorySize")->integer() == 128);
  CHECK(made.find("LoggingConfig")->text_or("LogGroup") == "/aws/lambda/g");
  const Value seen = l.w.ok("lambda", "GetFunction", Map{{"FunctionName", Value("g")}});
  CHECK(seen.find("Configuration")->text_or("State") == "Active");
  CHECK(seen.find("Configuration")->find("Environment")->find("Variables")->text_or("A") == "1");
  CHECK(l.w.fails("lambda", "GetFunction", Map{{"FunctionName", Value("nope")}}).message ==
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nope");
}

TEST_CASE(
    "a synchronous invocation answers with what the function said; its environment stays warm and then "
    "ends") {
  LambdaWorld l;
  l.handler = [](const Value& event) { return answered(wire::to_json(event)); };
  for (int i = 0; i < 3; ++i) {
    const auto reply = l.invoke("{\"n\":1}");
    CHECK_FALSE(reply->done);
    l.w.loop.advance(10ms);
    REQUIRE(reply->done);
    CHECK(reply->value.find("Payload")->bytes().data == "{\"n\":1}");
    CHECK(!reply->value.find("FunctionError"));
  }
  CHECK(l.w.functions.started == 1);
  l.w.loop.advance(std::chrono::minutes(10));
  CHECK(l.w.functions.stopped == 1);
}

TEST_CASE("concurrent invocations need environments; beyond the limit they wait in line") {
  World::Options options;
  options.settings.function_concurrency = 2;
  LambdaWorld l(options);
  std::vector<std::shared_ptr<Reply>> replies;
  for (int i = 0; i < 3; ++i) replies.push_back(l.invoke("{}"));
  CHECK(l.w.functions.started == 2);
  l.w.loop.advance(10ms);
  CHECK(replies[0]->done);
  CHECK(replies[1]->done);
  CHECK_FALSE(replies[2]->done);
  l.w.loop.advance(10ms);
  CHECK(replies[2]->done);
  CHECK(l.w.functions.started == 2);
}

TEST_CASE("what a function answers is sent as JSON") {
  LambdaWorld l;
  l.w.functions.takes = {};
  HttpRequest request;
  request.method = "POST";
  request.target = "/2015-03-31/functions/f/invocations";
  request.body = "{}";
  const HttpResponse answer = l.w.http("lambda", request);
  CHECK(answer.body == "null");
  CHECK(answer.headers.get("content-type") == "application/json");
}

TEST_CASE("a function's error is the payload, with FunctionError and the log's tail") {
  LambdaWorld l;
  l.handler = [](const Value&) { return failed("boom"); };
  const auto reply = l.invoke("{}", Map{{"LogType", Value("Tail")}});
  l.w.loop.advance(10ms);
  CHECK(reply->value.text_or("FunctionError") == "Unhandled");
  CHECK(reply->value.find("Payload")->bytes().data.find("boom") != std::string::npos);
  CHECK(!reply->value.text_or("LogResult").empty());
}

TEST_CASE(
    "an event is answered 202 and tried three times: at once, after a minute, after two more; then it is "
    "dead") {
  LambdaWorld l;
  const std::string dead = l.queue("dead");
  l.update("UpdateFunctionConfiguration",
           Map{{"DeadLetterConfig", Map{{"TargetArn", Value("arn:aws:sqs:us-east-1:000000000000:dead")}}}});
  l.handler = [](const Value&) { return failed("no"); };
  const auto reply = l.invoke("{\"k\":1}", Map{{"InvocationType", Value("Event")}});
  REQUIRE(reply->done);
  CHECK(reply->value.find("StatusCode")->integer() == 202);
  l.w.loop.advance(1s);
  CHECK(l.events.size() == 1);
  l.w.loop.advance(58s);
  CHECK(l.events.size() == 1);
  l.w.loop.advance(2s);
  CHECK(l.events.size() == 2);
  l.w.loop.advance(119s);
  CHECK(l.events.size() == 2);
  l.w.loop.advance(2s);
  CHECK(l.events.size() == 3);
  CHECK(l.w.functions.invocations[0].request_id == l.w.functions.invocations[2].request_id);
  const Value got =
      l.w.ok("sqs", "ReceiveMessage",
             Map{{"QueueUrl", Value(dead)}, {"MessageAttributeNames", Value(List{Value("All")})}});
  const Value& message = got.find("Messages")->list()[0];
  CHECK(message.text_or("Body") == "{\"k\":1}");
  CHECK(message.find("MessageAttributes")->find("ErrorMessage")->text_or("StringValue") == "no");
}

TEST_CASE("DryRun runs nothing; a body that is no JSON and unknown qualifiers are refused") {
  LambdaWorld l;
  CHECK(l.invoke("{}", Map{{"InvocationType", Value("DryRun")}})->value.find("StatusCode")->integer() == 204);
  CHECK(l.invoke("{")->fault->code == "InvalidRequestContentException");
  CHECK(l.invoke("{}", Map{{"Qualifier", Value("7")}})->fault->message ==
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f:7");
  CHECK(l.events.empty());
}

TEST_CASE("new code or configuration ends the warm environments") {
  LambdaWorld l;
  l.invoke("{}");
  l.w.loop.advance(10ms);
  l.update("UpdateFunctionConfiguration", Map{{"MemorySize", Value(256)}});
  CHECK(l.w.functions.stopped == 1);
  l.invoke("{}");
  CHECK(l.w.functions.started == 2);
}

TEST_CASE("an invocation is logged from START to REPORT") {
  LambdaWorld l;
  l.invoke("{}");
  l.w.loop.advance(10ms);
  const Value found = l.w.ok("logs", "FilterLogEvents", Map{{"logGroupName", Value("/aws/lambda/f")}});
  std::vector<std::string> lines;
  for (const Value& e : found.find("events")->list()) lines.emplace_back(e.text_or("message"));
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].starts_with("INIT_START Runtime Version: python:3.12"));
  CHECK(lines[1].starts_with("START RequestId: "));
  CHECK(lines[1].ends_with(" Version: $LATEST"));
  CHECK(lines[2].starts_with("END RequestId: "));
  CHECK(lines[3].find(
            "\tDuration: 10.00 ms\tBilled Duration: 10 ms\tMemory Size: 128 MB\tMax Memory Used: 32 MB\t") !=
        std::string::npos);
}

TEST_CASE("parameters that are not honoured are refused by name") {
  LambdaWorld l;
  const auto refused = [&](Map more) {
    more.add("FunctionName", Value("f"));
    return l.w.fails("lambda", "UpdateFunctionConfiguration", std::move(more)).message;
  };
  CHECK(refused(Map{{"KMSKeyArn", Value("arn:aws:kms:us-east-1:000000000000:key/k")}}) ==
        "The parameter KMSKeyArn is not supported by Puddle.");
  CHECK(refused(Map{{"Environment", Map{{"Variables", Map{{"AWS_REGION", Value("x")}}}}}})
            .ends_with("Reserved keys used in this request: AWS_REGION"));
  CHECK(refused(Map{{"Timeout", Value(901)}}).find("less than or equal to 900") != std::string::npos);
}

TEST_CASE("the resource policy is made of statements") {
  LambdaWorld l;
  Map add{{"FunctionName", Value("f")},
          {"StatementId", Value("s1")},
          {"Action", Value("lambda:InvokeFunction")},
          {"Principal", Value("sns.amazonaws.com")},
          {"SourceArn", Value("arn:aws:sns:us-east-1:000000000000:t")}};
  l.w.ok("lambda", "AddPermission", add);
  CHECK(l.w.fails("lambda", "AddPermission", add).code == "ResourceConflictException");
  const Value policy = l.w.ok("lambda", "GetPolicy", Map{{"FunctionName", Value("f")}});
  CHECK(policy.text_or("Policy").find("\"AWS:SourceArn\":\"arn:aws:sns:us-east-1:000000000000:t\"") !=
        std::string_view::npos);
  l.w.ok("lambda", "RemovePermission", Map{{"FunctionName", Value("f")}, {"StatementId", Value("s1")}});
  CHECK(l.w.fails("lambda", "GetPolicy", Map{{"FunctionName", Value("f")}}).code ==
        "ResourceNotFoundException");
}
