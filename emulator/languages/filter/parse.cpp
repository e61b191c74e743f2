#include "languages/filter/filter.hpp"
#include "wire/json.hpp"

namespace puddle::filter {
namespace {

using wire::Value;

class Parser {
 public:
  std::string problem;

  std::vector<Alternative> object(const wire::Map& map, const std::string& path, std::size_t depth) {
    std::vector<Alternative> all{Alternative()};
    if (map.empty()) fail("Empty objects are not allowed");
    if (depth > kMaxDepth) fail("Pattern is nested too deeply");
    for (const auto& [name, value] : map) {
      if (!problem.empty()) return {};
      if (name == "$or" && is_or(value)) {
        std::vector<Alternative> branches;
        for (const Value& branch : value.list())
          for (Alternative& a : object(branch.map(), path, depth + 1)) branches.push_back(std::move(a));
        all = product(all, branches);
        continue;
      }
      const std::string here = path.empty() ? name : path + "." + name;
      if (value.is_map())
        all = product(all, object(value.map(), here, depth + 1));
      else
        all = product(all, {Alternative{leaf(here, name, value)}});
    }
    return all;
  }

 private:
  void fail(std::string why) {
    if (problem.empty()) problem = std::move(why);
  }

  /// With fewer than two branches, or anything but objects, it is an ordinary key.
  static bool is_or(const Value& v) {
    if (!v.is_list() || v.list().size() < 2) return false;
    for (const Value& branch : v.list())
      if (!branch.is_map() || is_matcher(branch)) return false;
    return true;
  }
  static bool is_matcher(const Value& v) {
    return v.map().size() == 1 && !v.map().begin()->second.is_map() && parse_matcher(v);
  }

  Key leaf(const std::string& path, const std::string& name, const Value& value) {
    Key key{path, {}};
    if (!value.is_list()) {
      fail("\"" + name + "\" must be an object or an array");
      return key;
    }
    if (value.list().empty()) fail("Empty arrays are not allowed");
    for (const Value& one : value.list()) {
      auto matcher = parse_matcher(one);
      if (!matcher) {
        fail(matcher.error().message);
        return key;
      }
      key.any.push_back(std::move(*matcher));
    }
    return key;
  }

  std::vector<Alternative> product(const std::vector<Alternative>& a, const std::vector<Alternative>& b) {
    std::vector<Alternative> out;
    if (a.size() * b.size() > kMaxAlternatives) {
      fail("Pattern is too complex");
      return out;
    }
    for (const Alternative& left : a)
      for (const Alternative& right : b) {
        Alternative both = left;
        both.insert(both.end(), right.begin(), right.end());
        out.push_back(std::move(both));
      }
    return out;
  }
};

}  // namespace

Result<Pattern> parse(const Value& pattern) {
  if (!pattern.is_map()) return Failure("Filter is not an object");
  Parser parser;
  std::vector<Alternative> alternatives = parser.object(pattern.map(), "", 0);
  if (!parser.problem.empty()) return Failure(std::move(parser.problem));
  return Pattern(std::move(alternatives));
}

Result<Pattern> parse(std::string_view json) {
  const auto value = wire::parse_json(json, {.max_depth = kMaxDepth + 10});
  if (!value) return Failure(value.error().message);
  return parse(*value);
}

}  // namespace puddle::filter
