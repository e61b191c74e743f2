// Subscribe, ConfirmSubscription, Unsubscribe, the two lists and a subscription's attributes.
#include <algorithm>

#include "aws/arn.hpp"
#include "base/text.hpp"
#include "runtime/random.hpp"
#include "services/sns/limits.hpp"
#include "services/sns/operations/factories.hpp"
#include "services/sns/operations/page.hpp"
#include "services/sns/sns.hpp"
#include "wire/json.hpp"

namespace puddle::sns {
namespace {

const std::string kPending = "pending confirmation";

void check_endpoint(const std::string& protocol, const std::string& endpoint) {
  if (is_email(protocol)) {
    const std::size_t at = endpoint.find('@');
    const bool good = at != std::string::npos && at > 0 && at + 1 < endpoint.size() &&
                      endpoint.size() <= 320 &&
                      endpoint.find_first_of(" \t\r\n<>,;\"") == std::string::npos &&
                      endpoint.find('@', at + 1) == std::string::npos;
    if (!good) throw invalid("Email address");
    return;
  }
  const auto arn = Arn::parse(endpoint);
  if (protocol == "sqs") {
    if (!arn || arn->service != "sqs") throw invalid("SQS endpoint ARN");
    if (arn->resource.ends_with(".fifo"))
      throw invalid(
          "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics");
  } else if (protocol == "lambda") {
    if (!arn || arn->service != "lambda") throw invalid("Lambda endpoint ARN");
  } else {
    for (const char* known : {"http", "https", "sms", "application", "firehose"})
      if (protocol == known) throw invalid("Protocol " + protocol + " is not supported by Puddle yet");
    throw invalid("Amazon SNS does not support this protocol string: " + protocol);
  }
}

/// prefix: "Attributes Reason: " in Subscribe.
void check_attribute(const std::string& name, const std::string& value, const std::string& prefix) {
  if (name == "RawMessageDelivery") {
    if (value != "true" && value != "false")
      throw invalid(prefix + "RawMessageDelivery: Invalid value [" + value + "]. Must be true or false.");
  } else if (name == "RedrivePolicy") {
    const auto parsed = wire::parse_json(value);
    const auto arn = parsed ? Arn::parse(parsed->text_or("deadLetterTargetArn")) : std::nullopt;
    if (!value.empty() && (!arn || arn->service != "sqs"))
      throw invalid(prefix + "RedrivePolicy: deadLetterTargetArn is an invalid arn");
  } else if (name == "FilterPolicy" && (value.empty() || value == "{}")) {
    return;
  } else if (name == "FilterPolicy" || name == "FilterPolicyScope" || name == "DeliveryPolicy" ||
             name == "SubscriptionRoleArn" || name == "ReplayPolicy") {
    throw invalid(prefix + name + " is not supported by Puddle yet");
  } else {
    throw invalid(prefix + "AttributeName");
  }
}

struct SubscribeInput {
  std::string topic, protocol;
  std::optional<std::string> endpoint;
  std::map<std::string, std::string> attributes;
  std::optional<bool> return_arn;
};

struct ArnOutput {
  std::string arn;
};

ArnOutput answer(const Subscription& s, const SubscribeInput& in) {
  return {.arn = s.confirmed || in.return_arn.value_or(false) ? s.arn : kPending};
}

ArnOutput subscribe_to(Sns& sns, const Call& call, const SubscribeInput& in) {
  const Topic& topic = sns.need_topic(in.topic);
  const std::string endpoint = in.endpoint.value_or("");
  if (endpoint.size() > kEndpointLength) throw invalid("Endpoint");
  check_endpoint(in.protocol, endpoint);
  TextMap attributes;
  for (const auto& [name, value] : in.attributes) {
    check_attribute(name, value, "Attributes Reason: ");
    if (name != "FilterPolicy" && !value.empty()) attributes[name] = value;
  }
  const auto all = sns.subscriptions_of(topic.arn);
  if (all.size() >= kSubscriptionsPerTopic)
    throw kSubscriptionLimit("The number of subscriptions has reached the limit");
  for (const Subscription* s : all) {
    if (s->protocol != in.protocol || s->endpoint != endpoint) continue;
    for (const auto& [name, value] : attributes) {
      const auto it = s->attributes.find(name);
      if (it == s->attributes.end() ? value != "false" : it->second != value)
        throw invalid("Attributes Reason: Subscription already exists with different attributes");
    }
    // Asking again for a subscription that is pending sends the mail again.
    if (!s->confirmed) sns.deps.jobs.add("sns.confirm", call.now, s->arn, s->arn);
    return answer(*s, in);
  }
  Subscription s;
  s.arn = topic.arn + ":" + uuid(sns.deps.entropy);
  s.topic_arn = topic.arn;
  s.protocol = in.protocol;
  s.endpoint = endpoint;
  s.owner = call.account;
  s.principal = call.principal.arn;
  s.token = "2336412f37fb687f5d51e6e2" + hex(sns.deps.entropy.bytes(116));
  s.confirmed = !is_email(in.protocol);
  s.authenticated = s.confirmed;
  s.attributes = std::move(attributes);
  s.created = call.now;
  if (!s.confirmed) sns.deps.jobs.add("sns.confirm", call.now, s.arn, s.arn);
  const ArnOutput out = answer(s, in);
  sns.save(std::move(s));
  return out;
}

struct ConfirmInput {
  std::string topic, token;
  std::optional<std::string> authenticate;
};

ArnOutput confirm(Sns& sns, const Call& call, const ConfirmInput& in) {
  if (!sns.topic(in.topic)) throw invalid("Topic");
  for (const Subscription* s : sns.subscriptions_of(in.topic)) {
    if (s->token != in.token) continue;
    if (s->confirmed) return {.arn = s->arn};
    if (call.now - s->created > kTokenLifetime) throw invalid("Token");
    Subscription next = *s;
    next.confirmed = true;
    next.authenticated = !call.access_key.empty();
    next.authenticate_on_unsubscribe = in.authenticate == "true";
    const std::string arn = next.arn;
    sns.save(std::move(next));
    return {.arn = arn};
  }
  throw invalid("Token");
}

struct SubscriptionInput {
  std::string arn;
};

Empty leave(Sns& sns, const Call& call, const SubscriptionInput& in) {
  if (const std::size_t n = split(in.arn, ':').size(); n < 6)
    throw invalid("SubscriptionArn Reason: An ARN must have at least 6 elements, not " + std::to_string(n));
  const Subscription* s = sns.subscription(in.arn);
  if (!s) return {};
  if (s->authenticate_on_unsubscribe && (call.access_key.empty() || call.account != s->owner))
    throw kAuthorizationError("Only the owner of the subscription may unsubscribe");
  sns.drop_subscription(in.arn);
  return {};
}

struct Item {
  std::string arn, owner, protocol, endpoint, topic;
  static Shape shape() {
    return {required<&Item::arn>("SubscriptionArn"), required<&Item::owner>("Owner"),
            required<&Item::protocol>("Protocol"), required<&Item::endpoint>("Endpoint"),
            required<&Item::topic>("TopicArn")};
  }
};

struct ListInput {
  std::optional<std::string> token;
  std::string topic;
};

struct ListOutput {
  std::vector<Item> subscriptions;
  std::optional<std::string> token;
};

ListOutput page_of(const std::vector<Subscription*>& all, const ListInput& in) {
  ListOutput out;
  out.token = each_of_page(all, in.token, [&](const Subscription* s) {
    out.subscriptions.push_back(
        {s->confirmed ? s->arn : "PendingConfirmation", s->owner, s->protocol, s->endpoint, s->topic_arn});
  });
  return out;
}

ListOutput list(Sns& sns, const Call& call, const ListInput& in) {
  return page_of(sns.subscriptions_in(call), in);
}

ListOutput list_by_topic(Sns& sns, const Call&, const ListInput& in) {
  sns.need_topic(in.topic);
  return page_of(sns.subscriptions_of(in.topic), in);
}

struct AttributesOutput {
  std::map<std::string, std::string> attributes;
};

AttributesOutput get(Sns& sns, const Call&, const SubscriptionInput& in) {
  const Subscription& s = sns.need_subscription(in.arn);
  AttributesOutput out;
  out.attributes = {{"SubscriptionArn", s.arn},
                    {"TopicArn", s.topic_arn},
                    {"Protocol", s.protocol},
                    {"Endpoint", s.endpoint},
                    {"Owner", s.owner},
                    {"SubscriptionPrincipal", s.principal},
                    {"PendingConfirmation", s.confirmed ? "false" : "true"},
                    {"ConfirmationWasAuthenticated", s.authenticated ? "true" : "false"},
                    {"RawMessageDelivery", "false"}};
  for (const auto& [name, value] : s.attributes) out.attributes[name] = value;
  return out;
}

struct SetInput {
  std::string arn, name;
  std::optional<std::string> value;
};

Empty set(Sns& sns, const Call&, const SetInput& in) {
  Subscription next = sns.need_subscription(in.arn);
  const std::string value = in.value.value_or("");
  check_attribute(in.name, value, "");
  if (value.empty() || in.name == "FilterPolicy")
    next.attributes.erase(in.name);
  else
    next.attributes[in.name] = value;
  sns.save(std::move(next));
  return {};
}

std::string topic_of(std::string_view subscription) {
  return std::string(subscription.substr(0, subscription.rfind(':')));
}

}  // namespace

Operation subscribe() {
  return operation<Sns, SubscribeInput, ArnOutput>({
      .name = "Subscribe",
      .action = "sns:Subscribe",
      .resource = [](Sns&, const Call&, const SubscribeInput& in) { return in.topic; },
      .input = {required<&SubscribeInput::topic>("TopicArn"), required<&SubscribeInput::protocol>("Protocol"),
                optional<&SubscribeInput::endpoint>("Endpoint"),
                optional<&SubscribeInput::attributes>("Attributes"),
                optional<&SubscribeInput::return_arn>("ReturnSubscriptionArn")},
      .output = {required<&ArnOutput::arn>("SubscriptionArn")},
      .errors = {kInvalidParameter, kNotFound, kSubscriptionLimit},
      .handle = subscribe_to,
  });
}

Operation confirm_subscription() {
  return operation<Sns, ConfirmInput, ArnOutput>({
      .name = "ConfirmSubscription",
      .action = "sns:ConfirmSubscription",
      .resource = [](Sns&, const Call&, const ConfirmInput& in) { return in.topic; },
      .input = {required<&ConfirmInput::topic>("TopicArn"), required<&ConfirmInput::token>("Token"),
                optional<&ConfirmInput::authenticate>("AuthenticateOnUnsubscribe")},
      .output = {required<&ArnOutput::arn>("SubscriptionArn")},
      .errors = {kInvalidParameter, kNotFound},
      .access = Access::anyone,
      .handle = confirm,
  });
}

Operation unsubscribe() {
  return operation<Sns, SubscriptionInput, Empty>({
      .name = "Unsubscribe",
      .action = "sns:Unsubscribe",
      .resource = [](Sns&, const Call&, const SubscriptionInput& in) { return topic_of(in.arn); },
      .input = {required<&SubscriptionInput::arn>("SubscriptionArn")},
      .errors = {kInvalidParameter, kAuthorizationError},
      .access = Access::anyone,
      .handle = leave,
  });
}

Operation list_subscriptions() {
  return operation<Sns, ListInput, ListOutput>({
      .name = "ListSubscriptions",
      .action = "sns:ListSubscriptions",
      .input = {optional<&ListInput::token>("NextToken")},
      .output = {required<&ListOutput::subscriptions>("Subscriptions"),
                 optional<&ListOutput::token>("NextToken")},
      .errors = {kInvalidParameter},
      .handle = list,
  });
}

Operation list_subscriptions_by_topic() {
  return operation<Sns, ListInput, ListOutput>({
      .name = "ListSubscriptionsByTopic",
      .action = "sns:ListSubscriptionsByTopic",
      .resource = [](Sns&, const Call&, const ListInput& in) { return in.topic; },
      .input = {required<&ListInput::topic>("TopicArn"), optional<&ListInput::token>("NextToken")},
      .output = {required<&ListOutput::subscriptions>("Subscriptions"),
                 optional<&ListOutput::token>("NextToken")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = list_by_topic,
  });
}

Operation get_subscription_attributes() {
  return operation<Sns, SubscriptionInput, AttributesOutput>({
      .name = "GetSubscriptionAttributes",
      .action = "sns:GetSubscriptionAttributes",
      .resource = [](Sns&, const Call&, const SubscriptionInput& in) { return topic_of(in.arn); },
      .input = {required<&SubscriptionInput::arn>("SubscriptionArn")},
      .output = {required<&AttributesOutput::attributes>("Attributes")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = get,
  });
}

Operation set_subscription_attributes() {
  return operation<Sns, SetInput, Empty>({
      .name = "SetSubscriptionAttributes",
      .action = "sns:SetSubscriptionAttributes",
      .resource = [](Sns&, const Call&, const SetInput& in) { return topic_of(in.arn); },
      .input = {required<&SetInput::arn>("SubscriptionArn"), required<&SetInput::name>("AttributeName"),
                optional<&SetInput::value>("AttributeValue")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = set,
  });
}

}  // namespace puddle::sns
