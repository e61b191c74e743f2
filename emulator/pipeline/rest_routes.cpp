#include "pipeline/rest_routes.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace puddle {
namespace {

bool is_label(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

std::string_view without_slashes(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

bool has_word(std::string_view query, std::string_view word) {
  const auto words = split(query, '&');
  return std::any_of(words.begin(), words.end(), [&](std::string_view w) {
    return w == word || (w.starts_with(word) && w.size() > word.size() && w[word.size()] == '=');
  });
}

}  // namespace

void RestRoutes::add(const Operation& op) {
  Route route;
  route.op = &op;
  std::string_view path = op.http.path;
  if (const auto parts = cut(path, "?")) {
    path = parts->first;
    route.query = parts->second;
  }
  route.segments = split(without_slashes(path), '/');
  for (const std::string_view s : route.segments)
    if (is_label(s)) route.labels += s.ends_with("+}") ? 100 : 1;
  const auto after = [&](const Route& other) {
    return std::pair(route.labels, route.query.empty()) < std::pair(other.labels, other.query.empty());
  };
  routes_.insert(std::find_if(routes_.begin(), routes_.end(), after), std::move(route));
}

bool RestRoutes::fits(const Route& route, const std::vector<std::string_view>& segments, Parameters& labels) {
  labels.clear();
  for (std::size_t i = 0; i < route.segments.size(); ++i) {
    if (i >= segments.size()) return false;
    const std::string_view s = route.segments[i];
    if (!is_label(s)) {
      if (s != segments[i]) return false;
      continue;
    }
    if (s.ends_with("+}")) {
      const char* const end = segments.back().data() + segments.back().size();
      const std::string_view rest(segments[i].data(), static_cast<std::size_t>(end - segments[i].data()));
      labels.emplace_back(std::string(s.substr(1, s.size() - 3)), url_decode(rest));
      return true;
    }
    if (segments[i].empty()) return false;
    labels.emplace_back(std::string(s.substr(1, s.size() - 2)), url_decode(segments[i]));
  }
  return route.segments.size() == segments.size();
}

const Operation* RestRoutes::match(std::string_view method, std::string_view target,
                                   Parameters& labels) const {
  std::string_view path = target, query;
  if (const auto parts = cut(target, "?")) {
    path = parts->first;
    query = parts->second;
  }
  const auto segments = split(without_slashes(path), '/');
  for (const Route& route : routes_)
    if (route.op->http.method == method && (route.query.empty() || has_word(query, route.query)) &&
        fits(route, segments, labels))
      return route.op;
  labels.clear();
  return nullptr;
}

}  // namespace puddle
