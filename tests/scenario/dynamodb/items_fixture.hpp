// What the tests of items share: values, a table with a local and a global index, calls.
#pragma once
#include <catch2/catch.hpp>
#include <string>

#include "services/dynamodb/dynamodb.hpp"
#include "services/dynamodbstreams/dynamodbstreams.hpp"
#include "support/world.hpp"

namespace puddle::test {

inline Value text(const std::string& s) { return Map{{"S", Value(s)}}; }
inline Value number(std::int64_t n) { return Map{{"N", Value(std::to_string(n))}}; }
inline Value json(const std::string& text) { return *wire::parse_json(text); }
/// A reply as plain data: what was copied as text is parsed.
inline Value plain(const Value& v) { return json(wire::to_json(v)); }

/// Table "tab": p (S), s (N); local index "local" (p, l: S, keys only), global index "global" (g: S, h: N,
/// includes v).
inline const char* const kTable = R"({"TableName": "tab", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "s", "AttributeType": "N"},
    {"AttributeName": "l", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "S"},
    {"AttributeName": "h", "AttributeType": "N"}],
  "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
  "LocalSecondaryIndexes": [{"IndexName": "local", "Projection": {"ProjectionType": "KEYS_ONLY"},
    "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}]}],
  "GlobalSecondaryIndexes": [{"IndexName": "global",
    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["v"]},
    "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "h", "KeyType": "RANGE"}]}]})";

struct Items {
  World w;
  explicit Items(World::Options options = {}, bool create = true)
      : w({dynamodb::make, dynamodbstreams::make}, std::move(options)) {
    if (create) {
      w.ok("dynamodb", "CreateTable", json(kTable));
      w.loop.advance(std::chrono::seconds(1));
    }
  }
  /// Members without TableName, which is added.
  Value with_table(const std::string& members) {
    Value in = json(members);
    if (!in.find("TableName")) in.map().add("TableName", "tab");
    return in;
  }
  Value ok(const std::string& operation, const std::string& members) {
    return plain(w.ok("dynamodb", operation, with_table(members)));
  }
  wire::Fault fails(const std::string& operation, const std::string& members) {
    return w.fails("dynamodb", operation, with_table(members));
  }
  void put(const std::string& item) { ok("PutItem", R"({"Item": )" + item + "}"); }
  /// The numbers s of a page, as text: "1 2 3".
  static std::string numbers(const Value& page, const char* name = "s") {
    std::string out;
    for (const Value& item : page.find("Items")->list())
      out += (out.empty() ? "" : " ") + std::string(item.find(name)->text_or("N"));
    return out;
  }
};

}  // namespace puddle::test
