// Sns: topics, subscriptions and the deliveries of what is published. Memory mirrors the rows; every delivery
// is a job written with the Publish (delivery.cpp). Engine thread; handlers throw AwsError.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aws/service.hpp"
#include "services/sns/errors.hpp"
#include "services/sns/records.hpp"

namespace puddle::sns {

const std::vector<std::string_view>& known_operations();

/// One message on its way to one subscription: the payload of a "sns.deliver" job.
struct Delivery {
  std::string subscription, topic_arn, message_id, message, subject, trace_id;
  MessageAttributes attributes;
  Time published{};
};
std::string to_json(const Delivery& delivery);
Delivery parse_delivery(std::string_view json);

class Sns final : public Service {
 public:
  explicit Sns(Deps deps);
  const wire::ServiceWire& wire() const override;
  const std::vector<Operation>& operations() const override { return operations_; }
  const std::vector<std::string_view>& known_operations() const override { return sns::known_operations(); }
  AwsError access_denied(std::string message) const override;
  AwsError validation_error(std::string message) const override;
  std::vector<Migration> migrations() const override { return records::migrations(); }
  void load() override;
  std::string resource_policy(const std::string& arn) const override;
  std::vector<ResourceType> resource_types() const override;

  Topic* topic(std::string_view arn);
  Subscription* subscription(std::string_view arn);
  /// Throws InvalidParameter for what is no ARN, NotFound for what does not exist.
  Topic& need_topic(std::string_view arn);
  Subscription& need_subscription(std::string_view arn);
  std::vector<Subscription*> subscriptions_of(std::string_view topic_arn);
  std::vector<Topic*> topics_in(const Call& call);
  std::vector<Subscription*> subscriptions_in(const Call& call);

  // Rows first, then memory.
  void save(Topic topic);
  void save(Subscription subscription);
  void drop_topic(const std::string& arn);
  void drop_subscription(const std::string& arn);

  Deps deps;

 private:
  std::vector<Operation> operations_;
  std::map<std::string, Topic, std::less<>> topics_;
  std::map<std::string, Subscription, std::less<>> subscriptions_;
};

/// The document that a topic has until one is set.
std::string default_policy(const Topic& topic);
bool is_email(std::string_view protocol);

// mail.cpp
Mail confirmation_mail(const Sns& sns, const Topic& topic, const Subscription& to, Time now);
Mail notification_mail(const Sns& sns, const Topic& topic, const Subscription& to, const Delivery& delivery,
                       Time now);
/// The notification as JSON, as SQS and email-json get it.
std::string envelope(const Sns& sns, const Delivery& delivery);
std::string unsubscribe_url(const Sns& sns, std::string_view subscription);

// delivery.cpp
Task<JobResult> deliver(Sns& sns, Job job);
Task<JobResult> send_confirmation(Sns& sns, Job job);

std::vector<Operation> make_operations();
std::unique_ptr<Service> make(Deps deps);

}  // namespace puddle::sns
