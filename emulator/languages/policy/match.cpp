#include "languages/policy/match.hpp"

#include <array>

#include "base/text.hpp"

namespace puddle::policy {
namespace {

/// Texts of a request must not act as wildcards.
void append_literal(std::string& out, std::string_view text) {
  for (const char c : text) out.push_back(c == kStar || c == kAny ? '\x03' : c);
}

char compiled(char c) { return c == '*' ? kStar : c == '?' ? kAny : c == kStar || c == kAny ? '\x03' : c; }

using Parts = std::array<std::string_view, 6>;

/// The parts of an ARN; the number found.
std::size_t split_arn(std::string_view text, Parts& parts) {
  std::size_t count = 0;
  while (count < 5) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) break;
    parts[count++] = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  parts[count++] = text;
  return count;
}

}  // namespace

Pattern compile(std::string_view text, bool variables) {
  Pattern pattern;
  if (variables && text.find("${") != std::string_view::npos) {
    pattern.text = std::string(text);
    pattern.variables = true;
    return pattern;
  }
  pattern.text.reserve(text.size());
  for (const char c : text) pattern.text.push_back(compiled(c));
  return pattern;
}

std::optional<std::string> expand(const Pattern& pattern, const Context& context) {
  if (!pattern.variables) return pattern.text;
  std::string out;
  std::string_view rest = pattern.text;
  while (!rest.empty()) {
    const std::size_t start = rest.find("${");
    const std::size_t end = start == std::string_view::npos ? start : rest.find('}', start);
    if (end == std::string_view::npos) {
      for (const char c : rest) out.push_back(compiled(c));
      break;
    }
    for (const char c : rest.substr(0, start)) out.push_back(compiled(c));
    std::string_view name = rest.substr(start + 2, end - start - 2);
    rest.remove_prefix(end + 1);
    if (name == "*" || name == "?" || name == "$") {
      out.push_back(name.front());
      continue;
    }
    std::optional<std::string_view> fallback;
    if (auto pair = cut(name, ",")) {
      name = trim(pair->first);
      std::string_view text = trim(pair->second);
      if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'')
        fallback = text.substr(1, text.size() - 2);
    }
    const auto found = context.find(lower(name));
    if (found != context.end() && found->second.size() == 1)
      append_literal(out, found->second.front());
    else if (fallback && found == context.end())
      append_literal(out, *fallback);
    else
      return std::nullopt;
  }
  return out;
}

bool glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == kStar) {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == kAny || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == kStar) ++p;
  return p == pattern.size();
}

bool arn_match(std::string_view pattern, std::string_view arn, Pad pad) {
  if (pattern.size() == 1 && pattern.front() == kStar) return true;
  Parts want, have;
  const std::size_t wanted = split_arn(pattern, want);
  if (split_arn(arn, have) < 6) return glob(pattern, arn);
  if (wanted < 6 && (pad == Pad::no || want[0] != "arn")) return false;
  for (std::size_t i = 0; i < wanted; ++i)
    if (!glob(want[i], have[i])) return false;
  return true;
}

bool action_match(std::string_view pattern, std::string_view action) {
  if (pattern == "*") return true;
  const auto want = cut(pattern, ":");
  const auto have = cut(action, ":");
  if (!want || !have || want->first != have->first) return false;
  return wildcard_match(want->second, have->second);
}

}  // namespace puddle::policy
