#include "languages/vtl/object.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.hpp"
#include "wire/json.hpp"

namespace puddle::vtl {
namespace {

constexpr std::size_t kDepth = 200;

void check(const std::string& out, std::size_t limit, std::size_t depth) {
  if (out.size() > limit) throw RenderError{"The output is too large."};
  if (depth > kDepth) throw RenderError{"A value is nested too deeply."};
}

void print_at(std::string& out, const Object& value, std::size_t limit, std::size_t depth);

void print_java_list(std::string& out, const ListObject& list, std::size_t limit, std::size_t depth) {
  out += '[';
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    if (i > 0) out += ", ";
    if (is_nothing(list.items[i]))
      out += "null";
    else
      print_at(out, list.items[i], limit, depth);
  }
  out += ']';
}

void print_java_map(std::string& out, const MapObject& map, std::size_t limit, std::size_t depth) {
  out += '{';
  bool first = true;
  for (const auto& [key, value] : map.entries) {
    if (!std::exchange(first, false)) out += ", ";
    out += key;
    out += '=';
    if (is_nothing(value))
      out += "null";
    else
      print_at(out, value, limit, depth);
  }
  out += '}';
}

void print_at(std::string& out, const Object& value, std::size_t limit, std::size_t depth) {
  check(out, limit, depth);
  if (const auto* s = std::get_if<std::string>(&value))
    out += *s;
  else if (const auto* b = std::get_if<bool>(&value))
    out += *b ? "true" : "false";
  else if (const auto* i = std::get_if<std::int64_t>(&value))
    out += std::to_string(*i);
  else if (const auto* d = std::get_if<double>(&value))
    out += print_number(*d);
  else if (const auto* l = std::get_if<ListObject*>(&value)) {
    if ((*l)->json)
      print_json(out, value, limit, depth + 1);
    else
      print_java_list(out, **l, limit, depth + 1);
  } else if (const auto* m = std::get_if<MapObject*>(&value)) {
    if (!(*m)->hidden) print_java_map(out, **m, limit, depth + 1);
  }
}

}  // namespace

const Object* MapObject::find(std::string_view key) const {
  for (const auto& [name, value] : entries)
    if (name == key) return &value;
  return nullptr;
}

Object* MapObject::find(std::string_view key) {
  for (auto& [name, value] : entries)
    if (name == key) return &value;
  return nullptr;
}

ListObject* Heap::list() {
  spend(sizeof(ListObject));
  return &lists_.emplace_back();
}

MapObject* Heap::map() {
  spend(sizeof(MapObject));
  return &maps_.emplace_back();
}

void Heap::step() {
  if (steps_-- == 0) {
    steps_ = 0;
    throw RenderError{"The mapping template takes too many steps."};
  }
}

void Heap::spend(std::size_t bytes) {
  if (bytes > bytes_) throw RenderError{"The mapping template uses too much memory."};
  bytes_ -= bytes;
}

Object Heap::from(const wire::Value& value, std::size_t depth) {
  using Kind = wire::Value::Kind;
  if (depth > kDepth) throw RenderError{"A value is nested too deeply."};
  switch (value.kind()) {
    case Kind::null:
      return Nothing{};
    case Kind::boolean:
      return value.boolean();
    case Kind::integer:
      return value.integer();
    case Kind::real:
      return value.real();
    case Kind::text:
      spend(value.text().size());
      return value.text();
    case Kind::bytes:
      return base64(value.bytes().data);
    case Kind::time:
      return to_seconds(value.time());
    case Kind::raw:
      return value.raw().json;
    case Kind::list: {
      ListObject* out = list();
      out->json = true;
      spend(value.list().size() * sizeof(Object));
      out->items.reserve(value.list().size());
      for (const wire::Value& e : value.list()) out->items.push_back(from(e, depth + 1));
      return out;
    }
    case Kind::map: {
      MapObject* out = map();
      spend(value.map().size() * sizeof(std::pair<std::string, Object>));
      out->entries.reserve(value.map().size());
      for (const auto& [key, member] : value.map()) {
        spend(key.size());
        out->entries.emplace_back(key, from(member, depth + 1));
      }
      return out;
    }
  }
  return Nothing{};
}

void print(std::string& out, const Object& value, std::size_t limit) {
  print_at(out, value, limit, 0);
  check(out, limit, 0);
}

std::string printed(const Object& value, std::size_t limit) {
  std::string out;
  print(out, value, limit);
  return out;
}

void print_json(std::string& out, const Object& value, std::size_t limit, std::size_t depth) {
  check(out, limit, depth);
  if (const auto* l = std::get_if<ListObject*>(&value)) {
    out += '[';
    bool first = true;
    for (const Object& e : (*l)->items) {
      if (!std::exchange(first, false)) out += ',';
      print_json(out, e, limit, depth + 1);
    }
    out += ']';
  } else if (const auto* m = std::get_if<MapObject*>(&value)) {
    out += '{';
    bool first = true;
    for (const auto& [key, member] : (*m)->entries) {
      if (!std::exchange(first, false)) out += ',';
      append_json_string(out, key);
      out += ':';
      print_json(out, member, limit, depth + 1);
    }
    out += '}';
  } else if (const auto* s = std::get_if<std::string>(&value)) {
    append_json_string(out, *s);
  } else if (is_nothing(value)) {
    out += "null";
  } else {
    print_at(out, value, limit, depth);
  }
}

wire::Value to_value(const Object& value, std::size_t depth) {
  if (depth > kDepth) throw RenderError{"A value is nested too deeply."};
  if (const auto* s = std::get_if<std::string>(&value)) return wire::Value(*s);
  if (const auto* b = std::get_if<bool>(&value)) return wire::Value(*b);
  if (const auto* i = std::get_if<std::int64_t>(&value)) return wire::Value(*i);
  if (const auto* d = std::get_if<double>(&value)) return wire::Value(*d);
  if (const auto* l = std::get_if<ListObject*>(&value)) {
    wire::List out;
    for (const Object& e : (*l)->items) out.push_back(to_value(e, depth + 1));
    return wire::Value(std::move(out));
  }
  if (const auto* m = std::get_if<MapObject*>(&value)) {
    wire::Map out;
    for (const auto& [key, member] : (*m)->entries) out.add(key, to_value(member, depth + 1));
    return wire::Value(std::move(out));
  }
  return {};
}

std::string print_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  std::array<char, 64> buffer{};
  const double size = std::fabs(value);
  const bool plain = size == 0.0 || (size >= 1e-3 && size < 1e7);
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific);
  std::string text(buffer.data(), end.ptr);
  if (plain) return text.find('.') == std::string::npos ? text + ".0" : text;
  const std::size_t e = text.find('e');
  std::string mantissa = text.substr(0, e);
  if (mantissa.find('.') == std::string::npos) mantissa += ".0";
  const auto exponent = parse_int(text[e + 1] == '+' ? text.substr(e + 2) : text.substr(e + 1));
  return mantissa + "E" + std::to_string(exponent.value_or(0));
}

bool is_nothing(const Object& value) { return std::holds_alternative<Nothing>(value); }

bool truth(const Object& value) {
  const bool* b = std::get_if<bool>(&value);
  return !b || *b;
}

bool same(const Object& a, const Object& b, std::size_t limit) {
  const auto number = [](const Object& o) -> std::optional<double> {
    if (const auto* d = std::get_if<double>(&o)) return *d;
    if (const auto* i = std::get_if<std::int64_t>(&o)) return static_cast<double>(*i);
    return std::nullopt;
  };
  if (a.index() == b.index() && !std::holds_alternative<ListObject*>(a) &&
      !std::holds_alternative<MapObject*>(a))
    return a == b;
  const auto x = number(a), y = number(b);
  if (x && y) return !(*x < *y) && !(*x > *y);
  // The rest compares by text, as Velocity does with different classes; nothing equals "".
  return printed(a, limit) == printed(b, limit);
}

}  // namespace puddle::vtl
