#include <catch2/catch.hpp>

#include "languages/vtl/jsonpath.hpp"
#include "wire/json.hpp"

using namespace puddle;
using namespace puddle::vtl;

namespace {
constexpr std::string_view kStore =
    R"({"a":{"b":[{"c":1},{"c":2},{"c":3}]},"x y":"z","price":5,"deep":{"price":7},"n":null})";

std::string at(std::string_view path) {
  const auto root = wire::parse_json(kStore);
  REQUIRE(root);
  const auto parsed = JsonPath::parse(path);
  REQUIRE(parsed);
  bool found = false;
  const wire::Value v = value_at(*root, *parsed, &found);
  return found ? wire::to_json(v) : "nothing";
}
}  // namespace

TEST_CASE("definite paths select one value") {
  CHECK(at("$.price") == "5");
  CHECK(at("$.a.b[1].c") == "2");
  CHECK(at("$.a.b[-1].c") == "3");
  CHECK(at("$['x y']") == "\"z\"");
  CHECK(at("$[\"a\"]['b'][0]") == "{\"c\":1}");
  CHECK(at("price") == "5");
  CHECK(at("$.n") == "null");
  CHECK(at("$.missing") == "nothing");
  CHECK(at("$.a.b[9]") == "nothing");
}

TEST_CASE("indefinite paths select a list") {
  CHECK(at("$.a.b[*].c") == "[1,2,3]");
  CHECK(at("$.a.b[-1:].c") == "[3]");
  CHECK(at("$.a.b[0,2].c") == "[1,3]");
  CHECK(at("$..price") == "[5,7]");
  CHECK(at("$.a.b[?(@.c > 1)].c") == "[2,3]");
  CHECK(at("$.a.b[?(@.d)]") == "[]");
  CHECK(at("$['price','n']") == "[5,null]");
}

TEST_CASE("what is no path is refused") {
  for (const char* bad : {"$.", "$.a[", "$.a]", "$.a['b", "$.a[?(@.b ~ 1)]", "$x"})
    CHECK_FALSE(JsonPath::parse(bad));
}
