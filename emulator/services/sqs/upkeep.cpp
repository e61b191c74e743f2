// What happens to messages in the background, and how memory is built from the rows.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/log.hpp"
#include "services/sqs/sqs.hpp"

namespace puddle::sqs {
namespace {

constexpr Duration kSweepEvery = std::chrono::minutes(1);
constexpr Duration kRetryAfter = std::chrono::seconds(1);

}  // namespace

void Sqs::recover_later() {
  if (std::exchange(recovering_, true)) return;
  graveyard_.stop();
  deps.loop.post([this, alive = alive_] {
    if (!*alive) return;
    recovering_ = false;
    if (deps.store.broken()) return;
    PUDDLE_LOG(warn, "sqs", "a write failed: the queues are read again");
    load();
    move_tasks.start(kRetryAfter);  // what failed may fail again
  });
}

void Sqs::load_messages() {
  const Time now = deps.loop.now();
  // Those that can be received are kept in the order in which that began, not in that of arrival.
  struct Placed {
    Message* message;
    std::string group_id;
  };
  std::unordered_map<std::int64_t, std::vector<Placed>> of_queue;
  last_message_ = mark_ = records.mark();
  records.load_messages([&](StoredMessage row) {
    Message& m = *row.message;
    last_message_ = std::max(last_message_, m.id);
    const auto it = by_id_.find(m.queue);
    const bool known = it != by_id_.end() && m.id > it->second->purged_id;
    Queue* queue = known ? it->second : nullptr;
    bool needed = false;
    if (queue && queue->fifo() && !m.deduplication_id().empty() && m.source().empty() &&
        m.sent + kDeduplicationWindow > now) {
      queue->seen.add(Deduplication::key(m.deduplication_id(), row.group_id, queue->group_scope),
                      {m.id, m.message_id}, m.sent);
      needed = queue->seen.needs(m, row.group_id, queue->group_scope);
    }
    if (!queue || row.gone) {
      if (!needed) graveyard_.add(m.id);
      return;
    }
    if (queue->fifo() && m.received == 0) m.visible = m.sent + queue->delay();
    m.epoch = queue->epoch;
    Message& placed = table_.insert(std::move(row.message));
    of_queue[placed.queue].push_back({&placed, std::move(row.group_id)});
  });
  for (auto& [id, all] : of_queue) {
    MessageIndex& index = by_id_.at(id)->messages();
    // Waiting in the heap first, whatever their time, and then on in the order of their time: as it happened.
    for (const Placed& p : all) index.add(*p.message, p.group_id, Time::min());
    index.advance(now);
  }
  attempts_ = records.has_attempts();
  const bool remembers = std::any_of(by_id_.begin(), by_id_.end(),
                                     [](const auto& item) { return item.second->seen.size() > 0; });
  if (table_.size() > 0 || attempts_ || remembers) sweep_later();
}

void Sqs::expire_more(std::int64_t id) {
  const auto it = by_id_.find(id);
  if (it == by_id_.end() || deps.store.broken() || recovering_) return;
  try {
    deps.store.atomically([&] { expire(*it->second, deps.loop.now()); });
  } catch (const std::exception& e) {
    PUDDLE_LOG(error, "sqs", "messages of " + it->second->arn + " did not expire: " + e.what());
  }
}

/// Rows that were kept for the window of deduplication alone may go.
void Sqs::forget_seen(Queue& queue, Time now) {
  queue.seen.advance(now, [&](std::int64_t old) {
    if (!table_.find(old)) graveyard_.add(old);
  });
}

void Sqs::discard_messages(Queue& queue) {
  forget_seen(queue, Time::max());
  graveyard_.add(queue.replace_messages());
}

// Messages expire when somebody looks; this is for queues at which nobody does.
void Sqs::sweep_later() {
  if (!sweeping_) sweeping_ = deps.loop.at(deps.loop.now() + kSweepEvery, [this] { sweep(); });
}

void Sqs::sweep() {
  sweeping_ = 0;
  if (deps.store.broken() || recovering_) return;
  const Time now = deps.loop.now();
  bool more = false;
  for (const auto& [id, queue] : by_id_) {
    if (queue->messages().size() > 0) expire_more(id);
    if (recovering_) return;
    forget_seen(*queue, now);
    more = more || queue->messages().size() > 0 || queue->seen.size() > 0;
  }
  try {
    if (attempts_) records.drop_attempts_before(now - kAttemptWindow);
    attempts_ = attempts_ && records.has_attempts();
  } catch (const std::exception& e) {
    PUDDLE_LOG(error, "sqs", std::string("attempts stay: ") + e.what());
  }
  if (more || attempts_) sweep_later();
}

}  // namespace puddle::sqs
