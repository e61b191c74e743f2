// Scanning text eight bytes at a time, for what every request and answer passes through. Any thread.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace puddle {

/// How many bytes from the start of the text are ASCII from space on, other than '"' and '\'. It may stop up
/// to seven bytes early at the end of the text: whoever calls goes on byte by byte.
inline std::size_t plain_prefix(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  static_assert(std::endian::native == std::endian::little);
  std::size_t at = 0;
  for (; text.size() - at >= 8; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    const std::uint64_t quote = word ^ (kOnes * '"'), slash = word ^ (kOnes * '\\');
    // The lowest bit that is set marks the first byte that is special; bits above it may be set for others.
    const std::uint64_t special =
        (((quote - kOnes) & ~quote) | ((slash - kOnes) & ~slash) | (word - kOnes * 0x20) | word) & kHigh;
    if (special != 0) return at + static_cast<std::size_t>(std::countr_zero(special)) / 8;
  }
  return at;
}

}  // namespace puddle
