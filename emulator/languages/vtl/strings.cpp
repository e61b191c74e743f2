// Methods of strings. Positions are characters (AWS counts UTF-16 units: they differ beyond the basic plane).
// Regular expressions are RE2's: Java's without look-around and back references; those are refused.
#include <re2/re2.h>

#include <algorithm>

#include "base/text.hpp"
#include "languages/vtl/renderer.hpp"

namespace puddle::vtl {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::int64_t characters(std::string_view s) {
  return std::count_if(s.begin(), s.end(), [](char c) { return !continues(c); });
}

/// Byte offset of a character; past the end: an error, as in Java.
std::size_t offset_of(std::string_view s, const Object& at) {
  const auto* i = std::get_if<std::int64_t>(&at);
  if (!i || *i < 0) throw RenderError{"A position is outside of its string."};
  std::int64_t left = *i;
  std::size_t offset = 0;
  for (; left > 0 && offset < s.size(); --left) {
    ++offset;
    while (offset < s.size() && continues(s[offset])) ++offset;
  }
  if (left > 0) throw RenderError{"A position is outside of its string."};
  return offset;
}

std::int64_t position_of(std::string_view s, std::size_t offset) {
  return offset == std::string_view::npos ? -1 : characters(s.substr(0, offset));
}

RE2::Options options() {
  RE2::Options o;
  o.set_log_errors(false);
  o.set_max_mem(1 << 20);
  return o;
}

void check(const RE2& re) {
  if (!re.ok()) throw RenderError{"Unsupported regular expression: " + re.error()};
}

re2::StringPiece piece(std::string_view s) { return re2::StringPiece(s.data(), s.size()); }

/// Java's replacement text: $1 and backslash escapes.
void append_replacement(std::string& out, std::string_view with,
                        const std::vector<re2::StringPiece>& groups) {
  for (std::size_t i = 0; i < with.size(); ++i) {
    if (with[i] == '\\' && i + 1 < with.size()) {
      out += with[++i];
    } else if (with[i] == '$' && i + 1 < with.size() && with[i + 1] >= '0' && with[i + 1] <= '9') {
      const auto group = static_cast<std::size_t>(with[++i] - '0');
      if (group >= groups.size()) throw RenderError{"No group " + std::to_string(group)};
      out.append(groups[group].data() ? groups[group].data() : "", groups[group].size());
    } else {
      out += with[i];
    }
  }
}

std::string replace(const std::string& s, const std::string& pattern, std::string_view with, bool all,
                    std::size_t limit) {
  const RE2 re(pattern, options());
  check(re);
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(re.NumberOfCapturingGroups()) + 1);
  std::string out;
  std::size_t at = 0;
  while (at <= s.size() &&
         re.Match(piece(s), at, s.size(), RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) {
    const auto start = static_cast<std::size_t>(groups[0].data() - s.data());
    out.append(s, at, start - at);
    append_replacement(out, with, groups);
    if (out.size() > limit) throw RenderError{"A string is too large."};
    at = start + groups[0].size();
    if (groups[0].empty()) {
      if (at < s.size()) out += s[at];
      ++at;
    }
    if (!all) break;
  }
  if (at < s.size()) out.append(s, at, std::string::npos);
  return out;
}

/// Java's String.split: empty pieces at the end are dropped.
std::vector<std::string> split_by(const std::string& s, const std::string& pattern) {
  const RE2 re(pattern, options());
  check(re);
  std::vector<std::string> out;
  re2::StringPiece found;
  std::size_t from = 0, at = 0;
  while (at <= s.size() && re.Match(piece(s), at, s.size(), RE2::UNANCHORED, &found, 1)) {
    const auto start = static_cast<std::size_t>(found.data() - s.data());
    if (found.empty() && start >= s.size()) break;
    if (!(found.empty() && start == from) && !(start == 0 && found.empty())) {
      out.push_back(s.substr(from, start - from));
      from = start + found.size();
    } else if (found.empty() && start > 0) {
      from = start;
    }
    at = found.empty() ? start + 1 : start + found.size();
  }
  out.push_back(s.substr(from));
  while (out.size() > 1 && out.back().empty()) out.pop_back();
  return out;
}

}  // namespace

Object Renderer::string_method(const std::string& s, const std::string& name,
                               std::vector<Object>& arguments) {
  const std::size_t n = arguments.size();
  const auto argument = [&](std::size_t i) { return text(arguments[i]); };
  heap_.spend(s.size());
  if (n == 0) {
    if (name == "length") return characters(s);
    if (name == "isEmpty") return s.empty();
    if (name == "trim") return std::string(trim(s));
    if (name == "toLowerCase") return lower(s);
    if (name == "toUpperCase") return upper(s);
    return Nothing{};
  }
  if (name == "substring" && n <= 2) {
    const std::size_t from = offset_of(s, arguments[0]);
    const std::size_t to = n == 2 ? offset_of(s, arguments[1]) : s.size();
    if (to < from) throw RenderError{"substring ends before it begins."};
    return s.substr(from, to - from);
  }
  if (name == "replace" && n == 2) {
    const std::string from = argument(0), to = argument(1);
    if (from.empty()) return s;
    const auto times = static_cast<std::size_t>(characters(s));
    heap_.spend(to.size() > from.size() ? times * to.size() / 4 : 0);
    return puddle::replace_all(s, from, to);
  }
  if ((name == "replaceAll" || name == "replaceFirst") && n == 2) {
    std::string out = replace(s, argument(0), argument(1), name == "replaceAll", limits_.output_bytes);
    heap_.spend(out.size());
    return out;
  }
  if (n == 2 && name == "indexOf") return position_of(s, s.find(argument(0), offset_of(s, arguments[1])));
  if (n != 1) return Nothing{};
  if (name == "charAt") {
    const std::size_t from = offset_of(s, arguments[0]);
    if (from >= s.size()) throw RenderError{"A position is outside of its string."};
    std::size_t to = from + 1;
    while (to < s.size() && continues(s[to])) ++to;
    return s.substr(from, to - from);
  }
  const std::string other = argument(0);
  if (name == "contains") return s.find(other) != std::string::npos;
  if (name == "startsWith") return s.starts_with(other);
  if (name == "endsWith") return s.ends_with(other);
  if (name == "indexOf") return position_of(s, s.find(other));
  if (name == "lastIndexOf") return position_of(s, s.rfind(other));
  if (name == "concat") return s + other;
  if (name == "equalsIgnoreCase") return iequals(s, other);
  if (name == "compareTo") return static_cast<std::int64_t>(s.compare(other));
  if (name == "matches") {
    const RE2 re(other, options());
    check(re);
    return RE2::FullMatch(piece(s), re);
  }
  if (name == "split") {
    ListObject* out = heap_.list();
    for (std::string& part : split_by(s, other)) {
      heap_.spend(sizeof(Object) + part.size());
      out->items.emplace_back(std::move(part));
    }
    return out;
  }
  return Nothing{};
}

}  // namespace puddle::vtl
