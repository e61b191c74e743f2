// DynamoDB numbers: decimal text of up to 38 significant digits, exactly. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace puddle::dynamodb {

struct Number {
  bool negative = false;
  std::string digits;  ///< significant digits without leading or trailing zeros; empty for zero
  int exponent = 0;    ///< value = 0.digits * 10^exponent
};

/// The error is AWS's text.
Result<Number> parse_number(std::string_view text);
/// AWS's normal form: plain decimal, no leading or trailing zeros, no exponent.
std::string to_text(const Number& number);
/// Bytes whose order is the numbers' order.
std::string to_order(const Number& number);

}  // namespace puddle::dynamodb
