// Input: template, a zero byte, body.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "languages/vtl/vtl.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t zero = all.find('\0');
  const std::string_view body = zero == std::string_view::npos ? std::string_view() : all.substr(zero + 1);
  puddle::vtl::Limits limits;
  limits.steps = 20'000;
  limits.bytes = 4 * 1024 * 1024;
  limits.output_bytes = 256 * 1024;
  const auto parsed = puddle::vtl::Template::parse(all.substr(0, zero), limits);
  if (!parsed) return 0;
  puddle::wire::Map overrides;
  puddle::vtl::Inputs inputs;
  inputs.body = body;
  inputs.overrides = &overrides;
  const auto out = puddle::vtl::render(*parsed, inputs, limits);
  if (out && out->size() > limits.output_bytes) __builtin_trap();
  return 0;
}
