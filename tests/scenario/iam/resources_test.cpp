// The CloudFormation types of IAM, created and removed as CloudFormation does it.
#include <catch2/catch.hpp>

#include "services/iam/iam.hpp"
#include "support/world.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

Value json(std::string_view text) {
  auto value = wire::parse_json(text);
  REQUIRE(value);
  return std::move(*value);
}

Task<> finish(Task<ResourceResult> task, ResourceResult& out, bool& done) {
  out = co_await std::move(task);
  done = true;
}
Task<> finish_removal(Task<void> task, bool& done) {
  co_await std::move(task);
  done = true;
}

struct Fixture {
  World w{{iam::make}};
  TaskGroup tasks;

  ResourceRequest request(std::string_view properties, std::string physical_id = {}) {
    ResourceRequest r;
    r.client = &w.engine->dispatcher();
    r.principal = Principal::root(w.account);
    r.account = w.account;
    r.region = w.region;
    r.physical_id = std::move(physical_id);
    r.properties = json(properties);
    r.name_suffix = "stack-Logical-1A2B3C4D5E6F";
    return r;
  }
  ResourceType type(std::string_view name) {
    for (ResourceType& t : w.engine->service("iam")->resource_types())
      if (t.name == name) return t;
    FAIL("no such type");
    return {};
  }
  ResourceResult create(std::string_view name, std::string_view properties) {
    ResourceResult out;
    bool done = false;
    tasks.spawn(finish(type(name).create(request(properties)), out, done));
    w.loop.run_ready();
    REQUIRE(done);
    return out;
  }
  void remove(std::string_view name, std::string_view properties, const std::string& id) {
    bool done = false;
    tasks.spawn(finish_removal(type(name).remove(request(properties, id)), done));
    w.loop.run_ready();
    REQUIRE(done);
  }
};

constexpr std::string_view kRole = R"({
  "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
      "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
  "MaxSessionDuration": "7200",
  "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
  "Policies": [{"PolicyName": "inline", "PolicyDocument": {"Version": "2012-10-17",
      "Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}}]})";

}  // namespace

TEST_CASE_METHOD(Fixture, "AWS::IAM::Role: Ref is the name, GetAtt Arn and RoleId") {
  const ResourceResult made = create("AWS::IAM::Role", kRole);
  CHECK(made.physical_id == "stack-Logical-1A2B3C4D5E6F");
  CHECK(made.attributes.find("Arn")->text() == "arn:aws:iam::000000000000:role/stack-Logical-1A2B3C4D5E6F");
  const Value role = w.ok("iam", "GetRole", Map{{"RoleName", made.physical_id}});
  CHECK(role.find("Role")->find("MaxSessionDuration")->integer() == 7200);
  CHECK(made.attributes.find("RoleId")->text() == role.find("Role")->text_or("RoleId"));
  CHECK(w.ok("iam", "ListRolePolicies", Map{{"RoleName", made.physical_id}})
            .find("PolicyNames")
            ->list()
            .size() == 1);
  remove("AWS::IAM::Role", kRole, made.physical_id);
  remove("AWS::IAM::Role", kRole, made.physical_id);  // gone already: no error
  CHECK(w.fails("iam", "GetRole", Map{{"RoleName", made.physical_id}}).code == "NoSuchEntity");
}

TEST_CASE_METHOD(Fixture, "AWS::IAM::Policy and AWS::IAM::ManagedPolicy put permissions on a role") {
  const std::string role = create("AWS::IAM::Role", kRole).physical_id;
  const std::string document = R"("PolicyDocument": {"Version": "2012-10-17",
      "Statement": {"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}}, "Roles": [")" +
                               role + "\"]}";
  const std::string inline_policy = R"({"PolicyName": "p", )" + document, managed = "{" + document;
  const ResourceResult one = create("AWS::IAM::Policy", inline_policy);
  const ResourceResult two = create("AWS::IAM::ManagedPolicy", managed);
  CHECK(two.physical_id == "arn:aws:iam::000000000000:policy/stack-Logical-1A2B3C4D5E6F");
  auto& source = dynamic_cast<const PolicySource&>(*w.engine->service("iam"));
  const Principal session = Principal::role("arn:aws:iam::000000000000:role/" + role, "s");
  CHECK(source.policies(session).size() == 4);
  remove("AWS::IAM::ManagedPolicy", managed, two.physical_id);
  remove("AWS::IAM::Policy", inline_policy, one.physical_id);
  CHECK(source.policies(session).size() == 2);
}
