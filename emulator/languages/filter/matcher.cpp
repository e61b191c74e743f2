#include "languages/filter/matcher.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace puddle::filter {
namespace {

using wire::Value;
using Kind = Matcher::Kind;

bool is_number(const Value& v) { return v.kind() == Value::Kind::integer || v.kind() == Value::Kind::real; }

bool equal(const Value& a, const Value& b) {
  if (is_number(a) && is_number(b)) {
    if (a.kind() == b.kind()) return a == b;
    return a.real() == b.real();
  }
  return a.kind() == b.kind() && a == b;
}

/// 4 or 16 bytes; their count, or 0 when this is no address.
int parse_address(std::string_view text, std::array<std::uint8_t, 16>& out) {
  out.fill(0);
  if (text.find(':') == text.npos) {
    const auto parts = split(text, '.');
    if (parts.size() != 4) return 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto n = parse_int(parts[i]);
      if (!n || *n < 0 || *n > 255 || parts[i].size() > 3) return 0;
      out[i] = static_cast<std::uint8_t>(*n);
    }
    return 4;
  }
  std::vector<std::uint16_t> head, tail;
  const auto gap = cut(text, "::");
  const auto read = [](std::string_view part, std::vector<std::uint16_t>& to) {
    if (part.empty()) return true;
    for (const std::string_view piece : split(part, ':')) {
      std::uint16_t n = 0;
      const auto [end, error] = std::from_chars(piece.data(), piece.data() + piece.size(), n, 16);
      if (piece.empty() || piece.size() > 4 || error != std::errc() || end != piece.data() + piece.size())
        return false;
      to.push_back(n);
    }
    return true;
  };
  if (!read(gap ? gap->first : text, head) || (gap && !read(gap->second, tail))) return 0;
  if (head.size() + tail.size() > 8 || (!gap && head.size() != 8)) return 0;
  const auto put = [&](std::size_t at, std::uint16_t n) {
    out[at * 2] = static_cast<std::uint8_t>(n >> 8);
    out[at * 2 + 1] = static_cast<std::uint8_t>(n & 255);
  };
  for (std::size_t i = 0; i < head.size(); ++i) put(i, head[i]);
  for (std::size_t i = 0; i < tail.size(); ++i) put(8 - tail.size() + i, tail[i]);
  return 6;
}

bool in_network(const Matcher& m, std::string_view text) {
  std::array<std::uint8_t, 16> address{};
  if (parse_address(text, address) != m.family) return false;
  for (int bit = 0; bit < m.bits; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const int mask = 128 >> (bit % 8);
    if ((address[byte] & mask) != (m.network[byte] & mask)) return false;
  }
  return true;
}

bool text_accepts(Kind kind, bool ignore_case, const std::string& operand, std::string_view text) {
  switch (kind) {
    case Kind::prefix:
      if (text.size() < operand.size()) return false;
      return ignore_case ? iequals(text.substr(0, operand.size()), operand) : text.starts_with(operand);
    case Kind::suffix:
      if (text.size() < operand.size()) return false;
      return ignore_case ? iequals(text.substr(text.size() - operand.size()), operand)
                         : text.ends_with(operand);
    case Kind::equals_ignore_case:
      return iequals(text, operand);
    case Kind::wildcard:
      return wildcard_accepts(operand, text);
    default:
      return text == operand;
  }
}

bool in_range(const Matcher& m, const Value& v) {
  if (!is_number(v)) return false;
  const double n = v.real();
  if (m.low && (m.low_open ? n <= *m.low : n < *m.low)) return false;
  return !m.high || (m.high_open ? n < *m.high : n <= *m.high);
}

}  // namespace

bool wildcard_accepts(std::string_view pattern, std::string_view text) {
  // The usual two pointers with one place to go back to: linear in text for every star.
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[escaped ? p + 1 : p] == text[t]) {
      p += escaped ? 2 : 1;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool Matcher::accepts(const Value& v) const {
  switch (kind) {
    case Kind::exact:
      return equal(v, values[0]);
    case Kind::exists:
      return flag;
    case Kind::numeric:
      return in_range(*this, v);
    case Kind::cidr:
      return v.is_text() && in_network(*this, v.text());
    case Kind::anything_but:
      if (std::any_of(values.begin(), values.end(), [&](const Value& one) { return equal(v, one); }))
        return false;
      return !v.is_text() || std::none_of(texts.begin(), texts.end(), [&](const std::string& one) {
        return text_accepts(inner, ignore_case, one, v.text());
      });
    default:
      return v.is_text() && text_accepts(kind, ignore_case, texts[0], v.text());
  }
}

namespace {

Result<Matcher> parse_numeric(const Value& operands) {
  if (!operands.is_list()) return Failure("Value of numeric must be an array.");
  const wire::List& list = operands.list();
  if (list.empty()) return Failure("Invalid member in numeric match: ]");
  Matcher m;
  m.kind = Kind::numeric;
  std::size_t i = 0;
  const auto number = [&](const std::string& op) -> std::optional<double> {
    if (i >= list.size() || !is_number(list[i])) return std::nullopt;
    (void)op;
    return list[i++].real();
  };
  if (!list[0].is_text()) return Failure("Invalid member in numeric match: " + std::to_string(0));
  const std::string first = list[i++].text();
  if (first == "=") {
    const auto n = number(first);
    if (!n) return Failure("Value of equals must be numeric");
    m.low = m.high = n;
    if (i != list.size()) return Failure("Too many elements in numeric expression");
    return m;
  }
  const bool lower = first == ">" || first == ">=", upper = first == "<" || first == "<=";
  if (!lower && !upper) return Failure("Unrecognized numeric range operator: " + first);
  const auto n = number(first);
  if (!n) return Failure("Value of " + first + " must be numeric");
  (lower ? m.low : m.high) = n;
  (lower ? m.low_open : m.high_open) = first.size() == 1;
  if (i == list.size()) return m;
  if (upper) return Failure("Too many elements in numeric expression");
  if (!list[i].is_text()) return Failure("Bad value in numeric range");
  const std::string second = list[i++].text();
  if (second != "<" && second != "<=") return Failure("Bad numeric range operator: " + second);
  const auto end = number(second);
  if (!end) return Failure("Value of " + second + " must be numeric");
  m.high = end;
  m.high_open = second.size() == 1;
  if (*m.low >= *m.high) return Failure("Bottom must be less than top");
  if (i != list.size()) return Failure("Too many terms in numeric range expression");
  return m;
}

Result<Matcher> parse_cidr(const Value& operand) {
  if (!operand.is_text()) return Failure("prefix match pattern must be a string");
  const auto parts = cut(operand.text(), "/");
  if (!parts || parts->second.find('/') != std::string_view::npos)
    return Failure("Malformed CIDR, one '/' required");
  const auto bits = parse_int(parts->second);
  if (!bits) return Failure("Malformed CIDR, mask bits must be an integer");
  Matcher m;
  m.kind = Kind::cidr;
  m.family = parse_address(parts->first, m.network);
  if (m.family == 0) return Failure("Nonstandard IP address: " + std::string(parts->first));
  if (*bits < 0 || *bits > (m.family == 4 ? 32 : 128))
    return Failure("Malformed CIDR, mask bits must be in range");
  m.bits = static_cast<int>(*bits);
  return m;
}

std::optional<Kind> text_operator(std::string_view name) {
  if (name == "prefix") return Kind::prefix;
  if (name == "suffix") return Kind::suffix;
  if (name == "equals-ignore-case") return Kind::equals_ignore_case;
  if (name == "wildcard") return Kind::wildcard;
  return std::nullopt;
}

std::string bad_wildcard(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      if (i + 1 >= pattern.size() || (pattern[i + 1] != '*' && pattern[i + 1] != '\\'))
        return "Invalid escape character at pos " + std::to_string(i);
      ++i;
    } else if (pattern[i] == '*' && i + 1 < pattern.size() && pattern[i + 1] == '*') {
      return "Consecutive wildcard characters at pos " + std::to_string(i);
    }
  }
  return {};
}

Result<Matcher> parse_text(Kind kind, const std::string& name, const Value& operand) {
  Matcher m;
  m.kind = kind;
  const Value* text = &operand;
  if ((kind == Kind::prefix || kind == Kind::suffix) && operand.is_map()) {
    text = operand.find("equals-ignore-case");
    if (!text || operand.map().size() != 1)
      return Failure(name + " match pattern must be a string or an object with equals-ignore-case");
    m.ignore_case = true;
  }
  if (!text->is_text()) return Failure(name + " match pattern must be a string");
  if (kind == Kind::wildcard)
    if (std::string bad = bad_wildcard(text->text()); !bad.empty()) return Failure(std::move(bad));
  m.texts.push_back(text->text());
  return m;
}

bool scalar(const Value& v) { return !v.is_map() && !v.is_list(); }

Result<Matcher> parse_anything_but(const Value& operand) {
  Matcher m;
  m.kind = Kind::anything_but;
  if (operand.is_map()) {
    if (operand.map().size() != 1) return Failure("Only one key allowed in match expression");
    const auto& [name, inner] = *operand.map().begin();
    const auto kind = text_operator(name);
    if (!kind) return Failure("Unsupported anything-but pattern: " + name);
    m.inner = *kind;
    const wire::List many = inner.is_list() ? inner.list() : wire::List{inner};
    if (many.empty()) return Failure("Empty arrays are not allowed");
    for (const Value& one : many) {
      auto parsed = parse_text(*kind, name, one);
      if (!parsed) return Failure(parsed.error().message);
      m.ignore_case = m.ignore_case || parsed->ignore_case;
      m.texts.push_back(parsed->texts[0]);
    }
    return m;
  }
  const wire::List many = operand.is_list() ? operand.list() : wire::List{operand};
  if (many.empty()) return Failure("Empty arrays are not allowed");
  for (const Value& one : many) {
    if (!one.is_text() && !is_number(one))
      return Failure("Inside anything but list, start|null|boolean is not supported.");
    if (one.is_text() != many[0].is_text())
      return Failure(
          "Inside anything but list, either all values are number or string, mixed type is not supported");
    m.values.push_back(one);
  }
  return m;
}

}  // namespace

Result<Matcher> parse_matcher(const Value& v) {
  Matcher m;
  if (scalar(v)) {
    m.values.push_back(v);
    return m;
  }
  if (v.is_list()) return Failure("Match value must be String, number, true, false, or null");
  if (v.map().size() != 1) return Failure("Only one key allowed in match expression");
  const auto& [name, operand] = *v.map().begin();
  if (const auto kind = text_operator(name)) return parse_text(*kind, name, operand);
  if (name == "anything-but") return parse_anything_but(operand);
  if (name == "numeric") return parse_numeric(operand);
  if (name == "cidr") return parse_cidr(operand);
  if (name != "exists") return Failure("Unrecognized match type " + name);
  if (operand.kind() != Value::Kind::boolean)
    return Failure("exists match pattern must be either true or false.");
  m.kind = Kind::exists;
  m.flag = operand.boolean();
  return m;
}

}  // namespace puddle::filter
