// CloudFormation: AWS::SNS::Topic, AWS::SNS::Subscription, AWS::SNS::TopicPolicy.
#include "aws/resource_call.hpp"
#include "services/sns/sns.hpp"
#include "wire/json.hpp"

namespace puddle::sns {
namespace {

using wire::Map;

std::string text_of(const Value& v) { return v.is_text() ? v.text() : wire::to_json(v); }

Task<ResourceResult> create_topic_resource(ResourceRequest r) {
  const Value* given = r.properties.find("TopicName");
  std::string name = given ? text_of(*given) : r.name_suffix;
  Map attributes;
  if (const Value* shown = r.properties.find("DisplayName")) attributes.add("DisplayName", text_of(*shown));
  Map input{{"Name", Value(name)}, {"Attributes", Value(std::move(attributes))}};
  if (const Value* tags = r.properties.find("Tags")) input.add("Tags", *tags);
  ClientCall create = resource_call(r, "sns", "CreateTopic", std::move(input));
  Task<Value> creating = r.client->call(std::move(create));
  const Value created = co_await std::move(creating);
  ResourceResult out;
  out.physical_id = created.text_or("TopicArn");
  out.attributes.add("TopicArn", out.physical_id);
  out.attributes.add("TopicName", name);
  const Value* subscriptions = r.properties.find("Subscription");
  if (subscriptions && subscriptions->is_list()) {
    for (const Value& s : subscriptions->list()) {
      Map in{{"TopicArn", Value(out.physical_id)},
             {"Protocol", Value(s.text_or("Protocol"))},
             {"Endpoint", Value(s.text_or("Endpoint"))}};
      ClientCall call = resource_call(r, "sns", "Subscribe", std::move(in));
      Task<Value> work = r.client->call(std::move(call));
      co_await std::move(work);
    }
  }
  co_return std::move(out);
}

Task<void> call_with_arn(ResourceRequest r, std::string operation, std::string parameter) {
  try {
    Map input;
    input.add(std::move(parameter), r.physical_id);
    ClientCall call = resource_call(r, "sns", std::move(operation), std::move(input));
    Task<Value> work = r.client->call(std::move(call));
    co_await std::move(work);
  } catch (const AwsError& e) {
    if (e.code() != kNotFound.code) throw;
  }
}

Task<void> remove_topic_resource(ResourceRequest r) {
  return call_with_arn(std::move(r), "DeleteTopic", "TopicArn");
}
Task<void> remove_subscription_resource(ResourceRequest r) {
  return call_with_arn(std::move(r), "Unsubscribe", "SubscriptionArn");
}

Task<ResourceResult> create_subscription_resource(ResourceRequest r) {
  Map input, attributes;
  for (const auto& [name, value] : r.properties.map()) {
    if (name == "TopicArn" || name == "Protocol" || name == "Endpoint")
      input.add(name, value);
    else
      attributes.add(name, text_of(value));
  }
  if (!attributes.empty()) input.add("Attributes", std::move(attributes));
  input.add("ReturnSubscriptionArn", true);
  ClientCall call = resource_call(r, "sns", "Subscribe", std::move(input));
  Task<Value> work = r.client->call(std::move(call));
  const Value subscribed = co_await std::move(work);
  ResourceResult out;
  out.physical_id = subscribed.text_or("SubscriptionArn");
  out.attributes.add("Arn", out.physical_id);
  co_return std::move(out);
}

Task<void> set_policies(ResourceRequest r, std::string policy) {
  const Value* topics = r.properties.find("Topics");
  if (!topics || !topics->is_list()) throw invalid("Topics must be a list of topic ARNs");
  for (const Value& topic : topics->list()) {
    Map input{{"TopicArn", topic}, {"AttributeName", "Policy"}, {"AttributeValue", Value(policy)}};
    ClientCall call = resource_call(r, "sns", "SetTopicAttributes", std::move(input));
    Task<Value> work = r.client->call(std::move(call));
    co_await std::move(work);
  }
}

Task<ResourceResult> create_policy_resource(ResourceRequest r) {
  ResourceResult out;
  out.physical_id = r.name_suffix;
  out.attributes.add("Id", out.physical_id);
  std::string policy = text_of(*r.properties.find("PolicyDocument"));
  Task<void> work = set_policies(std::move(r), std::move(policy));
  co_await std::move(work);
  co_return std::move(out);
}

Task<void> remove_policy_resource(ResourceRequest r) {
  try {
    // Back to what a topic has when it is new.
    Topic topic;
    topic.account = r.account;
    const Value* topics = r.properties.find("Topics");
    if (topics && topics->is_list() && !topics->list().empty()) topic.arn = text_of(topics->list()[0]);
    std::string policy = default_policy(topic);
    Task<void> work = set_policies(std::move(r), std::move(policy));
    co_await std::move(work);
  } catch (const AwsError& e) {
    if (e.code() != kNotFound.code) throw;
  }
}

}  // namespace

std::vector<ResourceType> Sns::resource_types() const {
  ResourceType topic{"AWS::SNS::Topic",
                     {"TopicName", "DisplayName", "Subscription", "Tags"},
                     {},
                     create_topic_resource,
                     remove_topic_resource};
  ResourceType subscription{"AWS::SNS::Subscription",
                            {"TopicArn", "Protocol", "Endpoint", "RawMessageDelivery", "RedrivePolicy"},
                            {"TopicArn", "Protocol"},
                            create_subscription_resource,
                            remove_subscription_resource};
  ResourceType policy{"AWS::SNS::TopicPolicy",
                      {"Topics", "PolicyDocument"},
                      {"Topics", "PolicyDocument"},
                      create_policy_resource,
                      remove_policy_resource};
  return {std::move(topic), std::move(subscription), std::move(policy)};
}

}  // namespace puddle::sns
