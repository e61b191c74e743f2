// DynamoDB numbers: decimals of up to 38 significant digits between 1E-130 and 9.9...E+125, exactly. Pure.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace puddle::expression {

class Number {
 public:
  static constexpr std::size_t kMaxDigits = 38;
  static constexpr int kMaxExponent = 126;   ///< 9.99E+125
  static constexpr int kMinExponent = -129;  ///< 1E-130

  bool negative = false;
  std::uint8_t count = 0;                  ///< of significant digits; 0 for zero
  std::int16_t exponent = 0;               ///< value = 0.digits * 10^exponent
  std::array<char, kMaxDigits> figures{};  ///< '0' to '9', without leading or trailing zeros

  std::string_view digits() const { return {figures.data(), count}; }
  bool is_zero() const { return count == 0; }
};

/// The error is AWS's text.
Result<Number> parse_number(std::string_view text);
/// True when the text is in AWS's normal form already, a plain integer of up to 18 digits: the usual case.
bool is_plain_integer(std::string_view text);
/// AWS's normal form: plain decimal, no leading or trailing zeros, no exponent.
std::string to_text(const Number& number);
/// Bytes whose order is the numbers' order; no number's bytes are the beginning of another's.
std::string to_order(const Number& number);
std::strong_ordering operator<=>(const Number& a, const Number& b);
bool operator==(const Number& a, const Number& b);
/// Exact; fails with AWS's text when the result leaves the range or needs more than 38 digits.
Result<Number> add(const Number& a, const Number& b);
Result<Number> subtract(const Number& a, const Number& b);
/// Bytes of a number in an item, by AWS's rule (a byte for two digits).
std::size_t stored_size(std::string_view normal_form);

}  // namespace puddle::expression
