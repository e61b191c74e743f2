// Sqs: queues as in-memory indexes over rows. Everything acknowledged is a row of the same turn; memory is
// rebuilt from rows in load(). Engine thread.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>

#include "aws/service.hpp"
#include "services/sqs/errors.hpp"
#include "services/sqs/limits.hpp"
#include "services/sqs/queue.hpp"
#include "services/sqs/records.hpp"

namespace puddle::sqs {

const std::vector<std::string_view>& known_operations();

class Sqs final : public Service {
 public:
  explicit Sqs(Deps deps);
  const wire::ServiceWire& wire() const override;
  const std::vector<Operation>& operations() const override { return operations_; }
  const std::vector<std::string_view>& known_operations() const override { return sqs::known_operations(); }
  /// SQS words its own errors; the handlers check.
  wire::Dialect dialect() const override { return wire::Dialect::plain; }
  AwsError access_denied(std::string message) const override;
  std::vector<Migration> migrations() const override;
  void load() override;
  void stop() override;
  std::string resource_policy(const std::string& arn) const override;
  std::vector<ResourceType> resource_types() const override;

  /// The queue of a URL in any of its forms, or of a bare name. Throws MissingParameter, QueueDoesNotExist.
  Queue& require(const Call& call, const std::optional<std::string>& url);
  Queue* find(const std::string& account, const std::string& region, const std::string& name);
  Queue* find_arn(const std::string& arn);
  std::string url_of(const Call& call, const Queue& queue) const;
  Queue& create(const Call& call, const std::string& name, std::map<std::string, std::string> attributes,
                std::map<std::string, std::string> tags);
  void drop(Queue& queue);
  std::vector<Queue*> in(const Call& call) { return queues_.in(call.account, call.region); }

  /// Row and index; the message gets its id. Wakes waiters after the commit.
  const Message& enqueue(Queue& queue, Message message);
  /// Takes up to n messages: expires old ones, moves over-received ones to the dead-letter queue.
  std::vector<Message*> receive(Queue& queue, Time now, std::size_t n, Duration visibility);
  void remove(Queue& queue, std::int64_t message);
  void set_visibility(Queue& queue, Message& message, Time visible);
  void purge(Queue& queue, Time now);
  void expire(Queue& queue, Time now);

  Deps deps;
  Records records;

 private:
  void wake_later(const Queue& queue);
  std::vector<Operation> operations_;
  Registry<Queue> queues_;
  std::unordered_map<std::int64_t, Queue*> by_id_;
  std::int64_t last_queue_ = 0, last_message_ = 0;
};

/// Checks names and ranges of attributes for CreateQueue and SetQueueAttributes; throws. "" removes an
/// attribute.
void check_attributes(Sqs& sqs, const Call& call, const Queue* queue,
                      const std::map<std::string, std::string>& given);
/// The attribute as GetQueueAttributes shows it; nothing when the queue has none of that name.
std::optional<std::string> attribute_of(const Queue& queue, const std::string& name, Time now);
/// Every attribute that "All" stands for.
const std::vector<std::string>& all_attributes();
bool known_attribute(const std::string& name);

std::vector<Operation> make_operations();
std::unique_ptr<Service> make(Deps deps);

}  // namespace puddle::sqs
