// Deliveries as jobs: one per message and subscription. A job that was interrupted runs again, so a
// subscriber may get a message twice, as on AWS, and never zero times.
#include "aws/arn.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "services/sns/sns.hpp"
#include "wire/json.hpp"

namespace puddle::sns {
namespace {

using wire::Map;

// How long AWS goes on: 50 tries over 6 hours for e-mail, 100,015 tries over 23 days for AWS services.
constexpr Duration kMailPatience = std::chrono::hours(6);
constexpr Duration kServicePatience = std::chrono::hours(24 * 23);

enum class Outcome { sent, transient, permanent };
struct Attempt {
  Outcome outcome = Outcome::sent;
  std::string detail;
};

Task<Attempt> send_mail(Mailer& mailer, Mail mail) {
  Completion<MailOutcome> done;
  const std::function<void(MailOutcome)> finished = [done](MailOutcome outcome) {
    done.complete(std::move(outcome));
  };
  mailer.send(std::move(mail), finished);
  MailOutcome outcome = co_await done;
  Attempt out;
  out.outcome = outcome.kind == MailOutcome::Kind::sent        ? Outcome::sent
                : outcome.kind == MailOutcome::Kind::transient ? Outcome::transient
                                                               : Outcome::permanent;
  out.detail = outcome.detail;
  co_return std::move(out);
}

Task<Attempt> call_service(Client& client, ClientCall call) {
  Attempt out;
  try {
    Task<Value> work = client.call(std::move(call));
    co_await std::move(work);
  } catch (const AwsError& e) {
    out.outcome = e.fault.status >= 500 || e.fault.status == 429 ? Outcome::transient : Outcome::permanent;
    out.detail = e.what();
  }
  co_return std::move(out);
}

/// A call that SNS makes for the topic: its policy counts by the topic's ARN.
ClientCall service_call(const Topic& topic, const std::string& target, std::string service,
                        std::string operation, Map input) {
  ClientCall call;
  const auto arn = Arn::parse(target);
  call.service = std::move(service);
  call.operation = std::move(operation);
  call.input = std::move(input);
  call.principal = Principal::service_principal("sns.amazonaws.com", topic.account);
  call.account = arn ? arn->account : topic.account;
  call.region = arn ? arn->region : topic.region;
  call.source_arn = topic.arn;
  call.source_account = topic.account;
  return call;
}

ClientCall queue_call(const Sns& sns, const Topic& topic, const Subscription& to, const Delivery& d) {
  const auto arn = Arn::parse(to.endpoint);
  Map input;
  input.add("QueueUrl", "/" + arn->account + "/" + arn->resource);
  input.add("MessageBody", to.raw() ? d.message : envelope(sns, d));
  if (to.raw() && !d.attributes.empty()) {
    Map attributes;
    for (const auto& [name, a] : d.attributes) {
      Map value{{"DataType", Value(a.type)}};
      if (a.is_binary)
        value.add("BinaryValue", Bytes(a.binary));
      else
        value.add("StringValue", a.text);
      attributes.add(name, std::move(value));
    }
    input.add("MessageAttributes", std::move(attributes));
  }
  ClientCall call = service_call(topic, to.endpoint, "sqs", "SendMessage", std::move(input));
  call.trace_id = d.trace_id;
  return call;
}

ClientCall lambda_call(const Sns& sns, const Topic& topic, const Subscription& to, const Delivery& d) {
  Map attributes;
  for (const auto& [name, a] : d.attributes)
    attributes.add(name, Map{{"Type", Value(a.is_binary ? "Binary" : "String")},
                             {"Value", Value(a.is_binary ? base64(a.binary) : a.text)}});
  Map notification;
  notification.add("Type", "Notification");
  notification.add("MessageId", d.message_id);
  notification.add("TopicArn", d.topic_arn);
  notification.add("Subject", d.subject.empty() ? Value() : Value(d.subject));
  notification.add("Message", d.message);
  notification.add("Timestamp", iso8601(d.published));
  notification.add("UnsubscribeUrl", unsubscribe_url(sns, to.arn));
  notification.add("MessageAttributes", std::move(attributes));
  Map record;
  record.add("EventSource", "aws:sns");
  record.add("EventVersion", "1.0");
  record.add("EventSubscriptionArn", to.arn);
  record.add("Sns", std::move(notification));
  const std::string event = wire::to_json(Map{{"Records", wire::List{Value(std::move(record))}}});
  Map input;
  input.add("FunctionName", to.endpoint);
  input.add("InvocationType", "Event");
  input.add("Payload", Bytes(event));
  return service_call(topic, to.endpoint, "lambda", "Invoke", std::move(input));
}

Task<Attempt> attempt(Sns& sns, Topic topic, Subscription to, Delivery d) {
  if (is_email(to.protocol)) {
    if (!sns.deps.mailer) {
      Attempt none;
      none.outcome = Outcome::permanent;
      none.detail = "there is no mailer";
      co_return std::move(none);
    }
    Mail mail = notification_mail(sns, topic, to, d, sns.deps.loop.now());
    Task<Attempt> work = send_mail(*sns.deps.mailer, std::move(mail));
    Attempt out = co_await std::move(work);
    co_return std::move(out);
  }
  ClientCall call = to.protocol == "sqs" ? queue_call(sns, topic, to, d) : lambda_call(sns, topic, to, d);
  Task<Attempt> work = call_service(sns.deps.client, std::move(call));
  Attempt out = co_await std::move(work);
  co_return std::move(out);
}

/// What could not be delivered goes to the subscription's dead-letter queue, where there is one.
Task<> give_up(Sns& sns, Topic topic, Subscription to, Delivery d, std::string why) {
  log(Level::warn, "sns", "a message to " + to.protocol + " " + to.endpoint + " is dropped: " + why);
  const auto it = to.attributes.find("RedrivePolicy");
  const auto policy = it == to.attributes.end() ? Result<Value>(Failure("")) : wire::parse_json(it->second);
  const std::string target(policy ? policy->text_or("deadLetterTargetArn") : std::string_view{});
  if (target.empty() || !Arn::parse(target)) co_return;
  Subscription dead = to;
  dead.endpoint = target;
  ClientCall call = queue_call(sns, topic, dead, d);
  Task<Attempt> work = call_service(sns.deps.client, std::move(call));
  const Attempt out = co_await std::move(work);
  if (out.outcome != Outcome::sent)
    log(Level::warn, "sns", "its dead-letter queue refused it too: " + out.detail);
}

}  // namespace

std::string to_json(const Delivery& d) {
  Map attributes;
  for (const auto& [name, a] : d.attributes) {
    Map item{{"type", Value(a.type)}};
    if (a.is_binary)
      item.add("binary", base64(a.binary));
    else
      item.add("text", a.text);
    attributes.add(name, std::move(item));
  }
  Map out;
  out.add("subscription", d.subscription);
  out.add("topic", d.topic_arn);
  out.add("id", d.message_id);
  out.add("message", d.message);
  out.add("subject", d.subject);
  out.add("trace", d.trace_id);
  out.add("published", to_millis(d.published));
  out.add("attributes", std::move(attributes));
  return wire::to_json(out);
}

Delivery parse_delivery(std::string_view json) {
  Delivery d;
  const auto v = wire::parse_json(json);
  if (!v) return d;
  d.subscription = v->text_or("subscription");
  d.topic_arn = v->text_or("topic");
  d.message_id = v->text_or("id");
  d.message = v->text_or("message");
  d.subject = v->text_or("subject");
  d.trace_id = v->text_or("trace");
  if (const Value* published = v->find("published")) d.published = from_millis(published->integer());
  if (const Value* attributes = v->find("attributes"))
    for (const auto& [name, item] : attributes->map()) {
      MessageAttribute& a = d.attributes[name];
      a.type = item.text_or("type");
      a.is_binary = item.find("binary") != nullptr;
      if (a.is_binary)
        a.binary = from_base64(item.text_or("binary")).value_or("");
      else
        a.text = item.text_or("text");
    }
  return d;
}

Task<JobResult> deliver(Sns& sns, Job job) {
  Delivery delivery = parse_delivery(job.payload);
  const Subscription* to = sns.subscription(delivery.subscription);
  const Topic* topic = sns.topic(delivery.topic_arn);
  if (!to || !topic) co_return JobResult::done();  // unsubscribed or deleted meanwhile
  Topic from = *topic;
  Subscription target = *to;
  Task<Attempt> work = attempt(sns, from, target, delivery);
  const Attempt out = co_await std::move(work);
  const Time now = sns.deps.loop.now();
  if (out.outcome == Outcome::sent) {
    if (sns.deps.settings.hop)
      sns.deps.settings.hop(
          from.name, (is_email(target.protocol) ? "mail to " : target.protocol + " ") + target.endpoint);
    co_return JobResult::done();
  }
  const Duration patience = is_email(target.protocol) ? kMailPatience : kServicePatience;
  if (out.outcome == Outcome::transient && now - job.created < patience) {
    PUDDLE_LOG(info, "sns",
               "delivery to " + target.endpoint + " failed, attempt " + std::to_string(job.attempt) + ": " +
                   out.detail);
    co_return JobResult::retry_at(now + backoff(job.attempt));
  }
  Task<> giving_up = give_up(sns, std::move(from), std::move(target), std::move(delivery), out.detail);
  co_await std::move(giving_up);
  co_return JobResult::done();
}

Task<JobResult> send_confirmation(Sns& sns, Job job) {
  const Subscription* to = sns.subscription(job.payload);
  const Topic* topic = to ? sns.topic(to->topic_arn) : nullptr;
  if (!to || !topic || to->confirmed || !sns.deps.mailer) co_return JobResult::done();
  const Time now = sns.deps.loop.now();
  Mail mail = confirmation_mail(sns, *topic, *to, now);
  Task<Attempt> work = send_mail(*sns.deps.mailer, std::move(mail));
  const Attempt out = co_await std::move(work);
  const Time after = sns.deps.loop.now();
  if (out.outcome == Outcome::transient && after - job.created < kMailPatience)
    co_return JobResult::retry_at(after + backoff(job.attempt));
  if (out.outcome != Outcome::sent)
    log(Level::warn, "sns", "the confirmation mail was not sent: " + out.detail);
  co_return JobResult::done();
}

}  // namespace puddle::sns
