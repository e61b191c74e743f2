// Cache: parsed expressions by their text. One thread.
#pragma once
#include "languages/expression/expression.hpp"
#include "languages/expression/kept.hpp"

namespace puddle::expression {

class Cache {
 public:
  /// An entry holds a text of at most 4 KB and its tree.
  explicit Cache(std::size_t entries = 2000) : kept_(entries) {}
  std::shared_ptr<const ConditionTree> condition(std::string_view text, std::string_view parameter);
  std::shared_ptr<const ProjectionTree> projection(std::string_view text);
  std::shared_ptr<const UpdateTree> update(std::string_view text);
  std::size_t size() const { return kept_.size(); }

 private:
  Kept kept_;
};

}  // namespace puddle::expression
