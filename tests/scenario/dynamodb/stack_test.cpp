// Tables as resources of a stack.
#include <catch2/catch.hpp>

#include "services/cloudformation/cloudformation.hpp"
#include "services/dynamodb/dynamodb.hpp"
#include "support/world.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

/// Creates a stack of one table with a global index; "CREATE_COMPLETE", or why not.
std::string made(World& w, const std::string& more_of_the_index) {
  w.ok("cloudformation", "CreateStack",
       Map{{"StackName", "demo"},
           {"TemplateBody",
            R"({"Resources": {"Orders": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "orders",
  "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
  "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
  "GlobalSecondaryIndexes": [{"IndexName": "again", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"})" +
                more_of_the_index + "}]}}}}"}});
  w.loop.advance(5s);
  const Value answer = w.ok("cloudformation", "DescribeStackEvents", Map{{"StackName", "demo"}});
  std::string status;
  for (const Value& event : answer.find("StackEvents")->list()) {
    if (event.text_or("ResourceStatus") == "CREATE_FAILED" && event.text_or("LogicalResourceId") == "Orders")
      return std::string(event.text_or("ResourceStatusReason"));
    if (status.empty()) status = event.text_or("ResourceStatus");
  }
  return status;
}

}  // namespace

TEST_CASE("a stack makes a table with its index") {
  World w({dynamodb::make, cloudformation::make});
  CHECK(made(w, "") == "CREATE_COMPLETE");
  const Value table = w.ok("dynamodb", "DescribeTable", Map{{"TableName", "orders"}});
  CHECK(table.find("Table")->find("GlobalSecondaryIndexes")->list().size() == 1);
}

TEST_CASE("a property of an index that is not there is refused by name") {
  World w({dynamodb::make, cloudformation::make});
  CHECK(made(w, R"(, "ContributorInsightsSpecification": {"Enabled": true})")
            .find("ContributorInsightsSpecification is not supported") != std::string::npos);
  CHECK(w.fails("dynamodb", "DescribeTable", Map{{"TableName", "orders"}}).code ==
        "ResourceNotFoundException");
}
