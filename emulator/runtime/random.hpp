// Identifiers from entropy, in the forms AWS uses.
#pragma once
#include <string>
#include <string_view>

#include "ports/entropy.hpp"

namespace puddle {

/// "3f2b8c1e-9a57-4e0d-b1c2-7d5e6f708192", version 4.
std::string uuid(Entropy& entropy);
/// length characters drawn from the alphabet.
std::string random_text(Entropy& entropy, std::size_t length, std::string_view alphabet);
inline constexpr std::string_view kLowerAlnum = "abcdefghijklmnopqrstuvwxyz0123456789";
inline constexpr std::string_view kUpperAlnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

}  // namespace puddle
