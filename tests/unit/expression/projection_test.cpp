// ProjectionExpression.
#include <catch2/catch.hpp>

#include "support.hpp"

using namespace puddle::expression;
using namespace puddle::expression::test;

namespace {

std::string projected(const std::string& text, const std::string& names = "") {
  try {
    Placeholders placeholders(names.empty() ? Value() : json(names), Value());
    const Projection projection(parse_projection(text), placeholders);
    placeholders.check_unused();
    return puddle::wire::to_json(Value(projection.apply(item(
        "{'a': {'S': 'x'}, 'b': {'M': {'c': {'L': [{'N': '0'}, {'M': {'d': {'N': '1'}, 'e': {'N': '2'}}}, "
        "{'N': '3'}]}, 'f': {'N': '4'}}}}"))));
  } catch (const Error& e) {
    return e.message;
  }
}

}  // namespace

TEST_CASE("projections keep the nesting and pack lists") {
  CHECK(projected("a") == R"({"a":{"S":"x"}})");
  CHECK(projected("zz, b.f , a") == R"({"a":{"S":"x"},"b":{"M":{"f":{"N":"4"}}}})");
  CHECK(projected("b.c[2], b.c[0]") == R"({"b":{"M":{"c":{"L":[{"N":"0"},{"N":"3"}]}}}})");
  CHECK(projected("b.c[1].d, b.c[2]") == R"({"b":{"M":{"c":{"L":[{"M":{"d":{"N":"1"}}},{"N":"3"}]}}}})");
  CHECK(projected("#b.#c[1].e, b.f", "{'#b': 'b', '#c': 'c'}") ==
        R"({"b":{"M":{"c":{"L":[{"M":{"e":{"N":"2"}}}]},"f":{"N":"4"}}}})");
  CHECK(projected("b.c[9], b.zz.y, a[0]") == "{}");
}

TEST_CASE("projections that are wrong") {
  const std::string invalid = "Invalid ProjectionExpression: ";
  CHECK(projected("") == invalid + "The expression can not be empty;");
  CHECK(projected("a,") == invalid + "Syntax error; token: \"<EOF>\", near: \",\"");
  CHECK(projected("a b") == invalid + "Syntax error; token: \"b\", near: \"a b\"");
  CHECK(projected("a, abort") == invalid + "Attribute name is a reserved keyword; reserved keyword: abort");
  CHECK(projected("#x") ==
        invalid +
            "An expression attribute name used in the document path is not defined; attribute name: #x");
  CHECK(projected("b.c, b") ==
        invalid +
            "Two document paths overlap with each other; must remove or rewrite one of these "
            "paths; path one: [b, c], path two: [b]");
  CHECK(projected("b.c, b[1], a, a") ==
        invalid +
            "Two document paths overlap with each other; must remove or rewrite one "
            "of these paths; path one: [a], path two: [a]");
}
