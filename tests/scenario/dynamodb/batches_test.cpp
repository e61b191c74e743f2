// Batches and transactions.
#include "scenario/dynamodb/items_fixture.hpp"

using namespace puddle;
using namespace puddle::test;
using namespace std::chrono_literals;

namespace {

struct Batches : Items {
  Value call(const std::string& operation, const std::string& input) {
    return plain(w.ok("dynamodb", operation, json(input)));
  }
  wire::Fault refused(const std::string& operation, const std::string& input) {
    return w.fails("dynamodb", operation, json(input));
  }
  bool has(const std::string& p) {
    return ok("GetItem", R"({"Key": {"p": {"S": ")" + p + R"("}, "s": {"N": "1"}}})").find("Item") != nullptr;
  }
};

std::string put_of(const std::string& p, const std::string& more = "") {
  return R"({"Put": {"TableName": "tab", "Item": {"p": {"S": ")" + p + R"("}, "s": {"N": "1"}})" + more +
         "}}";
}

}  // namespace

TEST_CASE("a batch writes everything or, when anything is wrong, nothing") {
  Batches t;
  const Value done =
      t.call("BatchWriteItem", R"({"ReturnItemCollectionMetrics": "SIZE", "RequestItems": {"tab": [
      {"PutRequest": {"Item": {"p": {"S": "a"}, "s": {"N": "1"}}}},
      {"DeleteRequest": {"Key": {"p": {"S": "b"}, "s": {"N": "1"}}}}]}})");
  CHECK(*done.find("UnprocessedItems") == json("{}"));
  CHECK(done.find("ItemCollectionMetrics")->find("tab")->list()[0] ==
        json(R"({"ItemCollectionKey": {"p": {"S": "a"}}, "SizeEstimateRangeGB": [0.0, 1.0]})"));
  CHECK(t.refused("BatchWriteItem", R"({"RequestItems": {"tab": [
      {"PutRequest": {"Item": {"p": {"S": "c"}, "s": {"N": "1"}}}},
      {"DeleteRequest": {"Key": {"p": {"S": "c"}, "s": {"N": "1.0"}}}}]}})")
            .message == "Provided list of item keys contains duplicates");
  CHECK_FALSE(t.has("c"));
  CHECK(t.refused("BatchWriteItem", R"({"RequestItems": {}})").message ==
        "The requestItems parameter is required for BatchWriteItem");
}

TEST_CASE("a batch reads what is there and says what it cost") {
  Batches t;
  t.put(R"({"p": {"S": "a"}, "s": {"N": "1"}, "v": {"N": "1"}})");
  CHECK(t.call("BatchGetItem", R"({"ReturnConsumedCapacity": "TOTAL", "RequestItems": {"tab": {
      "ProjectionExpression": "v", "Keys": [{"p": {"S": "a"}, "s": {"N": "1"}}, {"p": {"S": "x"}, "s": {"N": "1"}}]}}})") ==
        json(R"({"Responses": {"tab": [{"v": {"N": "1"}}]}, "UnprocessedKeys": {},
            "ConsumedCapacity": [{"TableName": "tab", "CapacityUnits": 1.0}]})"));
  CHECK(t.refused("BatchGetItem", R"({"RequestItems": {"tab": {"Keys": [
      {"p": {"S": "a"}, "s": {"N": "1"}}, {"p": {"S": "a"}, "s": {"N": "01"}}]}}})")
            .message == "Provided list of item keys contains duplicates");
  CHECK(t.refused("BatchGetItem", R"({"RequestItems": {"none": {"Keys": [{"p": {"S": "a"}}]}}})").code ==
        "ResourceNotFoundException");
}

TEST_CASE("what does not fit into 16 MB comes back as unprocessed keys") {
  Batches t;
  const std::string large(399'000, 'x');
  std::string keys;
  for (int i = 0; i < 44; ++i) {
    const std::string key = R"({"p": {"S": "k)" + std::to_string(i) + R"("}, "s": {"N": "1"})";
    t.put(key + R"(, "text": {"S": ")" + large + R"("}})");
    keys += (i ? "," : "") + key + "}";
  }
  auto reply =
      t.w.send("dynamodb", "BatchGetItem", json(R"({"RequestItems": {"tab": {"Keys": [)" + keys + "]}}}"));
  t.w.loop.advance(1s);
  REQUIRE(reply->done);
  const Value got = plain(reply->value);
  CHECK(got.find("Responses")->find("tab")->list().size() == 42);
  CHECK(got.find("UnprocessedKeys")->find("tab")->find("Keys")->list().size() == 2);
}

TEST_CASE("a transaction is whole: its reasons are those of all its actions, in order") {
  Batches t;
  t.put(R"({"p": {"S": "a"}, "s": {"N": "1"}, "v": {"N": "1"}})");
  const wire::Fault fault = t.refused(
      "TransactWriteItems",
      R"({"TransactItems": [)" + put_of("new") + "," +
          put_of("a", R"x(, "ConditionExpression": "attribute_not_exists(p)",
          "ReturnValuesOnConditionCheckFailure": "ALL_OLD")x") +
          R"(, {"Update": {"TableName": "tab", "Key": {"p": {"S": "b"}}, "UpdateExpression": "REMOVE v"}}]})");
  CHECK(fault.code == "TransactionCanceledException");
  CHECK(fault.message ==
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, "
        "ConditionalCheckFailed, ValidationError]");
  CHECK(plain(*fault.members.find("CancellationReasons")) == json(R"([{"Code": "None"},
      {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed",
       "Item": {"p": {"S": "a"}, "s": {"N": "1"}, "v": {"N": "1"}}},
      {"Code": "ValidationError", "Message": "The provided key element does not match the schema"}])"));
  CHECK_FALSE(t.has("new"));
  CHECK(t.refused("TransactWriteItems", R"({"TransactItems": [)" + put_of("a") + "," + put_of("a") + "]}")
            .message == "Transaction request cannot include multiple operations on one item");
  CHECK(t.call("TransactGetItems", R"({"TransactItems": [
      {"Get": {"TableName": "tab", "Key": {"p": {"S": "x"}, "s": {"N": "1"}}}},
      {"Get": {"TableName": "tab", "Key": {"p": {"S": "a"}, "s": {"N": "1"}}, "ProjectionExpression": "v"}}]})") ==
        json(R"({"Responses": [{}, {"Item": {"v": {"N": "1"}}}]})"));
}

TEST_CASE("a token makes a transaction happen once within ten minutes") {
  Batches t;
  const auto request = [](const std::string& n) {
    return R"({"ClientRequestToken": "once", "TransactItems": [{"Update": {"TableName": "tab",
        "Key": {"p": {"S": "a"}, "s": {"N": "1"}}, "UpdateExpression": "ADD v :n",
        "ExpressionAttributeValues": {":n": {"N": ")" +
           n + R"("}}}}]})";
  };
  const auto value = [&t] {
    const Value got = t.ok("GetItem", R"({"Key": {"p": {"S": "a"}, "s": {"N": "1"}}})");
    return std::string(got.find("Item")->find("v")->text_or("N"));
  };
  t.call("TransactWriteItems", request("1"));
  t.call("TransactWriteItems", request("1"));
  CHECK(value() == "1");
  CHECK(t.refused("TransactWriteItems", request("2")).code == "IdempotentParameterMismatchException");
  t.w.loop.advance(10min);
  t.call("TransactWriteItems", request("2"));
  CHECK(value() == "3");
}

TEST_CASE("a dropped table is emptied in steps, and its name is free at once") {
  Batches t;
  for (int i = 0; i < 700; ++i) t.put(R"({"p": {"S": "a"}, "s": {"N": ")" + std::to_string(i) + R"("}})");
  t.w.ok("dynamodb", "DeleteTable", json(R"({"TableName": "tab"})"));
  t.w.loop.advance(1s);
  t.w.ok("dynamodb", "CreateTable", json(kTable));
  t.w.loop.advance(1s);
  CHECK(t.ok("Scan", "{}").find("Count")->integer() == 0);
  Rows rows = t.w.engine->store().query("SELECT count(*) FROM dynamodb_tree WHERE dropped=1");
  REQUIRE(rows.next());
  CHECK(rows.integer(0) == 0);
}

TEST_CASE("placeholders without an expression are no error in a transaction") {
  Batches t;
  t.call("TransactWriteItems", R"({"TransactItems": [)" +
                                   put_of("a", R"(, "ExpressionAttributeNames": {"#n": "foo"},
             "ExpressionAttributeValues": {":v": {"N": "1"}})") +
                                   "]}");
  CHECK(t.has("a"));
  t.call("TransactGetItems", R"({"TransactItems": [{"Get": {"TableName": "tab",
      "Key": {"p": {"S": "a"}, "s": {"N": "1"}}, "ExpressionAttributeNames": {"#n": "foo"}}}]})");
  CHECK(
      t.refused("TransactWriteItems", R"({"TransactItems": [)" +
                                          put_of("b", R"x(, "ConditionExpression": "attribute_not_exists(p)",
                        "ExpressionAttributeNames": {"#n": "foo"})x") +
                                          "]}")
          .message == "Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}");
}

TEST_CASE("a batch names its tables and keys in words of its own") {
  Batches t;
  const std::string names =
      "' at 'requestItems' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have "
      "length less than or equal to 255, Member must have length greater than or equal to 3, Member must "
      "satisfy regular expression pattern: [a-zA-Z0-9_.-]+]";
  CHECK(
      t.refused("BatchGetItem", R"({"RequestItems": {"bad!name": {"Keys": [{"p": {"S": "a"}}]}}})").message ==
      R"(1 validation error detected: Value '{"bad!name":{"Keys":[{"p":{"S":"a"}}]}})" + names);
  CHECK(t.refused("BatchWriteItem",
                  R"({"RequestItems": {"bad!name": [{"PutRequest": {"Item": {"p": {"S": "a"}}}}]}})")
            .message ==
        "1 validation error detected: Value '{bad!name=[WriteRequest(putRequest=PutRequest("
        "item={p=AttributeValue()}), deleteRequest=null)]}" +
            names);
  CHECK(t.refused("BatchWriteItem", R"({"RequestItems": {"tab": []}})").message ==
        "1 validation error detected: Value '{tab=[]}' at 'requestItems' failed to satisfy constraint: Map "
        "value must satisfy constraint: [Member must have length less than or equal to 25, Member must have "
        "length greater than or equal to 1]");
  const std::string schema = "The provided key element does not match the schema";
  for (const char* item : {R"({"s": {"N": "1"}})", R"({"p": {"N": "1"}, "s": {"N": "1"}})"})
    CHECK(t.refused("BatchWriteItem",
                    std::string(R"({"RequestItems": {"tab": [{"PutRequest": {"Item": )") + item + "}}]}}")
              .message == schema);
  // Doubled keys come before a table that is missing.
  CHECK(t.refused("BatchGetItem",
                  R"({"RequestItems": {"none": {"Keys": [{"p": {"S": "a"}}, {"p": {"S": "a"}}]}}})")
            .message == "Provided list of item keys contains duplicates");
}

TEST_CASE("a transaction's values may be one level deeper than an item") {
  Batches t;
  std::string deep = R"({"S": "leaf"})";
  for (int i = 0; i < 32; ++i) deep = R"({"M": {"n": )" + deep + "}}";
  const auto action = [&](const std::string& name, const std::string& members) {
    return t
        .refused("TransactWriteItems",
                 R"({"TransactItems": [{")" + name +
                     R"(": {"TableName": "tab", "Key": {"p": {"S": "a"}, "s": {"N": "1"}},
        "ExpressionAttributeValues": {":d": )" +
                     deep + "}, " + members + "}}]}")
        .message;
  };
  CHECK(action("ConditionCheck", R"("ConditionExpression": "d = :d")").ends_with("[ConditionalCheckFailed]"));
  CHECK(action("Update", R"("UpdateExpression": "SET d = :d")").ends_with("[ValidationError]"));
  CHECK(t.fails("UpdateItem", R"({"Key": {"p": {"S": "a"}, "s": {"N": "1"}}, "UpdateExpression": "SET d = :d",
      "ExpressionAttributeValues": {":d": )" +
                                  deep + "}}")
            .message.starts_with("ExpressionAttributeValues"));
}
