// CloudFormation: AWS::SQS::Queue and AWS::SQS::QueuePolicy.
#include "aws/resource_call.hpp"
#include "services/sqs/sqs.hpp"
#include "wire/json.hpp"

namespace puddle::sqs {
namespace {

using wire::Map;

/// Attributes are text on the wire; templates have numbers, booleans and JSON.
std::string attribute_text(const Value& v) { return v.is_text() ? v.text() : wire::to_json(v); }

Task<ResourceResult> create_queue(ResourceRequest r) {
  Map attributes, tags;
  std::string name = r.name_suffix;
  for (const auto& [key, value] : r.properties.map()) {
    if (key == "QueueName")
      name = attribute_text(value);
    else if (key != "Tags" && !(key == "FifoQueue" && attribute_text(value) == "false"))
      attributes.add(key, attribute_text(value));
  }
  if (attributes.contains("FifoQueue") && !r.properties.find("QueueName")) name += ".fifo";
  if (const Value* list = r.properties.find("Tags"))
    for (const Value& t : list->list()) tags[t.text_or("Key")] = Value(t.text_or("Value"));
  Map input{{"QueueName", Value(name)},
            {"Attributes", Value(std::move(attributes))},
            {"tags", Value(std::move(tags))}};
  ClientCall create = resource_call(r, "sqs", "CreateQueue", std::move(input));
  Task<Value> creating = r.client->call(std::move(create));
  const Value created = co_await std::move(creating);
  ResourceResult out;
  out.physical_id = created.text_or("QueueUrl");
  out.attributes.add("Arn", "arn:aws:sqs:" + r.region + ":" + r.account + ":" + name);
  out.attributes.add("QueueName", name);
  out.attributes.add("QueueUrl", out.physical_id);
  co_return std::move(out);
}

Task<void> remove_queue(ResourceRequest r) {
  try {
    Map input{{"QueueUrl", Value(r.physical_id)}};
    ClientCall call = resource_call(r, "sqs", "DeleteQueue", std::move(input));
    Task<Value> work = r.client->call(std::move(call));
    co_await std::move(work);
  } catch (const AwsError& e) {
    if (e.code() != kQueueDoesNotExist.code) throw;
  }
}

Task<void> set_policy(ResourceRequest r, std::string policy) {
  const Value* queues = r.properties.find("Queues");
  if (!queues || !queues->is_list()) throw kInvalidParameter("Queues must be a list of queue URLs");
  for (const Value& queue : queues->list()) {
    Map attributes{{"Policy", Value(policy)}};
    Map input{{"QueueUrl", queue}, {"Attributes", Value(std::move(attributes))}};
    ClientCall call = resource_call(r, "sqs", "SetQueueAttributes", std::move(input));
    Task<Value> work = r.client->call(std::move(call));
    co_await std::move(work);
  }
}

Task<ResourceResult> create_policy(ResourceRequest r) {
  std::string policy = attribute_text(*r.properties.find("PolicyDocument"));
  ResourceResult out;
  out.physical_id = r.name_suffix;
  out.attributes.add("Id", out.physical_id);
  Task<void> work = set_policy(std::move(r), std::move(policy));
  co_await std::move(work);
  co_return std::move(out);
}

Task<void> remove_policy(ResourceRequest r) {
  try {
    std::string none;
    Task<void> work = set_policy(std::move(r), std::move(none));
    co_await std::move(work);
  } catch (const AwsError& e) {
    if (e.code() != kQueueDoesNotExist.code) throw;
  }
}

}  // namespace

std::vector<ResourceType> Sqs::resource_types() const {
  ResourceType queue{
      "AWS::SQS::Queue",
      {"QueueName", "DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod",
       "ReceiveMessageWaitTimeSeconds", "VisibilityTimeout", "RedrivePolicy", "RedriveAllowPolicy",
       "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled", "FifoQueue",
       "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit", "Tags"},
      {},
      create_queue,
      remove_queue};
  ResourceType policy{"AWS::SQS::QueuePolicy",
                      {"Queues", "PolicyDocument"},
                      {"Queues", "PolicyDocument"},
                      create_policy,
                      remove_policy};
  return {std::move(queue), std::move(policy)};
}

}  // namespace puddle::sqs
