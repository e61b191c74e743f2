// Constraint violations in AWS's words.
#include <catch2/catch.hpp>

#include "wire/validate.hpp"

using namespace puddle;
using namespace puddle::wire;

namespace {

struct Input {
  std::string name;
  std::optional<int> size;
  std::optional<std::string> kind;
  static Shape shape() {
    return {required<&Input::name>("TableName", {.min = 3, .max = 8, .pattern = "[a-z]+"}),
            optional<&Input::size>("Size", {.min = 1, .max = 5}),
            optional<&Input::kind>("Kind", {.one_of = {"A", "B"}})};
  }
};

std::string check(Map value) { return describe(violations(Value(std::move(value)), Input::shape())); }

}  // namespace

TEST_CASE("what is right has no violation") {
  CHECK(check(Map{{"TableName", Value("abc")}, {"Size", Value(5)}, {"Kind", Value("A")}}).empty());
}

TEST_CASE("each violation is one sentence") {
  CHECK(check(Map{{"TableName", Value("abcdefghi")}}) ==
        "1 validation error detected: Value 'abcdefghi' at 'tableName' failed to satisfy constraint: Member "
        "must have length less than or equal to 8");
  CHECK(check(Map{{"TableName", Value("ABC")}}) ==
        "1 validation error detected: Value 'ABC' at 'tableName' failed to satisfy constraint: Member must "
        "satisfy regular expression pattern: [a-z]+");
  CHECK(check(Map{{"TableName", Value("abc")}, {"Size", Value(6)}}) ==
        "1 validation error detected: Value '6' at 'size' failed to satisfy constraint: Member must have "
        "value less than or equal to 5");
  CHECK(check(Map{{"TableName", Value("abc")}, {"Kind", Value("C")}}) ==
        "1 validation error detected: Value 'C' at 'kind' failed to satisfy constraint: Member must satisfy "
        "enum value set: [A, B]");
}

TEST_CASE("several are counted, a missing member is null") {
  CHECK(
      check(Map{{"Size", Value(0)}}) ==
      "2 validation errors detected: Value null at 'tableName' failed to satisfy constraint: Member must not "
      "be null; "
      "Value '0' at 'size' failed to satisfy constraint: Member must have value greater than or equal to 1");
}

TEST_CASE("lengths count characters, not bytes") {
  CHECK(violations(Value(Map{{"TableName", Value("\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4")}}),
                   Input::shape())
            .size() == 1);  // the pattern alone
}
