#include "services/sns/sns.hpp"

#include "aws/arn.hpp"
#include "base/text.hpp"
#include "wire/json.hpp"

namespace puddle::sns {

Sns::Sns(Deps d) : deps(d), operations_(make_operations()) {}

const wire::ServiceWire& Sns::wire() const {
  static const wire::ServiceWire description = [] {
    wire::ServiceWire w;
    w.name = "sns";
    w.protocol = wire::Protocol::query;
    w.api_version = "2010-03-31";
    w.xml_namespace = "http://sns.amazonaws.com/doc/2010-03-31/";
    return w;
  }();
  return description;
}

AwsError Sns::access_denied(std::string message) const { return kAuthorizationError(std::move(message)); }
AwsError Sns::validation_error(std::string message) const {
  return AwsError("ValidationError", std::move(message));
}

void Sns::load() {
  topics_.clear();
  subscriptions_.clear();
  records::each_topic(deps.store, [this](Topic t) { topics_.insert_or_assign(t.arn, t); });
  records::each_subscription(deps.store,
                             [this](Subscription s) { subscriptions_.insert_or_assign(s.arn, s); });
  deps.jobs.handle(
      "sns.deliver", [this](Job job) { return deliver(*this, std::move(job)); }, 32);
  deps.jobs.handle(
      "sns.confirm", [this](Job job) { return send_confirmation(*this, std::move(job)); }, 8);
}

std::string Sns::resource_policy(const std::string& arn) const {
  const auto it = topics_.find(arn);
  if (it == topics_.end()) return {};
  const auto policy = it->second.attributes.find("Policy");
  return policy == it->second.attributes.end() ? default_policy(it->second) : policy->second;
}

Topic* Sns::topic(std::string_view arn) {
  const auto it = topics_.find(arn);
  return it == topics_.end() ? nullptr : &it->second;
}

Subscription* Sns::subscription(std::string_view arn) {
  const auto it = subscriptions_.find(arn);
  return it == subscriptions_.end() ? nullptr : &it->second;
}

namespace {

void check_arn(std::string_view arn, std::string_view parameter) {
  const std::size_t elements = split(arn, ':').size();
  if (elements < 6)
    throw invalid(std::string(parameter) + " Reason: An ARN must have at least 6 elements, not " +
                  std::to_string(elements));
  const auto parsed = Arn::parse(arn);
  if (!parsed || parsed->service != "sns") throw invalid(parameter);
}

}  // namespace

Topic& Sns::need_topic(std::string_view arn) {
  check_arn(arn, "TopicArn");
  if (Topic* found = topic(arn)) return *found;
  throw kNotFound("Topic does not exist");
}

Subscription& Sns::need_subscription(std::string_view arn) {
  check_arn(arn, "SubscriptionArn");
  if (Subscription* found = subscription(arn)) return *found;
  throw kNotFound("Subscription does not exist");
}

std::vector<Subscription*> Sns::subscriptions_of(std::string_view topic_arn) {
  std::vector<Subscription*> out;
  const std::string prefix = std::string(topic_arn) + ":";
  for (auto it = subscriptions_.lower_bound(prefix);
       it != subscriptions_.end() && it->first.starts_with(prefix); ++it)
    out.push_back(&it->second);
  return out;
}

std::vector<Topic*> Sns::topics_in(const Call& call) {
  std::vector<Topic*> out;
  const std::string prefix = "arn:aws:sns:" + call.region + ":" + call.account + ":";
  for (auto it = topics_.lower_bound(prefix); it != topics_.end() && it->first.starts_with(prefix); ++it)
    out.push_back(&it->second);
  return out;
}

std::vector<Subscription*> Sns::subscriptions_in(const Call& call) {
  std::vector<Subscription*> out;
  const std::string region = "arn:aws:sns:" + call.region + ":";
  for (auto& [arn, s] : subscriptions_)
    if (s.owner == call.account && arn.starts_with(region)) out.push_back(&s);
  return out;
}

void Sns::save(Topic topic) {
  records::put(deps.store, topic);
  const std::string arn = topic.arn;
  topics_.insert_or_assign(arn, std::move(topic));
}

void Sns::save(Subscription s) {
  records::put(deps.store, s);
  const std::string arn = s.arn;
  subscriptions_.insert_or_assign(arn, std::move(s));
}

void Sns::drop_topic(const std::string& arn) {
  std::vector<std::string> gone;
  for (const Subscription* s : subscriptions_of(arn)) gone.push_back(s->arn);
  for (const std::string& s : gone) records::remove_subscription(deps.store, s);
  records::remove_topic(deps.store, arn);
  for (const std::string& s : gone) subscriptions_.erase(s);
  topics_.erase(arn);
}

void Sns::drop_subscription(const std::string& arn) {
  const Subscription* s = subscription(arn);
  if (!s) return;
  if (const Topic* t = topic(s->topic_arn)) {
    Topic next = *t;
    ++next.deleted;
    save(std::move(next));
  }
  records::remove_subscription(deps.store, arn);
  subscriptions_.erase(arn);
}

std::string default_policy(const Topic& t) {
  wire::List actions;
  for (const char* name : {"GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission",
                           "DeleteTopic", "Subscribe", "ListSubscriptionsByTopic", "Publish"})
    actions.emplace_back("SNS:" + std::string(name));
  wire::Map condition{{"StringEquals", wire::Map{{"AWS:SourceOwner", Value(t.account)}}}};
  wire::Map statement;
  statement.add("Sid", "__default_statement_ID");
  statement.add("Effect", "Allow");
  statement.add("Principal", wire::Map{{"AWS", "*"}});
  statement.add("Action", std::move(actions));
  statement.add("Resource", t.arn);
  statement.add("Condition", std::move(condition));
  wire::Map out;
  out.add("Version", "2008-10-17");
  out.add("Id", "__default_policy_ID");
  out.add("Statement", wire::List{Value(std::move(statement))});
  return wire::to_json(out);
}

bool is_email(std::string_view protocol) { return protocol == "email" || protocol == "email-json"; }

std::unique_ptr<Service> make(Deps deps) { return std::make_unique<Sns>(deps); }

}  // namespace puddle::sns
