// The reference backend in virtual time: config/orders/template.yaml deployed as it is, its two handlers in
// C++.
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "base/text.hpp"
#include "inbox/mime.hpp"
#include "services/apigateway/apigateway.hpp"
#include "services/cloudformation/cloudformation.hpp"
#include "services/dynamodb/dynamodb.hpp"
#include "services/dynamodbstreams/dynamodbstreams.hpp"
#include "services/iam/iam.hpp"
#include "services/lambda/lambda.hpp"
#include "services/logs/logs.hpp"
#include "services/sns/sns.hpp"
#include "services/sqs/sqs.hpp"
#include "services/sts/sts.hpp"
#include "support/world.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

const std::string kTopic = "arn:aws:sns:us-east-1:000000000000:POC-Topic";
const std::string kQueue = "/000000000000/POC-Queue";

InvocationOutcome failed(const std::string& message) {
  InvocationOutcome out;
  out.kind = InvocationOutcome::Kind::function_error;
  out.payload = wire::to_json(Map{{"errorMessage", Value(message)}, {"errorType", Value("ClientError")}});
  return out;
}

struct Backend {
  World w;
  std::string api;
  std::vector<std::string> log;  // what happened, for the determinism check
  int break_first = 0, break_second = 0;
  std::string refused;  // what a function's own call was refused with

  explicit Backend(AuthMode auth = AuthMode::enforce, std::uint64_t seed = 1)
      : w(services(), options(auth, seed)) {
    w.functions.handlers["POC-Lambda-1"] = [this](const EnvironmentSpec& s, const Invocation& i) {
      return write_order(s, i);
    };
    w.functions.handlers["POC-Lambda-2"] = [this](const EnvironmentSpec& s, const Invocation& i) {
      return publish(s, i);
    };
    deploy();
  }
  static std::vector<ServiceFactory> services() {
    return {iam::make, sts::make,  sqs::make,    dynamodb::make,   dynamodbstreams::make,
            sns::make, logs::make, lambda::make, apigateway::make, cloudformation::make};
  }
  static World::Options options(AuthMode auth, std::uint64_t seed) {
    World::Options o;
    o.auth = auth;
    o.seed = seed;
    return o;
  }

  void deploy() {
    std::ifstream in(PUDDLE_TEMPLATE);
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    REQUIRE(!text.empty());
    // The handlers are ours; the code that is deployed is never run.
    for (const char* folder : {"poc-lambda-1", "poc-lambda-2"})
      text = replace_all(text, "Code: " + std::string(folder), "Code: {ZipFile: \"# \"}");
    w.ok("cloudformation", "CreateStack",
         Map{{"StackName", Value("orders")},
             {"TemplateBody", Value(text)},
             {"Capabilities", Value(List{Value("CAPABILITY_NAMED_IAM")})}});
    w.loop.advance(5s);
    const Value stacks = w.ok("cloudformation", "DescribeStacks", Map{{"StackName", Value("orders")}});
    const Value& stack = stacks.find("Stacks")->list()[0];
    INFO(stack.text_or("StackStatusReason"));
    REQUIRE(stack.text_or("StackStatus") == "CREATE_COMPLETE");
    const Value resources =
        w.ok("cloudformation", "DescribeStackResources", Map{{"StackName", Value("orders")}});
    for (const Value& r : resources.find("StackResources")->list())
      if (r.text_or("ResourceType") == "AWS::ApiGateway::RestApi") api = r.text_or("PhysicalResourceId");
  }

  Principal role(const EnvironmentSpec& spec, const char* name) const {
    return Principal::role("arn:aws:iam::000000000000:role/" + std::string(name), spec.function_name);
  }
  InvocationOutcome call(const char* service, const char* operation, Map input, const Principal& as) {
    const auto reply = w.begin(service, operation, std::move(input), as);
    InvocationOutcome good;
    good.payload = "null";
    if (!reply->fault) return good;
    refused = reply->fault->message;
    return failed(refused);
  }
  InvocationOutcome write_order(const EnvironmentSpec& spec, const Invocation& i) {
    const auto event = wire::parse_json(i.payload);
    for (const Value& record : event->find("Records")->list()) {
      log.push_back("1 " + std::string(record.text_or("messageId")) + " " +
                    std::string(record.text_or("body")));
      if (break_first > 0) {
        --break_first;
        return failed("broken");
      }
      Map item{{"orderID", Map{{"S", Value(record.text_or("messageId"))}}},
               {"order", Map{{"S", Value(record.text_or("body"))}}}};
      auto out =
          call("dynamodb", "PutItem", Map{{"TableName", Value("orders")}, {"Item", Value(std::move(item))}},
               role(spec, "Lambda-SQS-DynamoDB"));
      if (out.kind != InvocationOutcome::Kind::ok) return out;
    }
    InvocationOutcome good;
    good.payload = "null";
    return good;
  }
  InvocationOutcome publish(const EnvironmentSpec& spec, const Invocation& i) {
    const auto event = wire::parse_json(i.payload);
    if (break_second > 0) {
      --break_second;
      return failed("broken");
    }
    for (const Value& record : event->find("Records")->list()) {
      const std::string image = wire::to_json(*record.find("dynamodb")->find("NewImage"));
      log.push_back("2 " + image);
      auto out = call("sns", "Publish",
                      Map{{"TopicArn", Value(spec.variables.at("TOPIC_ARN"))}, {"Message", Value(image)}},
                      role(spec, "Lambda-DynamoDBStreams-SNS"));
      if (out.kind != InvocationOutcome::Kind::ok) return out;
    }
    InvocationOutcome good;
    good.payload = "null";
    return good;
  }

  void confirm() {
    REQUIRE(!w.mail.sent.empty());
    const std::string text = inbox::parse_message(w.mail.sent[0].message).text;
    const std::size_t at = text.find("Token=");
    REQUIRE(at != std::string::npos);
    const std::string token = text.substr(at + 6, text.find_first_of("&\r\n ", at) - at - 6);
    w.ok("sns", "ConfirmSubscription", Map{{"TopicArn", Value(kTopic)}, {"Token", Value(token)}});
    w.mail.sent.clear();
  }
  HttpRequest order(const std::string& text) const {
    HttpRequest request;
    request.method = "POST";
    request.target = "/_aws/execute-api/" + api + "/dev/";
    request.headers.add("Content-Type", "application/json");
    request.headers.add("Host", "127.0.0.1:4566");
    request.body = text;
    return request;
  }
  int post(const std::string& text) { return w.browse("apigateway", order(text))->status; }
  std::string waiting(const std::string& url) {
    const Value answer = w.ok("sqs", "GetQueueAttributes",
                              Map{{"QueueUrl", Value(url)}, {"AttributeNames", Value(List{Value("All")})}});
    return std::string(answer.find("Attributes")->text_or("ApproximateNumberOfMessages"));
  }
  std::size_t orders() {
    const Value items = w.ok("dynamodb", "Scan", Map{{"TableName", Value("orders")}});
    return static_cast<std::size_t>(items.find("Count")->integer());
  }
};

}  // namespace

TEST_CASE("an order becomes a mail") {
  Backend b;
  b.confirm();
  CHECK(b.post("{\"item\":\"latex gloves\"}") == 200);
  b.w.loop.advance(20ms);  // the handlers take 10 ms each, everything else no time
  REQUIRE(b.w.mail.sent.size() == 1);
  CHECK(b.w.mail.sent[0].to == "shop@example.com");
  CHECK(b.w.mail.sent[0].message.find("latex gloves") != std::string::npos);
  CHECK(b.orders() == 1);
  CHECK(b.waiting(kQueue) == "0");
}

TEST_CASE("the trace of a request goes through the queue to the function") {
  Backend b;
  std::string seen, attribute;
  b.w.functions.handlers["POC-Lambda-1"] = [&](const EnvironmentSpec&, const Invocation& i) {
    seen = i.trace_header;
    attribute =
        wire::parse_json(i.payload)->find("Records")->list()[0].find("attributes")->text_or("AWSTraceHeader");
    InvocationOutcome good;
    good.payload = "null";
    return good;
  };
  const std::string root = "Root=1-5759e988-bd862e3fe1be46a994272793";
  HttpRequest request = b.order("{}");
  request.headers.add("X-Amzn-Trace-Id", root);
  CHECK(b.w.browse("apigateway", std::move(request))->status == 200);
  b.w.loop.advance(20ms);
  CHECK(attribute.starts_with(root));
  CHECK(seen.starts_with(root + ";"));
  CHECK(seen.find(";Parent=") != std::string::npos);
  CHECK(seen.find(";Sampled=") != std::string::npos);
  // Without one, the API makes it.
  CHECK(b.post("{}") == 200);
  b.w.loop.advance(20ms);
  CHECK(attribute.starts_with("Root=1-"));
  CHECK_FALSE(attribute.starts_with(root));
  CHECK(seen.starts_with(attribute.substr(0, root.size())));
}

TEST_CASE("an order whose handler fails comes back, and goes to the dead-letter queue in the end") {
  Backend b;
  b.confirm();
  b.w.ok("sqs", "CreateQueue", Map{{"QueueName", Value("dead")}});
  b.w.ok(
      "sqs", "SetQueueAttributes",
      Map{{"QueueUrl", Value(kQueue)},
          {"Attributes",
           Map{{"RedrivePolicy",
                Value(
                    R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":"2"})")}}}});
  b.break_first = 1;
  b.post("{\"item\":\"mop\"}");
  b.w.loop.advance(29s);
  CHECK(b.orders() == 0);
  b.w.loop.advance(2s);
  CHECK(b.orders() == 1);
  CHECK(b.w.mail.sent.size() == 1);

  b.break_first = 1000;
  b.post("{\"item\":\"bucket\"}");
  b.w.loop.advance(std::chrono::minutes(3));
  CHECK(b.log.size() == 3 + 2);  // twice and once to table and topic before, then two attempts
  CHECK(b.waiting("/000000000000/dead") == "1");
  CHECK(b.orders() == 1);
}

TEST_CASE("a change whose handler fails is tried again, and nothing overtakes it") {
  Backend b;
  b.confirm();
  b.break_second = 2;
  b.post("{\"item\":\"first\"}");
  b.w.loop.advance(15ms);
  b.post("{\"item\":\"second\"}");
  b.w.loop.advance(10s);
  REQUIRE(b.w.mail.sent.size() == 2);
  CHECK(b.w.mail.sent[0].message.find("first") != std::string::npos);
  CHECK(b.w.mail.sent[1].message.find("second") != std::string::npos);
}

TEST_CASE("an unconfirmed subscriber gets no notification") {
  Backend b;
  b.w.mail.sent.clear();
  b.post("{\"item\":\"sponge\"}");
  b.w.loop.advance(10s);
  CHECK(b.w.mail.sent.empty());
  CHECK(b.orders() == 1);
}

TEST_CASE("a role without the policy may not write, and the reason names action and resource") {
  Backend b;
  b.confirm();
  b.w.ok("iam", "DetachRolePolicy",
         Map{{"RoleName", Value("Lambda-SQS-DynamoDB")},
             {"PolicyArn", Value("arn:aws:iam::000000000000:policy/Lambda-Write-DynamoDB")}});
  b.post("{\"item\":\"brush\"}");
  b.w.loop.advance(1s);
  CHECK(b.orders() == 0);
  CHECK(b.refused ==
        "User: arn:aws:sts::000000000000:assumed-role/Lambda-SQS-DynamoDB/POC-Lambda-1 is not authorized to "
        "perform: "
        "dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/orders because no "
        "identity-based policy allows the dynamodb:PutItem action");
  // Repaired, the order goes through: it was never lost.
  b.w.ok("iam", "AttachRolePolicy",
         Map{{"RoleName", Value("Lambda-SQS-DynamoDB")},
             {"PolicyArn", Value("arn:aws:iam::000000000000:policy/Lambda-Write-DynamoDB")}});
  b.w.loop.advance(31s);
  CHECK(b.orders() == 1);
  CHECK(b.w.mail.sent.size() == 1);
}

TEST_CASE("a role without logs permissions has no logs") {
  Backend b;
  b.confirm();
  b.w.ok("iam", "DetachRolePolicy",
         Map{{"RoleName", Value("Lambda-SQS-DynamoDB")},
             {"PolicyArn", Value("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")}});
  b.post("{\"item\":\"soap\"}");
  b.w.loop.advance(1s);
  CHECK(b.w.mail.sent.size() == 1);
  const Value groups = b.w.ok("logs", "DescribeLogGroups", Map{});
  REQUIRE(groups.find("logGroups")->list().size() == 1);
  CHECK(groups.find("logGroups")->list()[0].text_or("logGroupName") == "/aws/lambda/POC-Lambda-2");
}

TEST_CASE("the same seed gives the same run") {
  const auto run = [](std::uint64_t seed) {
    Backend b(AuthMode::enforce, seed);
    b.confirm();
    for (int i = 0; i < 20; ++i) {
      b.break_first = i % 3 == 0 ? 1 : 0;
      b.post("{\"n\":" + std::to_string(i) + "}");
      b.w.loop.advance(Duration(7));
    }
    b.w.loop.advance(std::chrono::minutes(2));
    CHECK(b.orders() == 20);
    for (const Mail& m : b.w.mail.sent) b.log.push_back(m.message);
    return b.log;
  };
  const auto first = run(7);
  CHECK(first == run(7));
  CHECK(first != run(8));
}
