// JSON text <-> Value. nlohmann is known to json.cpp alone.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
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
/// The members of an object of objects that to_json wrote: those that are not wanted stay Raw. Nothing for a
/// text of another form.
std::optional<Map> parse_json_partly(std::string_view text,
                                     const std::function<bool(std::string_view)>& wanted);
/// Compact. bytes become base64 text, times seconds with milliseconds, Raw is copied.
std::string to_json(const Value& value);
void append_json(std::string& out, const Value& value);
/// For people: two spaces of indent.
std::string to_pretty_json(const Value& value);

}  // namespace puddle::wire
