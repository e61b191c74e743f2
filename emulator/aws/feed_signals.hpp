// FeedSignals: "there is something new at this ARN", from the service that owns a feed (a DynamoDB stream) to
// whoever reads it (Lambda's event source mappings). It carries no data and survives nothing: readers read on
// from their own durable position whenever they start. Engine thread only.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "ports/loop.hpp"
#include "store/store.hpp"

namespace puddle {

class FeedSignals {
 public:
  using Subscription = std::uint64_t;
  FeedSignals(Loop& loop, Store& store) : loop_(loop), store_(store) {}
  Subscription subscribe(std::string key, std::function<void()> fn);
  void unsubscribe(Subscription id);
  /// Calls the subscribers of the key after the turn's commit, once for any number of raises in the turn.
  void raise(const std::string& key);

 private:
  struct Entry {
    std::string key;
    std::function<void()> fn;
  };
  void notify(const std::string& key);
  Loop& loop_;
  Store& store_;
  Subscription last_ = 0;
  std::map<Subscription, Entry> entries_;
  std::set<std::string> raised_;
};

}  // namespace puddle
