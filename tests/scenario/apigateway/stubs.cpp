#include "stubs.hpp"

#include <catch2/catch.hpp>

#include "base/digest.hpp"
#include "runtime/signal.hpp"

namespace puddle::test {
namespace {

struct SendIn {
  std::string body, queue;
};
struct SendOut {
  std::string id, md5;
};

class StubSqs final : public Service {
 public:
  StubSqs() {
    operations_.push_back(operation<StubSqs, SendIn, SendOut>(
        {.name = "SendMessage",
         .action = "sqs:SendMessage",
         .input = {required<&SendIn::body>("MessageBody"), optional<&SendIn::queue>("QueueUrl")},
         .output = {required<&SendOut::id>("MessageId"), required<&SendOut::md5>("MD5OfMessageBody")},
         .errors = {ErrorType{"NonExistentQueue", 400}},
         .result_wrapper = "SendMessageResult",
         .handle = [](StubSqs&, const Call& call, const SendIn& in) {
           if (in.body == "refuse") throw AwsError("NonExistentQueue", "no such queue", 400);
           seen().sent.push_back({in.body, in.queue, call.principal.arn, call.source_arn});
           return SendOut{"m-1", md5_hex(in.body)};
         }}));
  }
  const wire::ServiceWire& wire() const override {
    static constexpr wire::ServiceWire kWire{.name = "sqs",
                                             .protocol = wire::Protocol::json_1_0,
                                             .query_compatible = true,
                                             .target_prefix = "AmazonSQS",
                                             .api_version = "2012-11-05"};
    return kWire;
  }
  const std::vector<Operation>& operations() const override { return operations_; }
  const std::vector<std::string_view>& known_operations() const override { return names_; }

 private:
  std::vector<Operation> operations_;
  std::vector<std::string_view> names_;
};

struct InvokeIn {
  std::string function;
  std::optional<std::string> type;
  Bytes payload;
};
struct InvokeOut {
  int status = 200;
  std::optional<std::string> error;
  Bytes payload;
};

class StubLambda final : public Service {
 public:
  explicit StubLambda(Deps deps) : deps_(deps) {
    operations_.push_back(operation<StubLambda, InvokeIn, InvokeOut>(
        {.name = "Invoke",
         .action = "lambda:InvokeFunction",
         .http = {"POST", "/2015-03-31/functions/{FunctionName}/invocations", 200},
         .input = {required<&InvokeIn::function>("FunctionName", {.at = wire::Location::uri}),
                   optional<&InvokeIn::type>("InvocationType"), optional<&InvokeIn::payload>("Payload")},
         .output = {required<&InvokeOut::status>("StatusCode"), optional<&InvokeOut::error>("FunctionError"),
                    optional<&InvokeOut::payload>("Payload")},
         .wait = invoke}));
  }
  static Task<InvokeOut> invoke(StubLambda& lambda, const Call& call, InvokeIn in) {
    seen().invoked.push_back(
        {in.function, in.type.value_or(""), in.payload.data, call.principal.arn, call.source_arn});
    if (seen().hang) {
      Sleep nap(lambda.deps_.loop, lambda.deps_.loop.now() + std::chrono::minutes(5));
      co_await nap;
    }
    InvokeOut out;
    if (seen().function_failed) out.error = "Unhandled";
    out.payload = Bytes(seen().answer);
    co_return std::move(out);
  }
  const wire::ServiceWire& wire() const override {
    static constexpr wire::ServiceWire kWire{
        .name = "lambda", .protocol = wire::Protocol::rest_json, .api_version = "2015-03-31"};
    return kWire;
  }
  const std::vector<Operation>& operations() const override { return operations_; }
  const std::vector<std::string_view>& known_operations() const override { return names_; }

 private:
  Deps deps_;
  std::vector<Operation> operations_;
  std::vector<std::string_view> names_;
};

}  // namespace

Seen& seen() {
  static Seen it;
  return it;
}

std::unique_ptr<Service> make_stub_sqs(Deps) { return std::make_unique<StubSqs>(); }
std::unique_ptr<Service> make_stub_lambda(Deps deps) { return std::make_unique<StubLambda>(deps); }

Gateway::Gateway() : w({apigateway::make, make_stub_sqs, make_stub_lambda}) {
  seen() = Seen();
  const Value made = w.ok("apigateway", "CreateRestApi", Map{{"name", "POC-API"}});
  api = made.text_or("id");
  root = made.text_or("rootResourceId");
}

std::string Gateway::resource(const std::string& parent, const std::string& part) {
  return std::string(
      w.ok("apigateway", "CreateResource", Map{{"restApiId", api}, {"parentId", parent}, {"pathPart", part}})
          .text_or("id"));
}

void Gateway::method(const std::string& resource, const std::string& verb, Map integration) {
  const Map at{{"restApiId", api}, {"resourceId", resource}, {"httpMethod", verb}};
  Map method = at;
  method.add("authorizationType", "NONE");
  w.ok("apigateway", "PutMethod", method);
  for (const auto& [name, value] : at) integration.add(name, value);
  w.ok("apigateway", "PutIntegration", integration);
}

void Gateway::respond(const std::string& resource, const std::string& verb, const std::string& status,
                      Map response) {
  const Map at{{"restApiId", api}, {"resourceId", resource}, {"httpMethod", verb}, {"statusCode", status}};
  Map declared = at;
  if (const Value* parameters = response.find("responseParameters")) {
    Map flags;
    for (const auto& [name, value] : parameters->map()) flags.add(name, false);
    declared.add("responseParameters", flags);
  }
  w.ok("apigateway", "PutMethodResponse", declared);
  for (const auto& [name, value] : at) response.add(name, value);
  w.ok("apigateway", "PutIntegrationResponse", response);
}

void Gateway::deploy(Map variables) {
  Map in{{"restApiId", api}, {"stageName", "dev"}};
  if (!variables.empty()) in.add("variables", variables);
  w.ok("apigateway", "CreateDeployment", in);
}

std::shared_ptr<Gateway::Reply> Gateway::send(const std::string& verb, const std::string& path,
                                              std::string body, Headers headers) {
  HttpRequest request;
  request.method = verb;
  request.target = "/_aws/execute-api/" + api + "/dev" + path;
  request.headers = std::move(headers);
  request.body = std::move(body);
  Call call;
  call.source_ip = "127.0.0.1";
  auto reply = std::make_shared<Reply>();
  const bool mine = w.engine->service("apigateway")->serve(request, call, [reply](HttpResponse r) {
    REQUIRE_FALSE(reply->done);
    reply->done = true;
    reply->response = std::move(r);
  });
  REQUIRE(mine);
  w.loop.advance(0ms);
  return reply;
}

HttpResponse Gateway::invoke(const std::string& verb, const std::string& path, std::string body,
                             Headers headers) {
  auto reply = send(verb, path, std::move(body), std::move(headers));
  REQUIRE(reply->done);
  return reply->response;
}

}  // namespace puddle::test
