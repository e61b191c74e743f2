// The order of keys, and what AWS's hash makes of it. The expected segments and orders are the service's.
#include <algorithm>
#include <catch2/catch.hpp>

#include "services/dynamodb/items/key.hpp"

using namespace puddle::dynamodb;
using puddle::wire::List;
using puddle::wire::Map;
using puddle::wire::Value;

namespace {

Value text(const std::string& s) { return Map{{"S", Value(s)}}; }
Value number(const std::string& n) { return Map{{"N", Value(n)}}; }

std::string partition(const Value& hash) { return partition_key({&hash}); }

bool in_segment(const Value& hash, int segment, int segments) {
  const std::string key = partition(hash);
  const KeyRange range = segment_range(segment, segments);
  return key >= range.from && (range.to.empty() || key < range.to);
}

const KeySchema kSchema{{{"h", "S"}}, {{"r", "B"}}};

Value item(const std::string& h, const std::string& r) {
  return Map{{"h", text(h)}, {"r", Value(Map{{"B", Value(r)}})}};
}

}  // namespace

TEST_CASE("a partition is in the segment in which the service has it") {
  CHECK(in_segment(text("3635"), 0, 4096));
  CHECK(in_segment(text("228"), 0, 4096));
  CHECK(in_segment(text("1668"), 1, 4096));
  CHECK(in_segment(text("3435"), 4, 4096));
  CHECK(in_segment(number("251"), 1, 4096));
  CHECK(in_segment(number("2388"), 4095, 4096));
  CHECK_FALSE(in_segment(number("2388"), 4094, 4096));
}

TEST_CASE("every key is in exactly one segment, whatever their number") {
  for (const int segments : {1, 2, 3, 7, 4096, 5000, 1'000'000})
    for (const char* key : {"a", "b", "hello", "228"}) {
      int found = 0;
      for (int s = 0; s < segments; ++s) found += in_segment(text(key), s, segments);
      CHECK(found == 1);
    }
}

TEST_CASE("partitions follow one another in the service's order") {
  const auto sorted = [](std::vector<Value> keys) {
    std::sort(keys.begin(), keys.end(),
              [](const Value& a, const Value& b) { return partition(a) < partition(b); });
    std::vector<std::string> out;
    for (const Value& k : keys) out.push_back(k.map().begin()->second.text());
    return out;
  };
  std::vector<Value> texts, numbers;
  for (const char* t : {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "aardman", "hello", "zapf", "äáöü"})
    texts.push_back(text(t));
  CHECK(sorted(texts) == std::vector<std::string>{"2", "8", "9", "1", "6", "hello", "0", "5", "4", "äáöü",
                                                  "aardman", "7", "3", "zapf"});
  for (const char* n :
       {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "-0.09", "999.9", "0.012345", "-999.9"})
    numbers.push_back(number(n));
  CHECK(sorted(numbers) == std::vector<std::string>{"7", "999.9", "8", "3", "2", "-999.9", "9", "4", "-0.09",
                                                    "6", "1", "0", "0.012345", "5"});
}

TEST_CASE("within a partition byte order is the order of the range values, zero bytes included") {
  // "", 00, 00 00, 00 01, 01, FF, FF FF, as base64
  const std::vector<std::string> values{"AA==", "AAA=", "AAE=", "AQ==", "/w==", "//8="};
  std::vector<std::string> keys;
  for (const std::string& v : values) keys.push_back(key_of_item(item("a", v), kSchema));
  CHECK(std::is_sorted(keys.begin(), keys.end()));
  for (const std::string& k : keys) {
    CHECK(k.starts_with(partition(text("a"))));
    CHECK(k < behind(partition(text("a"))));
  }
}

TEST_CASE("numbers are ordered by value") {
  const std::vector<std::string> values{"-100", "-99.5", "-1", "-0.5", "-0.001", "0",  "0.001",
                                        "0.5",  "1",     "2",  "10",   "99.5",   "100"};
  std::vector<std::string> keys;
  for (const std::string& v : values) {
    std::string& k = keys.emplace_back();
    append_key_part(k, number(v));
  }
  CHECK(std::is_sorted(keys.begin(), keys.end()));
}

TEST_CASE("an entry of an index ends in the key of its item, and misses when an attribute does") {
  const KeySchema index{{{"x", "S"}}, {{"y", "N"}}};
  Value whole = item("a", "AA==");
  const std::string key = key_of_item(whole, kSchema);
  CHECK_FALSE(key_of_entry(whole, index, key));
  whole.map().add("x", text(std::string("zero\0byte", 9)));
  whole.map().add("y", text("no number"));
  CHECK_FALSE(key_of_entry(whole, index, key));
  whole.map()["y"] = number("5");
  const auto entry = key_of_entry(whole, index, key);
  REQUIRE(entry);
  CHECK(item_key_of_entry(*entry, index) == key);
  whole.map()["x"] = text("");
  CHECK_FALSE(key_of_entry(whole, index, key));
}

TEST_CASE("the key behind a prefix") {
  CHECK(behind("a") == "b");
  CHECK(behind("a\xFF") == "b");
  CHECK(behind("\xFF\xFF").empty());
}
