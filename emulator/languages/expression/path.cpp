#include "languages/expression/path.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "languages/expression/attribute.hpp"
#include "languages/expression/error.hpp"

namespace puddle::expression {
namespace {

using wire::List;
using wire::Map;
using wire::Value;

/// Paths that share their first `depth` steps, which led to the value.
using Group = std::vector<const Path*>;

std::optional<Value> choose(const Value& from, const Group& group, std::size_t depth);

const Value* member_at(const Value& of, const Step& step) {
  const std::string& type = type_of(of);
  if (step.is_index()) {
    if (type != "L") return nullptr;
    const List& list = content_of(of).list();
    return static_cast<std::size_t>(step.index) < list.size() ? &list[static_cast<std::size_t>(step.index)]
                                                              : nullptr;
  }
  return type == "M" ? content_of(of).map().find(step.name) : nullptr;
}

/// Calls found(step, chosen) for each different next step, in the order of the indexes or of the text.
template <class F>
void each_member(const Value& of, Group group, std::size_t depth, F&& found) {
  std::sort(group.begin(), group.end(), [&](const Path* a, const Path* b) {
    const Step &x = (*a)[depth], &y = (*b)[depth];
    return x.index != y.index ? x.index < y.index : x.name < y.name;
  });
  for (auto at = group.begin(); at != group.end();) {
    const Step& step = (**at)[depth];
    const auto end = std::find_if(at, group.end(), [&](const Path* p) { return (*p)[depth] != step; });
    if (const Value* member = member_at(of, step))
      if (auto chosen = choose(*member, Group(at, end), depth + 1)) found(step, std::move(*chosen));
    at = end;
  }
}

std::optional<Value> choose(const Value& from, const Group& group, std::size_t depth) {
  if (group.front()->size() == depth) return from;
  if ((*group.front())[depth].is_index()) {
    List out;
    each_member(from, group, depth, [&](const Step&, Value v) { out.push_back(std::move(v)); });
    if (out.empty()) return std::nullopt;
    return make("L", Value(std::move(out)));
  }
  Map out;
  each_member(from, group, depth, [&](const Step& step, Value v) { out.add(step.name, std::move(v)); });
  if (out.empty()) return std::nullopt;
  return make("M", Value(std::move(out)));
}

enum class Relation { apart, overlap, conflict };

Relation relate(const Path& one, const Path& two) {
  for (std::size_t i = 0; i < one.size() && i < two.size(); ++i) {
    if (one[i].is_index() != two[i].is_index()) return Relation::conflict;
    if (one[i] != two[i]) return Relation::apart;
  }
  return Relation::overlap;
}

}  // namespace

const Value* find(const Map& item, const Path& path) {
  const Value* at = item.find(path.front().name);
  for (std::size_t i = 1; at && i < path.size(); ++i) at = member_at(*at, path[i]);
  return at;
}

Map project(const Map& item, const std::vector<Path>& paths) {
  Map out;
  std::vector<Group> groups;  // of the nested paths, by attribute
  std::unordered_map<std::string_view, std::size_t> by_attribute;
  for (const Path& path : paths) {
    if (path.size() == 1) {
      if (const Value* found = item.find(path.front().name)) out.add(path.front().name, *found);
      continue;
    }
    const auto [at, added] = by_attribute.try_emplace(path.front().name, groups.size());
    if (added) groups.emplace_back();
    groups[at->second].push_back(&path);
  }
  for (const Group& group : groups) {
    const std::string& attribute = group.front()->front().name;
    const Value* found = item.find(attribute);
    if (!found) continue;
    if (auto chosen = choose(*found, group, 1)) out.add(attribute, std::move(*chosen));
  }
  return out;
}

std::string to_message(const Path& path) {
  std::string out;
  for (const Step& step : path)
    out += (out.empty() ? "" : ", ") + (step.is_index() ? "[" + std::to_string(step.index) + "]" : step.name);
  return "[" + out + "]";
}

void check_overlaps(const std::vector<Path>& paths, std::string_view parameter) {
  if (paths.size() < 2) return;
  std::string conflict;  // the first; an overlap comes before it
  const auto problem = [&](const char* what, const Path& one, const Path& two) {
    return "Invalid " + std::string(parameter) + ": Two document paths " + what +
           " with each other; must remove or rewrite one of these paths; path one: " + to_message(one) +
           ", path two: " + to_message(two);
  };
  std::unordered_map<std::string_view, std::vector<const Path*>> by_attribute;
  for (const Path& path : paths) {
    auto& earlier = by_attribute[path.front().name];
    for (const Path* other : earlier) {
      const Relation relation = relate(*other, path);
      if (relation == Relation::overlap) throw Error{problem("overlap", *other, path)};
      if (relation == Relation::conflict && conflict.empty()) conflict = problem("conflict", *other, path);
    }
    earlier.push_back(&path);
  }
  if (!conflict.empty()) throw Error{std::move(conflict)};
}

}  // namespace puddle::expression
