// Cache: parsed expressions by their text, bounded by number; the least recently used goes first. One thread.
#pragma once
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "languages/expression/expression.hpp"

namespace puddle::expression {

class Cache {
 public:
  /// An entry holds a text of at most 4 KB and its tree.
  explicit Cache(std::size_t entries = 2000) : limit_(entries) {}
  std::shared_ptr<const ConditionTree> condition(std::string_view text, std::string_view parameter);
  std::shared_ptr<const ProjectionTree> projection(std::string_view text);
  std::shared_ptr<const UpdateTree> update(std::string_view text);
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string key;  ///< kind and text
    std::shared_ptr<const void> tree;
  };
  template <class Tree, class Parse>
  std::shared_ptr<const Tree> get(char kind, std::string_view text, Parse parse);

  std::size_t limit_;
  std::list<Entry> entries_;  ///< the most recently used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;
};

}  // namespace puddle::expression
