#include "base/http.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace puddle {

namespace {

constexpr std::size_t kUsual = 8;  // headers of a message

}  // namespace

const std::string* Headers::find(std::string_view name) const {
  for (const Entry& e : entries_)
    if (iequals(e.first, name)) return &e.second;
  return nullptr;
}

std::string_view Headers::get(std::string_view name, std::string_view fallback) const {
  const std::string* found = find(name);
  return found ? std::string_view(*found) : fallback;
}

void Headers::set(std::string_view name, std::string value) {
  erase(name);
  entries_.emplace_back(std::string(name), std::move(value));
}

void Headers::add(std::string name, std::string value) {
  if (entries_.capacity() == 0) entries_.reserve(kUsual);
  entries_.emplace_back(std::move(name), std::move(value));
}

void Headers::erase(std::string_view name) {
  std::erase_if(entries_, [&](const Entry& e) { return iequals(e.first, name); });
}

std::optional<Parameters> parse_query(std::string_view text, std::size_t limit) {
  Parameters out;
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (pair.empty()) continue;
    if (out.size() == limit) return std::nullopt;
    const std::size_t eq = pair.find('=');
    out.emplace_back(
        url_decode(pair.substr(0, eq), Plus::space),
        eq == std::string_view::npos ? std::string() : url_decode(pair.substr(eq + 1), Plus::space));
  }
  return out;
}

std::string_view HttpRequest::path() const {
  return std::string_view(target).substr(0, std::min(target.find('?'), target.size()));
}

std::string_view HttpRequest::query() const {
  const std::size_t at = target.find('?');
  return at == std::string::npos ? std::string_view{} : std::string_view(target).substr(at + 1);
}

}  // namespace puddle
