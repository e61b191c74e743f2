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
  return R"({"Put": {"TableName": "t", "Item": {"p": {"S": ")" + p + R"("}, "s": {"N": "1"}})" + more + "}}";
}

}  // namespace

TEST_CASE("a batch writes everything or, when anything is wrong, nothing") {
  Batches t;
  const Value done =
      t.call("BatchWriteItem", R"({"ReturnItemCollectionMetrics": "SIZE", "RequestItems": {"t": [
      {"PutRequest": {"Item": {"p": {"S": "a"}, "s": {"N": "1"}}}},
      {"DeleteRequest": {"Key": {"p": {"S": "b"}, "s": {"N": "1"}}}}]}})");
  CHECK(*done.find("UnprocessedItems") == json("{}"));
  CHECK(done.find("ItemCollectionMetrics")->find("t")->list()[0] ==
        json(R"({"ItemCollectionKey": {"p": {"S": "a"}}, "SizeEstimateRangeGB": [0.0, 1.0]})"));
  CHECK(t.refused("BatchWriteItem", R"({"RequestItems": {"t": [
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
  CHECK(t.call("BatchGetItem", R"({"ReturnConsumedCapacity": "TOTAL", "RequestItems": {"t": {
      "ProjectionExpression": "v", "Keys": [{"p": {"S": "a"}, "s": {"N": "1"}}, {"p": {"S": "x"}, "s": {"N": "1"}}]}}})") ==
        json(R"({"Responses": {"t": [{"v": {"N": "1"}}]}, "UnprocessedKeys": {},
            "ConsumedCapacity": [{"TableName": "t", "CapacityUnits": 1.0}]})"));
  CHECK(t.refused("BatchGetItem", R"({"RequestItems": {"t": {"Keys": [
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
      t.w.send("dynamodb", "BatchGetItem", json(R"({"RequestItems": {"t": {"Keys": [)" + keys + "]}}}"));
  t.w.loop.advance(1s);
  REQUIRE(reply->done);
  const Value got = plain(reply->value);
  CHECK(got.find("Responses")->find("t")->list().size() == 43);
  CHECK(got.find("UnprocessedKeys")->find("t")->find("Keys")->list().size() == 1);
}

TEST_CASE("a transaction is whole: its reasons are those of all its actions, in order") {
  Batches t;
  t.put(R"({"p": {"S": "a"}, "s": {"N": "1"}, "v": {"N": "1"}})");
  const wire::Fault fault = t.refused(
      "TransactWriteItems",
      R"({"TransactItems": [)" + put_of("new") + "," +
          put_of("a", R"x(, "ConditionExpression": "attribute_not_exists(p)",
          "ReturnValuesOnConditionCheckFailure": "ALL_OLD")x") +
          R"(, {"Update": {"TableName": "t", "Key": {"p": {"S": "b"}}, "UpdateExpression": "REMOVE v"}}]})");
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
      {"Get": {"TableName": "t", "Key": {"p": {"S": "x"}, "s": {"N": "1"}}}},
      {"Get": {"TableName": "t", "Key": {"p": {"S": "a"}, "s": {"N": "1"}}, "ProjectionExpression": "v"}}]})") ==
        json(R"({"Responses": [{}, {"Item": {"v": {"N": "1"}}}]})"));
}

TEST_CASE("a token makes a transaction happen once within ten minutes") {
  Batches t;
  const auto request = [](const std::string& n) {
    return R"({"ClientRequestToken": "once", "TransactItems": [{"Update": {"TableName": "t",
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
  t.w.ok("dynamodb", "DeleteTable", json(R"({"TableName": "t"})"));
  t.w.loop.advance(1s);
  t.w.ok("dynamodb", "CreateTable", json(kTable));
  t.w.loop.advance(1s);
  CHECK(t.ok("Scan", "{}").find("Count")->integer() == 0);
  Rows rows = t.w.engine->store().query("SELECT count(*) FROM dynamodb_tree WHERE dropped=1");
  REQUIRE(rows.next());
  CHECK(rows.integer(0) == 0);
}
