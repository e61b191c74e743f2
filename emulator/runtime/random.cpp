#include "runtime/random.hpp"

namespace puddle {

std::string uuid(Entropy& entropy) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string raw = entropy.bytes(16);
  raw[6] = static_cast<char>((raw[6] & 0x0F) | 0x40);
  raw[8] = static_cast<char>((raw[8] & 0x3F) | 0x80);
  std::string out(36, '-');
  std::size_t at = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) ++at;
    const auto byte = static_cast<unsigned char>(raw[i]);
    out[at++] = kHex[byte >> 4];
    out[at++] = kHex[byte & 15];
  }
  return out;
}

std::string random_text(Entropy& entropy, std::size_t length, std::string_view alphabet) {
  std::string out;
  out.reserve(length);
  for (const char c : entropy.bytes(length)) out += alphabet[static_cast<unsigned char>(c) % alphabet.size()];
  return out;
}

}  // namespace puddle
