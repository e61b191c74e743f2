// Payloads that are no JSON are refused in the words of AWS's parser; the first two are recorded on AWS.
#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "services/lambda/json_problem.hpp"
#include "wire/json.hpp"

using puddle::lambda::json_problem;

namespace {

std::string at(int column) {
  return "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, "
         "column: " +
         std::to_string(column) + "]";
}

}  // namespace

TEST_CASE("what is wrong with a payload") {
  const std::string value = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
  CHECK(json_problem("\x99\xeb,j\x07") ==
        "Unexpected character ((CTRL-CHAR, code 153)): expected a valid value " + value + at(1));
  CHECK(json_problem("n\x87r\x9e") == "Invalid UTF-8 start byte 0x87" + at(3));
  CHECK(json_problem("abc") == "Unrecognized token 'abc': was expecting " + value + at(4));
  CHECK(json_problem(R"({"a":})") ==
        "Unexpected character ('}' (code 125)): expected a valid value " + value + at(6));
  CHECK(json_problem("{a:1}") ==
        "Unexpected character ('a' (code 97)): was expecting double-quote to start field name" + at(2));
  CHECK(json_problem(R"({"a" 1})") ==
        "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value" +
            at(6));
  CHECK(json_problem("[1 2]") ==
        "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries" + at(4));
  CHECK(json_problem("[1,") == "Unexpected end-of-input: expected close marker for Array (start marker at" +
                                   at(1).substr(std::string("\n at").size()) + ")" + at(4));
  CHECK(json_problem("\"ab") ==
        "Unexpected end-of-input: was expecting closing quote for a string value" + at(4));
}

TEST_CASE("whatever is refused has a problem, and the answer is UTF-8") {
  std::uint64_t state = 1;
  const std::string alphabet = "{}[]\":,0-e.ntfalse \\\n\x01\x80\xc3\xe2\xf0\xff";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (int n = 0; n < 12; ++n) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      text += alphabet[(state >> 33) % alphabet.size()];
    }
    if (puddle::wire::parse_json(text)) continue;
    const std::string problem = json_problem(text);
    INFO(text);
    CHECK(puddle::valid_utf8(problem));
    CHECK(problem.find("line: ") != std::string::npos);
  }
}
