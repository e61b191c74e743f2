#include "aws/feed_signals.hpp"

#include <utility>
#include <vector>

namespace puddle {

FeedSignals::Subscription FeedSignals::subscribe(std::string key, std::function<void()> fn) {
  Entry& entry = entries_[++last_];
  entry.key = std::move(key);
  entry.fn = std::move(fn);
  return last_;
}

void FeedSignals::unsubscribe(Subscription id) { entries_.erase(id); }

void FeedSignals::raise(const std::string& key) {
  if (!raised_.insert(key).second) return;
  store_.when_committed([this, key](bool ok) {
    loop_.post([this, key, ok] {
      raised_.erase(key);
      if (ok) notify(key);
    });
  });
}

void FeedSignals::notify(const std::string& key) {
  std::vector<Subscription> ids;
  for (const auto& [id, entry] : entries_)
    if (entry.key == key) ids.push_back(id);
  // A subscriber may unsubscribe others, or itself.
  for (const Subscription id : ids)
    if (const auto it = entries_.find(id); it != entries_.end()) {
      const auto fn = it->second.fn;
      fn();
    }
}

}  // namespace puddle
