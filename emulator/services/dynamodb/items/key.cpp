#include "services/dynamodb/items/key.hpp"

#include <algorithm>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "services/dynamodb/items/attribute_value.hpp"
#include "services/dynamodb/items/number.hpp"

namespace puddle::dynamodb {
namespace {

using wire::Value;

constexpr std::size_t kMaxHash = 2048, kMaxRange = 1024;
constexpr std::size_t kHashBytes = 8;
constexpr std::int64_t kHashSteps = 4096;
constexpr std::string_view kNoMatch = "The provided key element does not match the schema";
constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";

/// Zero bytes are escaped, so that the end (two zero bytes) sorts first and two parts cannot run together.
void append_escaped(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    out += c;
    if (c == '\0') out += '\xFF';
  }
}

/// What the service hashes of a number: its decimal digits in pairs behind an exponent of base 100.
std::string hashed_number(const Number& n) {
  if (n.is_zero()) return "\x80";
  const int odd = n.exponent % 2 != 0 ? 1 : 0;
  const int first = (n.exponent + odd) / 2 - 64;
  std::string out(1, static_cast<char>(n.negative ? ~first : first));
  std::string digits(static_cast<std::size_t>(odd), '0');
  digits += n.digits();
  if (digits.size() % 2 != 0) digits += '0';
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int pair = (digits[i] - '0') * 10 + digits[i + 1] - '0';
    out += static_cast<char>(n.negative ? 101 - pair : pair + 1);
  }
  if (n.negative && digits.size() / 2 < 20) out += static_cast<char>(102);
  return out;
}

std::string hashed(const Value& value) {
  const auto& [type, content] = *value.map().begin();
  if (type == "N") return hashed_number(*parse_number(content.text()));
  return type == "B" ? from_base64(content.text()).value_or("") : content.text();
}

std::size_t bytes_of(const Value& value, const KeyAttribute& a) {
  const std::string& text = value.map().begin()->second.text();
  if (a.type != "B") return text.size();
  return text.size() / 4 * 3 - (text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0);
}

void check_sizes(const Value& value, const KeyAttribute& a, bool hash) {
  if (a.type == "N") return;
  const std::size_t size = bytes_of(value, a);
  if (size == 0)
    throw ItemError{
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
        "an empty " +
        std::string(a.type == "S" ? "string" : "binary") + " value. Key: " + a.name};
  if (hash && size > kMaxHash)
    throw ItemError{std::string(kInvalid) +
                    "Size of hashkey has exceeded the maximum size limit of2048 bytes"};
  if (!hash && size > kMaxRange)
    throw ItemError{std::string(kInvalid) +
                    "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"};
}

/// Of a table's schema; the values are there and have been checked.
std::string key_of(const Value& item, const KeySchema& schema) {
  std::string out = partition_key({item.find(schema.hash[0].name)});
  if (schema.has_range()) append_key_part(out, *item.find(schema.range[0].name));
  return out;
}

template <class F>
void for_each(const KeySchema& schema, F&& fn) {
  for (const KeyAttribute& a : schema.hash) fn(a, true);
  for (const KeyAttribute& a : schema.range) fn(a, false);
}

}  // namespace

const KeyAttribute* KeySchema::find(std::string_view name) const {
  for (const auto* part : {&hash, &range})
    for (const KeyAttribute& a : *part)
      if (a.name == name) return &a;
  return nullptr;
}

KeySchema key_schema_of(const Value& schema, const Value& definitions) {
  KeySchema out;
  for (const Value& element : schema.list()) {
    KeyAttribute a{std::string(element.text_or("AttributeName")), ""};
    for (const Value& d : definitions.list())
      if (d.text_or("AttributeName") == a.name) a.type = d.text_or("AttributeType");
    (element.text_or("KeyType") == "HASH" ? out.hash : out.range).push_back(std::move(a));
  }
  return out;
}

std::string key_of_item(const Value& item, const KeySchema& schema) {
  for_each(schema, [&](const KeyAttribute& a, bool hash) {
    const Value* value = item.find(a.name);
    if (!value) throw ItemError{std::string(kInvalid) + "Missing the key " + a.name + " in the item"};
    if (type_of(*value) != a.type)
      throw ItemError{std::string(kInvalid) + "Type mismatch for key " + a.name + " expected: " + a.type +
                      " actual: " + type_of(*value)};
    check_sizes(*value, a, hash);
  });
  return key_of(item, schema);
}

std::string key_of_key(const Value& key, const KeySchema& schema) {
  if (key.map().size() != schema.size()) throw ItemError{std::string(kNoMatch)};
  for_each(schema, [&](const KeyAttribute& a, bool hash) {
    const Value* value = key.find(a.name);
    if (!value || type_of(*value) != a.type) throw ItemError{std::string(kNoMatch)};
    check_sizes(*value, a, hash);
  });
  return key_of(key, schema);
}

Value key_attributes(const Value& item, const KeySchema& schema) {
  wire::Map out;
  for_each(schema, [&](const KeyAttribute& a, bool) { out.add(a.name, *item.find(a.name)); });
  return Value(std::move(out));
}

std::optional<std::string> key_of_entry(const Value& item, const KeySchema& index,
                                        std::string_view item_key) {
  bool whole = true;
  std::vector<const Value*> hash, range;
  for_each(index, [&](const KeyAttribute& a, bool of_hash) {
    const Value* value = item.find(a.name);
    if (!value || type_of(*value) != a.type || (a.type != "N" && bytes_of(*value, a) == 0)) {
      whole = false;
      return;
    }
    (of_hash ? hash : range).push_back(value);
  });
  if (!whole) return std::nullopt;
  std::string out = partition_key(hash);
  for (const Value* value : range) append_key_part(out, *value);
  out += item_key;
  return out;
}

std::string_view item_key_of_entry(std::string_view entry_key, const KeySchema& index) {
  std::size_t at = kHashBytes;
  for (std::size_t parts = index.size(); parts > 0; --parts) {
    while (at + 1 < entry_key.size() && !(entry_key[at] == '\0' && entry_key[at + 1] == '\0')) ++at;
    at += 2;
  }
  return entry_key.substr(std::min(at, entry_key.size()));
}

std::string partition_key(const std::vector<const Value*>& hash) {
  std::string digested = "Outliers";
  for (const Value* value : hash) digested += hashed(*value);
  std::string out = md5(digested).substr(0, kHashBytes);
  for (const Value* value : hash) append_key_part(out, *value);
  return out;
}

void append_key_prefix(std::string& key, const Value& value) {
  const auto& [type, content] = *value.map().begin();
  if (type == "N")
    append_escaped(key, to_order(*parse_number(content.text())));
  else if (type == "B")
    append_escaped(key, from_base64(content.text()).value_or(""));
  else
    append_escaped(key, content.text());
}

void append_key_part(std::string& key, const Value& value) {
  append_key_prefix(key, value);
  key += std::string_view("\0\0", 2);
}

std::string behind(std::string prefix) {
  while (prefix.ends_with('\xFF')) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(prefix.back() + 1);
  return prefix;
}

KeyRange segment_range(std::int64_t segment, std::int64_t segments) {
  const auto bound = [&](std::int64_t s) {
    const std::int64_t step = (kHashSteps * s + segments - 1) / segments;  // 12 bits
    if (step >= kHashSteps) return std::string();
    return std::string{static_cast<char>(step >> 4), static_cast<char>((step & 15) << 4)};
  };
  KeyRange out{bound(segment), bound(segment + 1)};
  // The last segments of more than there are steps are empty.
  if (segment > 0 && out.from.empty()) out = {"\x01", "\x01"};
  return out;
}

}  // namespace puddle::dynamodb
