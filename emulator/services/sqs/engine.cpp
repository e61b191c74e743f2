// What happens to messages: send, receive, remove, move, expire. "Decide, write, apply": rows first, then
// memory, which cannot fail. When a write fails, all rows of the call are rolled back, also those whose
// effect is in memory already: Records tells, and memory is built anew.
#include <algorithm>

#include "base/log.hpp"
#include "runtime/random.hpp"
#include "services/sqs/redrive_policies.hpp"
#include "services/sqs/sqs.hpp"

namespace puddle::sqs {
namespace {

constexpr std::int64_t kIdBlock = 10'000;
constexpr std::size_t kExpireStep = 3000;
constexpr std::size_t kRedriveStep = 100;

Uuid new_uuid(Entropy& entropy) {
  const std::string raw = entropy.bytes(16);
  Uuid out{};
  std::copy(raw.begin(), raw.end(), out.begin());
  out[6] = static_cast<unsigned char>((out[6] & 0x0F) | 0x40);
  out[8] = static_cast<unsigned char>((out[8] & 0x3F) | 0x80);
  return out;
}

}  // namespace

std::int64_t Sqs::next_id() {
  if (last_message_ >= mark_) {
    records.set_mark(mark_ + kIdBlock);
    mark_ += kIdBlock;
  }
  return ++last_message_;
}

void Sqs::put_in(Queue& queue, std::unique_ptr<Message> message, std::string_view group_id, Time now) {
  message->epoch = queue.epoch;
  queue.messages().advance(now);
  queue.messages().add(table_.insert(std::move(message)), group_id, now);
  sweep_later();
  wake_later(queue);
}

// The row of a FIFO message stays as long as it can have duplicates.
void Sqs::take_out(Queue& queue, Message& m, Time now) {
  const std::int64_t id = m.id;
  const bool was_full = queue.messages().in_flight() >= queue.max_in_flight();
  forget_seen(queue, now);
  const bool needed = queue.fifo() && queue.seen.needs(m, m.group_id(), queue.group_scope);
  queue.messages().remove(m);
  table_.erase(id);
  if (!needed) graveyard_.add(id);
  if (queue.fifo() || was_full) wake_later(queue);  // what was behind it, or did not fit
}

Message& Sqs::send(Queue& queue, std::unique_ptr<Message> message, std::string_view group_id, Then then) {
  Message& m = *message;
  m.id = next_id();
  m.queue = queue.id;
  m.message_id = new_uuid(deps.entropy);
  if (then == Then::nothing) deps.store.last_write();
  records.insert(m, group_id);
  const Time now = m.sent;
  if (queue.fifo())
    queue.seen.add(Deduplication::key(m.deduplication_id(), group_id, queue.group_scope),
                   {m.id, m.message_id}, now);
  put_in(queue, std::move(message), group_id, now);
  return m;
}

std::shared_ptr<const std::string> Sqs::share(const std::string& sender) {
  if (!last_sender_ || *last_sender_ != sender) last_sender_ = std::make_shared<const std::string>(sender);
  return last_sender_;
}

const Deduplication::Seen* Sqs::find_duplicate(const Queue& queue, std::string_view deduplication_id,
                                               std::string_view group_id, Time now) const {
  return queue.seen.find(Deduplication::key(deduplication_id, group_id, queue.group_scope), now);
}

void Sqs::expire(Queue& queue, Time now) {
  MessageIndex& index = queue.messages();
  index.advance(now);
  std::size_t n = 0;
  while (Message* m = index.expired(now - queue.retention())) {
    if (n++ == kExpireStep) {
      deps.loop.post([this, alive = alive_, id = queue.id] {
        if (*alive) expire_more(id);
      });
      break;
    }
    drop_expired(queue, *m, now);
  }
}

void Sqs::drop_expired(Queue& queue, Message& m, Time now) {
  records.bury(m.id);
  take_out(queue, m, now);
}

// A new receipt for every receive, and the instant of it: a message must not be hidden for more than twelve
// hours.
void Sqs::take(Queue& queue, Message& m, Time visible, Time now) {
  const std::int64_t receipt = std::max(m.receipt + 1, to_millis(now));
  const Time first = m.received == 0 ? now : m.first_received;
  records.update(m.id, {m.received + 1, first, visible, receipt});
  ++m.received;
  m.first_received = first;
  m.receipt = receipt;
  queue.messages().hide(m, visible);
}

/// One that refuses now takes nothing, whatever it allowed when the policy was set.
Queue* Sqs::dead_letter_queue(const Queue& queue) {
  Queue* dead = find_arn(queue.redrive()->target_arn);
  const bool fit =
      dead && dead != &queue && dead->fifo() == queue.fifo() && allows_redrive_from(*dead, queue.arn);
  return fit ? dead : nullptr;
}

std::vector<Message*> Sqs::receive(Queue& queue, Time now, const Receive& request) {
  expire(queue, now);
  MessageIndex& index = queue.messages();
  const std::string attempt = queue.fifo() ? request.attempt : std::string();
  if (!attempt.empty())
    if (auto again = repeat(queue, now, request); !again.empty()) return again;
  const std::size_t n =
      std::min(request.max, queue.max_in_flight() - std::min(queue.max_in_flight(), index.in_flight()));
  const std::int64_t most = queue.redrive() ? queue.redrive()->max_receives : INT64_MAX;
  std::optional<Queue*> dead;  // looked up when there is something to move
  std::vector<Message*> out;
  std::size_t moved = 0;
  while (out.size() < n && moved < kRedriveStep) {
    const std::size_t before = moved;
    for (Message* m : index.pick(n - out.size())) {
      if (m->sent + queue.retention() <= now) {
        drop_expired(queue, *m, now);
        ++moved;
        continue;
      }
      if (m->received >= most && !dead) dead = dead_letter_queue(queue);
      if (m->received >= most && *dead) {
        move(queue, *m, **dead, As::itself, now);
        ++moved;
        continue;
      }
      // One message is received by one row.
      if (request.max == 1 && attempt.empty()) deps.store.last_write();
      take(queue, *m, now + request.visibility, now);
      out.push_back(m);
    }
    if (moved == before) break;
  }
  if (!attempt.empty() && !out.empty()) {
    Attempt record{queue.id, attempt, now, {}};
    for (const Message* m : out) record.items.push_back({m->id, m->receipt, m->visible});
    records.put(record);
    attempts_ = true;
  }
  if (moved >= kRedriveStep) wake_later(queue);  // there may be more behind them
  rearm(queue, now);
  return out;
}

// The same messages and handles again, hidden anew, unless one of them was deleted, received or changed
// since.
std::vector<Message*> Sqs::repeat(Queue& queue, Time now, const Receive& request) {
  auto record = records.find_attempt(queue.id, request.attempt);
  if (!record || record->at + kAttemptWindow <= now) return {};
  std::vector<Message*> out;
  for (const Attempt::Item& item : record->items) {
    Message* m = find_message(queue, {queue.id, item.message, item.receipt}, now);
    if (!m || !m->in_flight || m->receipt != item.receipt || m->visible != item.visible) return {};
    out.push_back(m);
  }
  const Time visible = now + request.visibility;
  for (std::size_t i = 0; i < out.size(); ++i) {
    set_visibility(queue, *out[i], visible);
    record->items[i].visible = visible;
  }
  records.put(*record);
  return out;
}

Message* Sqs::find_message(Queue& queue, const Receipt& receipt, Time now) {
  queue.messages().advance(now);
  Message* m = table_.find(receipt.message);
  const bool here = m && m->queue == queue.id && m->epoch == queue.epoch && receipt.queue == queue.id &&
                    m->sent + queue.retention() > now;
  return here ? m : nullptr;
}

void Sqs::remove(Queue& queue, Message& message, Time now, Then then) {
  if (then == Then::nothing) deps.store.last_write();
  records.bury(message.id);
  take_out(queue, message, now);
}

void Sqs::set_visibility(Queue& queue, Message& m, Time visible) {
  records.update(m.id, {m.received, m.first_received, visible, m.receipt});
  queue.messages().hide(m, visible);
  wake_later(queue);  // perhaps it is there at once, perhaps sooner than what is waited for
}

void Sqs::move(Queue& from, Message& m, Queue& to, As as, Time now) {
  auto moved = std::make_unique<Message>();
  moved->id = next_id();
  moved->queue = to.id;
  moved->sender = m.sender;
  moved->sent = m.sent;
  moved->message_id = m.message_id;
  moved->body_md5 = m.body_md5;
  Extras extras{m.attributes(), m.trace(), m.deduplication_id(), {}};
  if (as == As::itself) {
    moved->received = m.received;
    moved->first_received = m.first_received;
    extras.source = from.arn;
    // AWS: the time counts anew in a FIFO dead-letter queue, and the deduplication id is the message's id.
    if (to.fifo()) {
      moved->sent = now;
      extras.deduplication_id = to_text(m.message_id);
    }
    moved->visible = now;
  } else {
    moved->message_id = new_uuid(deps.entropy);
    moved->sent = now;
    moved->visible = now + to.delay();
    if (to.fifo()) extras.deduplication_id = to_text(moved->message_id);
  }
  moved->set_extras(std::move(extras));
  const std::string group_id(m.group_id());
  moved->body.swap(m.body);
  records.bury(m.id);
  records.insert(*moved, group_id);
  take_out(from, m, now);
  put_in(to, std::move(moved), group_id, now);
}

void Sqs::purge(Queue& queue, Time now) {
  queue.purged = now;
  queue.purged_id = last_message_;
  records.put(queue);
  discard_messages(queue);
}

void Sqs::configured(Queue& queue, Time now) {
  queue.configure(now);
  wake_later(queue);
}

void Sqs::serve_polls(std::int64_t id) {
  const auto it = by_id_.find(id);
  if (it == by_id_.end() || deps.store.broken() || recovering_) return;
  Queue& queue = *it->second;
  const Time now = deps.loop.now();
  queue.polls.serve([&] {
    queue.messages().advance(now);
    return queue.messages().can_receive() && !recovering_;
  });
  rearm(queue, now);
}

void Sqs::wake_later(const Queue& queue) {
  if (queue.polls.empty()) return;
  deps.store.when_committed([this, alive = alive_, id = queue.id](bool ok) {
    if (ok && *alive) serve_polls(id);
  });
}

void Sqs::arm(Queue& queue, Time now) {
  queue.arm(now, [this, id = queue.id] { serve_polls(id); });
}

// Without waiters nobody needs the timer: a receive looks at the clock itself.
void Sqs::rearm(Queue& queue, Time now) {
  if (!queue.polls.empty()) arm(queue, now);
}

}  // namespace puddle::sqs
