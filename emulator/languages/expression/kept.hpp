// Kept: what was parsed, by its text; bounded by number, the least recently used goes first. One thread.
#pragma once
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace puddle::expression {

class Kept {
 public:
  explicit Kept(std::size_t entries) : limit_(entries) {}
  std::size_t size() const { return entries_.size(); }

  /// Parses what is not there; nothing is kept of a text that does not parse.
  template <class Tree, class Parse>
  std::shared_ptr<const Tree> get(std::string key, Parse parse) {
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      return std::static_pointer_cast<const Tree>(found->second->tree);
    }
    std::shared_ptr<const Tree> tree = parse();
    entries_.push_front({std::move(key), tree});
    by_key_.emplace(entries_.front().key, entries_.begin());
    if (entries_.size() > limit_) {
      by_key_.erase(entries_.back().key);
      entries_.pop_back();
    }
    return tree;
  }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const void> tree;
  };
  std::size_t limit_;
  std::list<Entry> entries_;  ///< the most recently used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;
};

}  // namespace puddle::expression
