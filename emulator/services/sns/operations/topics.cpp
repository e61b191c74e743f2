// CreateTopic, DeleteTopic, ListTopics, GetTopicAttributes, SetTopicAttributes.
#include <algorithm>

#include "aws/arn.hpp"
#include "base/text.hpp"
#include "services/sns/limits.hpp"
#include "services/sns/operations/factories.hpp"
#include "services/sns/operations/page.hpp"
#include "services/sns/sns.hpp"
#include "wire/json.hpp"

namespace puddle::sns {
namespace {

constexpr const char* kDefaultDelivery =
    "{\"http\":{\"defaultHealthyRetryPolicy\":{\"minDelayTarget\":20,\"maxDelayTarget\":20,\"numRetries\":3,"
    "\"numMaxDelayRetries\":0,\"numNoDelayRetries\":0,\"numMinDelayRetries\":0,\"backoffFunction\":"
    "\"linear\"},"
    "\"disableSubscriptionOverrides\":false,\"defaultRequestPolicy\":{\"headerContentType\":\"text/plain; "
    "charset=UTF-8\"}}}";

struct TopicTag {
  std::string key, value;
  static Shape shape() {
    return {required<&TopicTag::key>("Key", {.min = 1, .max = 128}),
            required<&TopicTag::value>("Value", {.max = 256})};
  }
};

void check_attribute(const std::string& name, const std::string& value) {
  if (name == "DisplayName") {
    if (value.size() > kDisplayNameLength) throw invalid("DisplayName");
  } else if (name == "Policy") {
    if (value.size() > kPolicyBytes || !wire::parse_json(value)) throw invalid("Policy failed to parse.");
  } else if (name == "FifoTopic") {
    if (value == "true") throw invalid("FifoTopic: FIFO topics are not supported by Puddle yet");
  } else {
    throw invalid("AttributeName " + name + " is not supported by Puddle");
  }
}

struct CreateInput {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::vector<TopicTag> tags;
  Value data_protection;
};

struct ArnOutput {
  std::string arn;
};

ArnOutput create(Sns& sns, const Call& call, const CreateInput& in) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  if (in.name.empty() || in.name.size() > kTopicNameLength ||
      in.name.find_first_not_of(kAllowed) != std::string::npos)
    throw invalid("Topic Name");
  if (!in.data_protection.is_null()) throw invalid("DataProtectionPolicy is not supported by Puddle");
  for (const auto& [name, value] : in.attributes) check_attribute(name, value);
  TextMap tags;
  for (const TopicTag& t : in.tags)
    if (!tags.emplace(t.key, t.value).second) throw invalid("Duplicated keys are not allowed.");
  if (tags.size() > kTags) throw kTagLimit("Could not complete request: tag quota of per resource exceeded");
  const std::string arn = make_arn("sns", call.region, call.account, in.name);
  TextMap attributes = in.attributes;
  attributes.erase("FifoTopic");
  if (const Topic* there = sns.topic(arn)) {
    for (const auto& [name, value] : attributes) {
      const auto it = there->attributes.find(name);
      if ((it == there->attributes.end() ? std::string() : it->second) != value)
        throw invalid("Attributes Reason: Topic already exists with different attributes");
    }
    for (const auto& [key, value] : tags) {
      const auto it = there->tags.find(key);
      if (it == there->tags.end() || it->second != value)
        throw invalid("Tags Reason: Topic already exists with different tags");
    }
    return {.arn = arn};
  }
  Topic topic;
  topic.arn = arn;
  topic.account = call.account;
  topic.region = call.region;
  topic.name = in.name;
  topic.attributes = std::move(attributes);
  topic.tags = std::move(tags);
  topic.created = call.now;
  sns.save(std::move(topic));
  return {.arn = arn};
}

struct TopicInput {
  std::string arn;
};

Empty drop(Sns& sns, const Call&, const TopicInput& in) {
  if (const std::size_t n = split(in.arn, ':').size(); n < 6)
    throw invalid("TopicArn Reason: An ARN must have at least 6 elements, not " + std::to_string(n));
  if (sns.topic(in.arn)) sns.drop_topic(in.arn);
  return {};
}

struct AttributesOutput {
  std::map<std::string, std::string> attributes;
};

AttributesOutput get(Sns& sns, const Call&, const TopicInput& in) {
  const Topic& t = sns.need_topic(in.arn);
  std::int64_t confirmed = 0, pending = 0;
  for (const Subscription* s : sns.subscriptions_of(t.arn)) ++(s->confirmed ? confirmed : pending);
  AttributesOutput out;
  out.attributes = {{"TopicArn", t.arn},
                    {"Owner", t.account},
                    {"Policy", default_policy(t)},
                    {"DisplayName", ""},
                    {"SubscriptionsConfirmed", std::to_string(confirmed)},
                    {"SubscriptionsPending", std::to_string(pending)},
                    {"SubscriptionsDeleted", std::to_string(t.deleted)},
                    {"EffectiveDeliveryPolicy", kDefaultDelivery}};
  for (const auto& [name, value] : t.attributes) out.attributes[name] = value;
  return out;
}

struct SetInput {
  std::string arn, name;
  std::optional<std::string> value;
};

Empty set(Sns& sns, const Call&, const SetInput& in) {
  Topic next = sns.need_topic(in.arn);
  check_attribute(in.name, in.value.value_or(""));
  if (in.name == "FifoTopic") throw invalid("AttributeName");
  next.attributes[in.name] = in.value.value_or("");
  sns.save(std::move(next));
  return {};
}

struct ListInput {
  std::optional<std::string> token;
};

struct Item {
  std::string arn;
  static Shape shape() { return {required<&Item::arn>("TopicArn")}; }
};

struct ListOutput {
  std::vector<Item> topics;
  std::optional<std::string> token;
};

ListOutput list(Sns& sns, const Call& call, const ListInput& in) {
  ListOutput out;
  out.token =
      each_of_page(sns.topics_in(call), in.token, [&](const Topic* t) { out.topics.push_back({t->arn}); });
  return out;
}

}  // namespace

Operation create_topic() {
  return operation<Sns, CreateInput, ArnOutput>({
      .name = "CreateTopic",
      .action = "sns:CreateTopic",
      .resource = [](Sns&, const Call& c,
                     const CreateInput& in) { return make_arn("sns", c.region, c.account, in.name); },
      .input = {required<&CreateInput::name>("Name"), optional<&CreateInput::attributes>("Attributes"),
                optional<&CreateInput::tags>("Tags"),
                optional<&CreateInput::data_protection>("DataProtectionPolicy")},
      .output = {required<&ArnOutput::arn>("TopicArn")},
      .errors = {kInvalidParameter, kTagLimit},
      .handle = create,
  });
}

Operation delete_topic() {
  return operation<Sns, TopicInput, Empty>({
      .name = "DeleteTopic",
      .action = "sns:DeleteTopic",
      .resource = [](Sns&, const Call&, const TopicInput& in) { return in.arn; },
      .input = {required<&TopicInput::arn>("TopicArn")},
      .errors = {kInvalidParameter},
      .handle = drop,
  });
}

Operation get_topic_attributes() {
  return operation<Sns, TopicInput, AttributesOutput>({
      .name = "GetTopicAttributes",
      .action = "sns:GetTopicAttributes",
      .resource = [](Sns&, const Call&, const TopicInput& in) { return in.arn; },
      .input = {required<&TopicInput::arn>("TopicArn")},
      .output = {required<&AttributesOutput::attributes>("Attributes")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = get,
  });
}

Operation set_topic_attributes() {
  return operation<Sns, SetInput, Empty>({
      .name = "SetTopicAttributes",
      .action = "sns:SetTopicAttributes",
      .resource = [](Sns&, const Call&, const SetInput& in) { return in.arn; },
      .input = {required<&SetInput::arn>("TopicArn"), required<&SetInput::name>("AttributeName"),
                optional<&SetInput::value>("AttributeValue")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = set,
  });
}

Operation list_topics() {
  return operation<Sns, ListInput, ListOutput>({
      .name = "ListTopics",
      .action = "sns:ListTopics",
      .input = {optional<&ListInput::token>("NextToken")},
      .output = {required<&ListOutput::topics>("Topics"), optional<&ListOutput::token>("NextToken")},
      .errors = {kInvalidParameter},
      .handle = list,
  });
}

}  // namespace puddle::sns
