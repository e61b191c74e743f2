// CloudFormation's intrinsic functions and the template reader.
#include <catch2/catch.hpp>

#include "languages/intrinsic/evaluate.hpp"
#include "languages/intrinsic/template.hpp"
#include "wire/json.hpp"

using namespace puddle;
using namespace puddle::intrinsic;
using wire::Value;

namespace {

Scope scope() {
  Scope s;
  s.ref = [](std::string_view name) -> std::optional<Value> {
    if (name == "Queue") return Value("http://q");
    if (name == "Zones") return Value(wire::List{Value("a"), Value("b")});
    return std::nullopt;
  };
  s.get_att = [](std::string_view id, std::string_view attribute) -> std::optional<Value> {
    if (id == "Queue" && attribute == "Arn") return Value("arn:q");
    return std::nullopt;
  };
  s.condition = [](std::string_view name) -> std::optional<bool> {
    if (name == "Yes") return true;
    if (name == "No") return false;
    return std::nullopt;
  };
  return s;
}

/// The YAML's only member, resolved, as JSON.
std::string resolved(const std::string& yaml) {
  const auto parsed = parse_template("x: " + yaml);
  REQUIRE(parsed);
  const auto out = resolve(*parsed->root.find("x"), scope());
  return out ? wire::to_json(*out) : "error: " + out.error().message;
}

}  // namespace

TEST_CASE("short and long forms give the same") {
  CHECK(resolved("!Ref Queue") == "\"http://q\"");
  CHECK(resolved("{Ref: Queue}") == "\"http://q\"");
  CHECK(resolved("!GetAtt Queue.Arn") == "\"arn:q\"");
  CHECK(resolved("{'Fn::GetAtt': [Queue, Arn]}") == "\"arn:q\"");
  CHECK(resolved("!Sub 'a ${Queue} ${Queue.Arn} ${!Literal}'") == "\"a http://q arn:q ${Literal}\"");
  CHECK(resolved("!Sub ['${A}-${Queue}', {A: !GetAtt Queue.Arn}]") == "\"arn:q-http://q\"");
}

TEST_CASE("lists are joined, split and selected from") {
  CHECK(resolved("!Join ['-', [a, 1, true]]") == "\"a-1-true\"");
  CHECK(resolved("!Join [',', !Ref Zones]") == "\"a,b\"");
  CHECK(resolved("!Split ['|', 'a|b|']") == "[\"a\",\"b\",\"\"]");
  CHECK(resolved("!Select [1, !Split [':', 'a:b:c']]") == "\"b\"");
  CHECK(resolved("!Select [5, [a]]").starts_with("error: Template error: Fn::Select"));
}

TEST_CASE("conditions choose, and NoValue removes the member") {
  CHECK(resolved("!If [Yes, a, b]") == "\"a\"");
  CHECK(resolved("!If [No, a, b]") == "\"b\"");
  CHECK(resolved("{a: !If [No, 1, !Ref 'AWS::NoValue'], b: 2}") == "{\"b\":2}");
  CHECK(resolved("!If [Unknown, a, b]") ==
        "error: Template error: unresolved condition dependency Unknown in Fn::If");
}

TEST_CASE("what is unknown is an error that names it") {
  CHECK(resolved("!Ref Nothing").find("[Nothing]") != std::string::npos);
  CHECK(resolved("!GetAtt Queue.Colour").find("Queue.Colour") != std::string::npos);
  CHECK(resolved("{'Fn::Cidr': [a, b]}") == "error: Template error: Fn::Cidr is not supported");
}

TEST_CASE("scalars keep their kind, account ids stay text") {
  CHECK(resolved("[1, 1.5, true, 'true', 000000000000, null, abc]") ==
        "[1,1.5,true,\"true\",\"000000000000\",null,\"abc\"]");
}

TEST_CASE("errors have the line") {
  const auto bad = parse_template("a: 1\nb: [1\nc: 2\n");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().line >= 2);
  const auto twice = parse_template("a: 1\na: 2\n");
  REQUIRE_FALSE(twice);
  CHECK(twice.error().line == 2);
  const auto good = parse_template("Resources:\n  Q:\n    Type: T\n");
  REQUIRE(good);
  CHECK(good->line("Resources/Q/Type") == 3);
  CHECK(good->line("Resources/Q/Nowhere") == 2);
}

TEST_CASE("references are found wherever they stand") {
  const auto parsed =
      parse_template("a: !Sub '${A.Arn}-${B}'\nb: [!Ref C, {x: !GetAtt D.Arn}]\nc: !If [Cond, !Ref E, 1]\n");
  REQUIRE(parsed);
  std::set<std::string> names;
  collect_references(parsed->root, names);
  CHECK(names == std::set<std::string>{"A", "B", "C", "D", "E"});
}
