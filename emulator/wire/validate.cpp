#include "wire/validate.hpp"

#include <algorithm>

#include "wire/json.hpp"

namespace puddle::wire {
namespace {

constexpr std::size_t kMaxViolations = 10;
constexpr std::size_t kShownValue = 1024;

std::string lower_first(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'A' && out[0] <= 'Z') out[0] = static_cast<char>(out[0] + 32);
  return out;
}

std::int64_t code_points(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

/// The value as Java prints it in these messages.
std::string shown(const Value& v) {
  if (v.is_text()) return v.text().substr(0, kShownValue);
  if (v.is_list()) {
    std::string out = "[";
    for (const Value& item : v.list()) {
      if (out.size() > 1) out += ", ";
      if (out.size() > kShownValue) return out + "...]";
      out += shown(item);
    }
    return out + "]";
  }
  if (v.is_map()) {
    std::string out = "{";
    for (const auto& [name, item] : v.map()) {
      if (out.size() > 1) out += ", ";
      if (out.size() > kShownValue) return out + "...}";
      out += name + "=" + shown(item);
    }
    return out + "}";
  }
  if (v.kind() == Value::Kind::bytes)
    return "java.nio.HeapByteBuffer[pos=0 lim=" + std::to_string(v.bytes().data.size()) + "]";
  return to_json(v);
}

/// Where in the input a value stands; a chain on the stack, spelt out only when something is wrong there.
struct Path {
  enum class Step { member, item, key, value };
  const Path* up = nullptr;
  Step step = Step::member;
  std::string_view name{};
  std::size_t number = 0;

  std::string text() const {
    const std::string before = up ? up->text() + "." : std::string();
    switch (step) {
      case Step::item:
        return before + std::to_string(number) + ".member";
      case Step::key:
        return before + "key";
      case Step::value:
        return before + std::string(name) + ".member";
      default:
        return before + lower_first(name);
    }
  }
};

const Traits kNoTraits;

/// How Lambda states what holds for each element of a list.
std::string constraints_of(const TypeInfo& type, const Traits& t) {
  std::vector<std::string> all;
  const std::string what = type.type == Type::text ? "length" : "value";
  if (t.max) all.push_back("Member must have " + what + " less than or equal to " + std::to_string(*t.max));
  if (t.min)
    all.push_back("Member must have " + what + " greater than or equal to " + std::to_string(*t.min));
  if (!t.pattern.empty())
    all.push_back("Member must satisfy regular expression pattern: " + std::string(t.pattern));
  if (!t.one_of.empty()) {
    std::string set;
    for (const std::string_view e : t.one_of) set.append(set.empty() ? "" : ", ").append(e);
    all.push_back("Member must satisfy enum value set: [" + set + "]");
  }
  std::string out;
  for (const std::string& one : all) out += one + ", ";
  return out + "Member must not be null";
}

class Validator {
 public:
  explicit Validator(Dialect dialect) : whole_lists_(dialect == Dialect::lambda) {}
  std::vector<std::string> found;

  void structure(const Value& v, const Shape& shape, const Path* up) {
    for (const Field& f : shape.fields) {
      if (full()) return;
      const Path here{.up = up, .name = f.name};
      const Value* m = v.find(f.name);
      if (m && !m->is_null())
        value(*m, f.type, f.traits, here);
      else if (f.required)
        found.push_back("Value null at '" + here.text() +
                        "' failed to satisfy constraint: Member must not be null");
    }
  }

 private:
  bool whole_lists_;  // Lambda: a list of texts or numbers is wrong as a whole

  bool full() const { return found.size() >= kMaxViolations; }

  void fail(const Value& v, const Path& path, const std::string& constraint) {
    if (!full())
      found.push_back("Value '" + shown(v) + "' at '" + path.text() +
                      "' failed to satisfy constraint: " + constraint);
  }

  void bounds(const Value& v, const Traits& t, const Path& path, std::int64_t n, std::string_view what) {
    if (t.min && n < *t.min)
      fail(v, path,
           "Member must have " + std::string(what) + " greater than or equal to " + std::to_string(*t.min));
    if (t.max && n > *t.max)
      fail(v, path,
           "Member must have " + std::string(what) + " less than or equal to " + std::to_string(*t.max));
  }

  void text(const Value& v, const Traits& t, const Path& path) {
    const std::string& s = v.text();
    if (!t.one_of.empty() && std::find(t.one_of.begin(), t.one_of.end(), s) == t.one_of.end()) {
      std::string set;
      for (const std::string_view e : t.one_of) set.append(set.empty() ? "" : ", ").append(e);
      fail(v, path, "Member must satisfy enum value set: [" + set + "]");
    }
    if (t.min || t.max) bounds(v, t, path, code_points(s), "length");
    if (!t.pattern.empty() && !matches_pattern(t.pattern, s))
      fail(v, path, "Member must satisfy regular expression pattern: " + std::string(t.pattern));
  }

  void list(const Value& v, const TypeInfo& type, const Traits& t, const Path& path) {
    bounds(v, t, path, static_cast<std::int64_t>(v.list().size()), "length");
    const Traits& each = t.each.empty() ? kNoTraits : t.each[0];
    const Type element = type.element->type;
    if (whole_lists_ && (element == Type::text || element == Type::integer)) {
      const std::size_t before = found.size();
      for (const Value& item : v.list()) {
        if (!item.is_null()) value(item, *type.element, each, path);
        if (!item.is_null() && found.size() == before) continue;
        found.resize(before);
        fail(v, path, "Member must satisfy constraint: [" + constraints_of(*type.element, each) + "]");
        return;
      }
      return;
    }
    std::size_t i = 0;
    for (const Value& item : v.list()) {
      const Path here{.up = &path, .step = Path::Step::item, .number = ++i};
      if (item.is_null())
        fail(item, here, "Member must not be null");
      else
        value(item, *type.element, each, here);
      if (full()) return;
    }
  }

  void map(const Value& v, const TypeInfo& type, const Traits& t, const Path& path) {
    bounds(v, t, path, static_cast<std::int64_t>(v.map().size()), "length");
    const Traits& each = t.each.empty() ? kNoTraits : t.each[0];
    for (const auto& [key, item] : v.map()) {
      if (!t.keys.empty()) text(Value(key), t.keys[0], Path{.up = &path, .step = Path::Step::key});
      const Path here{.up = &path, .step = Path::Step::value, .name = key};
      if (!item.is_null()) value(item, *type.element, each, here);
      if (full()) return;
    }
  }

  void value(const Value& v, const TypeInfo& type, const Traits& t, const Path& path) {
    switch (type.type) {
      case Type::text:
        if (v.is_text()) text(v, t, path);
        break;
      case Type::blob:
        if (v.kind() == Value::Kind::bytes)
          bounds(v, t, path, static_cast<std::int64_t>(v.bytes().data.size()), "length");
        break;
      case Type::integer:
      case Type::long_integer:
        if (v.kind() == Value::Kind::integer) bounds(v, t, path, v.integer(), "value");
        break;
      case Type::list:
        if (v.is_list()) list(v, type, t, path);
        break;
      case Type::map:
        if (v.is_map()) map(v, type, t, path);
        break;
      case Type::structure:
        structure(v, *type.structure, &path);
        break;
      default:
        break;
    }
  }
};

}  // namespace

std::vector<std::string> violations(const Value& value, const Shape& shape, Dialect dialect) {
  if (dialect == Dialect::plain) return {};
  Validator validator(dialect);
  validator.structure(value, shape, nullptr);
  return std::move(validator.found);
}

std::string describe(const std::vector<std::string>& violations) {
  if (violations.empty()) return {};
  std::string out =
      std::to_string(violations.size()) +
      (violations.size() == 1 ? " validation error detected: " : " validation errors detected: ");
  for (std::size_t i = 0; i < violations.size(); ++i) out += (i ? "; " : "") + violations[i];
  return out;
}

}  // namespace puddle::wire
