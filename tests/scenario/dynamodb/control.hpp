// A world with DynamoDB and its streams, and short words for what the tests of tables and streams say often.
#pragma once
#include <catch2/catch.hpp>

#include "services/dynamodb/dynamodb.hpp"
#include "services/dynamodbstreams/dynamodbstreams.hpp"
#include "support/world.hpp"

namespace puddle::test {

inline Value text(const std::string& s) { return Map{{"S", Value(s)}}; }
inline Value number(const std::string& n) { return Map{{"N", Value(n)}}; }

/// "id:S" or "id:S,n:N": the keys of a table as CreateTable's members.
inline Map table_input(const std::string& name, const std::string& keys = "id:S") {
  List attributes, schema;
  for (std::size_t at = 0; at < keys.size();) {
    std::size_t end = keys.find(',', at);
    if (end == std::string::npos) end = keys.size();
    const std::string part = keys.substr(at, end - at);
    const std::string attribute = part.substr(0, part.find(':'));
    attributes.emplace_back(
        Map{{"AttributeName", Value(attribute)}, {"AttributeType", Value(part.substr(part.find(':') + 1))}});
    schema.emplace_back(
        Map{{"AttributeName", Value(attribute)}, {"KeyType", Value(schema.empty() ? "HASH" : "RANGE")}});
    at = end + 1;
  }
  return Map{{"TableName", Value(name)},
             {"BillingMode", Value("PAY_PER_REQUEST")},
             {"AttributeDefinitions", Value(std::move(attributes))},
             {"KeySchema", Value(std::move(schema))}};
}

inline Map with_stream(Map input, const char* view = "NEW_AND_OLD_IMAGES") {
  input.add("StreamSpecification", Map{{"StreamEnabled", Value(true)}, {"StreamViewType", Value(view)}});
  return input;
}

struct ControlWorld {
  World w;
  ControlWorld() : w({dynamodb::make, dynamodbstreams::make}) {}
  explicit ControlWorld(World::Options options)
      : w({dynamodb::make, dynamodbstreams::make}, std::move(options)) {}

  Value ok(const char* operation, Map input) { return w.ok("dynamodb", operation, std::move(input)); }
  wire::Fault fails(const char* operation, Map input) {
    return w.fails("dynamodb", operation, std::move(input));
  }
  Value streams(const char* operation, Map input) {
    return w.ok("dynamodbstreams", operation, std::move(input));
  }
  wire::Fault streams_fail(const char* operation, Map input) {
    return w.fails("dynamodbstreams", operation, std::move(input));
  }
  /// Creates the table and waits until it is ACTIVE.
  void create(Map input) {
    ok("CreateTable", std::move(input));
    w.loop.advance(1s);
  }
  Value describe(const std::string& table) {
    return *ok("DescribeTable", Map{{"TableName", Value(table)}}).find("Table");
  }
  std::string status(const std::string& table) { return std::string(describe(table).text_or("TableStatus")); }
  void put(const std::string& table, Map item) {
    ok("PutItem", Map{{"TableName", Value(table)}, {"Item", Value(std::move(item))}});
  }
  /// The item as JSON; empty when there is none.
  std::string get(const std::string& table, Map key) {
    const Value answer = ok("GetItem", Map{{"TableName", Value(table)}, {"Key", Value(std::move(key))}});
    const Value* found = answer.find("Item");
    return found ? wire::to_json(*found) : "";
  }
  std::string stream_of(const std::string& table) {
    return std::string(describe(table).text_or("LatestStreamArn"));
  }
  Value describe_stream(const std::string& arn) {
    const Value out = streams("DescribeStream", Map{{"StreamArn", Value(arn)}});
    return *out.find("StreamDescription");
  }
  std::string shard_of(const std::string& arn) {
    return std::string(describe_stream(arn).find("Shards")->list().at(0).text_or("ShardId"));
  }
  Map iterator_input(const std::string& arn, const char* type, const std::string& sequence = {}) {
    Map in{{"StreamArn", Value(arn)}, {"ShardId", Value(shard_of(arn))}, {"ShardIteratorType", Value(type)}};
    if (!sequence.empty()) in.add("SequenceNumber", sequence);
    return in;
  }
  std::string iterator(const std::string& arn, const char* type, const std::string& sequence = {}) {
    return std::string(
        streams("GetShardIterator", iterator_input(arn, type, sequence)).text_or("ShardIterator"));
  }
  struct Page {
    List records;
    std::string next;  ///< empty: the end of a closed shard
  };
  Page records(const std::string& iterator) {
    const Value got = streams("GetRecords", Map{{"ShardIterator", Value(iterator)}});
    Page out;
    for (const Value& r : got.find("Records")->list())
      out.records.push_back(*wire::parse_json(wire::to_json(r)));
    out.next = got.text_or("NextShardIterator");
    return out;
  }
  List all_records(const std::string& arn) { return records(iterator(arn, "TRIM_HORIZON")).records; }
};

inline std::string sequence_of(const Value& record) {
  return std::string(record.find("dynamodb")->text_or("SequenceNumber"));
}

}  // namespace puddle::test
