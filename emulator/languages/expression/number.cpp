#include "languages/expression/number.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/text.hpp"

namespace puddle::expression {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Failure overflow() {
  return Failure("Number overflow. Attempting to store a number with magnitude larger than supported range");
}
Failure underflow() {
  return Failure(
      "Number underflow. Attempting to store a number with magnitude smaller than supported range");
}
Failure too_precise() { return Failure("Attempting to store more than 38 significant digits in a Number"); }

/// The mantissa's significant digits as they come.
struct Mantissa {
  Number number;
  std::int64_t before_point = 0, leading_zeros = 0, zeros = 0;
  bool any = false, point = false, precise = true;

  void take(char c) {
    any = true;
    if (!point) ++before_point;
    if (c == '0') {
      ++(number.count == 0 ? leading_zeros : zeros);
      return;
    }
    for (; zeros > 0 && number.count < Number::kMaxDigits; --zeros) number.figures[number.count++] = '0';
    if (number.count < Number::kMaxDigits && zeros == 0)
      number.figures[number.count++] = c;
    else
      precise = false;
  }
};

int floor_half(int n) { return n >= 0 ? n / 2 : -((1 - n) / 2); }

/// The sum; the sign of b is flipped for a difference.
Result<Number> sum(const Number& a, const Number& b, bool flip) {
  const bool b_negative = b.negative != flip;
  if (b.is_zero()) return a;
  if (a.is_zero()) {
    Number out = b;
    out.negative = b_negative;
    return out;
  }
  // One cell per power of ten from the lowest to one above the highest.
  const int low = std::min(a.exponent - a.count, b.exponent - b.count);
  const int high = std::max(a.exponent, b.exponent) + 1;
  std::array<std::int8_t, Number::kMaxExponent - Number::kMinExponent + Number::kMaxDigits + 8> cells{};
  const auto place = [&](const Number& n, bool negative) {
    for (int i = 0; i < n.count; ++i) {
      const auto figure = static_cast<std::int8_t>(n.figures[static_cast<std::size_t>(i)] - '0');
      auto& cell = cells[static_cast<std::size_t>(n.exponent - 1 - i - low)];
      cell = static_cast<std::int8_t>(cell + (negative ? -figure : figure));
    }
  };
  place(a, a.negative);
  place(b, b_negative);
  const int size = high - low;
  int top = size - 1;
  while (top >= 0 && cells[static_cast<std::size_t>(top)] == 0) --top;
  if (top < 0) return Number{};
  Number out;
  out.negative = cells[static_cast<std::size_t>(top)] < 0;
  int carry = 0;
  for (int i = 0; i < size; ++i) {
    auto& cell = cells[static_cast<std::size_t>(i)];
    int value = (out.negative ? -cell : cell) + carry;
    carry = value < 0 ? -1 : value > 9 ? 1 : 0;
    cell = static_cast<std::int8_t>(value - 10 * carry);
  }
  int last = 0;
  while (cells[static_cast<std::size_t>(last)] == 0) ++last;
  top = size - 1;
  while (cells[static_cast<std::size_t>(top)] == 0) --top;
  out.exponent = static_cast<std::int16_t>(low + top + 1);
  if (out.exponent > Number::kMaxExponent) return overflow();
  if (out.exponent < Number::kMinExponent) return underflow();
  // AWS calls a sum of too many digits an overflow, too.
  if (top - last + 1 > static_cast<int>(Number::kMaxDigits)) return overflow();
  for (int i = top; i >= last; --i)
    out.figures[out.count++] = static_cast<char>('0' + cells[static_cast<std::size_t>(i)]);
  return out;
}

}  // namespace

Result<Number> parse_number(std::string_view text) {
  const auto invalid = [&] {
    return Failure(text.empty()
                       ? std::string("The parameter cannot be converted to a numeric value")
                       : "The parameter cannot be converted to a numeric value: " + std::string(text));
  };
  std::string_view rest = text;
  Mantissa m;
  if (rest.starts_with('-') || rest.starts_with('+')) {
    m.number.negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  std::size_t i = 0;
  for (; i < rest.size(); ++i) {
    if (is_digit(rest[i]))
      m.take(rest[i]);
    else if (rest[i] == '.' && !m.point)
      m.point = true;
    else
      break;
  }
  if (!m.any) return invalid();
  std::int64_t exponent = 0;
  if (i < rest.size()) {
    if (rest[i] != 'e' && rest[i] != 'E') return invalid();
    std::string_view power = rest.substr(i + 1);
    if (power.starts_with('+') && power.size() > 1 && is_digit(power[1])) power.remove_prefix(1);
    const auto n = parse_int(power);
    if (!n) return invalid();
    exponent = std::clamp<std::int64_t>(*n, -1'000'000'000, 1'000'000'000);
  }
  if (m.number.is_zero()) {  // AWS holds zero to the range of its exponent as it is written
    if (exponent >= Number::kMaxExponent) return overflow();
    if (exponent < Number::kMinExponent - 1) return underflow();
    return Number{};
  }
  const std::int64_t total = exponent + m.before_point - m.leading_zeros;
  if (total > Number::kMaxExponent) return overflow();
  if (total < Number::kMinExponent) return underflow();
  if (!m.precise) return too_precise();
  m.number.exponent = static_cast<std::int16_t>(total);
  return m.number;
}

bool is_plain_integer(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || digits.size() > 18) return false;
  if (digits[0] == '0') return text == "0";
  return std::all_of(digits.begin(), digits.end(), is_digit);
}

std::string to_text(const Number& n) {
  if (n.is_zero()) return "0";
  std::string out = n.negative ? "-" : "";
  const std::string_view digits = n.digits();
  const int size = n.count;
  if (n.exponent <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-n.exponent), '0');
    return out += digits;
  }
  if (n.exponent >= size) {
    out += digits;
    out.append(static_cast<std::size_t>(n.exponent - size), '0');
    return out;
  }
  const auto before = static_cast<std::size_t>(n.exponent);
  out += digits.substr(0, before);
  out += '.';
  return out += digits.substr(before);
}

std::string to_order(const Number& n) {
  // Sign, then biased exponent, then digits and an end that is less than any digit; a negative number has all
  // of it inverted, so that larger magnitudes come first.
  if (n.is_zero()) return std::string(1, '\x80');
  std::string out(1, n.negative ? '\x3F' : '\xC0');
  out.reserve(n.count + 3U);
  const auto flip = static_cast<unsigned char>(n.negative ? 0xFF : 0);
  const auto append = [&](int byte) { out += static_cast<char>(static_cast<unsigned char>(byte) ^ flip); };
  append(n.exponent - Number::kMinExponent);
  for (const char c : n.digits()) append(c - '0' + 1);
  append(0);
  return out;
}

std::strong_ordering operator<=>(const Number& a, const Number& b) {
  const auto sign = [](const Number& n) { return n.is_zero() ? 0 : n.negative ? -1 : 1; };
  if (const auto by_sign = sign(a) <=> sign(b); by_sign != 0 || a.is_zero()) return by_sign;
  auto magnitude = a.exponent <=> b.exponent;
  if (magnitude == 0) magnitude = a.digits() <=> b.digits();
  return a.negative ? 0 <=> magnitude : magnitude;
}

bool operator==(const Number& a, const Number& b) { return (a <=> b) == 0; }

Result<Number> add(const Number& a, const Number& b) { return sum(a, b, false); }
Result<Number> subtract(const Number& a, const Number& b) { return sum(a, b, true); }

std::size_t stored_size(std::string_view normal_form) {
  if (is_plain_integer(normal_form)) {
    if (normal_form == "0") return 1;
    const bool negative = normal_form[0] == '-';
    const std::size_t places = normal_form.size() - (negative ? 1 : 0);
    const std::size_t zeros = normal_form.size() - 1 - normal_form.find_last_not_of('0');
    return (places - 1) / 2 - zeros / 2 + 2 + (negative ? 1 : 0);
  }
  const auto n = parse_number(normal_form);
  if (!n || n->is_zero()) return 1;
  const int pairs = floor_half(n->exponent - 1) - floor_half(n->exponent - n->count) + 1;
  return static_cast<std::size_t>(pairs) + 1 + (n->negative ? 1 : 0);
}

}  // namespace puddle::expression
