#include "languages/expression/attribute.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "languages/expression/number.hpp"

namespace puddle::expression {
namespace {

using wire::List;
using wire::Map;
using wire::Value;

/// The order of base64 texts as the order of the bytes they stand for: by the values of the digits, with the
/// padding first.
std::strong_ordering compare_base64(std::string_view a, std::string_view b) {
  static const auto kValues = [] {
    std::array<std::uint8_t, 256> out{};
    const std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < digits.size(); ++i)
      out[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i + 1);
    return out;
  }();
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return kValues[static_cast<unsigned char>(x)] <=> kValues[static_cast<unsigned char>(y)];
  });
}

std::strong_ordering compare_numbers(const std::string& a, const std::string& b) {
  if (a == b) return std::strong_ordering::equal;
  const auto x = parse_number(a), y = parse_number(b);
  if (!x || !y) return a <=> b;
  return *x <=> *y;
}

/// Kind: S, N or B, the first letter of a set's or scalar's type.
std::strong_ordering compare_as(char kind, const std::string& a, const std::string& b) {
  if (kind == 'S') return a.compare(b) <=> 0;
  return kind == 'N' ? compare_numbers(a, b) : compare_base64(a, b);
}

bool is_scalar(const std::string& type) {
  return type.size() == 1 && (type[0] == 'S' || type[0] == 'N' || type[0] == 'B');
}

std::string bytes_of(const Value& v) { return from_base64(content_of(v).text()).value_or(std::string()); }

auto less_as(char kind) {
  return [kind](const Value& a, const Value& b) { return compare_as(kind, a.text(), b.text()) < 0; };
}

}  // namespace

const std::string& type_of(const Value& value) { return value.map().begin()->first; }
const Value& content_of(const Value& value) { return value.map().begin()->second; }

Value make(std::string_view type, Value content) {
  Map out;
  out.add(std::string(type), std::move(content));
  return Value(std::move(out));
}

std::optional<std::strong_ordering> compare(const Value& a, const Value& b) {
  const std::string& type = type_of(a);
  if (!is_scalar(type) || type != type_of(b)) return std::nullopt;
  return compare_as(type[0], content_of(a).text(), content_of(b).text());
}

bool begins_with(const Value& text, const Value& prefix) {
  const std::string& type = type_of(text);
  if (type != type_of(prefix)) return false;
  if (type == "S") return content_of(text).text().starts_with(content_of(prefix).text());
  return type == "B" && bytes_of(text).starts_with(bytes_of(prefix));
}

bool contains(const Value& in, const Value& part) {
  const std::string& type = type_of(in);
  const std::string& part_type = type_of(part);
  const Value& content = content_of(in);
  if (type == "S")
    return part_type == "S" && content.text().find(content_of(part).text()) != std::string::npos;
  if (type == "B") return part_type == "B" && bytes_of(in).find(bytes_of(part)) != std::string::npos;
  if (type == "L")
    return std::any_of(content.list().begin(), content.list().end(),
                       [&](const Value& member) { return equal(member, part); });
  if (type.size() != 2 || type[1] != 'S' || part_type != type.substr(0, 1)) return false;
  return std::any_of(content.list().begin(), content.list().end(),
                     [&](const Value& member) { return member.text() == content_of(part).text(); });
}

std::optional<std::size_t> size_of(const Value& value) {
  const std::string& type = type_of(value);
  const Value& content = content_of(value);
  if (type == "S")
    return static_cast<std::size_t>(std::count_if(content.text().begin(), content.text().end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
  if (type == "B") return bytes_of(value).size();
  if (type == "M") return content.map().size();
  if (content.is_list()) return content.list().size();
  return std::nullopt;
}

bool sort_set(std::string_view type, List& members) {
  const auto less = less_as(type[0]);
  if (!std::is_sorted(members.begin(), members.end(), less)) std::sort(members.begin(), members.end(), less);
  return std::adjacent_find(members.begin(), members.end(), [](const Value& a, const Value& b) {
           return a.text() == b.text();
         }) == members.end();
}

List set_union(std::string_view type, const List& a, const List& b) {
  List out;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out), less_as(type[0]));
  return out;
}

List set_difference(std::string_view type, const List& a, const List& b) {
  List out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out), less_as(type[0]));
  return out;
}

std::string to_message(const Value& value) {
  const std::string& type = type_of(value);
  const Value& content = content_of(value);
  if (content.is_text()) return "{" + type + ":" + content.text() + "}";
  if (content.kind() == Value::Kind::boolean)
    return "{" + type + ":" + (content.boolean() ? "true}" : "false}");
  std::string out;
  if (content.is_map()) {
    for (const auto& [name, member] : content.map())
      out += (out.empty() ? "" : ", ") + name + "=" + to_message(member);
    return "{" + type + ":{" + out + "}}";
  }
  for (const Value& member : content.list())
    out += (out.empty() ? "" : ", ") + (member.is_text() ? member.text() : to_message(member));
  return "{" + type + ":[" + out + "]}";
}

}  // namespace puddle::expression
