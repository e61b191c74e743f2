// JSON text <-> Value. nlohmann is known to json.cpp alone.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/value.hpp"

namespace puddle::wire {

struct JsonLimits {
  std::size_t max_depth = 200;
};
/// Strict JSON, UTF-8 checked, the last of duplicate keys wins. Integers beyond 64 bits become real.
Result<Value> parse_json(std::string_view text, JsonLimits limits = {});
/// Compact. bytes become base64 text, times seconds with milliseconds, Raw is copied.
std::string to_json(const Value& value);
void append_json(std::string& out, const Value& value);
/// For people: two spaces of indent.
std::string to_pretty_json(const Value& value);

}  // namespace puddle::wire
