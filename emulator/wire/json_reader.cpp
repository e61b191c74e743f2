#include "wire/json_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "base/scan.hpp"
#include "base/text.hpp"

namespace puddle::wire {
namespace {

/// Up to this many members an object's names are compared one by one.
constexpr std::size_t kFewMembers = 16;
constexpr std::size_t kMembers = 4;  // of most requests

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool has_duplicates(const Map& map) {
  if (map.size() > kFewMembers) return true;  // perhaps
  for (const Map::Entry* a = map.begin(); a != map.end(); ++a)
    for (const Map::Entry* b = map.begin(); b != a; ++b)
      if (a->first == b->first) return true;
  return false;
}

}  // namespace

void drop_duplicates(Map& map) {
  if (!has_duplicates(map)) return;
  const std::size_t n = map.size();
  Map::Entry* const entries = map.begin();
  std::vector<std::size_t> order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return entries[a].first < entries[b].first; });
  std::vector<bool> old(n);
  bool any = false;
  for (std::size_t i = 0, first = 0; i + 1 < n; ++i) {
    if (entries[order[i]].first != entries[order[i + 1]].first) {
      first = i + 1;
      continue;
    }
    entries[order[first]].second = std::move(entries[order[i + 1]].second);
    any = old[order[i + 1]] = true;
  }
  if (!any) return;
  Map kept;
  for (std::size_t i = 0; i < n; ++i)
    if (!old[i]) kept.add(std::move(entries[i].first), std::move(entries[i].second));
  map = std::move(kept);
}

bool JsonReader::read(Value& out) {
  space();
  if (!value(out, 0)) return false;
  space();
  return at_ == end_;
}

bool JsonReader::read_partly(Map& out, const std::function<bool(std::string_view)>& wanted) {
  if (!skip('{')) return false;
  if (skip('}')) return at_ == end_;
  out.reserve(kMembers);
  do {
    std::string name;
    if (at_ == end_ || *at_ != '"' || !text(name) || !skip(':')) return false;
    const bool whole = wanted(name);
    Value& member = out.add(std::move(name));
    const char* const from = at_;
    if (!(whole ? value(member, 1) : pass())) return false;
    if (!whole) member = Value(Raw{std::string(from, at_)});
  } while (skip(','));
  return skip('}') && at_ == end_;
}

/// Past an object of text that is known to be right: brackets and quotes alone say where it ends.
bool JsonReader::pass() {
  if (at_ == end_ || *at_ != '{') return false;
  std::size_t depth = 0;
  do {
    if (at_ == end_) return false;
    const char c = *at_++;
    if (c == '"') {
      const char* const quote = end_of_text();
      if (!quote) return false;
      at_ = quote + 1;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  } while (depth > 0);
  return true;
}

void JsonReader::space() {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
}

bool JsonReader::skip(char c) {
  space();
  if (at_ == end_ || *at_ != c) return false;
  ++at_;
  space();
  return true;
}

bool JsonReader::word(std::string_view rest) {
  if (static_cast<std::size_t>(end_ - at_) < rest.size() || std::string_view(at_, rest.size()) != rest)
    return false;
  at_ += rest.size();
  return true;
}

bool JsonReader::value(Value& out, std::size_t depth) {
  if (at_ == end_) return false;
  switch (*at_) {
    case '{':
      return object(out, depth);
    case '[':
      return array(out, depth);
    case '"': {
      out = Value(std::string());
      return text(out.text());
    }
    case 't':
      out = Value(true);
      return word("true");
    case 'f':
      out = Value(false);
      return word("false");
    case 'n':
      out = Value();
      return word("null");
    default:
      return number(out);
  }
}

bool JsonReader::object(Value& out, std::size_t depth) {
  if (depth >= limits_.max_depth) return false;
  ++at_;
  out = Value(Map());
  Map& map = out.map();
  if (skip('}')) return true;
  if (depth == 0) map.reserve(kMembers);
  do {
    std::string name;
    if (at_ == end_ || *at_ != '"' || !text(name) || !skip(':')) return false;
    if (!value(map.add(std::move(name)), depth + 1)) return false;
  } while (skip(','));
  drop_duplicates(map);
  return at_ != end_ && *at_++ == '}';
}

bool JsonReader::array(Value& out, std::size_t depth) {
  if (depth >= limits_.max_depth) return false;
  ++at_;
  out = Value(List());
  List& list = out.list();
  if (skip(']')) return true;
  do {
    if (!value(list.emplace_back(), depth + 1)) return false;
  } while (skip(','));
  return at_ != end_ && *at_++ == ']';
}

bool JsonReader::text(std::string& out) {
  const char* const from = ++at_;
  at_ += plain_prefix({at_, static_cast<std::size_t>(end_ - at_)});
  if (at_ == end_) return false;
  if (*at_ != '"') return text_with_escapes(from, out);
  out.assign(from, at_++);
  return true;
}

/// From the first byte that is none of plain ASCII. The text is written in place: it is never longer than its
/// JSON.
bool JsonReader::text_with_escapes(const char* from, std::string& out) {
  const char* const quote = end_of_text();
  if (!quote) return false;
  out.resize(static_cast<std::size_t>(quote - from));
  char* to = std::copy(from, at_, out.data());
  bool ascii = true;
  while (at_ != quote) {
    const char c = *at_++;
    if (c == '\\') {
      if (!escape(to)) return false;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      return false;
    } else {
      *to++ = c;
      ascii = ascii && static_cast<unsigned char>(c) < 0x80;
    }
    // A whole block is written only where one is left to read, so there is room for it.
    for (std::size_t plain = kBlock; plain == kBlock; at_ += plain, to += plain)
      plain = copy_plain({at_, static_cast<std::size_t>(quote - at_)}, to);
  }
  ++at_;
  out.resize(static_cast<std::size_t>(to - out.data()));
  return ascii || valid_utf8(out);
}

/// The next quote before which an even number of backslashes stands; null when there is none.
const char* JsonReader::end_of_text() const {
  for (const char* quote = at_;; ++quote) {
    quote = static_cast<const char*>(std::memchr(quote, '"', static_cast<std::size_t>(end_ - quote)));
    if (!quote) return nullptr;
    const char* slash = quote;
    while (slash != at_ && slash[-1] == '\\') --slash;
    if ((quote - slash) % 2 == 0) return quote;
  }
}

bool JsonReader::escape(char*& to) {
  const char c = *at_++;
  if (c == 'u') {
    unsigned point = 0;
    if (!unit(point)) return false;
    if (point >= 0xDC00 && point <= 0xDFFF) return false;
    if (point >= 0xD800 && point <= 0xDBFF) {
      unsigned low = 0;
      if (!word("\\u") || !unit(low) || low < 0xDC00 || low > 0xDFFF) return false;
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    std::string bytes;
    append_utf8(bytes, point);
    to = std::copy(bytes.begin(), bytes.end(), to);
    return true;
  }
  if (c == '"' || c == '\\' || c == '/') {
    *to++ = c;
    return true;
  }
  constexpr std::string_view kEscapes = "bfnrt", kMeant = "\b\f\n\r\t";
  const std::size_t at = kEscapes.find(c);
  if (at == std::string_view::npos) return false;
  *to++ = kMeant[at];
  return true;
}

bool JsonReader::unit(unsigned& out) {
  if (end_ - at_ < 4) return false;
  const auto [stop, error] = std::from_chars(at_, at_ + 4, out, 16);
  if (error != std::errc() || stop != at_ + 4) return false;
  at_ += 4;
  return true;
}

bool JsonReader::number(Value& out) {
  const char* const from = at_;
  const auto digits = [this] {
    const char* const first = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != first;
  };
  if (at_ != end_ && *at_ == '-') ++at_;
  const char* const whole = at_;
  if (!digits() || (*whole == '0' && at_ - whole > 1)) return false;
  bool real = false;
  if (at_ != end_ && *at_ == '.') {
    real = true;
    ++at_;
    if (!digits()) return false;
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    real = true;
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (!digits()) return false;
  }
  std::int64_t n = 0;
  if (!real && std::from_chars(from, at_, n).ec == std::errc()) {
    out = Value(n);
    return true;
  }
  double d = 0;
  if (std::from_chars(from, at_, d).ec != std::errc() || !std::isfinite(d)) return false;
  out = Value(d);
  return true;
}

}  // namespace puddle::wire
