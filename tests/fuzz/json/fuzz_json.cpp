// Any bytes as JSON: refused or read; what is read is written and read again to the same value.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = puddle::wire::parse_json(text);
  if (!value) return 0;
  const std::string written = puddle::wire::to_json(*value);
  const auto again = puddle::wire::parse_json(written);
  if (!again || puddle::wire::to_json(*again) != written) __builtin_trap();
  return 0;
}
