// Sqs: queues as in-memory indexes over rows. Everything acknowledged is a row of the same turn; memory is
// rebuilt from rows in load(). Engine thread.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>

#include "aws/service.hpp"
#include "services/sqs/attributes.hpp"
#include "services/sqs/deleted_names.hpp"
#include "services/sqs/errors.hpp"
#include "services/sqs/graveyard.hpp"
#include "services/sqs/limits.hpp"
#include "services/sqs/message_table.hpp"
#include "services/sqs/move_tasks.hpp"
#include "services/sqs/queue.hpp"
#include "services/sqs/queue_url.hpp"
#include "services/sqs/records.hpp"

namespace puddle::sqs {

/// Whether a call writes more rows, or may fail, behind this change (Store::last_write).
enum class Then { more, nothing };

const std::vector<std::string_view>& known_operations();

class Sqs final : public Service {
 public:
  explicit Sqs(Deps deps);
  ~Sqs() override { *alive_ = false; }
  const wire::ServiceWire& wire() const override;
  const std::vector<Operation>& operations() const override { return operations_; }
  const std::vector<std::string_view>& known_operations() const override { return sqs::known_operations(); }
  /// SQS words its own errors; the handlers check.
  wire::Dialect dialect() const override { return wire::Dialect::plain; }
  AwsError access_denied(std::string message) const override;
  std::vector<Migration> migrations() const override;
  void load() override;
  void start() override { move_tasks.start(); }
  void stop() override;
  std::string resource_policy(const std::string& arn) const override;
  std::vector<ResourceType> resource_types() const override;
  bool serve(const HttpRequest& request, const Call& call, const Respond& respond) override;

  /// The queue of a URL in any of its forms, or of a bare name. Throws MissingParameter, QueueDoesNotExist.
  Queue& require(const Call& call, const std::optional<std::string>& url);
  static AwsError no_such_queue(const Call& call);
  Queue* find(const std::string& account, const std::string& region, const std::string& name);
  Queue* find_arn(const std::string& arn);
  std::string url_of(const Call& call, const Queue& queue) const;
  Queue& create(const Call& call, const std::string& name, std::map<std::string, std::string> attributes,
                std::map<std::string, std::string> tags);
  void drop(Queue& queue);
  std::vector<Queue*> in(const Call& call);

  /// Row and index; the message gets its id. Wakes waiters after the commit.
  Message& send(Queue& queue, std::unique_ptr<Message> message, std::string_view group_id,
                Then then = Then::more);
  /// Principals change rarely from call to call: their text is shared.
  std::shared_ptr<const std::string> share(const std::string& sender);
  /// FIFO: what the queue accepted already under the deduplication id; null when it is new.
  const Deduplication::Seen* find_duplicate(const Queue& queue, std::string_view deduplication_id,
                                            std::string_view group_id, Time now) const;
  struct Receive {
    std::size_t max = 1;
    Duration visibility{};
    std::string attempt;  ///< ReceiveRequestAttemptId, FIFO; empty for none
  };
  /// Takes up to `max` messages: expires old ones, moves over-received ones to the dead-letter queue.
  std::vector<Message*> receive(Queue& queue, Time now, const Receive& request);
  /// The message of a receipt; null when it is not in the queue (any more). `in_flight` is as of now.
  Message* find_message(Queue& queue, const Receipt& receipt, Time now);
  void remove(Queue& queue, Message& message, Time now, Then then = Then::more);
  void set_visibility(Queue& queue, Message& message, Time visible);
  /// Into another queue. Redrive: the message stays itself; otherwise it is a new one.
  enum class As { itself, new_message };
  void move(Queue& from, Message& message, Queue& to, As as, Time now);
  void purge(Queue& queue, Time now);
  /// Removes messages that are older than the retention period, a step's worth.
  void expire(Queue& queue, Time now);
  /// Reads the attributes; call it after every change of them.
  void configured(Queue& queue, Time now);
  /// Serves those who wait when the next message can be received. For one who is about to wait.
  void arm(Queue& queue, Time now);
  /// Gives messages to those who wait for them.
  void serve_polls(std::int64_t queue);

  /// Whether another queue names it in its RedrivePolicy.
  bool is_dead_letter_queue(const Queue& queue) const;
  /// The newest id that was given out.
  std::int64_t last_message() const { return last_message_; }

  Deps deps;
  Records records;
  DeletedNames deleted_names;
  MoveTasks move_tasks;

 private:
  std::int64_t next_id();
  void put_in(Queue& queue, std::unique_ptr<Message> message, std::string_view group_id, Time now);
  void take_out(Queue& queue, Message& message, Time now);
  void forget_seen(Queue& queue, Time now);
  void discard_messages(Queue& queue);
  void drop_expired(Queue& queue, Message& message, Time now);
  void expire_more(std::int64_t queue);
  void take(Queue& queue, Message& message, Time visible, Time now);
  Queue* dead_letter_queue(const Queue& queue);
  std::vector<Message*> repeat(Queue& queue, Time now, const Receive& request);
  void wake_later(const Queue& queue);
  void rearm(Queue& queue, Time now);
  void load_messages();
  void sweep();
  void sweep_later();
  /// After a failed write: memory is rebuilt from the rows, before anybody else is answered from it.
  void recover_later();
  /// Throws ServiceUnavailable until that has happened.
  void check_sound() const;

  std::vector<Operation> operations_;
  std::shared_ptr<const std::string> last_sender_;
  std::pair<std::string, QueueUrl> last_url_;  // most calls name the queue that the call before named
  MessageTable table_;
  Graveyard graveyard_;
  Registry<Queue> queues_;
  std::unordered_map<std::int64_t, Queue*> by_id_;
  std::int64_t last_queue_ = 0, last_message_ = 0, mark_ = 0;
  Loop::TimerId sweeping_ = 0;
  bool attempts_ = false, recovering_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

std::vector<Operation> make_operations();
std::unique_ptr<Service> make(Deps deps);

}  // namespace puddle::sqs
