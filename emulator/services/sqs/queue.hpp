// Queue: the in-memory index over one queue's rows: messages by arrival and by the instant at which they can
// be received. "Decide, write, apply": the service writes rows first; the members here cannot fail. Engine
// thread.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/signal.hpp"
#include "services/sqs/message.hpp"

namespace puddle::sqs {

struct Counts {
  std::size_t visible = 0, in_flight = 0, delayed = 0;
};

struct RedrivePolicy {
  std::string target_arn;
  std::int64_t max_receives = 0;
};

class Queue {
 public:
  explicit Queue(Loop& loop) : changed(loop), loop_(loop) {}
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
  Signal changed;  ///< something can be received now

  std::int64_t number(const char* attribute, std::int64_t fallback) const;
  Duration delay() const { return std::chrono::seconds(number("DelaySeconds", 0)); }
  Duration visibility() const { return std::chrono::seconds(number("VisibilityTimeout", 30)); }
  Duration retention() const { return std::chrono::seconds(number("MessageRetentionPeriod", 345'600)); }
  std::optional<RedrivePolicy> redrive() const;

  void add(Message message);
  Message* find(std::int64_t id_of_message);
  /// Changes when the message can be received.
  void move(Message& message, Time visible);
  /// Takes it out of the queue; gives it back for another.
  Message remove(std::int64_t id_of_message);
  void clear();
  /// Ids that can be received now, longest visible first, at most n.
  std::vector<std::int64_t> ready(Time now, std::size_t n) const;
  /// Ids older than the retention period, at most n.
  std::vector<std::int64_t> expired(Time now, std::size_t n) const;
  Counts counts(Time now) const;
  std::size_t size() const { return messages_.size(); }
  /// Wakes one waiter for each message that can be received, and sets the timer for the next that will.
  void wake(Time now);
  /// Sets the timer for the next message that will become visible; a receiver calls it before it waits.
  void arm(Time now);

 private:
  Loop& loop_;
  std::map<std::int64_t, Message> messages_;               // by arrival
  std::set<std::pair<Time, std::int64_t>> by_visibility_;  // every message
  Loop::TimerId timer_ = 0;
  Time timer_at_{};
};

}  // namespace puddle::sqs
