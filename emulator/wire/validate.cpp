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

class Validator {
 public:
  std::vector<std::string> found;

  void structure(const Value& v, const Shape& shape, const std::string& path) {
    for (const Field& f : shape.fields) {
      if (found.size() >= kMaxViolations) return;
      const std::string here = path + lower_first(f.name);
      const Value* m = v.find(f.name);
      if (!m || m->is_null()) {
        if (f.required)
          found.push_back("Value null at '" + here +
                          "' failed to satisfy constraint: Member must not be null");
        continue;
      }
      value(*m, f.type, f.traits, here);
    }
  }

 private:
  void fail(const Value& v, const std::string& path, const std::string& constraint) {
    if (found.size() < kMaxViolations)
      found.push_back("Value '" + shown(v) + "' at '" + path +
                      "' failed to satisfy constraint: " + constraint);
  }

  void bounds(const Value& v, const Traits& t, const std::string& path, std::int64_t n,
              std::string_view what) {
    if (t.min && n < *t.min)
      fail(v, path,
           "Member must have " + std::string(what) + " greater than or equal to " + std::to_string(*t.min));
    if (t.max && n > *t.max)
      fail(v, path,
           "Member must have " + std::string(what) + " less than or equal to " + std::to_string(*t.max));
  }

  void text(const Value& v, const Traits& t, const std::string& path) {
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

  void value(const Value& v, const TypeInfo& type, const Traits& t, const std::string& path) {
    const Traits none;
    const Traits& each = t.each.empty() ? none : t.each[0];
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
      case Type::list: {
        if (!v.is_list()) break;
        bounds(v, t, path, static_cast<std::int64_t>(v.list().size()), "length");
        std::size_t i = 0;
        for (const Value& item : v.list()) {
          const std::string inner = path + "." + std::to_string(++i) + ".member";
          if (item.is_null())
            fail(item, inner, "Member must not be null");
          else
            value(item, *type.element, each, inner);
          if (found.size() >= kMaxViolations) return;
        }
        break;
      }
      case Type::map:
        if (!v.is_map()) break;
        bounds(v, t, path, static_cast<std::int64_t>(v.map().size()), "length");
        for (const auto& [key, item] : v.map()) {
          if (!t.keys.empty()) text(Value(key), t.keys[0], path + ".key");
          if (!item.is_null()) value(item, *type.element, each, path + "." + key + ".member");
          if (found.size() >= kMaxViolations) return;
        }
        break;
      case Type::structure:
        structure(v, *type.structure, path + ".");
        break;
      default:
        break;
    }
  }
};

}  // namespace

std::vector<std::string> violations(const Value& value, const Shape& shape, Dialect dialect) {
  if (dialect == Dialect::plain) return {};
  Validator validator;
  validator.structure(value, shape, "");
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
