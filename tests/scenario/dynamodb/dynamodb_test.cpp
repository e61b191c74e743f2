// Tables, items and the change feed in virtual time.
#include <catch2/catch.hpp>

#include "services/dynamodb/dynamodb.hpp"
#include "services/dynamodbstreams/dynamodbstreams.hpp"
#include "support/world.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

Value text(const std::string& s) { return Map{{"S", Value(s)}}; }
Value number(const std::string& n) { return Map{{"N", Value(n)}}; }

struct Fixture {
  World w{{dynamodb::make, dynamodbstreams::make}};
  explicit Fixture(const char* view = nullptr) {
    Map in{
        {"TableName", Value("orders")},
        {"BillingMode", Value("PAY_PER_REQUEST")},
        {"AttributeDefinitions",
         Value(List{Value(Map{{"AttributeName", Value("id")}, {"AttributeType", Value("S")}}),
                    Value(Map{{"AttributeName", Value("n")}, {"AttributeType", Value("N")}})})},
        {"KeySchema", Value(List{Value(Map{{"AttributeName", Value("id")}, {"KeyType", Value("HASH")}}),
                                 Value(Map{{"AttributeName", Value("n")}, {"KeyType", Value("RANGE")}})})}};
    if (view)
      in.add("StreamSpecification", Map{{"StreamEnabled", Value(true)}, {"StreamViewType", Value(view)}});
    w.ok("dynamodb", "CreateTable", std::move(in));
    w.loop.advance(1s);
  }
  static Map key(const std::string& id, const std::string& n) {
    return Map{{"id", text(id)}, {"n", number(n)}};
  }
  void put(const std::string& id, const std::string& n, const std::string& v) {
    Map item = key(id, n);
    item.add("v", text(v));
    w.ok("dynamodb", "PutItem", Map{{"TableName", Value("orders")}, {"Item", Value(std::move(item))}});
  }
  Value get(const std::string& id, const std::string& n) {
    return w.ok("dynamodb", "GetItem", Map{{"TableName", Value("orders")}, {"Key", Value(key(id, n))}});
  }
  /// The item as JSON; empty when there is none.
  std::string item(const std::string& id, const std::string& n) {
    const Value answer = get(id, n);
    const Value* found = answer.find("Item");
    return found ? wire::to_json(*found) : "";
  }
  List records() {
    const Value streams = w.ok("dynamodbstreams", "ListStreams", Map{});
    const std::string arn(streams.find("Streams")->list().at(0).text_or("StreamArn"));
    const Value described = w.ok("dynamodbstreams", "DescribeStream", Map{{"StreamArn", Value(arn)}});
    const std::string shard(
        described.find("StreamDescription")->find("Shards")->list().at(0).text_or("ShardId"));
    const Value it = w.ok("dynamodbstreams", "GetShardIterator",
                          Map{{"StreamArn", Value(arn)},
                              {"ShardId", Value(shard)},
                              {"ShardIteratorType", Value("TRIM_HORIZON")}});
    const Value got =
        w.ok("dynamodbstreams", "GetRecords", Map{{"ShardIterator", Value(it.text_or("ShardIterator"))}});
    List out;
    for (const Value& r : got.find("Records")->list()) out.push_back(*wire::parse_json(wire::to_json(r)));
    return out;
  }
};

}  // namespace

TEST_CASE("an item is found by its key, replaced as a whole, and gone when deleted") {
  Fixture f;
  f.put("a", "1", "first");
  CHECK(f.item("a", "1").find("first") != std::string::npos);
  f.put("a", "1.0", "second");  // the same number
  CHECK(f.item("a", "1").find("second") != std::string::npos);
  CHECK(f.item("a", "2").empty());
  const Value old = f.w.ok("dynamodb", "DeleteItem",
                           Map{{"TableName", Value("orders")},
                               {"Key", Value(Fixture::key("a", "1"))},
                               {"ReturnValues", Value("ALL_OLD")}});
  CHECK(wire::to_json(*old.find("Attributes")).find("second") != std::string::npos);
  CHECK(f.item("a", "1").empty());
}

TEST_CASE("numbers keep 38 digits and lose what means nothing") {
  Fixture f;
  const auto stored = [&](const std::string& n) {
    Map item = Fixture::key("x", "1");
    item.add("v", number(n));
    f.w.ok("dynamodb", "PutItem", Map{{"TableName", Value("orders")}, {"Item", Value(std::move(item))}});
    const auto back = wire::parse_json(f.item("x", "1"));
    return std::string(back->find("v")->text_or("N"));
  };
  CHECK(stored("12345678901234567890123456789012345678") == "12345678901234567890123456789012345678");
  CHECK(stored("-0.00") == "0");
  CHECK(stored("+1.50e2") == "150");
  const auto refused = [&](const std::string& n) {
    Map item = Fixture::key("x", "1");
    item.add("v", number(n));
    return f.w.fails("dynamodb", "PutItem",
                     Map{{"TableName", Value("orders")}, {"Item", Value(std::move(item))}});
  };
  CHECK(refused("123456789012345678901234567890123456789").message ==
        "Attempting to store more than 38 significant digits in a Number");
  CHECK(refused("1e126").message.find("overflow") != std::string::npos);
  CHECK(refused("abc").code == "ValidationException");
}

TEST_CASE("keys are checked against the table") {
  Fixture f;
  const auto refused = [&](Map item) {
    return f.w
        .fails("dynamodb", "PutItem", Map{{"TableName", Value("orders")}, {"Item", Value(std::move(item))}})
        .message;
  };
  CHECK(refused(Map{{"id", text("a")}}) ==
        "One or more parameter values were invalid: Missing the key n in the item");
  CHECK(refused(Map{{"id", text("a")}, {"n", text("1")}}) ==
        "One or more parameter values were invalid: Type mismatch for key n expected: N actual: S");
  Map big = Fixture::key("a", "1");
  big.add("v", text(std::string(410'000, 'x')));
  CHECK(refused(std::move(big)) == "Item size has exceeded the maximum allowed size");
  CHECK(f.w.fails("dynamodb", "GetItem",
                  Map{{"TableName", Value("none")}, {"Key", Value(Fixture::key("a", "1"))}})
            .code == "ResourceNotFoundException");
}

TEST_CASE("Scan goes through a table in pages") {
  Fixture f;
  for (int i = 0; i < 7; ++i) f.put("k" + std::to_string(i), std::to_string(i), "v");
  std::size_t seen = 0, pages = 0;
  Value start;
  do {
    Map in{{"TableName", Value("orders")}, {"Limit", Value(3)}};
    if (!start.is_null()) in.add("ExclusiveStartKey", start);
    const Value page = f.w.ok("dynamodb", "Scan", std::move(in));
    seen += static_cast<std::size_t>(page.find("Count")->integer());
    const Value* last = page.find("LastEvaluatedKey");
    start = last ? *wire::parse_json(wire::to_json(*last)) : Value();
    ++pages;
  } while (!start.is_null() && pages < 10);
  CHECK(seen == 7);
  CHECK(pages == 3);
}

TEST_CASE(
    "the stream tells what happened, in order, with the images of its view; nothing for a write that changes "
    "nothing") {
  Fixture f("NEW_AND_OLD_IMAGES");
  f.put("a", "1", "x");
  f.put("a", "1", "x");
  f.put("a", "1", "y");
  f.w.ok("dynamodb", "DeleteItem",
         Map{{"TableName", Value("orders")}, {"Key", Value(Fixture::key("a", "1"))}});
  const List records = f.records();
  REQUIRE(records.size() == 3);
  CHECK(records[0].text_or("eventName") == "INSERT");
  CHECK(records[1].text_or("eventName") == "MODIFY");
  CHECK(records[1].find("dynamodb")->find("OldImage")->find("v")->text_or("S") == "x");
  CHECK(records[1].find("dynamodb")->find("NewImage")->find("v")->text_or("S") == "y");
  CHECK(records[2].text_or("eventName") == "REMOVE");
  CHECK(records[0].find("dynamodb")->text_or("SequenceNumber") <
        records[1].find("dynamodb")->text_or("SequenceNumber"));
  f.w.loop.advance(std::chrono::hours(25));
  CHECK(f.records().empty());
}

TEST_CASE("the keys-only view has no images") {
  Fixture f("KEYS_ONLY");
  f.put("a", "1", "x");
  const List records = f.records();
  REQUIRE(records.size() == 1);
  const Value* change = records[0].find("dynamodb");
  CHECK(change->find("Keys")->find("id")->text_or("S") == "a");
  CHECK(!change->find("NewImage"));
  CHECK(!change->find("OldImage"));
}
