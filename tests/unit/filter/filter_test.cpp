// Event patterns: operators, arrays, $or, what is refused.
#include <catch2/catch.hpp>

#include "languages/filter/filter.hpp"
#include "wire/json.hpp"

using namespace puddle;

namespace {

bool matches(const char* pattern, const char* event) {
  const auto parsed = filter::parse(std::string_view(pattern));
  INFO(pattern);
  REQUIRE(parsed);
  return parsed->matches(*wire::parse_json(event));
}
std::string refusal(const char* pattern) {
  const auto parsed = filter::parse(std::string_view(pattern));
  return parsed ? "" : parsed.error().message;
}

}  // namespace

TEST_CASE("keys are ANDed, alternatives ORed, values keep their type") {
  CHECK(matches(R"({"a":["x","y"],"b":[1]})", R"({"a":"y","b":1.0})"));
  CHECK_FALSE(matches(R"({"a":["x"],"b":[1]})", R"({"a":"x","b":"1"})"));
  CHECK_FALSE(matches(R"({"a":["x"]})", R"({"a":"X"})"));
  CHECK(matches(R"({"a":[null,true]})", R"({"a":null})"));
  CHECK(matches(R"({"a":[300]})", R"({"a":3.0e2})"));
  CHECK(matches(R"({"a":[""]})", R"({"a":""})"));
  CHECK(matches(R"({"a.b":[1]})", R"({"a":{"b":1}})"));
  CHECK(matches(R"({"a":{"b":[1]}})", R"({"a.b":1})"));
}

TEST_CASE("text operators") {
  CHECK(matches(R"({"a":[{"prefix":"ab"}]})", R"({"a":"abc"})"));
  CHECK_FALSE(matches(R"({"a":[{"prefix":"ab"}]})", R"({"a":"Abc"})"));
  CHECK(matches(R"({"a":[{"prefix":{"equals-ignore-case":"AB"}}]})", R"({"a":"abc"})"));
  CHECK(matches(R"({"a":[{"suffix":".png"}]})", R"({"a":"x.png"})"));
  CHECK(matches(R"({"a":[{"suffix":{"equals-ignore-case":".PNG"}}]})", R"({"a":"x.png"})"));
  CHECK(matches(R"({"a":[{"equals-ignore-case":"AbC"}]})", R"({"a":"aBc"})"));
  CHECK(matches(R"({"a":[{"wildcard":"*b*d"}]})", R"({"a":"abcd"})"));
  CHECK_FALSE(matches(R"({"a":[{"wildcard":"b*"}]})", R"({"a":"abcd"})"));
  CHECK(matches(R"({"a":[{"wildcard":"x\\*y"}]})", R"({"a":"x*y"})"));
  CHECK_FALSE(matches(R"({"a":[{"wildcard":"x\\*y"}]})", R"({"a":"xzy"})"));
}

TEST_CASE("numeric ranges and networks") {
  CHECK(matches(R"({"a":[{"numeric":[">",0,"<=",5]}]})", R"({"a":5})"));
  CHECK_FALSE(matches(R"({"a":[{"numeric":[">",0,"<",5]}]})", R"({"a":5})"));
  CHECK(matches(R"({"a":[{"numeric":["=",3.018e2]}]})", R"({"a":301.8})"));
  CHECK_FALSE(matches(R"({"a":[{"numeric":["=",5]}]})", R"({"a":"5"})"));
  CHECK(matches(R"({"a":[{"cidr":"10.0.0.0/24"}]})", R"({"a":"10.0.0.255"})"));
  CHECK_FALSE(matches(R"({"a":[{"cidr":"10.0.0.0/24"}]})", R"({"a":"10.0.1.0"})"));
  CHECK(matches(R"({"a":[{"cidr":"2001:db8::/32"}]})", R"({"a":"2001:db8::1"})"));
  CHECK_FALSE(matches(R"({"a":[{"cidr":"10.0.0.0/8"}]})", R"({"a":"no address"})"));
}

TEST_CASE("anything-but needs the key; another type satisfies it") {
  CHECK(matches(R"({"a":[{"anything-but":"x"}]})", R"({"a":"y"})"));
  CHECK_FALSE(matches(R"({"a":[{"anything-but":["x","y"]}]})", R"({"a":"y"})"));
  CHECK(matches(R"({"a":[{"anything-but":"x"}]})", R"({"a":null})"));
  CHECK_FALSE(matches(R"({"a":[{"anything-but":"x"}]})", R"({"b":1})"));
  CHECK_FALSE(matches(R"({"a":[{"anything-but":{"prefix":"in"}}]})", R"({"a":"init"})"));
  CHECK_FALSE(matches(R"({"a":[{"anything-but":{"suffix":["a","b"]}}]})", R"({"a":"xb"})"));
  CHECK_FALSE(matches(R"({"a":[{"anything-but":{"equals-ignore-case":["X"]}}]})", R"({"a":"x"})"));
  CHECK(matches(R"({"a":[{"anything-but":{"wildcard":"*/lib/*"}}]})", R"({"a":"x/bin/y"})"));
  CHECK_FALSE(matches(R"({"a":[{"anything-but":[100]}]})", R"({"a":100})"));
}

TEST_CASE("exists looks at leaves") {
  CHECK(matches(R"({"a":{"b":[{"exists":true}]}})", R"({"a":{"b":null}})"));
  CHECK_FALSE(matches(R"({"a":[{"exists":true}]})", R"({"a":{"b":1}})"));
  CHECK(matches(R"({"a":[{"exists":false}]})", R"({"a":{"b":1}})"));
  CHECK(matches(R"({"a":[{"exists":false}]})", R"({"a":[]})"));
  CHECK(matches(R"({"a":["x",{"exists":false}]})", R"({})"));
  CHECK_FALSE(matches(R"({"a":["x",{"exists":false}]})", R"({"a":"y"})"));
}

TEST_CASE("keys are met by one consistent choice of array elements") {
  const char* event = R"({"e":[{"k":"a","v":1},{"k":"b","v":2}]})";
  CHECK(matches(R"({"e":{"k":["a"],"v":[1]}})", event));
  CHECK_FALSE(matches(R"({"e":{"k":["a"],"v":[2]}})", event));
  CHECK(matches(R"({"t":["x"]})", R"({"t":["w","x"]})"));
  CHECK(matches(R"({"e":{"k":["a"],"w":[{"exists":false}]}})", R"({"e":[{"k":"a"},{"k":"b","w":1}]})"));
  CHECK_FALSE(matches(R"({"e":{"k":["b"],"w":[{"exists":false}]}})", R"({"e":[{"k":"a"},{"k":"b","w":1}]})"));
}

TEST_CASE("$or multiplies the pattern at any depth; with one branch it is a key") {
  CHECK(matches(R"({"a":[1],"$or":[{"b":[2]},{"c":[3]}]})", R"({"a":1,"c":3})"));
  CHECK_FALSE(matches(R"({"a":[1],"$or":[{"b":[2]},{"c":[3]}]})", R"({"a":1,"b":3})"));
  CHECK(matches(R"({"x":{"$or":[{"b":[2]},{"c":[{"numeric":[">",2]}]}]}})", R"({"x":{"c":3}})"));
  CHECK(matches(R"({"$or":["v"]})", R"({"$or":"v"})"));
}

TEST_CASE("patterns that mean nothing are refused with the reason") {
  CHECK(refusal(R"({"a":"x"})") == "\"a\" must be an object or an array");
  CHECK(refusal(R"({"a":[]})") == "Empty arrays are not allowed");
  CHECK(refusal(R"("x")") == "Filter is not an object");
  CHECK(refusal(R"({"a":[{"nope":1}]})") == "Unrecognized match type nope");
  CHECK(refusal(R"({"a":[{"prefix":1}]})") == "prefix match pattern must be a string");
  CHECK(refusal(R"({"a":[{"prefix":"a","suffix":"b"}]})") == "Only one key allowed in match expression");
  CHECK(refusal(R"({"a":[{"numeric":[]}]})") == "Invalid member in numeric match: ]");
  CHECK(refusal(R"({"a":[{"numeric":["!",1]}]})") == "Unrecognized numeric range operator: !");
  CHECK(refusal(R"({"a":[{"numeric":[">",5,"<",1]}]})") == "Bottom must be less than top");
  CHECK(refusal(R"({"a":[{"exists":"x"}]})") == "exists match pattern must be either true or false.");
  CHECK(refusal(R"({"a":[{"wildcard":"a**"}]})") == "Consecutive wildcard characters at pos 1");
  CHECK(refusal(R"({"a":[{"cidr":"10.0.0.0"}]})") == "Malformed CIDR, one '/' required");
  CHECK(!refusal(R"({"a":)").empty());
}

TEST_CASE("an event that multiplies without end is given up, not searched for ever") {
  std::string event = "{\"e\":[", pattern = "{\"e\":{";
  for (int i = 0; i < 60; ++i) {
    event += i ? "," : "";
    event += "{\"k" + std::to_string(i) + "\":[";
    for (int j = 0; j < 60; ++j) event += (j ? "," : "") + std::to_string(j);
    event += "]}";
  }
  for (int i = 0; i < 10; ++i) pattern += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":[5]";
  CHECK_FALSE(matches((pattern + "}}").c_str(), (event + "]}").c_str()));
}
