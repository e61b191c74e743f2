// AttributeValue documents: what is refused in AWS's words, the normal form, sizes.
#include <catch2/catch.hpp>

#include "services/dynamodb/items/attribute_value.hpp"
#include "wire/json.hpp"

using namespace puddle;
using namespace puddle::dynamodb;

namespace {

wire::Value json(std::string text) {
  for (char& c : text)
    if (c == '\'') c = '"';
  return wire::parse_json(text).value();
}

/// The normal form, or what is wrong; SerializationExceptions with a star in front.
std::string normal(const std::string& value) {
  wire::Value v = json(value);
  try {
    normalise_value(v);
  } catch (const ItemError& e) {
    return (e.serialization ? "*" : "") + e.message;
  }
  return wire::to_json(v);
}

const std::string kInvalid = "One or more parameter values were invalid: ";

}  // namespace

TEST_CASE("a value has exactly one type") {
  CHECK(normal("{}") ==
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  CHECK(normal("{'X': 'y'}").starts_with("Supplied AttributeValue is empty"));
  CHECK(normal("{'S': 'a', 'N': '1'}") ==
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
        "datatypes");
  CHECK(normal("{'S': 'a', 'X': 1, 'N': null}") == R"({"S":"a"})");
}

TEST_CASE("normal forms") {
  CHECK(normal("{'N': '01.50e1'}") == R"({"N":"15"})");
  CHECK(normal("{'BOOL': 'yes'}") == R"({"BOOL":true})");
  CHECK(normal("{'NS': ['10', '9.0', '-1']}") == R"({"NS":["-1","9","10"]})");
  CHECK(normal("{'SS': ['b', '', 'a']}") == R"({"SS":["","a","b"]})");
  CHECK(normal("{'L': [{'S': ''}, {'B': ''}]}") == R"({"L":[{"S":""},{"B":""}]})");
}

TEST_CASE("values that are wrong") {
  CHECK(normal("{'NULL': false}") == kInvalid + "Null attribute value types must have the value of true");
  CHECK(normal("{'SS': []}") == kInvalid + "An string set  may not be empty");
  CHECK(normal("{'NS': []}") == kInvalid + "An number set  may not be empty");
  CHECK(normal("{'BS': []}") == kInvalid + "Binary sets should not be empty");
  CHECK(normal("{'SS': ['a', 'a']}") == kInvalid + "Input collection [a, a] contains duplicates.");
  CHECK(normal("{'NS': ['1', '1.0']}") == "Input collection contains duplicates");
  CHECK(normal("{'BS': ['Yg==', 'Yg==']}") ==
        kInvalid + "Input collection [Yg==, Yg==]of type BS contains duplicates.");
  CHECK(normal("{'N': 'x'}") == "The parameter cannot be converted to a numeric value: x");
}

TEST_CASE("a wrong JSON type anywhere comes first") {
  CHECK(normal("{'S': 5}") == "*NUMBER_VALUE cannot be converted to String");
  CHECK(normal("{'N': true}") == "*TRUE_VALUE cannot be converted to String");
  CHECK(normal("{'L': [{'N': 'x'}, {'S': 1.5}]}") == "*DECIMAL_VALUE cannot be converted to String");
  CHECK(normal("{'B': 'abc'}") == "*Base64 encoded length is expected a multiple of 4 bytes but found: 3");
  CHECK(normal("{'M': 'x'}") == "*Unexpected field type");
  CHECK(normal("{'L': {}}") == "*Start of structure or map found where not expected");
  CHECK(normal("{'L': ['x']}") == "*Unexpected value type in payload");
}

TEST_CASE("values nest to 32 levels") {
  std::string deep = "{'S': 'x'}";
  for (int i = 0; i < 31; ++i) deep = i % 2 ? "{'L': [" + deep + "]}" : "{'M': {'k': " + deep + "}}";
  CHECK(normal(deep).starts_with("{\"M\""));
  CHECK(normal("{'L': [" + deep + "]}") ==
        "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond "
        "supported limit");
}

TEST_CASE("the values of expressions say whose they are") {
  try {
    placeholders_of(wire::Value(), json("{':v': {'SS': []}}"), 1);
    FAIL("accepted");
  } catch (const ItemError& e) {
    CHECK(e.message == "ExpressionAttributeValues contains invalid value: " + kInvalid +
                           "An string set  may not be empty for key :v");
  }
}

TEST_CASE("sizes of items") {
  CHECK(size_of_item(json("{'id': {'S': 'Fred'}}")) == 6);
  CHECK(size_of_item(json("{'a': {'B': 'aGk='}, 'b': {'BOOL': true}, 'n': {'N': '-12'}}")) == 3 + 2 + 1 + 3);
  CHECK(size_of_item(json("{'l': {'L': [{'S': 'ab'}, {'NULL': true}]}}")) == 1 + 3 + 3 + 2);
  CHECK(size_of_item(json("{'m': {'M': {'k': {'S': 'ab'}}}, 's': {'SS': ['a', 'bc']}}")) ==
        1 + 3 + 4 + 1 + 3);
}

TEST_CASE("placeholders of a request are bounded together") {
  const auto problem = [](std::size_t bytes) -> std::string {
    wire::Map names;
    for (int i = 0; i < 4; ++i) names.add("#n" + std::to_string(i), std::string(bytes / 4 - 3, 'n'));
    try {
      placeholders_of(wire::Value(std::move(names)),
                      json("{':v': {'S': '" + std::string((2 << 20) - bytes - 2, 'x') + "'}}"), 1);
    } catch (const ItemError& e) {
      return e.message;
    }
    return "";
  };
  CHECK(problem(200'000).empty());
  wire::Map value{{":v", json("{'S': '" + std::string(2 << 20, 'x') + "'}")}};
  CHECK_THROWS_AS(placeholders_of(wire::Value(), wire::Value(std::move(value)), 1), ItemError);
}
