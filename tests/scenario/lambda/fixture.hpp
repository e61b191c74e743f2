// A world with a function "f" whose handler is a C++ lambda.
#pragma once
#include <catch2/catch.hpp>

#include "services/dynamodb/dynamodb.hpp"
#include "services/dynamodbstreams/dynamodbstreams.hpp"
#include "services/iam/iam.hpp"
#include "services/lambda/lambda.hpp"
#include "services/lambda/zip.hpp"
#include "services/logs/logs.hpp"
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
      : w({iam::make, sqs::make, dynamodb::make, dynamodbstreams::make, logs::make, lambda::make}, options) {
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
    return w.ok("lambda", "CreateFunction", std::move(more));
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

}  // namespace puddle::test
