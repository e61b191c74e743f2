// Any bytes as JSON: refused or read, as nlohmann does; what is read is written and read again to the same
// value.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/json.hpp"
#include "wire/json_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = puddle::wire::parse_json(text);
  const auto judged = puddle::wire::judge_json(text);
  if (static_cast<bool>(value) != static_cast<bool>(judged)) __builtin_trap();
  if (!value) return 0;
  if (puddle::wire::to_json(*value) != puddle::wire::to_json(*judged)) __builtin_trap();
  const std::string written = puddle::wire::to_json(*value);
  const auto again = puddle::wire::parse_json(written);
  if (!again || puddle::wire::to_json(*again) != written) __builtin_trap();
  return 0;
}
