#include "services/dynamodb/items/attribute_value.hpp"

#include <algorithm>
#include <iterator>

#include "base/text.hpp"
#include "languages/expression/number.hpp"

namespace puddle::dynamodb {
namespace {

using wire::List;
using wire::Map;
using wire::Value;

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";
constexpr std::string_view kSupplied = "Supplied AttributeValue ";
constexpr std::string_view kOneType = ", must contain exactly one of the supported datatypes";
constexpr const char* kStructure = "Start of structure or map found where not expected";
constexpr std::size_t kMaxNameBytes = 65'535;
constexpr std::size_t kMaxPlaceholderBytes = 2 << 20;  // names and values of one request

[[noreturn]] void wrong(std::string message) { throw ItemError{std::move(message), false}; }
[[noreturn]] void malformed(std::string message) { throw ItemError{std::move(message), true}; }

/// A scalar of another JSON type where a Java class was expected.
[[noreturn]] void not_convertible(const Value& v, const std::string& wanted) {
  using Kind = Value::Kind;
  const std::string to = "_VALUE cannot be converted to " + wanted;
  switch (v.kind()) {
    case Kind::boolean:
      malformed((v.boolean() ? "TRUE" : "FALSE") + to);
    case Kind::integer:
      malformed("NUMBER" + to);
    case Kind::real:
      malformed("DECIMAL" + to);
    case Kind::list:
      malformed("Unrecognized collection type class java.lang." + wanted);
    case Kind::map:
      malformed(kStructure);
    default:
      malformed("Unexpected field type");
  }
}

void check_text(const Value& v) {
  if (!v.is_text()) not_convertible(v, "String");
}

void check_blob(const Value& v) {
  if (v.is_list()) malformed("Unrecognized collection type class java.nio.ByteBuffer");
  if (v.is_map()) malformed(kStructure);
  if (!v.is_text()) malformed("only base-64-encoded strings are convertible to bytes");
  const std::string& text = v.text();
  if (text.size() % 4 != 0)
    malformed("Base64 encoded length is expected a multiple of 4 bytes but found: " +
              std::to_string(text.size()));
  const auto bytes = from_base64(text);
  if (!bytes) malformed("Invalid Base64 character in blob");
  if (base64(*bytes) != text) malformed("Invalid last non-pad Base64 character dectected");
}

/// Booleans may come as words.
bool as_boolean(const Value& v) {
  if (v.kind() == Value::Kind::boolean) return v.boolean();
  if (!v.is_text()) not_convertible(v, "Boolean");
  for (const char* word : {"true", "1", "yes"})
    if (iequals(v.text(), word)) return true;
  for (const char* word : {"false", "0", "no"})
    if (iequals(v.text(), word)) return false;
  malformed("Unexpected token received from parser");
}

void check_members(const Value& members);

void check_list(const Value& v) {
  if (v.is_map()) malformed(kStructure);
  if (!v.is_list()) malformed("Unexpected field type");
}

/// JSON types only, of a whole value.
void check_types(const Value& v) {
  if (v.is_null()) return;
  if (v.is_list())
    malformed("Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue");
  if (!v.is_map()) malformed("Unexpected value type in payload");
  for (const auto& [type, inner] : v.map()) {
    if (inner.is_null()) continue;
    if (type == "S" || type == "N") {
      check_text(inner);
    } else if (type == "B") {
      check_blob(inner);
    } else if (type == "BOOL" || type == "NULL") {
      as_boolean(inner);
    } else if (type == "M") {
      check_members(inner);
    } else if (type == "L") {
      check_list(inner);
      for (const Value& item : inner.list()) check_types(item);
    } else if (type == "SS" || type == "NS" || type == "BS") {
      check_list(inner);
      for (const Value& item : inner.list())
        if (!item.is_null()) type == "BS" ? check_blob(item) : check_text(item);
    }
  }
}

void check_members(const Value& members) {
  if (members.is_list())
    malformed(
        "Unrecognized collection type java.util.Map<java.lang.String, "
        "com.amazonaws.dynamodb.v20120810.AttributeValue>");
  if (!members.is_map()) malformed("Unexpected field type");
  for (const auto& entry : members.map()) check_types(entry.second);
}

void normalise_number(Value& v) {
  check_text(v);
  if (expression::is_plain_integer(v.text())) return;
  const auto number = expression::parse_number(v.text());
  if (!number) wrong(number.error().message);
  v = Value(expression::to_text(*number));
}

void normalise_set(Value& v, const std::string& type) {
  check_list(v);
  List& members = v.list();
  if (members.empty())
    wrong(std::string(kInvalid) + (type == "SS"   ? "An string set  may not be empty"
                                   : type == "NS" ? "An number set  may not be empty"
                                                  : "Binary sets should not be empty"));
  for (Value& member : members) {
    if (member.is_null())
      wrong(std::string(kInvalid) + (type == "SS"   ? "An string set may not have a null string as a member"
                                     : type == "NS" ? "An number set may not have a null string as a member"
                                                    : "Binary sets may not contain null values"));
    if (type == "NS")
      normalise_number(member);
    else if (type == "BS")
      check_blob(member);
    else
      check_text(member);
  }
  if (members.size() == 1) return;
  const List as_sent = type == "NS" ? List() : members;
  if (expression::sort_set(type, members)) return;
  if (type == "NS") wrong("Input collection contains duplicates");
  std::string shown;
  for (const Value& member : as_sent) shown += (shown.empty() ? "" : ", ") + member.text();
  wrong(std::string(kInvalid) + "Input collection [" + shown + "]" + (type == "BS" ? "of type BS " : " ") +
        "contains duplicates.");
}

void normalise(Value& v, int depth);

void check_name(const std::string& name) {
  if (name.empty()) wrong("Empty attribute name");
  if (name.size() > kMaxNameBytes) wrong("Attribute name is too large, must be less than 65536 bytes");
}

void normalise_members(Map& members, int depth) {
  for (auto& [name, value] : members) {
    check_name(name);
    normalise(value, depth);
  }
}

/// False for a member that is no type.
bool normalise_content(const std::string& type, Value& inner, int depth) {
  if (type == "S") {
    check_text(inner);
  } else if (type == "N") {
    normalise_number(inner);
  } else if (type == "M") {
    if (!inner.is_map()) check_members(inner);
    normalise_members(inner.map(), depth + 1);
  } else if (type == "L") {
    check_list(inner);
    for (Value& item : inner.list()) normalise(item, depth + 1);
  } else if (type == "BOOL") {
    inner = Value(as_boolean(inner));
  } else if (type == "NULL") {
    if (!as_boolean(inner))
      wrong(std::string(kInvalid) + "Null attribute value types must have the value of true");
    inner = Value(true);
  } else if (type == "B") {
    check_blob(inner);
  } else if (type == "SS" || type == "NS" || type == "BS") {
    normalise_set(inner, type);
  } else {
    return false;
  }
  return true;
}

void normalise(Value& v, int depth) {
  if (depth > kMaxDepth)
    wrong(
        "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond "
        "supported limit");
  if (v.is_null()) v = Value(Map{});
  if (!v.is_map()) check_types(v);
  Map& types = v.map();
  std::string known;
  bool several = false;
  for (auto& [type, inner] : types) {
    if (inner.is_null() || !normalise_content(type, inner, depth)) continue;
    several = several || !known.empty();
    known = type;
  }
  if (known.empty()) wrong(std::string(kSupplied) + "is empty" + std::string(kOneType));
  if (several) wrong(std::string(kSupplied) + "has more than one datatypes set" + std::string(kOneType));
  if (types.size() == 1) return;
  Value kept = std::move(types[known]);  // what is no type is dropped
  v = expression::make(known, std::move(kept));
}

/// Runs the checks of values; when they fail, a wrong JSON type anywhere comes first.
template <class Checks, class Types>
void types_first(Checks&& checks, Types&& types) {
  try {
    checks();
  } catch (const ItemError& e) {
    if (!e.serialization) types();
    throw;
  }
}

std::size_t size_of_blob(const std::string& text) {
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  return text.size() / 4 * 3 - padding;
}

std::size_t size_of_scalar(char kind, const std::string& text) {
  if (kind == 'S') return text.size();
  return kind == 'N' ? expression::stored_size(text) : size_of_blob(text);
}

}  // namespace

void normalise_item(Value& item) {
  if (!item.is_map()) check_members(item);
  types_first(
      [&] {
        for (const auto& member : item.map()) check_name(member.first);
        normalise_members(item.map(), 1);
      },
      [&] { check_members(item); });
}

void normalise_value(Value& value) {
  types_first([&] { normalise(value, 1); }, [&] { check_types(value); });
}

namespace {

void check_placeholder_bytes(std::size_t bytes) {
  if (bytes > kMaxPlaceholderBytes)
    wrong("ExpressionAttributeNames and ExpressionAttributeValues exceed the maximum allowed size of 2 MB");
}

}  // namespace

expression::Placeholders placeholders_of(Value names, Value values, int level) {
  if (!values.is_null()) check_members(values);
  std::size_t bytes = 0;
  if (names.is_map())
    for (const auto& [key, name] : names.map())
      bytes += key.size() + (name.is_text() ? name.text().size() : 0);
  expression::Placeholders out(std::move(names), std::move(values));
  check_placeholder_bytes(bytes);
  if (out.values().is_null()) return out;
  for (auto& [key, value] : out.values().map()) {
    try {
      normalise(value, level);
    } catch (const ItemError& e) {
      if (e.serialization) throw;
      wrong("ExpressionAttributeValues contains invalid value: " + e.message + " for key " + key);
    }
    bytes += key.size() + size_of_value(value);
  }
  check_placeholder_bytes(bytes);
  return out;
}

std::size_t size_of_value(const Value& v) {
  const auto& [type, inner] = *v.map().begin();
  if (type.size() == 1 && (type[0] == 'S' || type[0] == 'N' || type[0] == 'B'))
    return size_of_scalar(type[0], inner.text());
  if (type == "BOOL" || type == "NULL") return 1;
  std::size_t out = 0;
  if (type == "M") {
    for (const auto& [name, member] : inner.map()) out += 1 + name.size() + size_of_value(member);
    return out + 3;
  }
  if (type == "L") {
    for (const Value& item : inner.list()) out += 1 + size_of_value(item);
    return out + 3;
  }
  for (const Value& item : inner.list()) out += size_of_scalar(type[0], item.text());
  return out;
}

std::size_t size_of_item(const Value& item) { return size_of_item(item.map()); }

std::size_t size_of_item(const Map& item) {
  std::size_t out = 0;
  for (const auto& [name, value] : item) out += name.size() + size_of_value(value);
  return out;
}

}  // namespace puddle::dynamodb
