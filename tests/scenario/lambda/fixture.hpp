// A world with a function "f" whose handler is a C++ lambda.
#pragma once
#include <catch2/catch.hpp>

#include "services/dynamodb/dynamodb.hpp"
#include "services/dynamodbstreams/dynamodbstreams.hpp"
#include "services/iam/iam.hpp"
#include "services/lambda/lambda.hpp"
#include "services/lambda/zip.hpp"
#include "services/logs/logs.hpp"
#include "services/sns/sns.hpp"
#include "services/sqs/sqs.hpp"
#include "support/world.hpp"

namespace puddle::test {

inline InvocationOutcome failed(const std::string& message) {
  InvocationOutcome out;
  out.kind = InvocationOutcome::Kind::function_error;
  out.error_type = "Exception";
  out.payload = "{\"errorMessage\":\"" + message + "\",\"errorType\":\"Exception\"}";
  return out;
}
inline InvocationOutcome answered(const std::string& payload) {
  InvocationOutcome out;
  out.payload = payload;
  return out;
}

struct LambdaWorld {
  World w;
  std::vector<Value> events;  // what the function got
  std::function<InvocationOutcome(const Value&)> handler = [](const Value&) { return answered("null"); };

  explicit LambdaWorld(World::Options options = {})
      : w({iam::make, sqs::make, dynamodb::make, dynamodbstreams::make, sns::make, logs::make, lambda::make},
          options) {
    if (options.auth == AuthMode::enforce)
      w.ok("iam", "CreateRole",
           Map{{"RoleName", Value("r")},
               {"AssumeRolePolicyDocument",
                Value(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",)"
                      R"("Principal":{"Service":"lambda.amazonaws.com"}}]})")}});
    create("f");
  }
  Value create(const std::string& name, Map more = {}) {
    w.functions.handlers[name] = [this](const EnvironmentSpec&, const Invocation& i) {
      events.push_back(*wire::parse_json(i.payload));
      return handler(events.back());
    };
    more.add("FunctionName", Value(name));
    more.add("Runtime", Value("python3.12"));
    more.add("Handler", Value("index.handler"));
    more.add("Role", Value("arn:aws:iam::000000000000:role/r"));
    more.add("Code",
             Map{{"ZipFile", Value(Bytes(lambda::make_zip({{"index.py", "def handler(e, c): pass"}})))}});
    Value made = w.ok("lambda", "CreateFunction", std::move(more));
    settle();
    return made;
  }
  /// Time for what is being created or updated to be it.
  void settle() { w.loop.advance(5ms); }
  Value act(const char* operation, Map input) { return w.ok("lambda", operation, std::move(input)); }
  std::string refused(const char* operation, Map input) {
    return w.fails("lambda", operation, std::move(input)).message;
  }
  /// An update, which waits until the one before is settled; settled itself.
  Value update(const char* operation, Map input) {
    input.add("FunctionName", Value("f"));
    const auto reply = w.send("lambda", operation, std::move(input));
    settle();
    REQUIRE(reply->done);
    if (reply->fault) FAIL(reply->fault->message);
    settle();
    return reply->value;
  }
  /// Changes the code of f, so that the next version is a new one.
  void new_code(const std::string& text) {
    update("UpdateFunctionCode", Map{{"ZipFile", Value(Bytes(lambda::make_zip({{"index.py", text}})))}});
  }
  std::string publish() { return std::string(update("PublishVersion", {}).text_or("Version")); }
  /// The body of the next message of a queue, as JSON; null when there is none.
  Value next_message(const std::string& url) {
    const Value got =
        w.ok("sqs", "ReceiveMessage",
             Map{{"QueueUrl", Value(url)}, {"MessageAttributeNames", Value(List{Value("All")})}});
    const Value* messages = got.find("Messages");
    if (!messages || messages->list().empty()) return {};
    return *wire::parse_json(messages->list()[0].text_or("Body"));
  }
  std::shared_ptr<Reply> invoke(const std::string& payload, Map more = {}) {
    more.add("FunctionName", Value("f"));
    more.add("Payload", Value(Bytes(payload)));
    return w.send("lambda", "Invoke", std::move(more));
  }
  std::string queue(const char* name, Map attributes = {}) {
    const Value made = w.ok("sqs", "CreateQueue",
                            Map{{"QueueName", Value(name)}, {"Attributes", Value(std::move(attributes))}});
    return std::string(made.text_or("QueueUrl"));
  }
  void send(const std::string& url, const std::string& body) {
    w.ok("sqs", "SendMessage", Map{{"QueueUrl", Value(url)}, {"MessageBody", Value(body)}});
  }
  /// Messages that a queue has, in whatever state.
  std::string count(const std::string& url, const char* attribute = "ApproximateNumberOfMessages") {
    const Value answer = w.ok("sqs", "GetQueueAttributes",
                              Map{{"QueueUrl", Value(url)}, {"AttributeNames", Value(List{Value("All")})}});
    return std::string(answer.find("Attributes")->text_or(attribute));
  }
  Value map_queue(const char* name, Map more = {}) {
    more.add("FunctionName", Value("f"));
    more.add("EventSourceArn", Value("arn:aws:sqs:us-east-1:000000000000:" + std::string(name)));
    return w.ok("lambda", "CreateEventSourceMapping", std::move(more));
  }
  static std::vector<std::string> bodies(const Value& event) {
    std::vector<std::string> out;
    for (const Value& r : event.find("Records")->list()) out.emplace_back(r.text_or("body"));
    return out;
  }
};

/// The same with a table "orders" that has a stream.
struct StreamWorld : LambdaWorld {
  std::string stream;
  StreamWorld() {
    const Value made =
        w.ok("dynamodb", "CreateTable",
             Map{{"TableName", Value("orders")},
                 {"BillingMode", Value("PAY_PER_REQUEST")},
                 {"AttributeDefinitions",
                  Value(List{Value(Map{{"AttributeName", Value("id")}, {"AttributeType", Value("S")}})})},
                 {"KeySchema",
                  Value(List{Value(Map{{"AttributeName", Value("id")}, {"KeyType", Value("HASH")}})})},
                 {"StreamSpecification",
                  Map{{"StreamEnabled", Value(true)}, {"StreamViewType", Value("NEW_IMAGE")}}}});
    stream = made.find("TableDescription")->text_or("LatestStreamArn");
    w.loop.advance(1s);
  }
  void put(const std::string& id, const std::string& note = "") {
    Map item{{"id", Map{{"S", Value(id)}}}};
    if (!note.empty()) item.add("note", Map{{"S", Value(note)}});
    w.ok("dynamodb", "PutItem", Map{{"TableName", Value("orders")}, {"Item", std::move(item)}});
  }
  Value map_stream(Map more = {}) {
    more.add("FunctionName", Value("f"));
    more.add("EventSourceArn", Value(stream));
    if (!more.contains("StartingPosition")) more.add("StartingPosition", Value("LATEST"));
    return w.ok("lambda", "CreateEventSourceMapping", std::move(more));
  }
  /// A window begins at a multiple of its length: a second after the next one of a minute.
  void into_window() { w.loop.advance(Duration(60'000 - to_millis(w.loop.now()) % 60'000 + 1000)); }
  /// A handler that counts records in the window's state.
  static InvocationOutcome count_in_state(const Value& event) {
    const Value* before = event.find("state")->find("n");
    const std::int64_t n =
        (before ? before->integer() : 0) + static_cast<std::int64_t>(event.find("Records")->list().size());
    return answered("{\"state\":{\"n\":" + std::to_string(n) + "}}");
  }
  static std::vector<std::string> ids(const Value& event) {
    std::vector<std::string> out;
    for (const Value& r : event.find("Records")->list())
      out.emplace_back(r.find("dynamodb")->find("Keys")->find("id")->text_or("S"));
    return out;
  }
};

}  // namespace puddle::test
