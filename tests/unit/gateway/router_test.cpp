// Where requests go, as a table. No sockets.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "gateway/router.hpp"

using namespace puddle;

namespace {

const Router& router() {
  using wire::Protocol;
  static const Router r({
      {"sqs", "AmazonSQS", "2012-11-05", Protocol::json_1_0, true, {"SendMessage", "TagQueue"}, {}},
      {"sns",
       "",
       "2010-03-31",
       Protocol::query,
       false,
       {"Publish", "ConfirmSubscription", "TagResource"},
       {}},
      {"sts", "", "2011-06-15", Protocol::query, false, {"GetCallerIdentity"}, {}},
      {"iam", "", "2010-05-08", Protocol::query, false, {"CreateRole"}, {}},
      {"dynamodb", "DynamoDB_20120810", "2012-08-10", Protocol::json_1_0, false, {"ListTables"}, {}},
      {"dynamodbstreams",
       "DynamoDBStreams_20120810",
       "2012-08-10",
       Protocol::json_1_0,
       false,
       {"GetRecords"},
       {}},
      {"logs", "Logs_20140328", "2014-03-28", Protocol::json_1_1, false, {"PutLogEvents"}, {}},
      {"lambda", "", "2015-03-31", Protocol::rest_json, false, {}, {"/2015-03-31/functions/{FunctionName}"}},
      {"apigateway", "", "2015-07-09", Protocol::rest_json, false, {}, {"/restapis/{restapi_id}"}},
  });
  return r;
}

struct Ask {
  std::string method = "POST", target = "/", host = "localhost:4566", scope, amz_target, form;
};

Target route(const Ask& ask) {
  HttpRequest request;
  request.method = ask.method;
  request.target = ask.target;
  request.headers.add("Host", ask.host);
  if (!ask.amz_target.empty()) request.headers.add("X-Amz-Target", ask.amz_target);
  if (!ask.form.empty()) {
    request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    request.body = ask.form;
  }
  return router().route(request, ask.scope);
}

Target get(std::string target, std::string host = "localhost:4566", std::string scope = {}) {
  return route(
      {.method = "GET", .target = std::move(target), .host = std::move(host), .scope = std::move(scope)});
}

using Kind = Target::Kind;

}  // namespace

TEST_CASE("API calls are told apart by target, scope, form and path") {
  const std::vector<std::pair<Ask, std::string>> table{
      {{.amz_target = "DynamoDB_20120810.ListTables"}, "dynamodb"},
      {{.scope = "dynamodb", .amz_target = "DynamoDBStreams_20120810.GetRecords"}, "dynamodbstreams"},
      {{.scope = "sqs", .amz_target = "AmazonSQS.SendMessage"}, "sqs"},
      {{.scope = "logs", .amz_target = "Logs_20140328.PutLogEvents"}, "logs"},
      {{.scope = "sts", .form = "Action=GetCallerIdentity&Version=2011-06-15"}, "sts"},
      {{.form = "Action=GetCallerIdentity&Version=2011-06-15"}, "sts"},
      {{.form = "Version=2010-05-08&Action=CreateRole"}, "iam"},
      {{.form = "Action=Publish"}, "sns"},
      {{.form = "Action=NotThere&Version=2010-03-31"}, "sns"},
      {{.method = "GET", .target = "/?Action=ConfirmSubscription&TopicArn=arn&Token=t"}, "sns"},
      {{.method = "GET", .target = "/2015-03-31/functions"}, "lambda"},
      {{.method = "GET", .target = "/2019-09-25/functions/f/event-invoke-config"}, "lambda"},
      {{.target = "/restapis"}, "apigateway"},
      {{.method = "GET", .target = "/usageplans?limit=5"}, "apigateway"},
      {{.method = "GET", .target = "/account", .scope = "apigateway"}, "apigateway"},
      {{.target = "/", .host = "sqs.us-east-1.localhost.localstack.cloud:4566"}, "sqs"},
  };
  for (const auto& [ask, service] : table) {
    const Target got = route(ask);
    CAPTURE(ask.target, ask.scope, ask.amz_target, ask.form);
    CHECK(got.kind == Kind::api);
    CHECK(got.service == service);
    CHECK(got.is_signed == !ask.scope.empty());
  }
}

TEST_CASE("execute-api is found in every form of address") {
  for (const auto& [target, host] : std::vector<std::pair<std::string, std::string>>{
           {"/prod/orders/1?x=1", "abc123.execute-api.localhost.localstack.cloud:4566"},
           {"/prod/orders/1", "abc123.execute-api.us-east-1.amazonaws.com"},
           {"/prod/orders/1", "ABC123.execute-api.localhost"},
           {"/_aws/execute-api/abc123/prod/orders/1?x=1", "localhost"},
           {"/restapis/abc123/prod/_user_request_/orders/1", "127.0.0.1:4566"}}) {
    const Target got = get(target, host);
    CAPTURE(target, host);
    CHECK(got.kind == Kind::execute_api);
    CHECK(got.api == "abc123");
    CHECK(got.stage == "prod");
    CHECK(got.path == "/orders/1");
  }
  CHECK(get("/restapis/abc123/prod/_user_request_", "localhost").path == "/");
  CHECK(get("/prod", "abc123.execute-api.localhost").path == "/");
  CHECK(get("/prod/", "abc123.execute-api.localhost").path == "/");
  CHECK(get("/prod/a/", "abc123.execute-api.localhost").path == "/a/");
  CHECK(get("/restapis/abc123/stages", "localhost").kind == Kind::api);
}

TEST_CASE("queue URLs are found in every form") {
  for (const auto& [target, host, region] : std::vector<std::array<std::string, 3>>{
           {"/000000000000/q.fifo", "localhost:4566", ""},
           {"/queue/eu-west-1/000000000000/q.fifo", "localhost:4566", "eu-west-1"},
           {"/000000000000/q.fifo", "sqs.eu-west-1.localhost.localstack.cloud:4566", "eu-west-1"},
           {"/000000000000/q.fifo", "eu-west-1.queue.localhost.localstack.cloud:4566", "eu-west-1"},
           {"/000000000000/q.fifo?Action=SendMessage&MessageBody=x", "localhost", ""}}) {
    const Target got = get(target, host);
    CAPTURE(target, host);
    CHECK(got.kind == Kind::queue_url);
    CHECK(got.service == "sqs");
    CHECK(got.account == "000000000000");
    CHECK(got.queue == "q.fifo");
    CHECK(got.region == region);
  }
  CHECK(route({.target = "/000000000000/q", .scope = "sqs", .form = "Action=SendMessage"}).kind ==
        Kind::queue_url);
  CHECK(get("/12345/q").kind == Kind::unknown);
}

TEST_CASE("our own paths are control, whatever is signed") {
  for (const char* path :
       {"/_puddle/ready", "/_localstack/health", "/moto-api/reset", "/_aws/sqs/messages", "/_puddle"})
    CHECK(get(path).kind == Kind::control);
  CHECK(get("/_puddle/ready", "localhost", "sqs").kind == Kind::control);
  CHECK(get("/_puddles").kind == Kind::unknown);
}

TEST_CASE("function URLs go to lambda") {
  const Target got = get("/x", "abc.lambda-url.us-east-1.localhost.localstack.cloud:4566");
  CHECK(got.kind == Kind::function_url);
  CHECK(got.api == "abc");
}

TEST_CASE("what nobody has is unknown and keeps its name") {
  CHECK(get("/").kind == Kind::unknown);
  CHECK(get("/", "localhost", "kinesis").service == "kinesis");
  CHECK(route({.scope = "nope", .amz_target = "Nope_2020.Do"}).kind == Kind::unknown);
  CHECK(route({.amz_target = "Nope_2020.Do"}).service == "Nope_2020");
}
