// UpdateExpression.
#include <catch2/catch.hpp>

#include "support.hpp"

using namespace puddle::expression;
using namespace puddle::expression::test;

namespace {

const char* const kItem =
    "{'a': {'N': '5'}, 's': {'S': 'x'}, 'l': {'L': [{'N': '0'}, {'N': '1'}, {'N': '2'}]}, "
    "'m': {'M': {'k': {'S': 'v'}}}, 'ns': {'NS': ['1', '2']}}";

/// The item after the update, or what was wrong.
std::string updated(const std::string& text, const std::string& values = "",
                    const std::string& before = kItem, const std::string& names = "") {
  try {
    Placeholders placeholders(names.empty() ? Value() : json(names), values.empty() ? Value() : json(values));
    const Update update(parse_update(text), placeholders);
    placeholders.check_unused();
    Map out = item(before);
    update.apply(out);
    return puddle::wire::to_json(Value(out));
  } catch (const Error& e) {
    return e.message;
  }
}

/// One attribute after the update.
std::string attribute(const std::string& name, const std::string& text, const std::string& values = "") {
  const std::string after = updated(text, values);
  const auto parsed = puddle::wire::parse_json(after);
  if (!parsed) return after;
  const Value* found = parsed->find(name);
  return found ? puddle::wire::to_json(*found) : "none";
}

std::string invalid(const std::string& problem) { return "Invalid UpdateExpression: " + problem; }
const std::string kInvalidPath = "The document path provided in the update expression is invalid for update";
const std::string kWrongType = "An operand in the update expression has an incorrect data type";
const std::string kMissing = "The provided expression refers to an attribute that does not exist in the item";

}  // namespace

TEST_CASE("SET") {
  const std::string v = "{':v': {'N': '2'}}";
  CHECK(attribute("z", "SET z = :v", v) == R"({"N":"2"})");
  CHECK(attribute("a", "set a = a + :v", v) == R"({"N":"7"})");
  CHECK(attribute("a", "SET a = (a - :v)", v) == R"({"N":"3"})");
  CHECK(attribute("a", "SET a = (a) - (:v)", v) == R"({"N":"3"})");
  CHECK(attribute("z", "SET z = if_not_exists(z, :v) + if_not_exists(a, :v)", v) == R"({"N":"7"})");
  CHECK(attribute("l", "SET l = list_append(l, :l)", "{':l': {'L': [{'S': 'e'}]}}") ==
        R"({"L":[{"N":"0"},{"N":"1"},{"N":"2"},{"S":"e"}]})");
  CHECK(attribute("m", "SET m.z = :v", v) == R"({"M":{"k":{"S":"v"},"z":{"N":"2"}}})");
  CHECK(attribute("l", "SET l[1] = :v", v) == R"({"L":[{"N":"0"},{"N":"2"},{"N":"2"}]})");
  CHECK(attribute("l", "SET l[9] = :v, l[7] = a", v) ==
        R"({"L":[{"N":"0"},{"N":"1"},{"N":"2"},{"N":"5"},{"N":"2"}]})");
}

TEST_CASE("right-hand sides see the item as it was") {
  const std::string after = updated("SET a = s, s = a");
  CHECK(after.find(R"("a":{"S":"x"})") != std::string::npos);
  CHECK(after.find(R"("s":{"N":"5"})") != std::string::npos);
}

TEST_CASE("REMOVE means original positions") {
  CHECK(attribute("l", "REMOVE l[0], l[1], l[8]") == R"({"L":[{"N":"2"}]})");
  CHECK(attribute("l", "SET l[2] = :v REMOVE l[0]", "{':v': {'S': 'c'}}") ==
        R"({"L":[{"N":"1"},{"S":"c"}]})");
  CHECK(attribute("m", "REMOVE m.k, m.zz, zz") == R"({"M":{}})");
  CHECK(updated("REMOVE zz.b") == kInvalidPath);
  CHECK(updated("REMOVE zz.b", "", "{}") == "{}");
}

TEST_CASE("ADD and DELETE") {
  CHECK(attribute("a", "ADD a :v", "{':v': {'N': '-0.5'}}") == R"({"N":"4.5"})");
  CHECK(attribute("z", "ADD z :v", "{':v': {'N': '3'}}") == R"({"N":"3"})");
  CHECK(attribute("ns", "ADD ns :v", "{':v': {'NS': ['2', '10']}}") == R"({"NS":["1","2","10"]})");
  CHECK(attribute("ns", "DELETE ns :v", "{':v': {'NS': ['2', '10']}}") == R"({"NS":["1"]})");
  CHECK(attribute("ns", "DELETE ns :v", "{':v': {'NS': ['1', '2']}}") == "none");
  CHECK(attribute("z", "DELETE z :v", "{':v': {'NS': ['1', '2']}}") == "none");
  CHECK(updated("ADD s :v", "{':v': {'N': '1'}}") == kWrongType);
  CHECK(updated("DELETE ns :v", "{':v': {'SS': ['1']}}") == kWrongType);
  CHECK(updated("ADD a :v", "{':v': {'N': '1E50'}}") ==
        "Number overflow. Attempting to store a number with magnitude larger than supported range");
}

TEST_CASE("what an item cannot do") {
  const std::string v = "{':v': {'N': '2'}}";
  CHECK(updated("SET z = zz") == kMissing);
  CHECK(updated("SET z = zz + :v", v) == kMissing);
  CHECK(updated("SET z = s + :v", v) == kWrongType);
  CHECK(updated("SET l = list_append(l, a)") == kWrongType);
  CHECK(updated("SET zz.a = :v", v) == kInvalidPath);
  CHECK(updated("SET m[0] = :v", v) == kInvalidPath);
  CHECK(updated("SET l.a = :v", v) == kInvalidPath);
  CHECK(updated("SET a.b = :v", v, "{}") == kInvalidPath);
}

TEST_CASE("syntax and the order of problems") {
  CHECK(updated("") == invalid("The expression can not be empty;"));
  CHECK(updated("INVALID SYNTAX HERE") ==
        invalid("Syntax error; token: \"INVALID\", near: \"INVALID SYNTAX\""));
  CHECK(updated("SET a = :v,") == invalid("Syntax error; token: \"<EOF>\", near: \",\""));
  CHECK(updated("SET") == invalid("Syntax error; token: \"<EOF>\", near: \"SET\""));
  CHECK(updated("ADD hits : incr") == invalid("Syntax error; token: \":\", near: \"hits : incr\""));
  CHECK(updated("ADD a b") == invalid("Syntax error; token: \"b\", near: \"a b\""));
  CHECK(updated("SET a = b + c + d") == invalid("Syntax error; token: \"+\", near: \"c + d\""));
  CHECK(updated("SET a = f(b + c)") == invalid("Syntax error; token: \"+\", near: \"b + c\""));
  CHECK(updated("SET abort = a SET b = f(c)") ==
        invalid("Attribute name is a reserved keyword; reserved keyword: abort"));
  CHECK(updated("SET a = f(c) SET b = a") == invalid("Invalid function name; function: f"));
  CHECK(updated("SET a = size(c)") ==
        invalid("The function is not allowed in an update expression; function: size"));
  CHECK(updated("SET a = list_append(list_append(b, c), d)") ==
        invalid("The function is not allowed to be used this way in an expression; function: list_append"));
  CHECK(updated("SET a = :v SET #b = a") ==
        invalid("The \"SET\" section can only be used once in an update expression;"));
  CHECK(updated("SET a = :v, #b = a") ==
        invalid("An expression attribute name used in the document path is not defined; attribute name: #b"));
  CHECK(updated("SET a = :v, a = a") ==
        invalid("An expression attribute value used in expression is not defined; attribute value: :v"));
}

TEST_CASE("paths must not overlap") {
  CHECK(
      updated("SET a = b REMOVE a") ==
      invalid(
          "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: "
          "[a], path two: [a]"));
  CHECK(
      updated("REMOVE a.b[1], a.b") ==
      invalid(
          "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: "
          "[a, b, [1]], path two: [a, b]"));
  CHECK(
      updated("REMOVE a.b, a[1]") ==
      invalid(
          "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: "
          "[a, b], path two: [a, [1]]"));
}

TEST_CASE("operands are checked before the item is seen") {
  const auto type = [](const std::string& operation, const std::string& given) {
    return invalid("Incorrect operand type for operator or function; operator" + operation +
                   ", operand type: " + given);
  };
  CHECK(updated("ADD a :v", "{':v': {'S': 'x'}}") == type(": ADD", "STRING"));
  CHECK(updated("ADD a :v", "{':v': {'L': []}}") == type(": ADD", "LIST"));
  CHECK(updated("DELETE a :v", "{':v': {'N': '1'}}") == type(": DELETE", "NUMBER"));
  CHECK(updated("SET a = b + :v", "{':v': {'S': 'x'}}") == type(" or function: +", "S"));
  CHECK(updated("SET a = list_append(b, :v)", "{':v': {'S': 'x'}}") ==
        type(" or function: list_append", "S"));
  CHECK(updated("SET a = if_not_exists(:v, b)", "{':v': {'S': 'x'}}") ==
        invalid("Operator or function requires a document path; operator or function: if_not_exists"));
  CHECK(
      updated("SET a = list_append(b)") ==
      invalid(
          "Incorrect number of operands for operator or function; operator or function: list_append, number "
          "of operands: 1"));
}

TEST_CASE("what an update tells about itself") {
  Placeholders placeholders(Value(), json("{':v': {'N': '1'}}"));
  const Update update(parse_update("SET a = :v, b.c = :v, d = a ADD e :v REMOVE l[1]"), placeholders);
  REQUIRE(update.paths().size() == 5);
  CHECK(to_message(update.paths()[1]) == "[b, c]");
  CHECK(to_message(update.paths()[4]) == "[l, [1]]");
  CHECK(update.literal("a") != nullptr);
  CHECK(update.literal("b") == nullptr);
  CHECK(update.literal("d") == nullptr);
  CHECK(update.literal("e") != nullptr);
  CHECK(update.creates());
  Placeholders none;
  CHECK_FALSE(Update(parse_update("REMOVE a"), none).creates());
}

TEST_CASE("what was written stays within 32 levels") {
  std::string deep = "{'S': 'x'}";
  for (int i = 0; i < 31; ++i) deep = "{'L': [" + deep + "]}";
  CHECK(updated("SET z = :v", "{':v': " + deep + "}").find("Nesting") == std::string::npos);
  CHECK(updated("SET m.k = :v", "{':v': " + deep + "}") ==
        "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond "
        "supported "
        "limit");
}
