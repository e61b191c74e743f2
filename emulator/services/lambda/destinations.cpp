// Where results and failures are sent: a queue, a topic or a function, as the function's role.
#include "aws/arn.hpp"
#include "services/lambda/lambda.hpp"

namespace puddle::lambda {
namespace {

using wire::Map;

ClientCall call_of(Lambda& service, const Function& f, const std::string& target, std::string text,
                   Map attributes) {
  const auto arn = Arn::parse(target);
  Map input;
  if (arn->service == "lambda") {
    input.add("FunctionName", target);
    input.add("InvocationType", "Event");
    input.add("Payload", Bytes(std::move(text)));
    return role_call(service, f, "lambda", "Invoke", std::move(input), target);
  }
  const bool topic = arn->service == "sns";
  if (topic)
    input.add("TopicArn", target);
  else
    input.add("QueueUrl", "/" + arn->account + "/" + arn->resource);
  input.add(topic ? "Message" : "MessageBody", std::move(text));
  if (target.ends_with(".fifo")) {
    input.add("MessageGroupId", f.config.name);
    input.add("MessageDeduplicationId", service.new_revision());
  }
  if (!attributes.empty()) input.add("MessageAttributes", std::move(attributes));
  return role_call(service, f, topic ? "sns" : "sqs", topic ? "Publish" : "SendMessage", std::move(input),
                   target);
}

}  // namespace

Task<std::string> send_to_destination(Lambda& service, Function function, std::string target,
                                      std::string text, Map attributes) {
  std::string problem;
  try {
    ClientCall call = call_of(service, function, target, std::move(text), std::move(attributes));
    Task<Value> work = service.deps.client.call(std::move(call));
    co_await std::move(work);
  } catch (const AwsError& e) {
    problem = e.what();
  }
  co_return std::move(problem);
}

}  // namespace puddle::lambda
