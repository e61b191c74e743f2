// Numbers: 38 digits, exactly.
#include "languages/expression/number.hpp"

#include <catch2/catch.hpp>

using namespace puddle::expression;

namespace {

std::string normal(const std::string& text) {
  const auto n = parse_number(text);
  return n ? to_text(*n) : n.error().message;
}
std::string sum(const std::string& a, const std::string& b) {
  const auto n = add(*parse_number(a), *parse_number(b));
  return n ? to_text(*n) : n.error().message;
}
std::string difference(const std::string& a, const std::string& b) {
  const auto n = subtract(*parse_number(a), *parse_number(b));
  return n ? to_text(*n) : n.error().message;
}

const std::string kOverflow =
    "Number overflow. Attempting to store a number with magnitude larger than supported range";
const std::string kUnderflow =
    "Number underflow. Attempting to store a number with magnitude smaller than supported range";
const std::string kPrecision = "Attempting to store more than 38 significant digits in a Number";
const std::string k38(38, '9');

}  // namespace

TEST_CASE("numbers have one normal form") {
  CHECK(normal("00042") == "42");
  CHECK(normal("1.0") == "1");
  CHECK(normal("3.1400") == "3.14");
  CHECK(normal("1.5E2") == "150");
  CHECK(normal("+.5") == "0.5");
  CHECK(normal("5.") == "5");
  CHECK(normal("1.e5") == "100000");
  CHECK(normal("-0") == "0");
  CHECK(normal("-0.0") == "0");
  CHECK(normal("-12.50e-3") == "-0.0125");
  CHECK(normal("1E125") == "1" + std::string(125, '0'));
  CHECK(normal("1E-130") == "0." + std::string(129, '0') + "1");
  CHECK(normal(k38 + std::string(80, '0')) == k38 + std::string(80, '0'));
  CHECK(normal(std::string(500, '0') + "7") == "7");
}

TEST_CASE("what is no number is refused as AWS does") {
  CHECK(normal("") == "The parameter cannot be converted to a numeric value");
  for (const char* text : {" 1", "1 ", "NaN", "Infinity", "0x10", "1e", "1.2.3", "--1", "1_000", ".", "-",
                           "1e+-5", "1e99999999999999999999", "e5"})
    CHECK(normal(text) == std::string("The parameter cannot be converted to a numeric value: ") + text);
}

TEST_CASE("magnitude is checked before precision, zero by its exponent") {
  CHECK(normal("1E126") == kOverflow);
  CHECK(normal("-1E126") == kOverflow);
  CHECK(normal("1E-131") == kUnderflow);
  CHECK(normal(k38 + "9") == kPrecision);
  CHECK(normal(k38 + "9e200") == kOverflow);
  CHECK(normal("0e125") == "0");
  CHECK(normal("0e126") == kOverflow);
  CHECK(normal("0e-131") == kUnderflow);
}

TEST_CASE("sums are exact or refused") {
  CHECK(sum("0.1", "0.2") == "0.3");
  CHECK(sum("999", "1") == "1000");
  CHECK(sum("1", "-1") == "0");
  CHECK(sum("-5", "3") == "-2");
  CHECK(sum("3", "-5") == "-2");
  CHECK(sum("1e-130", "1e-130") == "0." + std::string(129, '0') + "2");
  CHECK(difference("1000", "0.001") == "999.999");
  CHECK(difference("0", "7") == "-7");
  CHECK(difference("-7", "0") == "-7");
  CHECK(sum("100000000000000000000000000000000000", "0.01") == "100000000000000000000000000000000000.01");
  CHECK(sum("1e50", "1") == kOverflow);  // the service calls it that
  CHECK(sum("9e125", "9e125") == kOverflow);
  CHECK(sum(k38, "1") == "1" + std::string(38, '0'));
  CHECK(difference("1." + std::string(36, '0') + "1", "1") == "0." + std::string(36, '0') + "1");
  CHECK(difference("1.1E-130", "1E-130") == kUnderflow);
}

TEST_CASE("order of numbers, and of their bytes") {
  const char* sorted[] = {"-1e125", "-123.5", "-123", "-12", "-1.5",  "-1",    "-0.5",  "-1e-130",
                          "0",      "1e-130", "0.05", "0.5", "1",     "1.005", "1.5",   "2",
                          "10",     "12",     "100",  "123", "123.5", "1e50",  "9e124", "1e125"};
  for (std::size_t i = 0; i < std::size(sorted); ++i)
    for (std::size_t j = 0; j < std::size(sorted); ++j) {
      const auto a = *parse_number(sorted[i]), b = *parse_number(sorted[j]);
      INFO(sorted[i] << " and " << sorted[j]);
      CHECK(((a <=> b) == (i <=> j)));
      CHECK(((to_order(a).compare(to_order(b)) <=> 0) == (i <=> j)));
      CHECK((i == j || !to_order(a).starts_with(to_order(b))));
    }
}

TEST_CASE("a number's bytes in an item") {
  for (const char* text : {"1", "12", "1000000", "0.05", "90"}) CHECK(stored_size(text) == 2);
  for (const char* text : {"120", "1.5", "1234", "-1"}) CHECK(stored_size(text) == 3);
  CHECK(stored_size("123456") == 4);
  CHECK(stored_size("3.14159") == 5);
  CHECK(stored_size("0") == 1);
  CHECK(stored_size("1234567890123456789") == 11);
}
