// KeyConditionExpression.
#include <catch2/catch.hpp>

#include "support.hpp"

using namespace puddle::expression;
using namespace puddle::expression::test;

namespace {

const char* const kValues = "{':v': {'S': 'x'}, ':w': {'N': '2'}, ':z': {'N': '3'}, ':t': {'BOOL': true}}";

/// "sk < {N:2}, pk = {S:x}" in the order of the text, or what was wrong.
std::string read(const std::string& text) {
  static const char* const kOps[] = {"=", "<", "<=", ">", ">=", "between", "begins_with"};
  try {
    Placeholders placeholders(Value(), json(kValues));
    std::string out;
    for (const KeyTest& test :
         KeyConditionExpression(parse_condition(text, "KeyConditionExpression"), placeholders).tests())
      out += (out.empty() ? "" : ", ") + test.attribute + " " + kOps[static_cast<int>(test.op)] + " " +
             to_message(*test.first) + (test.second ? " " + to_message(*test.second) : "");
    return out;
  } catch (const Error& e) {
    return e.message;
  }
}

const std::string kForm = "Invalid KeyConditionExpression: ";

}  // namespace

TEST_CASE("key conditions are taken apart") {
  CHECK(read("pk = :v") == "pk = {S:x}");
  CHECK(read("sk < :w AND pk = :v") == "sk < {N:2}, pk = {S:x}");
  CHECK(read("(:w < sk) AND (pk = :v)") == "sk > {N:2}, pk = {S:x}");
  CHECK(read("pk = :v AND sk BETWEEN :w AND :z") == "pk = {S:x}, sk between {N:2} {N:3}");
  CHECK(read("pk = :v AND begins_with(sk, :v)") == "pk = {S:x}, sk begins_with {S:x}");
}

TEST_CASE("key conditions of another form are refused") {
  CHECK(read("pk = :v OR sk = :w") == kForm + "Invalid operator used in KeyConditionExpression: OR");
  CHECK(read("NOT pk = :v") == kForm + "Invalid operator used in KeyConditionExpression: NOT");
  CHECK(read("pk <> :v") == kForm + "Invalid operator used in KeyConditionExpression: <>");
  CHECK(read("pk IN (:v)") == kForm + "Invalid operator used in KeyConditionExpression: IN");
  CHECK(read("attribute_exists(pk)") ==
        kForm + "Invalid operator used in KeyConditionExpression: attribute_exists");
  CHECK(read("size(pk) = :w") == kForm + "KeyConditionExpressions cannot contain nested operations");
  CHECK(read("pk.a = :v") == kForm + "KeyConditionExpressions cannot have conditions on nested attributes");
  CHECK(read("pk = sk") ==
        kForm +
            "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition");
  CHECK(read(":v = :v") == kForm + "Invalid condition in KeyConditionExpression: No key attribute specified");
  CHECK(
      read(":w BETWEEN sk AND :z") ==
      kForm +
          "Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute as its "
          "first operand");
  CHECK(
      read("begins_with(:v, pk)") ==
      kForm +
          "Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as "
          "its first "
          "operand");
  CHECK(read("pk = :v AND pk = :v") ==
        kForm + "KeyConditionExpressions must only contain one condition per key");
}

TEST_CASE("operands that no key can have are named before the schema is looked at") {
  const auto wrong = [](const std::string& op, const std::string& type) {
    return "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or "
           "function: " +
           op + ", operand type: " + type;
  };
  CHECK(read("pk = :v AND begins_with(sk, :w)") == wrong("begins_with", "N"));
  CHECK(read("pk = :v AND begins_with(sk, :t)") == wrong("begins_with", "BOOL"));
  CHECK(read("pk = :v AND sk < :t") == wrong("<", "BOOL"));
  CHECK(read("pk = :v AND :t >= sk") == wrong(">=", "BOOL"));
  CHECK(read("pk = :v AND sk BETWEEN :t AND :t") == wrong("BETWEEN", "BOOL"));
  CHECK(read("pk = :v AND sk = :t") == "pk = {S:x}, sk = {BOOL:true}");
  // In the order of the text, whatever is wrong.
  CHECK(read("pk = :missing AND begins_with(sk, :w)") ==
        "Invalid KeyConditionExpression: An expression attribute value used in expression is not defined; "
        "attribute value: :missing");
  CHECK(read("begins_with(sk, :w) AND pk = :missing") == wrong("begins_with", "N"));
}
