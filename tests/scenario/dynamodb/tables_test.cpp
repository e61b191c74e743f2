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
  return Map{{"TableName", Value("t")},
             {"AttributeDefinitions",
              Value(List{Value(Map{{"AttributeName", Value(key)}, {"AttributeType", Value("S")}})})},
             {"GlobalSecondaryIndexUpdates", Value(List{Value(Map{{"Create", Value(gsi(name, key))}})})}};
}

Map drop_index(const std::string& name) {
  return Map{{"TableName", Value("t")},
             {"GlobalSecondaryIndexUpdates",
              Value(List{Value(Map{{"Delete", Value(Map{{"IndexName", Value(name)}})}})})}};
}

std::string index_status(ControlWorld& f) {
  const Value t = f.describe("t");
  const Value* list = t.find("GlobalSecondaryIndexes");
  return list ? std::string(list->list().at(0).text_or("IndexStatus")) : "";
}

std::size_t found(ControlWorld& f, const std::string& index, const std::string& key,
                  const std::string& value) {
  const Value got = f.ok("Query", Map{{"TableName", Value("t")},
                                      {"IndexName", Value(index)},
                                      {"KeyConditionExpression", Value(key + " = :v")},
                                      {"ExpressionAttributeValues", Value(Map{{":v", text(value)}})}});
  return static_cast<std::size_t>(got.find("Count")->integer());
}

}  // namespace

TEST_CASE("a table is CREATING, then ACTIVE, and not there for items in between") {
  ControlWorld f(slow());
  const Value made = f.ok("CreateTable", table_input("t"));
  CHECK(made.find("TableDescription")->text_or("TableStatus") == "CREATING");
  CHECK_FALSE(made.find("TableDescription")->find("WarmThroughput"));
  f.w.loop.advance(99ms);
  CHECK(f.status("t") == "CREATING");
  const auto refused =
      f.fails("PutItem", Map{{"TableName", Value("t")}, {"Item", Value(Map{{"id", text("a")}})}});
  CHECK(refused.code == "ResourceNotFoundException");
  CHECK(refused.message == "Requested resource not found");
  CHECK(f.fails("DeleteTable", Map{{"TableName", Value("t")}}).message ==
        "Attempt to change a resource which is still in use: Table is being created: t");
  CHECK(f.fails("CreateTable", table_input("t")).message == "Table already exists: t");
  f.w.loop.advance(1ms);
  CHECK(f.status("t") == "ACTIVE");
  f.put("t", Map{{"id", text("a")}});
  const Value t = f.describe("t");
  CHECK(t.find("BillingModeSummary")->find("LastUpdateToPayPerRequestDateTime"));
  CHECK(t.find("WarmThroughput")->find("ReadUnitsPerSecond")->integer() == 12000);
}

TEST_CASE("a table is DELETING, then gone; its name is free again") {
  ControlWorld f(slow());
  f.create(table_input("t"));
  f.put("t", Map{{"id", text("a")}});
  const Value gone = f.ok("DeleteTable", Map{{"TableName", Value("t")}});
  CHECK(gone.find("TableDescription")->text_or("TableStatus") == "DELETING");
  CHECK_FALSE(gone.find("TableDescription")->find("KeySchema"));
  CHECK(f.status("t") == "DELETING");
  CHECK(f.fails("GetItem", Map{{"TableName", Value("t")}, {"Key", Value(Map{{"id", text("a")}})}}).code ==
        "ResourceNotFoundException");
  CHECK(f.fails("CreateTable", table_input("t")).code == "ResourceInUseException");
  f.w.loop.advance(100ms);
  CHECK(f.fails("DescribeTable", Map{{"TableName", Value("t")}}).message ==
        "Requested resource not found: Table: t not found");
  f.create(table_input("t"));
  CHECK(f.get("t", Map{{"id", text("a")}}).empty());
}

TEST_CASE("without delay tables are ready with the answer that says CREATING") {
  World::Options options;
  options.settings.table_transition = Duration(0);
  ControlWorld f(options);
  CHECK(f.ok("CreateTable", table_input("t")).find("TableDescription")->text_or("TableStatus") == "CREATING");
  f.put("t", Map{{"id", text("a")}});
  f.ok("UpdateTable", add_index("by-v", "v"));
  CHECK(index_status(f) == "ACTIVE");
  f.ok("DeleteTable", Map{{"TableName", Value("t")}});
  f.ok("CreateTable", table_input("t"));
}

TEST_CASE("states survive a restart and go on") {
  Directory directory;
  {
    ControlWorld f(slow(directory.path));
    f.ok("CreateTable", table_input("t"));
    f.w.loop.advance(50ms);
  }
  {
    ControlWorld f(slow(directory.path));
    CHECK(f.status("t") == "CREATING");
    f.w.loop.advance(200ms);
    CHECK(f.status("t") == "ACTIVE");
    for (int i = 0; i < 500; ++i) f.put("t", Map{{"id", text("k" + std::to_string(i))}, {"v", text("same")}});
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
    f.ok("DeleteTable", Map{{"TableName", Value("t")}});
  }
  ControlWorld f(slow(directory.path));
  CHECK(f.status("t") == "DELETING");
  f.w.loop.advance(3s);
  CHECK(f.fails("DescribeTable", Map{{"TableName", Value("t")}}).code == "ResourceNotFoundException");
}

TEST_CASE("an index is added beside the writes, one at a time, and dropped again") {
  ControlWorld f(slow());
  f.create(table_input("t"));
  for (int i = 0; i < 300; ++i) f.put("t", Map{{"id", text("k" + std::to_string(i))}, {"v", text("a")}});
  const Value answer = f.ok("UpdateTable", add_index("by-v", "v"));
  CHECK(answer.find("TableDescription")->text_or("TableStatus") == "UPDATING");
  CHECK(f.fails("UpdateTable", drop_index("by-v")).message ==
        "Attempt to change a resource which is still in use: Table is being updated: t");
  f.w.loop.advance(100ms);
  CHECK(f.status("t") == "ACTIVE");
  CHECK(index_status(f) == "CREATING");
  CHECK(f.fails("UpdateTable", add_index("other", "w")).code == "LimitExceededException");
  f.put("t", Map{{"id", text("k0")}, {"v", text("b")}});
  f.put("t", Map{{"id", text("new")}, {"v", text("a")}});
  f.w.loop.advance(1s);
  CHECK(index_status(f) == "ACTIVE");
  CHECK_FALSE(f.describe("t").find("GlobalSecondaryIndexes")->list().at(0).find("Backfilling"));
  CHECK(found(f, "by-v", "v", "a") == 300);
  CHECK(found(f, "by-v", "v", "b") == 1);
  f.ok("UpdateTable", drop_index("by-v"));
  CHECK(index_status(f) == "DELETING");
  f.w.loop.advance(1s);
  const Value t = f.describe("t");
  CHECK_FALSE(t.find("GlobalSecondaryIndexes"));
  CHECK(t.find("AttributeDefinitions")->list().size() == 1);
  CHECK(f.fails("UpdateTable", drop_index("by-v")).code == "ResourceNotFoundException");
}

TEST_CASE("throughput changes when the table is ACTIVE again, and decreases are counted by the day") {
  ControlWorld f(slow());
  Map in = table_input("t");
  in.erase("BillingMode");
  const auto units = [](int n) {
    return Value(Map{{"ReadCapacityUnits", Value(n)}, {"WriteCapacityUnits", Value(n)}});
  };
  in.add("ProvisionedThroughput", units(5));
  f.create(std::move(in));
  const auto update = [&](int n) {
    const Value got =
        f.ok("UpdateTable", Map{{"TableName", Value("t")}, {"ProvisionedThroughput", units(n)}});
    return *got.find("TableDescription")->find("ProvisionedThroughput");
  };
  CHECK(update(9).find("ReadCapacityUnits")->integer() == 5);
  f.w.loop.advance(100ms);
  Value now = *f.describe("t").find("ProvisionedThroughput");
  CHECK(now.find("ReadCapacityUnits")->integer() == 9);
  CHECK(now.find("LastIncreaseDateTime"));
  CHECK_FALSE(now.find("LastDecreaseDateTime"));
  for (const int n : {3, 2}) {
    update(n);
    f.w.loop.advance(100ms);
  }
  now = *f.describe("t").find("ProvisionedThroughput");
  CHECK(now.find("NumberOfDecreasesToday")->integer() == 2);
  f.w.loop.advance(std::chrono::hours(24));
  update(1);
  f.w.loop.advance(100ms);
  CHECK(f.describe("t").find("ProvisionedThroughput")->find("NumberOfDecreasesToday")->integer() == 1);
  CHECK(f.fails("UpdateTable", Map{{"TableName", Value("t")}, {"ProvisionedThroughput", units(1)}})
            .message.starts_with("The provisioned throughput for the table will not change."));
  f.ok("UpdateTable", Map{{"TableName", Value("t")}, {"BillingMode", Value("PAY_PER_REQUEST")}});
  f.w.loop.advance(100ms);
  const Value t = f.describe("t");
  CHECK(t.find("BillingModeSummary")->text_or("BillingMode") == "PAY_PER_REQUEST");
  CHECK(t.find("BillingModeSummary")->find("LastUpdateToPayPerRequestDateTime"));
  CHECK(t.find("ProvisionedThroughput")->find("ReadCapacityUnits")->integer() == 0);
}

TEST_CASE("CreateTable says what is wrong with a table, in AWS's words") {
  ControlWorld f;
  const auto refused = [&](const std::function<void(Map&)>& spoil, const std::string& keys = "id:S") {
    Map in = table_input("t", keys);
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
  CHECK(f.fails("DescribeTable", Map{{"TableName", Value("t")}}).code == "ResourceNotFoundException");
}

TEST_CASE("UpdateTable wants something to do, and one index at a time") {
  ControlWorld f;
  f.create(table_input("t"));
  CHECK(f.fails("UpdateTable", Map{{"TableName", Value("t")}})
            .message.starts_with("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled"));
  Map two = add_index("one", "v");
  two.find("GlobalSecondaryIndexUpdates")->list().emplace_back(Map{{"Create", Value(gsi("two", "v"))}});
  CHECK(f.fails("UpdateTable", std::move(two)).message ==
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table");
  Map redefined = add_index("one", "id");
  redefined.find("AttributeDefinitions")->list().at(0).map()["AttributeType"] = "N";
  CHECK(f.fails("UpdateTable", std::move(redefined)).message.find("Attributes cannot be redefined") !=
        std::string::npos);
  CHECK(f.fails("UpdateTable", Map{{"TableName", Value("t")},
                                   {"StreamSpecification", Value(Map{{"StreamEnabled", Value(false)}})}})
            .message == "Table has no stream to disable: TableName: t");
}

TEST_CASE("a protected table is not deleted") {
  ControlWorld f;
  Map in = table_input("t");
  in.add("DeletionProtectionEnabled", true);
  f.create(std::move(in));
  CHECK(f.fails("DeleteTable", Map{{"TableName", Value("t")}})
            .message.starts_with("Resource cannot be deleted"));
  f.ok("UpdateTable", Map{{"TableName", Value("t")}, {"DeletionProtectionEnabled", Value(false)}});
  f.w.loop.advance(1s);
  f.ok("DeleteTable", Map{{"TableName", Value("t")}});
}

TEST_CASE("tags are set, overwritten, listed in pages and removed") {
  ControlWorld f;
  f.create(table_input("t"));
  const std::string arn(f.describe("t").text_or("TableArn"));
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
  f.create(with_stream(table_input("t")));
  for (const std::string& arn : {std::string(f.describe("t").text_or("TableArn")), f.stream_of("t")}) {
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
