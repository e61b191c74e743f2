#include "services/dynamodb/items/attribute_value.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "services/dynamodb/items/number.hpp"

namespace puddle::dynamodb {
namespace {

using wire::List;
using wire::Map;
using wire::Value;

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";

[[noreturn]] void wrong(std::string message) { throw ItemError{std::move(message), false}; }
[[noreturn]] void malformed(std::string message) { throw ItemError{std::move(message), true}; }

const std::string& need_text(const Value& v) {
  if (!v.is_text()) {
    if (v.kind() == Value::Kind::integer || v.kind() == Value::Kind::real)
      malformed("NUMBER_VALUE cannot be converted to String");
    if (v.kind() == Value::Kind::boolean)
      malformed(std::string(v.boolean() ? "TRUE" : "FALSE") + "_VALUE cannot be converted to String");
    malformed("Unexpected field type");
  }
  return v.text();
}

void normalise_number(Value& v) {
  const auto number = parse_number(need_text(v));
  if (!number) wrong(number.error().message);
  v = Value(to_text(*number));
}

void normalise_blob(Value& v) {
  const auto bytes = from_base64(need_text(v));
  if (!bytes) malformed("Invalid Base64 data in blob");
  v = Value(base64(*bytes));
}

void normalise_set(Value& v, const std::string& type) {
  if (!v.is_list()) malformed("Unexpected field type");
  const char* const name = type == "SS" ? "string" : type == "NS" ? "number" : "binary";
  if (v.list().empty()) wrong(std::string(kInvalid) + "An " + name + " set  may not be empty");
  std::set<std::string> seen;
  std::string shown;
  bool duplicate = false;
  for (Value& item : v.list()) {
    if (type == "NS")
      normalise_number(item);
    else if (type == "BS")
      normalise_blob(item);
    else
      need_text(item);
    shown += (shown.empty() ? "" : ", ") + item.text();
    duplicate = !seen.insert(item.text()).second || duplicate;
  }
  if (duplicate)
    wrong(type == "NS" ? "Input collection contains duplicates"
                       : std::string(kInvalid) + "Input collection [" + shown + "] contains duplicates.");
}

void normalise(Value& v, int depth);

void normalise_members(Map& members, int depth) {
  for (auto& entry : members) {
    if (entry.first.size() > 65'535)
      wrong(std::string(kInvalid) + "Aggregated size of all attribute names is too large");
    normalise(entry.second, depth);
  }
}

void normalise(Value& v, int depth) {
  if (depth > kMaxDepth) wrong("Nesting Levels have exceeded supported limits");
  if (!v.is_map())
    malformed(v.is_list() ? "Start of list found where not expected" : "Unexpected value type in payload");
  static constexpr std::string_view kTypes[] = {"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"};
  std::size_t known = 0;
  for (const auto& [name, member] : v.map())
    if (!member.is_null()) known += std::find(std::begin(kTypes), std::end(kTypes), name) != std::end(kTypes);
  if (known == 0)
    wrong("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  if (known > 1)
    wrong(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
        "datatypes");
  for (std::size_t i = v.map().size(); i-- > 0;) {  // unknown members are dropped
    const std::string name = (v.map().begin() + i)->first;
    if ((v.map().begin() + i)->second.is_null() ||
        std::find(std::begin(kTypes), std::end(kTypes), name) == std::end(kTypes))
      v.map().erase(name);
  }
  auto& [type, inner] = *v.map().begin();
  if (type == "S") {
    need_text(inner);
  } else if (type == "N") {
    normalise_number(inner);
  } else if (type == "B") {
    normalise_blob(inner);
  } else if (type == "BOOL") {
    if (inner.kind() != Value::Kind::boolean) malformed("Unexpected token received from parser");
  } else if (type == "NULL") {
    if (inner.kind() != Value::Kind::boolean) malformed("Unexpected token received from parser");
    if (!inner.boolean())
      wrong(std::string(kInvalid) + "Null attribute value types must have the value of true");
  } else if (type == "M") {
    if (!inner.is_map()) malformed("Unexpected field type");
    normalise_members(inner.map(), depth + 1);
  } else if (type == "L") {
    if (!inner.is_list()) malformed("Unexpected field type");
    for (Value& item : inner.list()) normalise(item, depth + 1);
  } else {
    normalise_set(inner, type);
  }
}

std::size_t size_of_number(const std::string& text) {
  std::size_t digits = 0;
  for (const char c : text) digits += c >= '0' && c <= '9';
  return (digits + 1) / 2 + 1 + (text.starts_with('-') ? 1 : 0);
}

std::size_t size_of_blob(const std::string& text) {
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  return text.size() / 4 * 3 - padding;
}

std::size_t size_of(const Value& v) {
  const auto& [type, inner] = *v.map().begin();
  if (type == "S") return inner.text().size();
  if (type == "N") return size_of_number(inner.text());
  if (type == "B") return size_of_blob(inner.text());
  if (type == "BOOL" || type == "NULL") return 1;
  std::size_t out = 0;
  if (type == "M") {
    for (const auto& [name, member] : inner.map()) out += 1 + name.size() + size_of(member);
    return out + 3;
  }
  if (type == "L") {
    for (const Value& item : inner.list()) out += 1 + size_of(item);
    return out + 3;
  }
  for (const Value& item : inner.list())
    out += type == "SS"   ? item.text().size()
           : type == "NS" ? size_of_number(item.text())
                          : size_of_blob(item.text());
  return out;
}

}  // namespace

void normalise_item(Value& item) {
  if (!item.is_map()) malformed("Unexpected field type");
  normalise_members(item.map(), 1);
}

std::size_t size_of_item(const Value& item) {
  std::size_t out = 0;
  for (const auto& [name, value] : item.map()) out += name.size() + size_of(value);
  return out;
}

const std::string& type_of(const Value& value) { return value.map().begin()->first; }

}  // namespace puddle::dynamodb
