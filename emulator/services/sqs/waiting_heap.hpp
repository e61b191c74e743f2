// WaitingHeap: messages that wait for an instant (a delay, a visibility time-out), the next one first; those
// of one instant in order of arrival. A message knows its place, so that any of them can be taken out. O(log
// n).
#pragma once
#include <vector>

#include "services/sqs/message.hpp"

namespace puddle::sqs {

class WaitingHeap {
 public:
  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  Message* top() const { return items_.front(); }
  /// Its `visible` does not change while it is here.
  void push(Message& message);
  void erase(Message& message);

 private:
  static constexpr std::size_t kArity = 4;
  static bool before(const Message* a, const Message* b) {
    return a->visible != b->visible ? a->visible < b->visible : a->id < b->id;
  }
  void place(std::size_t at, Message* message) {
    items_[at] = message;
    message->waiting = static_cast<std::uint32_t>(at);
  }
  void up(std::size_t at);
  void down(std::size_t at);
  std::vector<Message*> items_;
};

}  // namespace puddle::sqs
