// Reads and writes of items, as AWS answers them.
#include "scenario/dynamodb/items_fixture.hpp"

using namespace puddle;
using namespace puddle::test;
using namespace std::chrono_literals;

TEST_CASE("an update creates its item, answers what was asked for, and a failed condition changes nothing") {
  Items t;
  const Value made = t.ok("UpdateItem", R"({"Key": {"p": {"S": "a"}, "s": {"N": "1"}},
      "UpdateExpression": "SET v = :v ADD n :n", "ReturnValues": "UPDATED_NEW",
      "ExpressionAttributeValues": {":v": {"S": "x"}, ":n": {"N": "5"}}})");
  CHECK(*made.find("Attributes") == json(R"({"v": {"S": "x"}, "n": {"N": "5"}})"));
  const wire::Fault fault = t.fails("UpdateItem", R"({"Key": {"p": {"S": "a"}, "s": {"N": "1"}},
      "UpdateExpression": "REMOVE v", "ConditionExpression": "n = :n",
      "ReturnValuesOnConditionCheckFailure": "ALL_OLD", "ExpressionAttributeValues": {":n": {"N": "6"}}})");
  CHECK(fault.code == "ConditionalCheckFailedException");
  CHECK(fault.message == "The conditional request failed");
  CHECK(plain(*fault.members.find("Item")).find("v")->text_or("S") == "x");
  const Value old = t.ok("UpdateItem", R"({"Key": {"p": {"S": "a"}, "s": {"N": "1"}},
      "UpdateExpression": "REMOVE v", "ReturnValues": "ALL_NEW"})");
  CHECK(*old.find("Attributes") == json(R"({"p": {"S": "a"}, "s": {"N": "1"}, "n": {"N": "5"}})"));
}

TEST_CASE("the legacy parameters have their own conditions and changes, and do not mix with expressions") {
  Items t;
  t.put(R"({"p": {"S": "a"}, "s": {"N": "1"}, "v": {"N": "1"}})");
  const std::string key = R"({"Key": {"p": {"S": "a"}, "s": {"N": "1"}}, )";
  t.ok("UpdateItem", key + R"("AttributeUpdates": {"v": {"Action": "ADD", "Value": {"N": "2"}},
      "w": {"Value": {"SS": ["b", "a"]}}}, "Expected": {"v": {"Value": {"N": "1"}}}})");
  CHECK(t.ok("GetItem", key + R"("AttributesToGet": ["v", "w"]})") ==
        json(R"({"Item": {"v": {"N": "3"}, "w": {"SS": ["a", "b"]}}})"));
  CHECK(t.fails("DeleteItem", key + R"("Expected": {"v": {"Exists": false}}})").code ==
        "ConditionalCheckFailedException");
  CHECK(t.fails("UpdateItem", key + R"("AttributeUpdates": {}, "UpdateExpression": "REMOVE v"})").message ==
        "Can not use both expression and non-expression parameters in the same request: Non-expression "
        "parameters: {AttributeUpdates} Expression parameters: {UpdateExpression}");
  CHECK(t.fails("PutItem", R"({"Item": {"p": {"S": "a"}, "s": {"N": "1"}},
      "Expected": {"v": {"ComparisonOperator": "LT", "AttributeValueList": [{"SS": ["a"]}]}}})")
            .message ==
        "One or more parameter values were invalid: ComparisonOperator LT is not valid for SS AttributeValue "
        "type");
}

TEST_CASE("keys and the keys of indexes are checked against the table") {
  Items t;
  CHECK(t.fails("PutItem", R"({"Item": {"p": {"S": "a"}}})").message ==
        "One or more parameter values were invalid: Missing the key s in the item");
  CHECK(t.fails("PutItem", R"({"Item": {"p": {"S": "a"}, "s": {"N": "1"}, "g": {"N": "1"}}})").message ==
        "One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N "
        "IndexName: global");
  CHECK(t.fails("GetItem", R"({"Key": {"p": {"S": "a"}}})").message ==
        "The provided key element does not match the schema");
  CHECK(t.fails("UpdateItem", R"({"Key": {"p": {"S": "a"}, "s": {"N": "1"}}, "UpdateExpression": "SET s = :s",
      "ExpressionAttributeValues": {":s": {"N": "1"}}})")
            .message ==
        "One or more parameter values were invalid: Cannot update attribute s. This attribute is part of the "
        "key");
}

TEST_CASE("consumed capacity is computed from what was read and written, index by index") {
  Items t;
  const std::string large(3000, 'x');
  const Value put = t.ok("PutItem", R"({"ReturnConsumedCapacity": "INDEXES", "Item": {"p": {"S": "a"},
      "s": {"N": "1"}, "l": {"S": "x"}, "g": {"S": "g"}, "h": {"N": "1"}, "text": {"S": ")" +
                                        large + R"("}}})");
  CHECK(*put.find("ConsumedCapacity") == json(R"({"TableName": "tab", "CapacityUnits": 5.0,
      "Table": {"CapacityUnits": 3.0}, "LocalSecondaryIndexes": {"local": {"CapacityUnits": 1.0}},
      "GlobalSecondaryIndexes": {"global": {"CapacityUnits": 1.0}}})"));
  const Value moved = t.ok("UpdateItem", R"({"ReturnConsumedCapacity": "INDEXES",
      "Key": {"p": {"S": "a"}, "s": {"N": "1"}}, "UpdateExpression": "SET h = :h",
      "ExpressionAttributeValues": {":h": {"N": "2"}}})");
  CHECK(moved.find("ConsumedCapacity")
            ->find("GlobalSecondaryIndexes")
            ->find("global")
            ->find("CapacityUnits")
            ->real() == 2);
  CHECK_FALSE(moved.find("ConsumedCapacity")->find("LocalSecondaryIndexes"));
  const std::string query =
      R"("KeyConditionExpression": "p = :p", "ExpressionAttributeValues": {":p": {"S": "a"}},
      "ReturnConsumedCapacity": "TOTAL")";
  const auto units = [&](const std::string& more) {
    return t.ok("Query", "{" + query + more + "}").find("ConsumedCapacity")->find("CapacityUnits")->real();
  };
  CHECK(units("") == 0.5);
  CHECK(units(R"(, "ConsistentRead": true)") == 1);
  // The local index has only keys: the item is fetched, and paid for.
  CHECK(units(R"(, "IndexName": "local", "Select": "ALL_ATTRIBUTES")") == 1);
}

TEST_CASE("a query pages in both directions and checks where it is to go on") {
  Items t;
  for (int i = 1; i <= 5; ++i)
    t.put(R"({"p": {"S": "a"}, "s": {"N": ")" + std::to_string(i) + R"("}, "v": {"N": ")" +
          std::to_string(i % 2) + R"("}})");
  const std::string all =
      R"("KeyConditionExpression": "p = :p", "ExpressionAttributeValues": {":p": {"S": "a"}})";
  Value page = t.ok("Query", "{" + all + R"(, "Limit": 2})");
  CHECK(Items::numbers(page) == "1 2");
  CHECK(*page.find("LastEvaluatedKey") == json(R"({"p": {"S": "a"}, "s": {"N": "2"}})"));
  page =
      t.ok("Query", "{" + all + R"(, "Limit": 3, "ExclusiveStartKey": {"p": {"S": "a"}, "s": {"N": "2"}}})");
  CHECK(Items::numbers(page) == "3 4 5");
  CHECK(page.find("LastEvaluatedKey"));  // the limit was reached, though nothing follows
  page = t.ok("Query", "{" + all + R"(, "ScanIndexForward": false,
      "ExclusiveStartKey": {"p": {"S": "a"}, "s": {"N": "3.5"}}})");
  CHECK(Items::numbers(page) == "3 2 1");
  page = t.ok("Query", R"({"KeyConditionExpression": "p = :p", "FilterExpression": "v = :v", "Limit": 3,
      "ExpressionAttributeValues": {":p": {"S": "a"}, ":v": {"N": "1"}}})");
  CHECK(Items::numbers(page) == "1 3");
  CHECK(page.find("Count")->integer() == 2);
  CHECK(page.find("ScannedCount")->integer() == 3);
  CHECK(
      t.fails("Query", "{" + all + R"(, "ExclusiveStartKey": {"p": {"S": "b"}, "s": {"N": "2"}}})").message ==
      "The provided starting key is outside query boundaries based on provided conditions");
  CHECK(t.fails("Query", "{" + all + R"(, "ExclusiveStartKey": {"p": {"S": "a"}}})").message ==
        "The provided starting key is invalid: The provided key element does not match the schema");
  CHECK(t.fails("Query", R"({"KeyConditionExpression": "p = :p", "FilterExpression": "s = :v",
      "ExpressionAttributeValues": {":p": {"S": "a"}, ":v": {"N": "1"}}})")
            .message ==
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: s");
}

TEST_CASE("indexes hold what they project, of the items that have their keys") {
  Items t;
  t.put(
      R"({"p": {"S": "a"}, "s": {"N": "1"}, "g": {"S": "g"}, "h": {"N": "2"}, "l": {"S": "y"}, "v": {"N": "7"},
      "w": {"N": "8"}})");
  t.put(R"({"p": {"S": "b"}, "s": {"N": "2"}, "g": {"S": "g"}, "h": {"N": "-1"}})");
  t.put(R"({"p": {"S": "a"}, "s": {"N": "3"}, "g": {"S": "g"}})");
  const std::string global = R"("IndexName": "global", "KeyConditionExpression": "g = :g",
      "ExpressionAttributeValues": {":g": {"S": "g"}})";
  const Value page = t.ok("Query", "{" + global + "}");
  CHECK(Items::numbers(page) == "2 1");
  CHECK_FALSE(page.find("Items")->list()[1].find("w"));
  CHECK(page.find("Items")->list()[1].find("v"));
  CHECK(t.fails("Query", "{" + global + R"(, "ConsistentRead": true})").message ==
        "Consistent reads are not supported on global secondary indexes");
  CHECK(t.fails("Query", "{" + global + R"(, "Select": "ALL_ATTRIBUTES"})").message ==
        "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global "
        "secondary index global because its projection type is not ALL");
  CHECK(t.fails("Query", "{" + global + R"(, "ProjectionExpression": "w"})").message ==
        "One or more parameter values were invalid: Global secondary index global does not project [w]");
  const std::string local = R"("IndexName": "local", "KeyConditionExpression": "p = :p",
      "ExpressionAttributeValues": {":p": {"S": "a"}})";
  CHECK(t.ok("Query", "{" + local + "}").find("Items")->list()[0].map().size() == 3);
  CHECK(t.ok("Query", "{" + local + R"(, "ProjectionExpression": "w", "ConsistentRead": true})")
            .find("Items")
            ->list()[0] == json(R"({"w": {"N": "8"}})"));
  CHECK(t.fails("Query", R"({"IndexName": "none", "KeyConditionExpression": "p = :p",
      "ExpressionAttributeValues": {":p": {"S": "a"}}})")
            .message == "The table does not have the specified index: none");
}

TEST_CASE("a page ends at a mebibyte, and a long one is read in steps between which others run") {
  Items t;
  const std::string large(100'000, 'x');
  for (int i = 0; i < 12; ++i)
    t.put(R"({"p": {"S": "a"}, "s": {"N": ")" + std::to_string(i) + R"("}, "text": {"S": ")" + large +
          R"("}})");
  const Value page = t.ok("Query", R"({"KeyConditionExpression": "p = :p", "ProjectionExpression": "s",
      "ExpressionAttributeValues": {":p": {"S": "a"}}})");
  CHECK(Items::numbers(page) == "0 1 2 3 4 5 6 7 8 9 10");
  CHECK(*page.find("LastEvaluatedKey")->find("s") == number(10));
  auto slow = t.w.begin("dynamodb", "Scan", json(R"({"TableName": "tab", "FilterExpression": "size(#t) = :n",
      "ExpressionAttributeNames": {"#t": "text"}, "ExpressionAttributeValues": {":n": {"N": "1"}}})"),
                        t.w.as);
  CHECK_FALSE(slow->done);
  t.w.loop.run_ready();
  REQUIRE(slow->done);
  CHECK(slow->value.find("ScannedCount")->integer() == 11);
}

TEST_CASE("throttling is a choice: with it a table has its throughput and 300 seconds of burst") {
  World::Options options;
  options.settings.throttle = true;
  Items t(options, false);
  t.w.ok("dynamodb", "CreateTable", json(R"({"TableName": "tab",
      "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
      "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}],
      "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}]})"));
  t.w.loop.advance(1s);
  const std::string put = R"({"Item": {"p": {"S": "a"}}})";
  for (int i = 0; i < 300; ++i) t.ok("PutItem", put);
  CHECK(t.fails("PutItem", put).code == "ProvisionedThroughputExceededException");
  const Value batch = plain(t.w.ok("dynamodb", "GetItem", t.with_table(R"({"Key": {"p": {"S": "a"}}})")));
  CHECK(batch.find("Item"));  // reads have a bucket of their own
  t.w.loop.advance(1s);
  t.ok("PutItem", put);
  CHECK(
      t.fails("BatchWriteItem", R"({"RequestItems": {"tab": [{"PutRequest": {"Item": {"p": {"S": "b"}}}}]}})")
          .code == "ProvisionedThroughputExceededException");
}

TEST_CASE("values and names that no item has") {
  Items t;
  const auto refused = [&](const std::string& members) {
    return t.fails("PutItem", R"({"Item": {"p": {"S": "a"}, "s": {"N": "1"}, )" + members + "}}").message;
  };
  const std::string invalid = "One or more parameter values were invalid: ";
  CHECK(refused(R"("v": {"SS": ["x", null]})") ==
        invalid + "An string set may not have a null string as a member");
  CHECK(refused(R"("": {"S": "x"})") == "Empty attribute name");
  CHECK(refused(R"("m": {"M": {"": {"S": "x"}}})") == "Empty attribute name");
  CHECK(refused('"' + std::string(65'536, 'n') + R"(": {"S": "x"})") ==
        "Attribute name is too large, must be less than 65536 bytes");
  CHECK(t.fails("Scan", R"({"Select": "COUNT", "ProjectionExpression": "p"})").message ==
        "Cannot specify the ProjectionExpression when choosing to get only the Count");
}

TEST_CASE("wrong members are told in the service's order") {
  Items t;
  CHECK(
      t.fails("UpdateItem", R"({"TableName": "", "UpdateExpression": "REMOVE a", "ReturnValues": "X",
      "ReturnConsumedCapacity": "Y"})")
          .message ==
      "4 validation errors detected: Value 'Y' at 'returnConsumedCapacity' failed to satisfy constraint: "
      "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]; Value '' at 'tableName' failed to satisfy "
      "constraint: Member must have length greater than or equal to 1; Value 'X' at 'returnValues' failed to "
      "satisfy constraint: Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, "
      "UPDATED_NEW]; Value null at 'key' failed to satisfy constraint: Member must not be null");
}

TEST_CASE("the form of a key condition is looked at after all expressions") {
  Items t;
  CHECK(t.fails("Query", R"({"KeyConditionExpression": "p = x", "ProjectionExpression": ""})").message ==
        "Invalid ProjectionExpression: The expression can not be empty;");
  CHECK(t.fails("Query", R"({"KeyConditionExpression": "#p = x",
      "ExpressionAttributeNames": {"#p": "p", "#u": "u"}})")
            .message == "Value provided in ExpressionAttributeNames unused in expressions: keys: {#u}");
  CHECK(
      t.fails("Query", R"({"KeyConditionExpression": "p = x"})").message ==
      "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple attribute names "
      "used in one condition");
}

TEST_CASE("an update of a table without indexes leaves alone what it does not look at") {
  Items t({}, false);
  t.w.ok("dynamodb", "CreateTable",
         json(R"({"TableName": "tab", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "p",
           "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}]})"));
  t.w.loop.advance(std::chrono::seconds(1));
  const std::string odd =
      R"("text": {"S": "\"}]{[ \\\" \\ é \u0001 \n"}, "a\"}b": {"M": {"}": {"L": [{"S": "]}"}, {"N": "2"}]}}},
    "bytes": {"B": "AQI="}, "set": {"NS": ["1", "2"]}, "none": {"NULL": true}, "empty": {"M": {}})";
  const std::string key = R"("Key": {"p": {"S": "k"}})";
  const auto item = [&](const std::string& rest) { return json(R"({"p": {"S": "k"}, )" + odd + rest + "}"); };
  const auto now = [&] { return *t.ok("GetItem", "{" + key + "}").find("Item"); };
  t.put(wire::to_json(item(R"(, "n": {"N": "1"})")));

  const Value added =
      t.ok("UpdateItem", "{" + key + R"(, "UpdateExpression": "ADD n :one", "ReturnValues": "ALL_NEW",
    "ExpressionAttributeValues": {":one": {"N": "1"}}})");
  CHECK(*added.find("Attributes") == now());
  CHECK(now() == item(R"(, "n": {"N": "2"})"));

  t.ok("UpdateItem",
       "{" + key + R"(, "UpdateExpression": "SET #odd.#close[0] = :new, copied = #odd.#close[1] REMOVE n",
    "ExpressionAttributeNames": {"#odd": "a\"}b", "#close": "}"}, "ExpressionAttributeValues": {":new": {"S": "new"}}})");
  Value wanted = item(R"(, "copied": {"N": "2"})");
  Value* place = &wanted;
  for (const char* name : {"a\"}b", "M", "}", "L"}) place = place->map().find(name);
  place->list()[0] = text("new");
  CHECK(now() == wanted);

  t.ok("UpdateItem",
       "{" + key + R"(, "AttributeUpdates": {"copied": {"Action": "DELETE"}, "set": {"Action": "ADD",
    "Value": {"NS": ["3"]}}}})");
  wanted.map().erase("copied");
  *wanted.map().find("set") = json(R"({"NS": ["1", "2", "3"]})");
  CHECK(now() == wanted);

  SECTION("its size is still counted to the byte") {
    const Value table = *t.ok("DescribeTable", "{}").find("Table");
    const std::string room(400 * 1024 - static_cast<std::size_t>(table.find("TableSizeBytes")->integer()) - 1,
                           'x');
    const auto fill = [&](const std::string& value) {
      return "{" + key +
             R"(, "UpdateExpression": "SET r = :r", "ExpressionAttributeValues": {":r": {"S": ")" + value +
             R"("}}})";
    };
    CHECK(t.fails("UpdateItem", fill(room + "x")).message ==
          "Item size to update has exceeded the maximum allowed size");
    t.ok("UpdateItem", fill(room));
    CHECK(t.ok("DescribeTable", "{}").find("Table")->find("TableSizeBytes")->integer() == 400 * 1024);
  }
}
