#include "services/dynamodb/items/number.hpp"

#include "base/text.hpp"

namespace puddle::dynamodb {
namespace {

constexpr std::size_t kMaxDigits = 38;
constexpr int kMaxExponent = 126;   // 9.99E+125
constexpr int kMinExponent = -129;  // 1E-130

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Result<Number> parse_number(std::string_view text) {
  const auto invalid = [&] {
    return Failure(text.empty()
                       ? std::string("The parameter cannot be converted to a numeric value")
                       : "The parameter cannot be converted to a numeric value: " + std::string(text));
  };
  if (text.size() > 400) return invalid();
  std::string_view rest = text;
  Number out;
  if (rest.starts_with('-') || rest.starts_with('+')) {
    out.negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  std::string all;
  int point = 0;  // digits before the point
  bool seen_point = false;
  std::size_t i = 0;
  for (; i < rest.size(); ++i) {
    if (is_digit(rest[i])) {
      all += rest[i];
      if (!seen_point) ++point;
    } else if (rest[i] == '.' && !seen_point) {
      seen_point = true;
    } else {
      break;
    }
  }
  if (all.empty()) return invalid();
  std::int64_t exponent = 0;
  if (i < rest.size()) {
    if (rest[i] != 'e' && rest[i] != 'E') return invalid();
    std::string_view power = rest.substr(i + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto n = parse_int(power);
    if (!n || *n > 100'000 || *n < -100'000) return invalid();
    exponent = *n;
  }
  const std::size_t first = all.find_first_not_of('0');
  if (first == std::string::npos) return Number{};
  const std::size_t last = all.find_last_not_of('0');
  out.digits = all.substr(first, last - first + 1);
  if (out.digits.size() > kMaxDigits)
    return Failure("Attempting to store more than 38 significant digits in a Number");
  const std::int64_t total = exponent + point - static_cast<std::int64_t>(first);
  if (total > kMaxExponent)
    return Failure(
        "Number overflow. Attempting to store a number with magnitude larger than supported range");
  if (total < kMinExponent)
    return Failure(
        "Number underflow. Attempting to store a number with magnitude smaller than supported range");
  out.exponent = static_cast<int>(total);
  return out;
}

std::string to_text(const Number& n) {
  if (n.digits.empty()) return "0";
  std::string out = n.negative ? "-" : "";
  const int size = static_cast<int>(n.digits.size());
  if (n.exponent <= 0) return out + "0." + std::string(static_cast<std::size_t>(-n.exponent), '0') + n.digits;
  if (n.exponent >= size)
    return out + n.digits + std::string(static_cast<std::size_t>(n.exponent - size), '0');
  const auto before = static_cast<std::size_t>(n.exponent);
  return out + n.digits.substr(0, before) + "." + n.digits.substr(before);
}

std::string to_order(const Number& n) {
  // Sign, then biased exponent, then digits; a negative number has all of it inverted, so that larger
  // magnitudes come first.
  if (n.digits.empty()) return std::string(1, '\x80');
  std::string out;
  out += static_cast<char>(n.exponent + 130);
  for (const char c : n.digits) out += static_cast<char>(c - '0' + 1);
  if (!n.negative) return "\xC0" + out;
  for (char& c : out) c = static_cast<char>(~c);
  return "\x40" + out + "\xFF";
}

}  // namespace puddle::dynamodb
