#include "services/sqs/deleted_names.hpp"

#include <string_view>

namespace puddle::sqs {

using std::string_view;

void DeletedNames::load() {
  until_.clear();
  by_end_.clear();
  for (Rows rows = store_.query("SELECT account,region,name,until FROM sqs_deleted_name"); rows.next();) {
    Key key(rows.text(0), rows.text(1), rows.text(2));
    by_end_.emplace(rows.time(3), key);
    until_[std::move(key)] = rows.time(3);
  }
}

void DeletedNames::add(const std::string& account, const std::string& region, const std::string& name,
                       Time now, Duration keep) {
  if (by_end_.empty() && keep <= Duration{}) return;
  store_.run("DELETE FROM sqs_deleted_name WHERE until<=?1", {param(now)});
  if (keep > Duration{})
    store_.run("INSERT OR REPLACE INTO sqs_deleted_name VALUES(?1,?2,?3,?4)",
               {string_view(account), string_view(region), string_view(name), param(now + keep)});
  while (!by_end_.empty() && by_end_.begin()->first <= now) {
    const auto& [end, key] = *by_end_.begin();
    // The name may have been deleted again since: then a later end counts.
    if (const auto it = until_.find(key); it != until_.end() && it->second <= now) until_.erase(it);
    by_end_.erase(by_end_.begin());
  }
  if (keep <= Duration{}) return;
  Key key(account, region, name);
  by_end_.emplace(now + keep, key);
  until_[std::move(key)] = now + keep;
}

bool DeletedNames::contains(const std::string& account, const std::string& region, const std::string& name,
                            Time now) const {
  const auto it = until_.find(Key(account, region, name));
  return it != until_.end() && now < it->second;
}

}  // namespace puddle::sqs
