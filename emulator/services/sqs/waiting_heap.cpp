#include "services/sqs/waiting_heap.hpp"

#include <algorithm>

namespace puddle::sqs {

void WaitingHeap::push(Message& message) {
  items_.push_back(&message);
  message.waiting = static_cast<std::uint32_t>(items_.size() - 1);
  up(items_.size() - 1);
}

void WaitingHeap::erase(Message& message) {
  const std::size_t at = message.waiting;
  message.waiting = Message::kNowhere;
  Message* last = items_.back();
  items_.pop_back();
  if (last == &message) return;
  place(at, last);
  up(at);
  down(last->waiting);
}

void WaitingHeap::up(std::size_t at) {
  Message* message = items_[at];
  while (at > 0) {
    const std::size_t parent = (at - 1) / kArity;
    if (!before(message, items_[parent])) break;
    place(at, items_[parent]);
    at = parent;
  }
  place(at, message);
}

void WaitingHeap::down(std::size_t at) {
  Message* message = items_[at];
  for (;;) {
    const std::size_t first = at * kArity + 1;
    if (first >= items_.size()) break;
    const std::size_t end = std::min(first + kArity, items_.size());
    std::size_t least = first;
    for (std::size_t i = first + 1; i < end; ++i)
      if (before(items_[i], items_[least])) least = i;
    if (!before(items_[least], message)) break;
    place(at, items_[least]);
    at = least;
  }
  place(at, message);
}

}  // namespace puddle::sqs
