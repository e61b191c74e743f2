// KeyConditionExpression.
#include <catch2/catch.hpp>

#include "support.hpp"

using namespace puddle::expression;
using namespace puddle::expression::test;

namespace {

const char* const kValues = "{':v': {'S': 'x'}, ':w': {'N': '2'}, ':z': {'N': '3'}}";
using Parts = std::vector<KeyPart>;

/// "pk = {S:x}, sk < {N:2}" in the order of the schema, or what was wrong.
std::string read(const std::string& text, const Parts& hash = {{"pk", "S"}},
                 const Parts& range = {{"sk", "N"}}) {
  static const char* const kOps[] = {"=", "<", "<=", ">", ">=", "between", "begins_with"};
  try {
    Placeholders placeholders(Value(), json(kValues));
    std::string out;
    for (const KeyTest& test : match_schema(
             bind_key_condition(parse_condition(text, "KeyConditionExpression"), placeholders), hash, range))
      out += (out.empty() ? "" : ", ") + test.attribute + " " + kOps[static_cast<int>(test.op)] + " " +
             to_message(*test.first) + (test.second ? " " + to_message(*test.second) : "");
    return out;
  } catch (const Error& e) {
    return e.message;
  }
}

}  // namespace

TEST_CASE("key conditions are taken apart") {
  CHECK(read("pk = :v") == "pk = {S:x}");
  CHECK(read("sk < :w AND pk = :v") == "pk = {S:x}, sk < {N:2}");
  CHECK(read("(:w < sk) AND (pk = :v)") == "pk = {S:x}, sk > {N:2}");
  CHECK(read("pk = :v AND sk BETWEEN :w AND :z") == "pk = {S:x}, sk between {N:2} {N:3}");
  CHECK(read("pk = :v AND begins_with(sk, :v)", {{"pk", "S"}}, {{"sk", "S"}}) ==
        "pk = {S:x}, sk begins_with {S:x}");
}

TEST_CASE("key conditions of another form are refused") {
  CHECK(read("pk = :v OR sk = :w") == "Invalid operator used in KeyConditionExpression: OR");
  CHECK(read("NOT pk = :v") == "Invalid operator used in KeyConditionExpression: NOT");
  CHECK(read("pk <> :v") == "Invalid operator used in KeyConditionExpression: <>");
  CHECK(read("pk IN (:v)") == "Invalid operator used in KeyConditionExpression: IN");
  CHECK(read("attribute_exists(pk)") == "Invalid operator used in KeyConditionExpression: attribute_exists");
  CHECK(read("size(pk) = :w") == "KeyConditionExpressions cannot contain nested operations");
  CHECK(read("pk.a = :v") == "KeyConditionExpressions cannot have conditions on nested attributes");
  CHECK(read("pk = sk") ==
        "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition");
  CHECK(read(":v = :v") == "Invalid condition in KeyConditionExpression: No key attribute specified");
  CHECK(read(":w BETWEEN sk AND :z") ==
        "Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute as its "
        "first operand");
  CHECK(read("begins_with(:v, pk)") ==
        "Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as "
        "its first "
        "operand");
  CHECK(read("pk = :v AND pk = :v") == "KeyConditionExpressions must only contain one condition per key");
}

TEST_CASE("key conditions are held against the schema") {
  CHECK(read("sk = :w") == "Query condition missed key schema element: pk");
  CHECK(read("pk = :v AND x = :w") == "Query condition missed key schema element: sk");
  CHECK(read("pk < :v") == "Query key condition not supported");
  CHECK(read("pk = :v AND x = :w", {{"pk", "S"}}, {}) == "Query key condition not supported");
  CHECK(read("pk = :w") ==
        "One or more parameter values were invalid: Condition parameter type does not match schema type");
  CHECK(read("pk = :v AND sk = :w AND x = :w") == "Conditions can be of length 1 or 2 only");
}

TEST_CASE("keys of several attributes") {
  const Parts hash = {{"a", "S"}, {"b", "N"}}, range = {{"c", "N"}, {"d", "N"}};
  CHECK(read("b = :w AND a = :v", hash, range) == "a = {S:x}, b = {N:2}");
  CHECK(read("b = :w AND a = :v AND d > :w AND c = :z", hash, range) ==
        "a = {S:x}, b = {N:2}, c = {N:3}, d > {N:2}");
  CHECK(read("a = :v", hash, range) == "Query condition missed key schema element: b");
  CHECK(read("b = :w AND a = :v AND d > :w", hash, range) ==
        "RANGE key attributes c must have equality conditions specified in the query because a condition is "
        "present "
        "on key attribute d");
}
