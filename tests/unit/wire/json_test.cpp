// JSON text <-> Value.
#include <catch2/catch.hpp>

#include "wire/json.hpp"
#include "wire/json_reader.hpp"

using namespace puddle;
using namespace puddle::wire;

TEST_CASE("what is read is written as it was, members in their order") {
  for (const char* text : {"null", "true", "[]", "{}", "-7", "0.5", "\"a\\\"b\"",
                           "{\"b\":1,\"a\":[2,{\"c\":null}]}", "9223372036854775807"}) {
    const auto value = parse_json(text);
    REQUIRE(value);
    CHECK(to_json(*value) == text);
  }
}

TEST_CASE("what is no JSON is refused") {
  for (const char* text :
       {"", "{", "[1,]", "{\"a\":1,}", "nul", "'a'", "\"\x80\"", "01", "\"a\nb\"", "{} {}", "\"\\ud800\""})
    CHECK_FALSE(parse_json(text));
}

TEST_CASE("the last of duplicate keys wins; nesting is bounded; big integers become real") {
  CHECK(parse_json("{\"a\":1,\"a\":2}")->find("a")->integer() == 2);
  CHECK_FALSE(parse_json(std::string(300, '[') + std::string(300, ']')));
  CHECK(parse_json(std::string(150, '[') + std::string(150, ']')));
  CHECK(parse_json("18446744073709551616")->kind() == Value::Kind::real);
}

TEST_CASE("a text is read as it was written, wherever its escapes stand") {
  for (std::size_t size = 0; size < 40; ++size)
    for (std::size_t at = 0; at <= size; ++at)
      for (const std::string special :
           {"\"", "\\", "\\\\", "\\\"", "\n", "\x01", "\u00e9", "\U0001F600", "\"\\\"\\\\"}) {
        const std::string text = std::string(at, 'a') + special + std::string(size - at, 'b');
        const std::string json = to_json(Value(text));
        const auto read = parse_json(json + " ");
        REQUIRE(read);
        REQUIRE(read->text() == text);
        REQUIRE_FALSE(parse_json(json.substr(0, json.size() - 1)));
      }
}

TEST_CASE("bytes are base64, raw JSON is copied, text is escaped") {
  Map m;
  m.add("b", Bytes("\xff\x01"));
  m.add("r", Raw{"{\"x\":1}"});
  m.add("t", "\x01\t\u00e9");
  CHECK(to_json(m) == "{\"b\":\"/wE=\",\"r\":{\"x\":1},\"t\":\"\\u0001\\t\u00e9\"}");
}

TEST_CASE("our reader and nlohmann agree") {
  for (const char* text : {" {\"a\" : [ 1 , -0, 0.5e3, 1E-2 , {} , [] ] } ",
                           "\"\\u00e9\\ud83d\\ude00\\n\\/\"",
                           "\xEF\xBB\xBF[1]",
                           "1e-999",
                           "1e999",
                           "\"\\ude00\"",
                           "\"\\ud83d\\u0041\"",
                           "\"\\x\"",
                           "\"\\u00g0\"",
                           "-",
                           "1.",
                           ".5",
                           "1e",
                           "+1",
                           "[1 2]",
                           "{\"a\" 1}",
                           "{1:2}",
                           "\"\xC0\x80\"",
                           "\"\xED\xA0\x80\"",
                           "nulls",
                           "-9223372036854775808",
                           "-9223372036854775809",
                           "\t[]\r\n"}) {
    INFO(text);
    const auto ours = parse_json(text), theirs = judge_json(text);
    REQUIRE(static_cast<bool>(ours) == static_cast<bool>(theirs));
    if (ours) CHECK(*ours == *theirs);
  }
}

TEST_CASE("an object of many members is read in reasonable time, duplicates or not") {
  std::string text = "{";
  for (int i = 0; i < 60'000; ++i)
    text += "\"m" + std::to_string(i % 50'000) + "\":" + std::to_string(i) + ",";
  text.back() = '}';
  const auto value = parse_json(text);
  REQUIRE(value);
  CHECK(value->map().size() == 50'000);
  CHECK(value->map().begin()->second.integer() == 50'000);
}

TEST_CASE("an object of objects can be read in part: the rest is copied as it is") {
  const std::string text =
      R"({"a":{"S":"\"}]{[ \\\" \\\\"},"b":{"M":{"}":{"L":[{"N":"1"},{"S":"]"}]}}},"\u00e9\"":{"BOOL":true},"d":{}})";
  for (const std::string wanted : {"", "a", "b", "\xC3\xA9\"", "d", "e"}) {
    INFO(wanted);
    const auto part = parse_json_partly(text, [&](std::string_view name) { return name == wanted; });
    REQUIRE(part);
    CHECK(part->size() == 4);
    for (const auto& [name, value] : *part) CHECK((value.kind() == Value::Kind::raw) == (name != wanted));
    CHECK(to_json(Value(*part)) == to_json(*parse_json(text)));
  }
  CHECK(parse_json_partly("{}", [](std::string_view) { return true; })->empty());
  for (const char* other :
       {"", "[]", "{\"a\":1}", "{\"a\":{}", "{\"a\":{\"S\":\"}", "{\"a\":{}}x", "{\"a\" {}}"})
    CHECK_FALSE(parse_json_partly(other, [](std::string_view) { return false; }));
}
