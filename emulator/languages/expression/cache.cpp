#include "languages/expression/cache.hpp"

namespace puddle::expression {

template <class Tree, class Parse>
std::shared_ptr<const Tree> Cache::get(char kind, std::string_view text, Parse parse) {
  std::string key(1, kind);
  key += text;
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

std::shared_ptr<const ConditionTree> Cache::condition(std::string_view text, std::string_view parameter) {
  return get<ConditionTree>('c', text, [&] { return parse_condition(text, parameter); });
}

std::shared_ptr<const ProjectionTree> Cache::projection(std::string_view text) {
  return get<ProjectionTree>('p', text, [&] { return parse_projection(text); });
}

std::shared_ptr<const UpdateTree> Cache::update(std::string_view text) {
  return get<UpdateTree>('u', text, [&] { return parse_update(text); });
}

}  // namespace puddle::expression
