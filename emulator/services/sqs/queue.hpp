// Queue: one queue in memory: what it is, its messages' index, and who waits for one. "Decide, write, apply":
// the service writes rows first; the members here cannot fail. Engine thread.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "services/sqs/deduplication.hpp"
#include "services/sqs/message_index.hpp"
#include "services/sqs/polls.hpp"

namespace puddle::sqs {

struct RedrivePolicy {
  std::string target_arn;
  std::int64_t max_receives = 0;
};

class Queue {
 public:
  /// Call configure() when the attributes are there, and whenever they changed.
  explicit Queue(Loop& loop) : polls(loop), loop_(loop) {}
  ~Queue() {
    if (timer_) loop_.cancel(timer_);
  }
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  std::int64_t id = 0;
  std::string account, region, name, arn;
  Time created{}, modified{}, purged{};
  std::map<std::string, std::string> attributes;  ///< what was set; defaults are not in it
  std::map<std::string, std::string> tags;
  std::int64_t purged_id = 0;  ///< messages up to this one are gone
  bool group_scope = false;    ///< deduplicates within a group; fixed when the queue is made, as on AWS
  std::uint32_t epoch = 0;     ///< of the messages; counts purges
  Polls polls;
  Deduplication seen;  ///< FIFO

  /// What the attributes say, read once. FIFO: a changed delay holds for messages that are there already.
  void configure(Time now);
  std::int64_t number(const char* attribute, std::int64_t fallback) const;
  bool fifo() const { return fifo_; }
  bool content_based_deduplication() const { return content_based_; }
  Duration delay() const { return delay_; }
  Duration visibility() const { return visibility_; }
  Duration retention() const { return retention_; }
  Duration wait() const { return wait_; }
  std::size_t max_message_bytes() const { return max_bytes_; }
  const std::optional<RedrivePolicy>& redrive() const { return redrive_; }
  std::size_t max_in_flight() const;

  MessageIndex& messages() const { return *index_; }
  /// Counts as of now: messages whose time has come are moved on.
  Counts counts(Time now) const {
    index_->advance(now);
    return index_->counts();
  }
  /// Starts without messages; gives the index of the old ones.
  std::unique_ptr<MessageIndex> replace_messages();
  /// Runs `serve` when the next waiting message can be received.
  void arm(Time now, const std::function<void()>& serve);

 private:
  Loop& loop_;
  std::unique_ptr<MessageIndex> index_ = std::make_unique<MessageIndex>(false);
  bool configured_ = false, fifo_ = false, content_based_ = false;
  Duration delay_{}, visibility_{}, retention_{}, wait_{};
  std::size_t max_bytes_ = 0;
  std::optional<RedrivePolicy> redrive_;
  Loop::TimerId timer_ = 0;
  Time timer_at_{};
};

}  // namespace puddle::sqs
