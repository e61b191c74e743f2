#include "languages/expression/cache.hpp"

namespace puddle::expression {
namespace {

/// One text may be of several kinds.
std::string key_of(char kind, std::string_view text) {
  std::string out(1, kind);
  return out += text;
}

}  // namespace

std::shared_ptr<const ConditionTree> Cache::condition(std::string_view text, std::string_view parameter) {
  return kept_.get<ConditionTree>(key_of('c', text), [&] { return parse_condition(text, parameter); });
}

std::shared_ptr<const ProjectionTree> Cache::projection(std::string_view text) {
  return kept_.get<ProjectionTree>(key_of('p', text), [&] { return parse_projection(text); });
}

std::shared_ptr<const UpdateTree> Cache::update(std::string_view text) {
  return kept_.get<UpdateTree>(key_of('u', text), [&] { return parse_update(text); });
}

}  // namespace puddle::expression
