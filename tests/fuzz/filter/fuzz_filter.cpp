// A pattern and an event, separated by a zero byte: the pattern is refused or runs over the event in bounded
// time.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "languages/filter/filter.hpp"
#include "wire/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\0');
  const auto pattern = puddle::filter::parse(text.substr(0, end));
  if (!pattern || end == text.npos) return 0;
  const auto event = puddle::wire::parse_json(text.substr(end + 1));
  if (event) (void)pattern->matches(*event);
  return 0;
}
