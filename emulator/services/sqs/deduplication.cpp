#include "services/sqs/deduplication.hpp"

#include "services/sqs/limits.hpp"

namespace puddle::sqs {

std::string Deduplication::key(std::string_view deduplication_id, std::string_view group_id,
                               bool within_group) {
  std::string out(deduplication_id);
  if (within_group) {
    out += ' ';  // in neither id
    out += group_id;
  }
  return out;
}

const Deduplication::Seen* Deduplication::find(const std::string& key, Time now) const {
  const auto it = seen_.find(key);
  return it == seen_.end() || it->second.until <= now ? nullptr : &it->second.seen;
}

void Deduplication::add(std::string key, Seen seen, Time sent) {
  const auto [it, added] = seen_.try_emplace(std::move(key), Entry{seen, sent + kDeduplicationWindow});
  if (added) by_time_.push_back(it);
}

bool Deduplication::needs(const Message& message, std::string_view group_id, bool within_group) const {
  const auto it = seen_.find(key(message.deduplication_id(), group_id, within_group));
  return it != seen_.end() && it->second.seen.id == message.id;
}

void Deduplication::advance(Time now, const std::function<void(std::int64_t id)>& forgotten) {
  while (!by_time_.empty() && by_time_.front()->second.until <= now) {
    forgotten(by_time_.front()->second.seen.id);
    seen_.erase(by_time_.front());
    by_time_.pop_front();
  }
}

void Deduplication::clear() {
  seen_.clear();
  by_time_.clear();
}

}  // namespace puddle::sqs
