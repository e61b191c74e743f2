#include "services/dynamodb/items/key.hpp"

#include "base/text.hpp"
#include "services/dynamodb/items/attribute_value.hpp"
#include "services/dynamodb/items/number.hpp"

namespace puddle::dynamodb {
namespace {

using wire::Value;

constexpr std::size_t kMaxHash = 2048, kMaxRange = 1024;

/// Zero bytes are escaped and the end is marked, so that a prefix sorts first and two parts cannot run
/// together.
void append_escaped(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    out += c;
    if (c == '\0') out += '\xFF';
  }
  out += std::string_view("\0\0", 2);
}

void append_part(std::string& out, const Value& value, const KeyAttribute& attribute, std::size_t limit,
                 bool hash) {
  const std::string& text = value.map().begin()->second.text();
  std::string bytes = attribute.type == "B" ? from_base64(text).value_or("") : text;
  if (attribute.type == "N") {
    append_escaped(out, to_order(*parse_number(text)));
    return;
  }
  if (bytes.empty())
    throw ItemError{
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
        "an "
        "empty " +
        std::string(attribute.type == "S" ? "string" : "binary") + " value. Key: " + attribute.name};
  if (bytes.size() > limit)
    throw ItemError{hash ? "One or more parameter values were invalid: Size of hashkey has exceeded the "
                           "maximum size limit of2048 bytes"
                         : "One or more parameter values were invalid: Aggregated size of all range keys has "
                           "exceeded the size "
                           "limit of 1024 bytes"};
  append_escaped(out, bytes);
}

}  // namespace

std::string key_of_item(const Value& item, const KeySchema& schema) {
  std::string out;
  for (const bool hash : {true, false}) {
    if (!hash && !schema.has_range()) break;
    const KeyAttribute& a = hash ? schema.hash : schema.range;
    const Value* value = item.find(a.name);
    if (!value)
      throw ItemError{"One or more parameter values were invalid: Missing the key " + a.name +
                      " in the item"};
    if (type_of(*value) != a.type)
      throw ItemError{"One or more parameter values were invalid: Type mismatch for key " + a.name +
                      " expected: " + a.type + " actual: " + type_of(*value)};
    append_part(out, *value, a, hash ? kMaxHash : kMaxRange, hash);
  }
  return out;
}

std::string key_of_key(const Value& key, const KeySchema& schema) {
  const std::size_t parts = schema.has_range() ? 2 : 1;
  if (key.map().size() != parts) throw ItemError{"The provided key element does not match the schema"};
  std::string out;
  for (const bool hash : {true, false}) {
    if (!hash && !schema.has_range()) break;
    const KeyAttribute& a = hash ? schema.hash : schema.range;
    const Value* value = key.find(a.name);
    if (!value || type_of(*value) != a.type)
      throw ItemError{"The provided key element does not match the schema"};
    append_part(out, *value, a, hash ? kMaxHash : kMaxRange, hash);
  }
  return out;
}

Value key_attributes(const Value& item, const KeySchema& schema) {
  wire::Map out;
  out.add(schema.hash.name, *item.find(schema.hash.name));
  if (schema.has_range()) out.add(schema.range.name, *item.find(schema.range.name));
  return Value(std::move(out));
}

}  // namespace puddle::dynamodb
