// Any JSON as an item: refused or made normal; what is normal stays as it is and has a size.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "services/dynamodb/items/attribute_value.hpp"
#include "wire/json.hpp"

using namespace puddle;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto parsed = wire::parse_json(text);
  if (!parsed) return 0;
  wire::Value item = std::move(*parsed);
  try {
    dynamodb::normalise_item(item);
  } catch (const dynamodb::ItemError& e) {
    if (e.message.empty()) __builtin_trap();
    return 0;
  }
  const std::string once = wire::to_json(item);
  const std::size_t bytes = dynamodb::size_of_item(item);
  dynamodb::normalise_item(item);
  if (wire::to_json(item) != once || dynamodb::size_of_item(item) != bytes) __builtin_trap();
  for (const auto& [name, value] : item.map()) {
    expression::size_of(value);
    expression::to_message(value);
    if (!expression::equal(value, value)) __builtin_trap();
  }
  return 0;
}
