// Calls through a deployed API, and TestInvokeMethod.
#include <catch2/catch.hpp>

#include "stubs.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

constexpr const char* kRole = "arn:aws:iam::000000000000:role/APIGateway-SQS";

/// The reference exercise's integration.
Map sqs_integration(
    const char* body_template = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)") {
  return Map{{"type", "AWS"},
             {"integrationHttpMethod", "POST"},
             {"uri", "arn:aws:apigateway:us-east-1:sqs:path//000000000000/POC-Queue"},
             {"credentials", kRole},
             {"passthroughBehavior", "NEVER"},
             {"requestParameters",
              Map{{"integration.request.header.Content-Type", "'application/x-www-form-urlencoded'"}}},
             {"requestTemplates", Map{{"application/json", body_template}}}};
}

Map lambda_integration(const char* type) {
  return Map{{"type", type},
             {"integrationHttpMethod", "POST"},
             {"uri",
              "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
              "arn:aws:lambda:us-east-1:000000000000:function:f/invocations"}};
}

Headers header(const char* name, const char* value) {
  Headers h;
  h.add(name, value);
  return h;
}

}  // namespace

TEST_CASE("POST / puts the body on the queue, as the role, and passes SQS's JSON through") {
  Gateway g;
  g.method(g.root, "POST", sqs_integration());
  g.respond(g.root, "POST", "200");
  g.deploy();
  const HttpResponse r =
      g.invoke("POST", "/", "{\"item\": \"gloves & soap\"}", header("Content-Type", "application/json"));
  CHECK(r.status == 200);
  REQUIRE(seen().sent.size() == 1);
  CHECK(seen().sent[0].body == "{\"item\": \"gloves & soap\"}");
  CHECK(seen().sent[0].principal.find("assumed-role/APIGateway-SQS/BackplaneAssumeRoleSession") !=
        std::string::npos);
  CHECK(seen().sent[0].source_arn == "arn:aws:execute-api:us-east-1:000000000000:" + g.api + "/dev/POST/");
  const auto body = wire::parse_json(r.body);
  REQUIRE(body);
  CHECK(body->find("SendMessageResponse")->find("SendMessageResult")->text_or("MessageId") == "m-1");
  CHECK(r.headers.get("content-type") == "application/json");
  CHECK(r.headers.find("x-amzn-requestid"));
  CHECK(r.headers.get("x-amz-apigw-id").ends_with("="));
  CHECK(r.headers.find("x-amzn-trace-id"));
}

TEST_CASE("without encoding the form is decoded leniently, so & cuts the message") {
  Gateway g;
  g.method(g.root, "POST", sqs_integration("Action=SendMessage&MessageBody=$input.body"));
  g.respond(g.root, "POST", "200");
  g.deploy();
  g.invoke("POST", "/", "{\"a\": 1}\n");
  g.invoke("POST", "/", "one&two");
  g.invoke("POST", "/", "");
  REQUIRE(seen().sent.size() == 3);
  CHECK(seen().sent[0].body == "{\"a\": 1}\n");
  CHECK(seen().sent[1].body == "one");
  CHECK(seen().sent[2].body == "{}");
}

TEST_CASE("a content type without a template is refused with NEVER") {
  Gateway g;
  g.method(g.root, "POST", sqs_integration());
  g.respond(g.root, "POST", "200");
  g.deploy();
  const HttpResponse r = g.invoke("POST", "/", "x", header("Content-Type", "text/plain"));
  CHECK(r.status == 415);
  CHECK(r.body == "{\"message\":\"Unsupported Media Type\"}");
  CHECK(seen().sent.empty());
}

TEST_CASE("only deployed snapshots are served; unknown routes miss a token") {
  Gateway g;
  g.method(g.root, "POST", sqs_integration());
  g.respond(g.root, "POST", "200");
  CHECK(g.invoke("POST", "/").status == 403);
  g.deploy();
  g.method(g.resource(g.root, "later"), "GET", Map{{"type", "MOCK"}});
  for (const char* path : {"/later", "/nowhere"}) {
    const HttpResponse r = g.invoke("GET", path);
    CHECK(r.status == 403);
    CHECK(r.body == "{\"message\":\"Missing Authentication Token\"}");
    CHECK(r.headers.get("x-amzn-errortype") == "MissingAuthenticationTokenException");
  }
  CHECK(g.invoke("GET", "/").status == 403);  // the root has POST alone
}

TEST_CASE("selection patterns choose by the service's status; templates and headers shape the answer") {
  Gateway g;
  g.method(g.root, "POST", sqs_integration());
  g.respond(g.root, "POST", "200",
            Map{{"responseTemplates",
                 Map{{"application/json",
                      "{\"id\":$input.json('$.SendMessageResponse.SendMessageResult.MessageId')}"}}},
                {"responseParameters", Map{{"method.response.header.X-Stage", "context.stage"},
                                           {"method.response.header.X-Fixed", "'yes'"}}}});
  g.respond(g.root, "POST", "400",
            Map{{"selectionPattern", "4\\d{2}"},
                {"responseTemplates", Map{{"application/json", "{\"bad\":true}"}}}});
  g.deploy();
  const HttpResponse good = g.invoke("POST", "/", "hello");
  CHECK(good.body == "{\"id\":\"m-1\"}");
  CHECK(good.headers.get("x-stage") == "dev");
  CHECK(good.headers.get("x-fixed") == "yes");
  const HttpResponse bad = g.invoke("POST", "/", "refuse");
  CHECK(bad.status == 400);
  CHECK(bad.body == "{\"bad\":true}");
}

TEST_CASE("MOCK takes its status from the request template; overrides work") {
  Gateway g;
  const std::string id = g.resource(g.resource(g.root, "pets"), "{id}");
  g.method(id, "GET",
           Map{{"type", "MOCK"}, {"requestTemplates", Map{{"application/json", "{statusCode: 200}"}}}});
  g.respond(id, "GET", "200",
            Map{{"responseTemplates", Map{{"application/json",
                                           "$input.params('id') $stageVariables.colour"
                                           "#set($context.responseOverride.status = 418)"}}}});
  g.deploy(Map{{"colour", "blue"}});
  const HttpResponse r = g.invoke("GET", "/pets/a%20b/?x=1");
  CHECK(r.status == 418);
  CHECK(r.body == "a b blue");
  CHECK_FALSE(r.headers.find("x-amzn-trace-id"));
}

TEST_CASE("literal parts win over variables, variables over greedy ones") {
  Gateway g;
  const auto mock = [&](const std::string& resource, const char* name) {
    g.method(resource, "ANY",
             Map{{"type", "MOCK"}, {"requestTemplates", Map{{"application/json", "{\"statusCode\":200}"}}}});
    g.respond(resource, "ANY", "200", Map{{"responseTemplates", Map{{"application/json", name}}}});
  };
  const std::string a = g.resource(g.root, "a");
  mock(g.resource(a, "b"), "literal");
  mock(g.resource(a, "{x}"), "variable $input.params('x')");
  mock(g.resource(g.root, "{proxy+}"), "greedy $input.params('proxy')");
  g.deploy();
  CHECK(g.invoke("PUT", "/a/b").body == "literal");
  CHECK(g.invoke("GET", "/a/c").body == "variable c");
  CHECK(g.invoke("GET", "/a/c/d").body == "greedy a/c/d");
  CHECK(g.invoke("GET", "//z//y/").body == "greedy z//y");
}

TEST_CASE("AWS_PROXY hands over the whole request and takes the whole answer") {
  Gateway g;
  const std::string proxy = g.resource(g.root, "{proxy+}");
  g.method(proxy, "ANY", lambda_integration("AWS_PROXY"));
  g.deploy();
  seen().answer =
      R"({"statusCode":"201","headers":{"X-A":true},"multiValueHeaders":{"x-a":["m"]},"body":"done"})";
  const HttpResponse r = g.invoke("POST", "/a/b?k=1&k=2", "payload", header("X-Client", "c"));
  CHECK(r.status == 201);
  CHECK(r.body == "done");
  REQUIRE(seen().invoked.size() == 1);
  CHECK(seen().invoked[0].function == "arn:aws:lambda:us-east-1:000000000000:function:f");
  CHECK(seen().invoked[0].principal == "apigateway.amazonaws.com");
  CHECK(seen().invoked[0].source_arn.ends_with("/dev/POST/{proxy+}"));
  const auto event = wire::parse_json(seen().invoked[0].payload);
  REQUIRE(event);
  CHECK(event->text_or("resource") == "/{proxy+}");
  CHECK(event->text_or("path") == "/a/b");
  CHECK(event->find("queryStringParameters")->text_or("k") == "2");
  CHECK(event->find("multiValueQueryStringParameters")->find("k")->list().size() == 2);
  CHECK(event->find("pathParameters")->text_or("proxy") == "a/b");
  CHECK(event->find("stageVariables")->is_null());
  CHECK(event->find("headers")->text_or("X-Client") == "c");
  CHECK(event->find("requestContext")->text_or("path") == "/dev/a/b");
  CHECK(event->find("requestContext")->find("identity")->text_or("sourceIp") == "127.0.0.1");
  CHECK_FALSE(event->find("isBase64Encoded")->boolean());
}

TEST_CASE("a malformed proxy answer is a 502") {
  Gateway g;
  g.method(g.root, "GET", lambda_integration("AWS_PROXY"));
  g.deploy();
  for (const char* answer : {"\"text\"", "", "null", R"({"statusCode":"x"})", R"({"other":1})",
                             R"({"body":{}})", R"({"multiValueHeaders":{"a":"b"}})"}) {
    seen().answer = answer;
    const HttpResponse r = g.invoke("GET", "/");
    CHECK(r.status == 502);
    CHECK(r.body == "{\"message\": \"Internal server error\"}");
  }
  seen().answer = R"({"headers":null})";
  CHECK(g.invoke("GET", "/").status == 200);
}

TEST_CASE("a function's errorMessage selects the response") {
  Gateway g;
  g.method(g.root, "POST", lambda_integration("AWS"));
  g.respond(g.root, "POST", "200");
  g.respond(g.root, "POST", "404", Map{{"selectionPattern", "Not found.*"}});
  g.deploy();
  seen().answer = R"({"errorMessage":"Not found: 7"})";
  CHECK(g.invoke("POST", "/", "{}").status == 200);  // it is only the function's result
  seen().function_failed = true;
  CHECK(g.invoke("POST", "/", "{}").status == 404);
}

TEST_CASE("an integration that takes 29 seconds is a timeout") {
  Gateway g;
  g.method(g.root, "GET", lambda_integration("AWS_PROXY"));
  g.deploy();
  seen().hang = true;
  const auto reply = g.send("GET", "/");
  g.w.loop.advance(28999ms);
  REQUIRE_FALSE(reply->done);
  g.w.loop.advance(1ms);
  REQUIRE(reply->done);
  CHECK(reply->response.status == 504);
  CHECK(reply->response.body == "{\"message\": \"Endpoint request timed out\"}");
}

TEST_CASE("every form of address reaches the API") {
  Gateway g;
  g.method(g.root, "POST", sqs_integration());
  g.respond(g.root, "POST", "200");
  g.deploy();
  Service* service = g.w.engine->service("apigateway");
  const auto status = [&](const std::string& target, const char* host) {
    HttpRequest request;
    request.method = "POST";
    request.target = target;
    request.body = "x";
    request.headers.add("Host", host);
    int got = 0;
    const bool mine = service->serve(request, Call(), [&](HttpResponse r) { got = r.status; });
    g.w.loop.advance(0ms);
    return mine ? got : 0;
  };
  CHECK(status("/restapis/" + g.api + "/dev/_user_request_/", "localhost:4566") == 200);
  CHECK(status("/_aws/execute-api/" + g.api + "/dev", "localhost:4566") == 200);
  CHECK(status("/dev/", (g.api + ".execute-api.us-east-1.amazonaws.com").c_str()) == 200);
  CHECK(status("/other/", (g.api + ".execute-api.localhost").c_str()) == 403);
  CHECK(status("/restapis/" + g.api + "/stages", "localhost:4566") == 0);
}

TEST_CASE("TestInvokeMethod runs what is not deployed and tells its story") {
  Gateway g;
  g.method(g.root, "POST", sqs_integration());
  g.respond(g.root, "POST", "200");
  const Value r = g.w.ok("apigateway", "TestInvokeMethod",
                         Map{{"restApiId", g.api},
                             {"resourceId", g.root},
                             {"httpMethod", "POST"},
                             {"body", "{  \"item\": \"latex gloves\",\n\"customerID\":\"12345\"}"}});
  CHECK(r.find("status")->integer() == 200);
  const std::string log(r.text_or("log"));
  CHECK(log.starts_with("Execution log for request "));
  CHECK(log.find(" : HTTP Method: POST, Resource Path: /\n") != std::string::npos);
  CHECK(log.find("Successfully completed execution\n") != std::string::npos);
  CHECK(log.ends_with("Method completed with status: 200\n"));
  REQUIRE(seen().sent.size() == 1);
  CHECK(seen().sent[0].body == "{  \"item\": \"latex gloves\",\n\"customerID\":\"12345\"}");
}

TEST_CASE("a broken template fails the call with the gateway's 500") {
  Gateway g;
  g.method(g.root, "POST", sqs_integration("#if("));
  g.respond(g.root, "POST", "200");
  g.deploy();
  const HttpResponse r = g.invoke("POST", "/", "x");
  CHECK(r.status == 500);
  CHECK(r.body == "{\"message\": \"Internal server error\"}");
  CHECK(r.headers.get("x-amzn-errortype") == "InternalServerErrorException");
}
