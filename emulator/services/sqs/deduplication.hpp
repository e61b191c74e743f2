// Deduplication: what a FIFO queue accepted during the last five minutes, by deduplication id and, if the
// scope is the message group, by group. Rebuilt from the messages' rows, which stay that long. Engine thread.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "services/sqs/message.hpp"

namespace puddle::sqs {

class Deduplication {
 public:
  struct Seen {
    std::int64_t id = 0;
    Uuid message_id{};
  };
  static std::string key(std::string_view deduplication_id, std::string_view group_id, bool within_group);

  /// What was accepted under the key less than five minutes ago; null for none.
  const Seen* find(const std::string& key, Time now) const;
  /// Instants grow from call to call. Does not replace what is there.
  void add(std::string key, Seen seen, Time sent);
  /// Whether the row of the message is still needed.
  bool needs(const Message& message, std::string_view group_id, bool within_group) const;
  /// Forgets what is older than five minutes; tells the ids.
  void advance(Time now, const std::function<void(std::int64_t id)>& forgotten);
  void clear();
  std::size_t size() const { return seen_.size(); }

 private:
  struct Entry {
    Seen seen;
    Time until;
  };
  std::map<std::string, Entry> seen_;
  std::deque<std::map<std::string, Entry>::iterator> by_time_;
};

}  // namespace puddle::sqs
