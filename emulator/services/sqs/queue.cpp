#include "services/sqs/queue.hpp"

#include "base/text.hpp"
#include "wire/json.hpp"

namespace puddle::sqs {

std::int64_t Queue::number(const char* attribute, std::int64_t fallback) const {
  const auto it = attributes.find(attribute);
  return it == attributes.end() ? fallback : parse_int(it->second).value_or(fallback);
}

std::optional<RedrivePolicy> Queue::redrive() const {
  const auto it = attributes.find("RedrivePolicy");
  if (it == attributes.end() || it->second.empty()) return std::nullopt;
  const auto parsed = wire::parse_json(it->second);
  const Value* count = parsed ? parsed->find("maxReceiveCount") : nullptr;
  if (!count) return std::nullopt;
  RedrivePolicy out;
  out.target_arn = parsed->text_or("deadLetterTargetArn");
  out.max_receives = count->is_text() ? parse_int(count->text()).value_or(0) : count->integer();
  return out;
}

void Queue::add(Message message) {
  by_visibility_.emplace(message.visible, message.id);
  const std::int64_t key = message.id;
  messages_.insert_or_assign(key, std::move(message));
}

Message* Queue::find(std::int64_t key) {
  const auto it = messages_.find(key);
  return it == messages_.end() ? nullptr : &it->second;
}

void Queue::move(Message& message, Time visible) {
  by_visibility_.erase({message.visible, message.id});
  message.visible = visible;
  by_visibility_.emplace(visible, message.id);
}

Message Queue::remove(std::int64_t key) {
  auto node = messages_.extract(key);
  by_visibility_.erase({node.mapped().visible, key});
  return std::move(node.mapped());
}

void Queue::clear() {
  messages_.clear();
  by_visibility_.clear();
}

std::vector<std::int64_t> Queue::ready(Time now, std::size_t n) const {
  std::vector<std::int64_t> out;
  for (const auto& [visible, key] : by_visibility_) {
    if (visible > now || out.size() == n) break;
    out.push_back(key);
  }
  return out;
}

std::vector<std::int64_t> Queue::expired(Time now, std::size_t n) const {
  std::vector<std::int64_t> out;
  const Time oldest = now - retention();
  for (const auto& [key, message] : messages_) {
    // A message that was moved here keeps its age but is among younger ones: look a little further.
    if (message.sent >= oldest || out.size() == n) break;
    out.push_back(key);
  }
  return out;
}

Counts Queue::counts(Time now) const {
  Counts c;
  // Everything behind `now` waits: received ones are in flight, the others delayed.
  auto it = by_visibility_.upper_bound({now, INT64_MAX});
  std::size_t waiting = 0;
  for (; it != by_visibility_.end(); ++it, ++waiting) {
    if (messages_.at(it->second).receipt != 0)
      ++c.in_flight;
    else
      ++c.delayed;
  }
  c.visible = by_visibility_.size() - waiting;
  return c;
}

void Queue::wake(Time now) {
  for (std::size_t n = ready(now, 10).size(); n > 0 && changed.has_waiters(); --n) changed.raise_one();
  // Without waiters nobody needs the timer: a receive looks at the clock itself.
  if (changed.has_waiters()) arm(now);
}

void Queue::arm(Time now) {
  const auto next = by_visibility_.upper_bound({now, INT64_MAX});
  if (next == by_visibility_.end() || (timer_ && timer_at_ <= next->first)) return;
  if (timer_) loop_.cancel(timer_);
  timer_at_ = next->first;
  timer_ = loop_.at(timer_at_, [this] {
    timer_ = 0;
    wake(loop_.now());
  });
}

}  // namespace puddle::sqs
