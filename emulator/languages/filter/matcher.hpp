// Matcher: one alternative of a leaf: a value, or an operator with its operands.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wire/value.hpp"

namespace puddle::filter {

struct Matcher {
  enum class Kind {
    exact,   ///< values: one scalar
    prefix,  ///< texts
    suffix,
    equals_ignore_case,
    wildcard,
    cidr,
    numeric,
    exists,
    anything_but  ///< of values, or of the inner operator's texts
  } kind = Kind::exact;
  std::vector<wire::Value> values;
  std::vector<std::string> texts;
  bool ignore_case = false;         ///< prefix and suffix
  bool flag = true;                 ///< exists
  Kind inner = Kind::exact;         ///< anything_but
  std::optional<double> low, high;  ///< numeric
  bool low_open = false, high_open = false;
  std::array<std::uint8_t, 16> network{};  ///< cidr
  int bits = 0, family = 0;                ///< cidr: 4 or 6

  bool accepts(const wire::Value& value) const;
  bool wants_absence() const { return kind == Kind::exists && !flag; }
};

/// A scalar or an object with one operator.
Result<Matcher> parse_matcher(const wire::Value& value);

/// '*' stands for any text; "\*" and "\\" for themselves.
bool wildcard_accepts(std::string_view pattern, std::string_view text);

}  // namespace puddle::filter
