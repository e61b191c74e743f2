// IAM through the whole pipeline: what the reference backend and its users do.
#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "services/iam/iam.hpp"
#include "support/world.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

const std::string kTrust = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)"
                           R"("Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]})";
const std::string kWrite = R"({"Version":"2012-10-17","Statement":[{"Sid":"VisualEditor0","Effect":"Allow",)"
                           R"("Action":["dynamodb:PutItem","dynamodb:DescribeTable"],"Resource":"*"}]})";

struct Fixture {
  World w{{iam::make}};
  std::string role(const std::string& name) {
    Value reply = w.ok("iam", "CreateRole", Map{{"RoleName", name}, {"AssumeRolePolicyDocument", kTrust}});
    return std::string(reply.find("Role")->text_or("Arn"));
  }
  std::string policy(const std::string& name, const std::string& document = kWrite) {
    Value reply = w.ok("iam", "CreatePolicy", Map{{"PolicyName", name}, {"PolicyDocument", document}});
    return std::string(reply.find("Policy")->text_or("Arn"));
  }
  const PolicySource& source() { return dynamic_cast<const PolicySource&>(*w.engine->service("iam")); }
  std::size_t documents(const std::string& role_arn) {
    return source().policies(Principal::role(role_arn, "s")).size();
  }
};

std::size_t count(const Value& reply, std::string_view member) { return reply.find(member)->list().size(); }

}  // namespace

TEST_CASE_METHOD(Fixture, "the roles of the reference backend") {
  const std::string arn = role("Lambda-SQS-DynamoDB");
  CHECK(arn == "arn:aws:iam::000000000000:role/Lambda-SQS-DynamoDB");
  const std::string write = policy("Lambda-Write-DynamoDB");
  CHECK(write == "arn:aws:iam::000000000000:policy/Lambda-Write-DynamoDB");
  w.ok("iam", "AttachRolePolicy", Map{{"RoleName", "Lambda-SQS-DynamoDB"}, {"PolicyArn", write}});
  // AWS's own policies are there from the start, in their paths.
  w.ok("iam", "AttachRolePolicy",
       Map{{"RoleName", "Lambda-SQS-DynamoDB"},
           {"PolicyArn", "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"}});
  const Value attached = w.ok("iam", "ListAttachedRolePolicies", Map{{"RoleName", "Lambda-SQS-DynamoDB"}});
  CHECK(count(attached, "AttachedPolicies") == 2);
  CHECK(documents(arn) == 2);
  const Value policy = w.ok("iam", "GetPolicy", Map{{"PolicyArn", write}});
  CHECK(policy.find("Policy")->find("AttachmentCount")->integer() == 1);
}

TEST_CASE_METHOD(Fixture, "a role as its answers show it") {
  Value made = w.ok("iam", "CreateRole",
                    Map{{"RoleName", "r"},
                        {"Path", "/app/"},
                        {"AssumeRolePolicyDocument", kTrust},
                        {"Description", "d"},
                        {"Tags", List{Map{{"Key", "k"}, {"Value", "v"}}}}});
  const Value& role = *made.find("Role");
  CHECK(role.text_or("Arn") == "arn:aws:iam::000000000000:role/app/r");
  CHECK(role.text_or("RoleId").substr(0, 4) == "AROA");
  CHECK(role.text_or("RoleId").size() == 21);
  CHECK(role.find("MaxSessionDuration") == nullptr);  // only GetRole and ListRoles have it
  CHECK(url_decode(role.text_or("AssumeRolePolicyDocument")) == kTrust);
  Value got = w.ok("iam", "GetRole", Map{{"RoleName", "R"}});  // names compare without case
  CHECK(got.find("Role")->find("MaxSessionDuration")->integer() == 3600);
  CHECK(got.find("Role")->find("RoleLastUsed") != nullptr);
  CHECK(count(*got.find("Role"), "Tags") == 1);
  CHECK(w.fails("iam", "CreateRole", Map{{"RoleName", "r"}, {"AssumeRolePolicyDocument", kTrust}}).message ==
        "Role with name r already exists.");
  const wire::Fault missing = w.fails("iam", "GetRole", Map{{"RoleName", "x"}});
  CHECK(missing.code == "NoSuchEntity");
  CHECK(missing.status == 404);
  CHECK(missing.message == "The role with name x cannot be found.");
}

TEST_CASE_METHOD(Fixture, "documents are checked, and come back URL-encoded exactly as they were stored") {
  role("r");
  const wire::Fault bad =
      w.fails("iam", "PutRolePolicy",
              Map{{"RoleName", "r"}, {"PolicyName", "p"}, {"PolicyDocument", "{\"Version\""}});
  CHECK(bad.code == "MalformedPolicyDocument");
  CHECK(bad.message == "Syntax errors in policy.");
  CHECK(
      w.fails("iam", "CreateRole", Map{{"RoleName", "s"}, {"AssumeRolePolicyDocument", "no json"}}).message ==
      "This policy contains invalid Json");
  const std::string document =
      R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:*",
      "Resource": "arn:aws:sqs:*:*:a%3Ab"}})";
  w.ok("iam", "PutRolePolicy", Map{{"RoleName", "r"}, {"PolicyName", "p"}, {"PolicyDocument", document}});
  const Value got = w.ok("iam", "GetRolePolicy", Map{{"RoleName", "r"}, {"PolicyName", "p"}});
  CHECK(got.text_or("PolicyDocument") == url_encode(document));
  CHECK(w.fails("iam", "GetRolePolicy", Map{{"RoleName", "r"}, {"PolicyName", "q"}}).message ==
        "The role policy with name q cannot be found.");
}

TEST_CASE_METHOD(Fixture, "things in use cannot be deleted") {
  const std::string arn = role("r"), write = policy("p");
  w.ok("iam", "AttachRolePolicy", Map{{"RoleName", "r"}, {"PolicyArn", write}});
  CHECK(w.fails("iam", "DeleteRole", Map{{"RoleName", "r"}}).message ==
        "Cannot delete entity, must detach all policies first.");
  CHECK(w.fails("iam", "DeletePolicy", Map{{"PolicyArn", write}}).code == "DeleteConflict");
  w.ok("iam", "DetachRolePolicy", Map{{"RoleName", "r"}, {"PolicyArn", write}});
  w.ok("iam", "DeletePolicy", Map{{"PolicyArn", write}});
  w.ok("iam", "DeleteRole", Map{{"RoleName", "r"}});
  CHECK_FALSE(source().role(arn));
  CHECK(w.fails("iam", "AttachRolePolicy", Map{{"RoleName", "r"}, {"PolicyArn", "notanarnatallbutlong"}})
            .message == "Invalid ARN:  Could not be parsed!");
}

TEST_CASE_METHOD(Fixture, "versions of a managed policy: the default one is in force") {
  const std::string arn = role("r"), p = policy("p");
  w.ok("iam", "AttachRolePolicy", Map{{"RoleName", "r"}, {"PolicyArn", p}});
  const std::string next =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})";
  const Map version{{"PolicyArn", p}, {"PolicyDocument", next}, {"SetAsDefault", true}};
  w.ok("iam", "CreatePolicyVersion", version);
  CHECK(source().policies(Principal::role(arn, "s")).at(0).document == next);
  CHECK(w.fails("iam", "DeletePolicyVersion", Map{{"PolicyArn", p}, {"VersionId", "v2"}}).code ==
        "DeleteConflict");
  w.ok("iam", "SetDefaultPolicyVersion", Map{{"PolicyArn", p}, {"VersionId", "v1"}});
  CHECK(source().policies(Principal::role(arn, "s")).at(0).document == kWrite);
  for (int i = 0; i < 3; ++i) w.ok("iam", "CreatePolicyVersion", version);
  CHECK(w.fails("iam", "CreatePolicyVersion", version).code == "LimitExceeded");
  const Value list = w.ok("iam", "ListPolicyVersions", Map{{"PolicyArn", p}});
  CHECK(list.find("Versions")->list().front().text_or("VersionId") == "v5");
}

TEST_CASE_METHOD(Fixture, "lists are paged by Marker") {
  for (int i = 0; i < 5; ++i) role("r" + std::to_string(i));
  std::vector<std::string> seen;
  Map input{{"MaxItems", 2}};
  for (;;) {
    const Value page = w.ok("iam", "ListRoles", input);
    for (const Value& r : page.find("Roles")->list()) seen.emplace_back(r.text_or("RoleName"));
    if (!page.find("IsTruncated")->boolean()) break;
    input["Marker"] = *page.find("Marker");
  }
  CHECK(seen == std::vector<std::string>{"r0", "r1", "r2", "r3", "r4"});
  policy("mine");
  CHECK(count(w.ok("iam", "ListPolicies", Map{{"Scope", "Local"}}), "Policies") == 1);
  CHECK(count(w.ok("iam", "ListPolicies", Map{{"Scope", "AWS"}, {"MaxItems", 1000}}), "Policies") >= 20);
}

TEST_CASE_METHOD(Fixture, "users and their access keys") {
  w.ok("iam", "CreateUser", Map{{"UserName", "alice"}});
  w.ok("iam", "PutUserPolicy", Map{{"UserName", "alice"}, {"PolicyName", "p"}, {"PolicyDocument", kWrite}});
  const Value made = w.ok("iam", "CreateAccessKey", Map{{"UserName", "alice"}});
  const std::string id(made.find("AccessKey")->text_or("AccessKeyId"));
  CHECK(id.size() == 20);
  auto key = source().access_key(id);
  REQUIRE(key);
  CHECK(key->principal.arn == "arn:aws:iam::000000000000:user/alice");
  CHECK(source().policies(key->principal).size() == 1);
  w.ok("iam", "UpdateAccessKey", Map{{"UserName", "alice"}, {"AccessKeyId", id}, {"Status", "Inactive"}});
  CHECK_FALSE(source().access_key(id));
  w.ok("iam", "CreateAccessKey", Map{{"UserName", "alice"}});
  CHECK(w.fails("iam", "CreateAccessKey", Map{{"UserName", "alice"}}).message ==
        "Cannot exceed quota for AccessKeysPerUser: 2");
  w.ok("iam", "DeleteUserPolicy", Map{{"UserName", "alice"}, {"PolicyName", "p"}});
  CHECK(w.fails("iam", "DeleteUser", Map{{"UserName", "alice"}}).message ==
        "Cannot delete entity, must delete access keys first.");
}

TEST_CASE_METHOD(Fixture, "what is not simulated is refused by name, and IAM does not repeat bad values") {
  const wire::Fault boundary =
      w.fails("iam", "CreateRole",
              Map{{"RoleName", "r"},
                  {"AssumeRolePolicyDocument", kTrust},
                  {"PermissionsBoundary", "arn:aws:iam::aws:policy/AdministratorAccess"}});
  CHECK(boundary.message.find("PermissionsBoundary") != std::string::npos);
  const wire::Fault bad =
      w.fails("iam", "CreateRole", Map{{"RoleName", "a b"}, {"AssumeRolePolicyDocument", kTrust}});
  CHECK(bad.code == "ValidationError");
  CHECK(bad.message.find("1 validation error detected: Value at 'roleName' failed to satisfy constraint: ") ==
        0);
}

TEST_CASE_METHOD(Fixture, "everything is there after the memory is rebuilt from the rows") {
  const std::string arn = role("r"), p = policy("p");
  w.ok("iam", "AttachRolePolicy", Map{{"RoleName", "r"}, {"PolicyArn", p}});
  w.ok("iam", "PutRolePolicy", Map{{"RoleName", "r"}, {"PolicyName", "i"}, {"PolicyDocument", kWrite}});
  w.ok("iam", "TagRole", Map{{"RoleName", "r"}, {"Tags", List{Map{{"Key", "b"}, {"Value", "1"}}}}});
  w.ok("iam", "CreateUser", Map{{"UserName", "u"}});
  const Value key = w.ok("iam", "CreateAccessKey", Map{{"UserName", "u"}});
  const Value before = w.ok("iam", "GetRole", Map{{"RoleName", "r"}});
  w.engine->service("iam")->load();
  CHECK(w.ok("iam", "GetRole", Map{{"RoleName", "r"}}) == before);
  CHECK(documents(arn) == 2);
  CHECK(source().access_key(key.find("AccessKey")->text_or("AccessKeyId")));
}
