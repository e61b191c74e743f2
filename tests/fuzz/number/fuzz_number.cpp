// Two texts as numbers: refused or read; the normal form is read again as itself, order and sums agree.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.hpp"
#include "languages/expression/number.hpp"

using namespace puddle::expression;

namespace {

void need(bool holds) {
  if (!holds) __builtin_trap();
}

void check_one(const Number& n) {
  const std::string text = to_text(n);
  const auto again = parse_number(text);
  need(again && *again == n && to_text(*again) == text);
  need(n.count <= Number::kMaxDigits && stored_size(text) <= 22);
  need(!is_plain_integer(text) || text.size() <= 19);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parts = puddle::cut(text, " ").value_or(std::pair(text, std::string_view("1")));
  const auto a = parse_number(parts.first), b = parse_number(parts.second);
  if (a) check_one(*a);
  if (!a || !b) return 0;
  need(((*a <=> *b) < 0) == (to_order(*a) < to_order(*b)));
  const auto sum = add(*a, *b);
  if (!sum) return 0;
  check_one(*sum);
  const auto back = subtract(*sum, *b);
  if (back) need(*back == *a);
  const auto swapped = add(*b, *a);
  need(swapped && *swapped == *sum);
  return 0;
}
