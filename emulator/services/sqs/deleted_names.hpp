// DeletedNames: names of queues that were deleted a moment ago and cannot be taken again yet. A row each, so
// that a restart does not shorten the wait. Engine thread.
#pragma once
#include <map>
#include <string>
#include <tuple>

#include "store/store.hpp"

namespace puddle::sqs {

class DeletedNames {
 public:
  explicit DeletedNames(Store& store) : store_(store) {}
  void load();
  /// Bars the name until now + keep, and forgets the names whose time is over.
  void add(const std::string& account, const std::string& region, const std::string& name, Time now,
           Duration keep);
  bool contains(const std::string& account, const std::string& region, const std::string& name,
                Time now) const;

 private:
  using Key = std::tuple<std::string, std::string, std::string>;
  Store& store_;
  std::map<Key, Time> until_;
  std::multimap<Time, Key> by_end_;
};

}  // namespace puddle::sqs
