#include "services/sqs/message_index.hpp"

#include <algorithm>

namespace puddle::sqs {
namespace {

bool receivable_before(const Message* a, const Message* b) {
  return a->visible != b->visible ? a->visible < b->visible : a->id < b->id;
}

bool is_waiting(const Message& m) { return m.waiting != Message::kNowhere; }

// A tenant is noisy, by AWS's documentation, when it has at least this many messages in flight and more than
// a tenth of the queue's.
constexpr std::size_t kNoisyInFlight = 30;
constexpr std::size_t kNoisyShare = 10;

}  // namespace

bool MessageIndex::ByHead::operator()(const Group* a, const Group* b) const {
  return receivable_before(a->head, b->head);
}

Group* MessageIndex::group_of(std::string_view id) {
  if (id.empty()) return nullptr;
  const auto it = groups_.lower_bound(id);
  if (it != groups_.end() && it->first == id) return &it->second;
  const auto made = groups_.emplace_hint(it, std::string(id), Group{});
  made->second.id = made->first;
  return &made->second;
}

void MessageIndex::append(Group& lane, Message& m) {
  m.ahead = lane.tail;
  m.behind = nullptr;
  (lane.tail ? lane.tail->behind : lane.head) = &m;
  lane.tail = &m;
}

void MessageIndex::unlink(Group& lane, Message& m) {
  (m.ahead ? m.ahead->behind : lane.head) = m.behind;
  (m.behind ? m.behind->ahead : lane.tail) = m.ahead;
  m.ahead = m.behind = nullptr;
}

// The set is ordered by the first messages: a group is out of it while its first message changes.
void MessageIndex::offer(Group& lane) {
  if (&lane == &plain_ || lane.offered || !lane.head || is_waiting(*lane.head)) return;
  offered_.insert(&lane);
  lane.offered = true;
}

void MessageIndex::withdraw(Group& lane) {
  if (!lane.offered) return;
  offered_.erase(&lane);
  lane.offered = false;
}

void MessageIndex::set_in_flight(Message& m, bool in_flight) {
  if (m.in_flight == in_flight) return;
  m.in_flight = in_flight;
  in_flight_ = in_flight ? in_flight_ + 1 : in_flight_ - 1;
  if (m.group) m.group->in_flight = in_flight ? m.group->in_flight + 1 : m.group->in_flight - 1;
}

void MessageIndex::make_ready(Message& m) {
  Group& lane = lane_of(m);
  if (!fifo_) append(lane, m);
  if (lane.head == &m) offer(lane);
}

void MessageIndex::add(Message& m, std::string_view group_id, Time now) {
  m.group = group_of(group_id);
  m.in_flight = false;
  m.waiting = Message::kNowhere;
  ++size_;
  m.misplaced = newest_ && m.sent < newest_->sent;
  if (m.misplaced) {
    misplaced_.insert(&m);
  } else {
    m.older = newest_;
    m.newer = nullptr;
    (newest_ ? newest_->newer : oldest_) = &m;
    newest_ = &m;
  }
  Group& lane = lane_of(m);
  ++lane.members;
  if (fifo_) append(lane, m);
  if (m.visible <= now) {
    make_ready(m);
  } else {
    waiting_.push(m);
    set_in_flight(m, m.received > 0);
  }
}

void MessageIndex::remove(Message& m) {
  Group& lane = lane_of(m);
  const bool first = lane.head == &m;
  if (first) withdraw(lane);
  if (fifo_ || !is_waiting(m)) unlink(lane, m);
  if (is_waiting(m)) waiting_.erase(m);
  set_in_flight(m, false);
  if (m.misplaced) {
    misplaced_.erase(&m);
  } else {
    (m.older ? m.older->newer : oldest_) = m.newer;
    (m.newer ? m.newer->older : newest_) = m.older;
    m.older = m.newer = nullptr;
  }
  --size_;
  --lane.members;
  if (first) offer(lane);
  m.group = nullptr;
  if (&lane != &plain_ && lane.members == 0) groups_.erase(groups_.find(lane.id));
}

void MessageIndex::hide(Message& m, Time until) {
  Group& lane = lane_of(m);
  const bool first = lane.head == &m;
  if (first) withdraw(lane);
  if (is_waiting(m))
    waiting_.erase(m);
  else if (!fifo_)
    unlink(lane, m);
  m.visible = until;
  waiting_.push(m);
  set_in_flight(m, true);
  if (first && !fifo_) offer(lane);
}

void MessageIndex::advance(Time now) {
  while (!waiting_.empty() && waiting_.top()->visible <= now) {
    Message& m = *waiting_.top();
    waiting_.erase(m);
    set_in_flight(m, false);
    make_ready(m);
  }
}

void MessageIndex::redelay(Duration delay, Time now) {
  // The order of the set depends on it: everything that changes is taken out first.
  std::vector<Message*> changed;
  for (Message* m = oldest_; m; m = m->newer)
    if (m->received == 0 && m->visible != m->sent + delay) changed.push_back(m);
  for (Message* m : misplaced_)
    if (m->received == 0 && m->visible != m->sent + delay) changed.push_back(m);
  for (Message* m : changed) {
    withdraw(lane_of(*m));
    if (is_waiting(*m)) waiting_.erase(*m);
  }
  for (Message* m : changed) {
    m->visible = m->sent + delay;
    if (m->visible > now) waiting_.push(*m);
  }
  for (Message* m : changed) offer(lane_of(*m));
}

Message* MessageIndex::expired(Time oldest) const {
  if (oldest_ && oldest_->sent <= oldest) return oldest_;
  if (!misplaced_.empty() && (*misplaced_.begin())->sent <= oldest) return *misplaced_.begin();
  return nullptr;
}

bool MessageIndex::noisy(const Group& group) const {
  return group.in_flight >= kNoisyInFlight && group.in_flight * kNoisyShare > in_flight_;
}

std::vector<Message*> MessageIndex::pick(std::size_t n) const {
  std::vector<Message*> out;
  out.reserve(n);
  if (fifo_) {
    for (const Group* group : offered_)
      for (Message* m = group->head; m && !is_waiting(*m); m = m->behind) {
        if (out.size() == n) return out;
        out.push_back(m);
      }
    return out;
  }
  if (offered_.empty()) {
    for (Message* m = plain_.head; m && out.size() < n; m = m->behind) out.push_back(m);
    return out;
  }
  std::vector<const Group*> noisy_groups;
  pick_in_order(out, n, noisy_groups);
  std::stable_sort(noisy_groups.begin(), noisy_groups.end(),
                   [](const Group* a, const Group* b) { return a->in_flight < b->in_flight; });
  for (const Group* group : noisy_groups)
    for (Message* m = group->head; m && out.size() < n; m = m->behind) out.push_back(m);
  return out;
}

// Merges the lanes of quiet tenants. Only the first n of them can contribute; at most nine can be noisy.
void MessageIndex::pick_in_order(std::vector<Message*>& out, std::size_t n,
                                 std::vector<const Group*>& noisy_groups) const {
  std::vector<Message*> heads;
  if (plain_.head) heads.push_back(plain_.head);
  for (const Group* group : offered_) {
    if (heads.size() > n) break;
    if (noisy(*group))
      noisy_groups.push_back(group);
    else
      heads.push_back(group->head);
  }
  while (out.size() < n && !heads.empty()) {
    const auto first = std::min_element(heads.begin(), heads.end(), receivable_before);
    out.push_back(*first);
    if ((*first)->behind)
      *first = (*first)->behind;
    else
      heads.erase(first);
  }
}

}  // namespace puddle::sqs
