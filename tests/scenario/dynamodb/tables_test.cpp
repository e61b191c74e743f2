// Tables in time: their states, their rules, and what survives a restart.
#include <unistd.h>

#include <filesystem>

#include "scenario/dynamodb/control.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

World::Options slow(const std::string& directory = {}) {
  World::Options options;
  options.settings.table_transition = 100ms;
  if (!directory.empty()) options.store = Store::Options{directory, Durability::process};
  return options;
}

struct Directory {
  std::string path;
  Directory()
      : path((std::filesystem::temp_directory_path() / ("puddle-tables-" + std::to_string(::getpid())))
                 .string()) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Directory() { std::filesystem::remove_all(path); }
};

Map gsi(const std::string& name, const std::string& key) {
  return Map{
      {"IndexName", Value(name)},
      {"KeySchema", Value(List{Value(Map{{"AttributeName", Value(key)}, {"KeyType", Value("HASH")}})})},
      {"Projection", Value(Map{{"ProjectionType", Value("ALL")}})}};
}

Map add_index(const std::string& name, const std::string& key) {
  return Map{{"TableName", Value("tab")},
             {"AttributeDefinitions",
              Value(List{Value(Map{{"AttributeName", Value(key)}, {"AttributeType", Value("S")}})})},
             {"GlobalSecondaryIndexUpdates", Value(List{Value(Map{{"Create", Value(gsi(name, key))}})})}};
}

Map drop_index(const std::string& name) {
  return Map{{"TableName", Value("tab")},
             {"GlobalSecondaryIndexUpdates",
              Value(List{Value(Map{{"Delete", Value(Map{{"IndexName", Value(name)}})}})})}};
}

std::string index_status(ControlWorld& f) {
  const Value t = f.describe("tab");
  const Value* list = t.find("GlobalSecondaryIndexes");
  return list ? std::string(list->list().at(0).text_or("IndexStatus")) : "";
}

std::size_t found(ControlWorld& f, const std::string& index, const std::string& key,
                  const std::string& value) {
  const Value got = f.ok("Query", Map{{"TableName", Value("tab")},
                                      {"IndexName", Value(index)},
                                      {"KeyConditionExpression", Value(key + " = :v")},
                                      {"ExpressionAttributeValues", Value(Map{{":v", text(value)}})}});
  return static_cast<std::size_t>(got.find("Count")->integer());
}

}  // namespace

TEST_CASE("a table is CREATING, then ACTIVE, and not there for items in between") {
  ControlWorld f(slow());
  const Value made = f.ok("CreateTable", table_input("tab"));
  CHECK(made.find("TableDescription")->text_or("TableStatus") == "CREATING");
  CHECK_FALSE(made.find("TableDescription")->find("WarmThroughput"));
  f.w.loop.advance(99ms);
  CHECK(f.status("tab") == "CREATING");
  const auto refused =
      f.fails("PutItem", Map{{"TableName", Value("tab")}, {"Item", Value(Map{{"id", text("a")}})}});
  CHECK(refused.code == "ResourceNotFoundException");
  CHECK(refused.message == "Requested resource not found");
  CHECK(f.fails("DeleteTable", Map{{"TableName", Value("tab")}}).message ==
        "Attempt to change a resource which is still in use: Table is being created: tab");
  CHECK(f.fails("CreateTable", table_input("tab")).message == "Table already exists: tab");
  f.w.loop.advance(1ms);
  CHECK(f.status("tab") == "ACTIVE");
  f.put("tab", Map{{"id", text("a")}});
  const Value t = f.describe("tab");
  CHECK(t.find("BillingModeSummary")->find("LastUpdateToPayPerRequestDateTime"));
  CHECK(t.find("TableThroughputModeSummary")->text_or("TableThroughputMode") == "PAY_PER_REQUEST");
  CHECK(t.find("TableThroughputModeSummary")->find("LastUpdateToPayPerRequestDateTime"));
  CHECK(t.find("WarmThroughput")->find("ReadUnitsPerSecond")->integer() == 12000);
}

TEST_CASE("a table is DELETING, then gone; its name is free again") {
  ControlWorld f(slow());
  f.create(table_input("tab"));
  f.put("tab", Map{{"id", text("a")}});
  const Value gone = f.ok("DeleteTable", Map{{"TableName", Value("tab")}});
  CHECK(gone.find("TableDescription")->text_or("TableStatus") == "DELETING");
  CHECK_FALSE(gone.find("TableDescription")->find("KeySchema"));
  CHECK(f.status("tab") == "DELETING");
  CHECK(f.fails("GetItem", Map{{"TableName", Value("tab")}, {"Key", Value(Map{{"id", text("a")}})}}).code ==
        "ResourceNotFoundException");
  CHECK(f.fails("CreateTable", table_input("tab")).code == "ResourceInUseException");
  f.w.loop.advance(100ms);
  CHECK(f.fails("DescribeTable", Map{{"TableName", Value("tab")}}).message ==
        "Requested resource not found: Table: tab not found");
  f.create(table_input("tab"));
  CHECK(f.get("tab", Map{{"id", text("a")}}).empty());
}

TEST_CASE("without delay tables are ready with the answer that says CREATING") {
  World::Options options;
  options.settings.table_transition = Duration(0);
  ControlWorld f(options);
  CHECK(f.ok("CreateTable", table_input("tab")).find("TableDescription")->text_or("TableStatus") ==
        "CREATING");
  f.put("tab", Map{{"id", text("a")}});
  f.ok("UpdateTable", add_index("by-v", "v"));
  CHECK(index_status(f) == "ACTIVE");
  f.ok("DeleteTable", Map{{"TableName", Value("tab")}});
  f.ok("CreateTable", table_input("tab"));
}

TEST_CASE("states survive a restart and go on") {
  Directory directory;
  {
    ControlWorld f(slow(directory.path));
    f.ok("CreateTable", table_input("tab"));
    f.w.loop.advance(50ms);
  }
  {
    ControlWorld f(slow(directory.path));
    CHECK(f.status("tab") == "CREATING");
    f.w.loop.advance(200ms);
    CHECK(f.status("tab") == "ACTIVE");
    for (int i = 0; i < 500; ++i)
      f.put("tab", Map{{"id", text("k" + std::to_string(i))}, {"v", text("same")}});
    f.ok("UpdateTable", add_index("by-v", "v"));
    f.w.loop.advance(101ms);  // the first step of filling
    CHECK(index_status(f) == "CREATING");
  }
  {
    ControlWorld f(slow(directory.path));
    CHECK(index_status(f) == "CREATING");
    f.w.loop.advance(1s);
    CHECK(index_status(f) == "ACTIVE");
    CHECK(found(f, "by-v", "v", "same") == 500);
    f.ok("DeleteTable", Map{{"TableName", Value("tab")}});
  }
  ControlWorld f(slow(directory.path));
  CHECK(f.status("tab") == "DELETING");
  f.w.loop.advance(3s);
  CHECK(f.fails("DescribeTable", Map{{"TableName", Value("tab")}}).code == "ResourceNotFoundException");
}

TEST_CASE("an index is added beside the writes, one at a time, and dropped again") {
  ControlWorld f(slow());
  f.create(table_input("tab"));
  for (int i = 0; i < 300; ++i) f.put("tab", Map{{"id", text("k" + std::to_string(i))}, {"v", text("a")}});
  const Value answer = f.ok("UpdateTable", add_index("by-v", "v"));
  CHECK(answer.find("TableDescription")->text_or("TableStatus") == "UPDATING");
  CHECK(f.fails("UpdateTable", drop_index("by-v")).message ==
        "Attempt to change a resource which is still in use: Table is being updated: tab");
  f.w.loop.advance(100ms);
  CHECK(f.status("tab") == "ACTIVE");
  CHECK(index_status(f) == "CREATING");
  CHECK(f.fails("UpdateTable", add_index("other", "w")).code == "LimitExceededException");
  f.put("tab", Map{{"id", text("k0")}, {"v", text("b")}});
  f.put("tab", Map{{"id", text("new")}, {"v", text("a")}});
  f.w.loop.advance(1s);
  CHECK(index_status(f) == "ACTIVE");
  CHECK_FALSE(f.describe("tab").find("GlobalSecondaryIndexes")->list().at(0).find("Backfilling"));
  CHECK(found(f, "by-v", "v", "a") == 300);
  CHECK(found(f, "by-v", "v", "b") == 1);
  f.ok("UpdateTable", drop_index("by-v"));
  CHECK(index_status(f) == "DELETING");
  f.w.loop.advance(1s);
  const Value t = f.describe("tab");
  CHECK_FALSE(t.find("GlobalSecondaryIndexes"));
  CHECK(t.find("AttributeDefinitions")->list().size() == 1);
  CHECK(f.fails("UpdateTable", drop_index("by-v")).code == "ResourceNotFoundException");
}

TEST_CASE("throughput changes when the table is ACTIVE again, and decreases are counted by the day") {
  ControlWorld f(slow());
  Map in = table_input("tab");
  in.erase("BillingMode");
  const auto units = [](int n) {
    return Value(Map{{"ReadCapacityUnits", Value(n)}, {"WriteCapacityUnits", Value(n)}});
  };
  in.add("ProvisionedThroughput", units(5));
  f.create(std::move(in));
  const auto update = [&](int n) {
    const Value got =
        f.ok("UpdateTable", Map{{"TableName", Value("tab")}, {"ProvisionedThroughput", units(n)}});
    return *got.find("TableDescription")->find("ProvisionedThroughput");
  };
  CHECK(update(9).find("ReadCapacityUnits")->integer() == 5);
  f.w.loop.advance(100ms);
  Value now = *f.describe("tab").find("ProvisionedThroughput");
  CHECK(now.find("ReadCapacityUnits")->integer() == 9);
  CHECK(now.find("LastIncreaseDateTime"));
  CHECK_FALSE(now.find("LastDecreaseDateTime"));
  for (const int n : {3, 2}) {
    update(n);
    f.w.loop.advance(100ms);
  }
  now = *f.describe("tab").find("ProvisionedThroughput");
  CHECK(now.find("NumberOfDecreasesToday")->integer() == 2);
  f.w.loop.advance(std::chrono::hours(24));
  update(1);
  f.w.loop.advance(100ms);
  CHECK(f.describe("tab").find("ProvisionedThroughput")->find("NumberOfDecreasesToday")->integer() == 1);
  CHECK(f.fails("UpdateTable", Map{{"TableName", Value("tab")}, {"ProvisionedThroughput", units(1)}})
            .message.starts_with("The provisioned throughput for the table will not change."));
  f.ok("UpdateTable", Map{{"TableName", Value("tab")}, {"BillingMode", Value("PAY_PER_REQUEST")}});
  f.w.loop.advance(100ms);
  const Value t = f.describe("tab");
  CHECK(t.find("BillingModeSummary")->text_or("BillingMode") == "PAY_PER_REQUEST");
  CHECK(t.find("BillingModeSummary")->find("LastUpdateToPayPerRequestDateTime"));
  CHECK(t.find("ProvisionedThroughput")->find("ReadCapacityUnits")->integer() == 0);
}

TEST_CASE("CreateTable says what is wrong with a table, in AWS's words") {
  ControlWorld f;
  const auto refused = [&](const std::function<void(Map&)>& spoil, const std::string& keys = "id:S") {
    Map in = table_input("tab", keys);
    spoil(in);
    return f.fails("CreateTable", std::move(in)).message;
  };
  const std::string invalid = "One or more parameter values were invalid: ";
  CHECK(refused([](Map& in) { in.erase("TableName"); }) ==
        "The parameter 'TableName' is required but was not present in the request");
  CHECK(
      refused([](Map& in) { in.erase("BillingMode"); }) ==
      invalid +
          "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED");
  CHECK(refused([](Map& in) {
          in.find("AttributeDefinitions")
              ->list()
              .emplace_back(Map{{"AttributeName", Value("x")}, {"AttributeType", Value("S")}});
        }) == invalid +
                  "Number of attributes in KeySchema does not exactly match number of attributes defined in "
                  "AttributeDefinitions");
  CHECK(refused([](Map& in) { in.find("KeySchema")->list().at(0).map()["KeyType"] = "RANGE"; }) ==
        "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  CHECK(refused([](Map& in) { in.add("GlobalSecondaryIndexes", List{Value(gsi("by-v", "v"))}); }) ==
        invalid +
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [v], "
            "AttributeDefinitions: [id]");
  CHECK(refused([](Map& in) { in.add("LocalSecondaryIndexes", List{Value(gsi("by-id", "id"))}); }) ==
        invalid +
            "Table KeySchema does not have a range key, which is required when specifying a "
            "LocalSecondaryIndex");
  CHECK(refused(
            [](Map& in) {
              Map index = gsi("by-n", "n");
              index["Projection"] = Map{{"ProjectionType", Value("INCLUDE")}};
              in.add("GlobalSecondaryIndexes", List{Value(index)});
            },
            "id:S,n:N") == invalid + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
  CHECK(refused([](Map& in) {
          in.add("StreamSpecification", Map{{"StreamEnabled", Value(true)}});
        }) == invalid + "StreamViewType must be specified when StreamEnabled is true");
  CHECK(f.fails("DescribeTable", Map{{"TableName", Value("tab")}}).code == "ResourceNotFoundException");
}

TEST_CASE("UpdateTable wants something to do, and one index at a time") {
  ControlWorld f;
  f.create(table_input("tab"));
  CHECK(f.fails("UpdateTable", Map{{"TableName", Value("tab")}})
            .message.starts_with("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled"));
  Map two = add_index("one", "v");
  two.find("GlobalSecondaryIndexUpdates")->list().emplace_back(Map{{"Create", Value(gsi("two", "v"))}});
  CHECK(f.fails("UpdateTable", std::move(two)).message ==
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table");
  Map redefined = add_index("one", "id");
  redefined.find("AttributeDefinitions")->list().at(0).map()["AttributeType"] = "N";
  CHECK(f.fails("UpdateTable", std::move(redefined)).message.find("Attributes cannot be redefined") !=
        std::string::npos);
  CHECK(f.fails("UpdateTable", Map{{"TableName", Value("tab")},
                                   {"StreamSpecification", Value(Map{{"StreamEnabled", Value(false)}})}})
            .message == "Table has no stream to disable: TableName: tab");
}

TEST_CASE("a protected table is not deleted") {
  ControlWorld f;
  Map in = table_input("tab");
  in.add("DeletionProtectionEnabled", true);
  f.create(std::move(in));
  CHECK(f.fails("DeleteTable", Map{{"TableName", Value("tab")}})
            .message.starts_with("Resource cannot be deleted"));
  f.ok("UpdateTable", Map{{"TableName", Value("tab")}, {"DeletionProtectionEnabled", Value(false)}});
  f.w.loop.advance(1s);
  f.ok("DeleteTable", Map{{"TableName", Value("tab")}});
}

TEST_CASE("tags are set, overwritten, listed in pages and removed") {
  ControlWorld f;
  f.create(table_input("tab"));
  const std::string arn(f.describe("tab").text_or("TableArn"));
  const auto tag = [&](const std::string& key, const std::string& value) {
    return Map{{"ResourceArn", Value(arn)},
               {"Tags", Value(List{Value(Map{{"Key", Value(key)}, {"Value", Value(value)}})})}};
  };
  for (int i = 0; i < 12; ++i) f.ok("TagResource", tag("k" + std::to_string(i), "v"));
  f.ok("TagResource", tag("k0", "w"));
  Value page = f.ok("ListTagsOfResource", Map{{"ResourceArn", Value(arn)}});
  CHECK(page.find("Tags")->list().size() == 10);
  CHECK(page.find("Tags")->list().at(0).text_or("Value") == "w");
  page = f.ok("ListTagsOfResource",
              Map{{"ResourceArn", Value(arn)}, {"NextToken", Value(page.text_or("NextToken"))}});
  CHECK(page.find("Tags")->list().size() == 2);
  CHECK_FALSE(page.find("NextToken"));
  f.ok("UntagResource",
       Map{{"ResourceArn", Value(arn)}, {"TagKeys", Value(List{Value("k0"), Value("none")})}});
  CHECK(f.fails("TagResource", tag("no!", "v")).code == "ValidationException");
  CHECK(f.fails("TagResource", Map{{"ResourceArn", Value(arn)}, {"Tags", Value(List{})}}).message ==
        "Atleast one Tag needs to be provided as Input.");
  CHECK(f.fails("ListTagsOfResource", Map{{"ResourceArn", Value(arn + "/index/i")}}).message ==
        "Invalid TableArn: Invalid ResourceArn provided as input " + arn + "/index/i");
}

TEST_CASE("a resource policy has a revision that changes with it") {
  ControlWorld f;
  f.create(with_stream(table_input("tab")));
  for (const std::string& arn : {std::string(f.describe("tab").text_or("TableArn")), f.stream_of("tab")}) {
    const auto policy = [](const char* action) {
      return std::string(
                 R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":")") +
             action + R"(","Resource":"*"}]})";
    };
    const auto put = [&](const std::string& document) {
      return Map{{"ResourceArn", Value(arn)}, {"Policy", Value(document)}};
    };
    CHECK(f.fails("GetResourcePolicy", Map{{"ResourceArn", Value(arn)}}).code == "PolicyNotFoundException");
    const std::string first(f.ok("PutResourcePolicy", put(policy("dynamodb:*"))).text_or("RevisionId"));
    CHECK(f.ok("PutResourcePolicy", put(policy("dynamodb:*"))).text_or("RevisionId") == first);
    const std::string second(
        f.ok("PutResourcePolicy", put(policy("dynamodb:GetItem"))).text_or("RevisionId"));
    CHECK(second > first);
    Map old = put(policy("dynamodb:Scan"));
    old.add("ExpectedRevisionId", first);
    CHECK(f.fails("PutResourcePolicy", std::move(old)).code == "PolicyNotFoundException");
    CHECK(f.ok("GetResourcePolicy", Map{{"ResourceArn", Value(arn)}}).text_or("RevisionId") == second);
    f.ok("DeleteResourcePolicy", Map{{"ResourceArn", Value(arn)}});
    CHECK(f.fails("GetResourcePolicy", Map{{"ResourceArn", Value(arn)}}).code == "PolicyNotFoundException");
  }
}

TEST_CASE("names of tables and indexes") {
  ControlWorld f;
  const auto refused = [&](Map input) { return f.fails("CreateTable", std::move(input)).message; };
  f.create(table_input("t"));  // decision 0005
  CHECK(refused(table_input("")).find("greater than or equal to 1") != std::string::npos);
  CHECK(refused(table_input("nyh@test")).find("regular expression pattern") != std::string::npos);
  // Errors of global indexes come first.
  Map input = table_input("tab", "id:S,n:S");
  input.add(
      "LocalSecondaryIndexes",
      List{Value(Map{
          {"IndexName", Value("aa")},
          {"KeySchema", Value(List{Value(Map{{"AttributeName", Value("id")}, {"KeyType", Value("HASH")}})})},
          {"Projection", Value(Map{{"ProjectionType", Value("ALL")}})}})});
  input.add("GlobalSecondaryIndexes", List{Value(gsi("zz", "n"))});
  const auto short_name = [](const std::string& name, const std::string& list) {
    return "Value '" + name + "' at '" + list +
           ".1.member.indexName' failed to satisfy constraint: Member must have length greater than or equal "
           "to 3";
  };
  CHECK(refused(input) == "2 validation errors detected: " + short_name("zz", "globalSecondaryIndexes") +
                              "; " + short_name("aa", "localSecondaryIndexes"));
}

TEST_CASE("an index projects an attribute once") {
  ControlWorld f;
  Map index = gsi("by-v", "v");
  index["Projection"] = Value(
      Map{{"ProjectionType", Value("INCLUDE")}, {"NonKeyAttributes", Value(List{Value("a"), Value("a")})}});
  Map input = table_input("tab");
  input["AttributeDefinitions"].list().emplace_back(
      Map{{"AttributeName", Value("v")}, {"AttributeType", Value("S")}});
  input.add("GlobalSecondaryIndexes", List{Value(std::move(index))});
  CHECK(f.fails("CreateTable", std::move(input)).message.find("Duplicate") != std::string::npos);
}

TEST_CASE("keys of too many attributes, and attributes that no key has") {
  ControlWorld f;
  CHECK(f.fails("CreateTable", table_input("tab", "a:S,b:S,c:S"))
            .message.find("at 'keySchema' failed to satisfy constraint: Member must have length less than or "
                          "equal to 2") != std::string::npos);
  Map three = table_input("tab", "a:S,b:S,c:S");  // before anything else
  three["AttributeDefinitions"].list().pop_back();
  CHECK(f.fails("CreateTable", std::move(three)).message.find("less than or equal to 2") !=
        std::string::npos);
  Map unused = table_input("tab", "id:S");
  for (const char* name : {"user", "created_at"})
    unused["AttributeDefinitions"].list().emplace_back(
        Map{{"AttributeName", Value(name)}, {"AttributeType", Value("S")}});
  unused.add("GlobalSecondaryIndexes", List{Value(gsi("by-user", "user"))});
  CHECK(f.fails("CreateTable", std::move(unused)).message ==
        "One or more parameter values were invalid: Some AttributeDefinitions are not used. "
        "AttributeDefinitions: [created_at, id, user], keys used: [id, user]");
}

TEST_CASE("a table's hash key that is an index's range key is held to the size of range keys") {
  ControlWorld f;
  Map input = table_input("tab", "id:S,n:S");
  Map index = gsi("turned", "n");
  index["KeySchema"].list().emplace_back(Map{{"AttributeName", Value("id")}, {"KeyType", Value("RANGE")}});
  input.add("GlobalSecondaryIndexes", List{Value(std::move(index))});
  f.create(std::move(input));
  const auto item = [](std::size_t bytes) {
    return Map{{"TableName", Value("tab")},
               {"Item", Value(Map{{"id", text(std::string(bytes, 'x'))}, {"n", text("1")}})}};
  };
  f.ok("PutItem", item(1024));
  CHECK(f.fails("PutItem", item(1025)).message ==
        "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size "
        "limit of 1024 bytes");
}

TEST_CASE("older key conditions know keys of several attributes") {
  ControlWorld f;
  Map input = table_input("tab");
  for (const char* name : {"a", "b", "c"})
    input["AttributeDefinitions"].list().emplace_back(
        Map{{"AttributeName", Value(name)}, {"AttributeType", Value("S")}});
  Map index = gsi("abc", "a");
  for (const char* name : {"b", "c"})
    index["KeySchema"].list().emplace_back(Map{{"AttributeName", Value(name)}, {"KeyType", Value("RANGE")}});
  input.add("GlobalSecondaryIndexes", List{Value(std::move(index))});
  f.create(std::move(input));
  for (const char* c : {"1", "2", "3"})
    f.put("tab", Map{{"id", text(c)}, {"a", text("x")}, {"b", text("y")}, {"c", text(c)}});
  const auto test = [](const char* op, const char* value) {
    return Value(
        Map{{"ComparisonOperator", Value(op)}, {"AttributeValueList", Value(List{Value(text(value))})}});
  };
  Map query{
      {"TableName", Value("tab")},
      {"IndexName", Value("abc")},
      {"KeyConditions", Value(Map{{"a", test("EQ", "x")}, {"b", test("EQ", "y")}, {"c", test("GT", "1")}})}};
  CHECK(f.ok("Query", query).find("Count")->integer() == 2);
  query.erase("IndexName");
  CHECK(f.fails("Query", query).message == "Query condition missed key schema element: id");
}
