// MessageIndex: which message of one queue is received next. Standard: by the instant at which a message
// became receivable, tenants (message groups) that hold too many messages in flight last. FIFO: groups by the
// instant at which their first message became receivable; a group's messages in order, none behind one that
// is hidden. Memory only: the service writes rows first, and what is here cannot fail but by lack of memory.
// Every operation is O(log n) at most. Does not own the messages. Engine thread.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/sqs/waiting_heap.hpp"

namespace puddle::sqs {

struct Counts {
  std::size_t visible = 0, in_flight = 0, delayed = 0;
  bool operator==(const Counts&) const = default;
};

class MessageIndex {
 public:
  explicit MessageIndex(bool fifo) : fifo_(fifo) {}

  /// Puts it at the end, waiting when its `visible` is later than now; in flight if it was received before.
  void add(Message& message, std::string_view group_id, Time now);
  /// Takes it out of everything; the message itself stays.
  void remove(Message& message);
  /// Makes it wait, in flight, until the instant: a receive, or a changed visibility time-out.
  void hide(Message& message, Time until);
  /// Those whose time has come can be received from now on.
  void advance(Time now);
  /// FIFO: messages that were never received are delayed by this, whatever the delay was when they were sent.
  void redelay(Duration delay, Time now);

  /// The messages to receive next, at most n, in order. Nothing changes.
  std::vector<Message*> pick(std::size_t n) const;
  bool can_receive() const { return plain_.head || !offered_.empty(); }
  /// The next that waits; null for none.
  const Message* next() const { return waiting_.empty() ? nullptr : waiting_.top(); }
  /// One that was sent at `oldest` or before; null for none.
  Message* expired(Time oldest) const;
  Counts counts() const { return {size_ - waiting_.size(), in_flight_, waiting_.size() - in_flight_}; }
  std::size_t size() const { return size_; }
  std::size_t in_flight() const { return in_flight_; }

  /// Until f says false: all of them, by arrival but for those that were moved here.
  template <class F>
  void visit(F&& f) const {
    for (Message* m = oldest_; m; m = m->newer)
      if (!f(*m)) return;
    for (Message* m : misplaced_)
      if (!f(*m)) return;
  }
  std::size_t groups() const { return groups_.size(); }

 private:
  struct ByHead {
    bool operator()(const Group* a, const Group* b) const;
  };
  struct BySent {
    bool operator()(const Message* a, const Message* b) const {
      return a->sent != b->sent ? a->sent < b->sent : a->id < b->id;
    }
  };
  Group* group_of(std::string_view id);
  Group& lane_of(Message& message) { return message.group ? *message.group : plain_; }
  void append(Group& lane, Message& message);
  void unlink(Group& lane, Message& message);
  void offer(Group& lane);
  void withdraw(Group& lane);
  void make_ready(Message& message);
  void set_in_flight(Message& message, bool in_flight);
  bool noisy(const Group& group) const;
  void pick_in_order(std::vector<Message*>& out, std::size_t n,
                     std::vector<const Group*>& noisy_groups) const;

  bool fifo_;
  std::map<std::string, Group, std::less<>> groups_;
  Group plain_;                       // standard: messages without a group, each a tenant of its own
  std::set<Group*, ByHead> offered_;  // groups whose first message can be received
  WaitingHeap waiting_;               // delayed or in flight
  Message *oldest_ = nullptr, *newest_ = nullptr;  // by arrival, all but the misplaced
  std::set<Message*, BySent> misplaced_;
  std::size_t size_ = 0, in_flight_ = 0;
};

}  // namespace puddle::sqs
