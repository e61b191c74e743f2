#include "runtime/random.hpp"

#include "base/text.hpp"

namespace puddle {

std::string uuid(Entropy& entropy) {
  std::string raw = entropy.bytes(16);
  raw[6] = static_cast<char>((raw[6] & 0x0F) | 0x40);
  raw[8] = static_cast<char>((raw[8] & 0x3F) | 0x80);
  std::string out = hex(raw);
  for (const std::size_t at : {8u, 13u, 18u, 23u}) out.insert(at, 1, '-');
  return out;
}

std::string random_text(Entropy& entropy, std::size_t length, std::string_view alphabet) {
  std::string out;
  out.reserve(length);
  for (const char c : entropy.bytes(length)) out += alphabet[static_cast<unsigned char>(c) % alphabet.size()];
  return out;
}

}  // namespace puddle
