// ConditionExpression and FilterExpression.
#include <catch2/catch.hpp>

#include "support.hpp"

using namespace puddle::expression;
using namespace puddle::expression::test;

namespace {

const char* const kItem =
    "{'a': {'N': '5'}, 's': {'S': 'hello'}, 'l': {'L': [{'S': 'x'}, {'M': {'k': {'N': '1'}}}]}, 'f': "
    "{'BOOL': true},"
    " 'ss': {'SS': ['a', 'b']}, 'm': {'M': {'k': {'S': 'v'}}}, 'n': {'NULL': true}}";

bool holds(const std::string& text, const std::string& values = "", const std::string& names = "") {
  Placeholders placeholders(names.empty() ? Value() : json(names), values.empty() ? Value() : json(values));
  const Condition condition(parse_condition(text, "ConditionExpression"), placeholders,
                            "ConditionExpression");
  placeholders.check_unused();
  return condition.holds(item(kItem));
}

std::string problem(const std::string& text, const std::string& values = "", const std::string& names = "") {
  return error_of([&] { holds(text, values, names); });
}

std::string invalid(const std::string& problem) { return "Invalid ConditionExpression: " + problem; }

}  // namespace

TEST_CASE("comparisons") {
  CHECK(holds("a = :v", "{':v': {'N': '5'}}"));
  CHECK_FALSE(holds("a = :v", "{':v': {'S': '5'}}"));
  CHECK(holds("a <> :v", "{':v': {'S': '5'}}"));
  CHECK(holds("a<:v", "{':v': {'N': '10'}}"));
  CHECK(holds(":v >= a", "{':v': {'N': '5'}}"));
  CHECK(holds("a BETWEEN :a AND :b", "{':a': {'N': '1'}, ':b': {'N': '5'}}"));
  CHECK(holds("a in (:a, :b)", "{':a': {'N': '1'}, ':b': {'N': '5'}}"));
  CHECK(holds("l[1].k = :v AND #m . k = :w", "{':v': {'N': '1'}, ':w': {'S': 'v'}}", "{'#m': 'm'}"));
  CHECK(holds("(a) = (:v)", "{':v': {'N': '5'}}"));
}

TEST_CASE("what is missing is only unequal") {
  const std::string v = "{':v': {'N': '5'}}";
  CHECK_FALSE(holds("zz = :v", v));
  CHECK(holds("zz <> :v", v));
  CHECK(holds("zz <> yy"));
  CHECK_FALSE(holds("zz < :v", v));
  CHECK_FALSE(holds("zz IN (:v)", v));
  CHECK_FALSE(holds("zz BETWEEN :v AND :v", v));
  CHECK(holds("NOT zz = :v", v));
  CHECK(holds("size(zz) <> :v", v));
  CHECK(holds("size(a) <> :v", v));
  CHECK_FALSE(holds("size(a) = :v OR size(a) < :v OR size(zz) >= :v", v));
  CHECK_FALSE(holds("a.b[3].c = :v", v));
  CHECK_FALSE(holds("l[7] = :v", v));
}

TEST_CASE("functions") {
  CHECK(holds("attribute_exists(l[1].k)"));
  CHECK_FALSE(holds("attribute_exists(l[2])"));
  CHECK(holds("attribute_not_exists(a.b)"));
  CHECK(holds("attribute_type(n, :t)", "{':t': {'S': 'NULL'}}"));
  CHECK(holds("begins_with(s, :p)", "{':p': {'S': 'he'}}"));
  CHECK(
      holds("contains(ss, :p) and contains (s, :p)  or f = :t", "{':p': {'S': 'b'}, ':t': {'BOOL': true}}"));
  CHECK(holds("size(s) = :n AND size(l) < size(s)", "{':n': {'N': '5'}}"));
}

TEST_CASE("AND binds more tightly than OR, NOT more tightly than both") {
  const std::string v = "{':v': {'N': '5'}}";
  CHECK(holds("a = :v OR a = :v AND zz = :v", v));
  CHECK_FALSE(holds("(a = :v OR a = :v) AND zz = :v", v));
  CHECK(holds("NOT zz = :v AND a = :v", v));
  CHECK(holds("not not a = :v", v));
  CHECK(holds("NOT (a = :v AND zz = :v)", v));
}

TEST_CASE("syntax errors name the token and what is around it") {
  CHECK(problem("") == invalid("The expression can not be empty;"));
  CHECK(problem("a") == invalid("Syntax error; token: \"<EOF>\", near: \"a\""));
  CHECK(problem("a  b = c") == invalid("Syntax error; token: \"b\", near: \"a  b =\""));
  CHECK(problem("!!!") == invalid("Syntax error; token: \"!\", near: \"!!\""));
  CHECK(problem("attribute_not_exists(") == invalid("Syntax error; token: \"<EOF>\", near: \"(\""));
  CHECK(problem("a = 5") == invalid("Syntax error; token: \"5\", near: \"= 5\""));
  CHECK(problem("a AND b") == invalid("Syntax error; token: \"AND\", near: \"a AND b\""));
  CHECK(problem("l[-1] = :v") == invalid("Syntax error; token: \"-\", near: \"[-1\""));
  CHECK(problem("l[:i] = :v") == invalid("Syntax error; token: \":i\", near: \"[:i]\""));
  CHECK(problem("a = :v AND __x = :v") == invalid("Syntax error; token: \"_\", near: \"AND __\""));
  CHECK(problem("(a = :v") == invalid("Syntax error; token: \"<EOF>\", near: \":v\""));
  CHECK(problem("a = # AND b") == invalid("Syntax error; token: \"#\", near: \"= # AND\""));
}

TEST_CASE("problems come in AWS's order: parentheses, functions, their place, reserved words, operands") {
  CHECK(problem("((f(abs))) = zz") == invalid("The expression has redundant parentheses;"));
  CHECK(problem("((a = :v))") == invalid("The expression has redundant parentheses;"));
  CHECK(problem("a = ((:v))") == invalid("The expression has redundant parentheses;"));
  CHECK(problem("f(abs) = size") == invalid("Invalid function name; function: f"));
  CHECK(problem("size(abs)") ==
        invalid("The function is not allowed to be used this way in an expression; function: size"));
  CHECK(problem("a = attribute_exists(b)") ==
        invalid(
            "The function is not allowed to be used this way in an expression; function: attribute_exists"));
  CHECK(problem("a = if_not_exists(b, c)") ==
        invalid("The function is not allowed in a condition expression; function: if_not_exists"));
  CHECK(problem("Abort = :v") == invalid("Attribute name is a reserved keyword; reserved keyword: Abort"));
  CHECK(problem("#a = :v") ==
        invalid("An expression attribute name used in the document path is not defined; attribute name: #a"));
  CHECK(problem("a = :v") ==
        invalid("An expression attribute value used in expression is not defined; attribute value: :v"));
}

TEST_CASE("operands are checked before any item is seen") {
  CHECK(problem("attribute_exists(a, b)") ==
        invalid(
            "Incorrect number of operands for operator or function; operator or function: attribute_exists, "
            "number of operands: 2"));
  CHECK(
      problem("l[1].b = #a[1].b", "", "{'#a': 'l'}") ==
      invalid("The first operand must be distinct from the remaining operands for this operator or function; "
              "operator: =, first operand: [l, [1], b]"));
  CHECK(problem("attribute_exists(:v)", "{':v': {'S': 'x'}}") ==
        invalid("Operator or function requires a document path; operator or function: attribute_exists"));
  CHECK(
      problem("begins_with(a, :v)", "{':v': {'N': '1'}}") ==
      invalid(
          "Incorrect operand type for operator or function; operator or function: begins_with, operand type: "
          "N"));
  CHECK(problem("a < :v", "{':v': {'BOOL': true}}") ==
        invalid(
            "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"));
  CHECK(problem("size(:v) = a", "{':v': {'N': '1'}}") ==
        invalid(
            "Incorrect operand type for operator or function; operator or function: size, operand type: N"));
  CHECK(problem("attribute_type(a, b)") ==
        invalid(
            "Incorrect operand type for operator or function; operator or function: attribute_type, operand "
            "type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}"));
  CHECK(problem("attribute_type(a, :t)", "{':t': {'S': 'DOG'}}") ==
        invalid("Invalid attribute type name found; type: DOG, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"));
  CHECK(
      problem("a BETWEEN :a AND :b", "{':a': {'S': 'a'}, ':b': {'N': '1'}}") ==
      invalid("The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: "
              "AttributeValue: {S:a}, upper bound operand: AttributeValue: {N:1}"));
  CHECK(
      problem("a BETWEEN :a AND :b", "{':a': {'N': '2'}, ':b': {'N': '1'}}") ==
      invalid(
          "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound "
          "operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}"));
}

TEST_CASE("placeholders are checked and all of them must be used") {
  CHECK(problem("attribute_exists(a)", "{}") == "ExpressionAttributeValues must not be empty");
  CHECK(problem("attribute_exists(a)", "", "{}") == "ExpressionAttributeNames must not be empty");
  CHECK(problem("attribute_exists(a)", "", "{'a': 'b'}") ==
        "ExpressionAttributeNames contains invalid key: Syntax error; key: \"a\"");
  CHECK(problem("attribute_exists(a)", "{':': {'S': 'x'}}") ==
        "ExpressionAttributeValues contains invalid key: Syntax error; key: \":\"");
  CHECK(problem("attribute_exists(a)", "{':v': {'S': 'x'}}", "{'#a': 'a', '#b': 'b'}") ==
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a, #b}");
  CHECK(problem("attribute_exists(#1)", "{':v': {'S': 'x'}}", "{'#1': 'a'}") ==
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}");
}

TEST_CASE("placeholders are bounded") {
  const std::string long_name(255, 'a');
  CHECK(problem("attribute_exists(#a)", "", "{'#" + long_name + "-': 'b'}") ==
        "ExpressionAttributeNames contains invalid key: The expression attribute map contains a key that is "
        "too long; size of key: 257");
  CHECK(problem("a = :v", "{':" + long_name + "': {'S': 'b'}}") ==
        "ExpressionAttributeValues contains invalid key: The expression attribute map contains a key that is "
        "too long;");
  CHECK(problem("attribute_exists(#" + long_name.substr(1) + ")", "",
                "{'#" + long_name.substr(1) + "': 'b'}") == "");
  CHECK(problem("attribute_exists(#a)", "", "{'#a': ''}") ==
        "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a");
}

TEST_CASE("sizes and depths are bounded") {
  const auto repeat = [](const std::string& text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
  };
  CHECK(problem(std::string(4097, 'a')) ==
        invalid("Expression size has exceeded the maximum allowed size; expression size: 4097"));
  CHECK(problem("l" + repeat("[0]", 32) + " = a") ==
        invalid("The document path has too many nesting levels; nesting levels: 33"));
  CHECK(problem("l[99999999999] = a") ==
        invalid("List index is not within the allowable range; index: [99999999999]"));
  CHECK(problem("a<b " + repeat("or (a<b ", 149) + repeat(")", 149)).empty());
  CHECK(problem("a<b " + repeat("or (a<b ", 454) + repeat(")", 454)) ==
        invalid("The expression contains too many operators; operator count: 301"));
  CHECK(problem(repeat("not ", 1000) + "a<b") ==
        invalid("The expression contains too many operators; operator count: 301"));
  CHECK(problem(repeat("(", 2046) + "a<b" + repeat(")", 2046)) ==
        invalid("The expression has redundant parentheses;"));
  CHECK(problem(repeat("(", 4096)) == invalid("Syntax error; token: \"<EOF>\", near: \"(\""));
  CHECK(problem("a < " + repeat("f(", 1355) + "b" + repeat(")", 1355)) ==
        invalid("Invalid function name; function: f"));
  CHECK(problem("a < " + repeat("size(", 680) + "b" + repeat(")", 680)) ==
        invalid(
            "Incorrect operand type for operator or function; operator or function: size, operand type: N"));
}
