// Temporary credentials, and permissions enforced through the whole pipeline.
#include <catch2/catch.hpp>

#include "services/iam/iam.hpp"
#include "services/sts/sts.hpp"
#include "support/world.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

const std::string kRole = "arn:aws:iam::000000000000:role/r";

std::string trust(const std::string& principal) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":)" + principal +
         R"(,"Action":"sts:AssumeRole"}]})";
}

struct Fixture {
  World w{{iam::make, sts::make}, World::Options{.auth = AuthMode::enforce}};
  void role(const std::string& principal) {
    w.ok("iam", "CreateRole", Map{{"RoleName", "r"}, {"AssumeRolePolicyDocument", trust(principal)}});
  }
  Map assume() const { return Map{{"RoleArn", kRole}, {"RoleSessionName", "s1"}}; }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "GetCallerIdentity answers everybody") {
  const Value root = w.ok("sts", "GetCallerIdentity", Map{});
  CHECK(root.text_or("Arn") == "arn:aws:iam::000000000000:root");
  CHECK(root.text_or("UserId") == "000000000000");
  w.as = Principal::role(kRole, "s1", "AROAX");
  CHECK(w.ok("sts", "GetCallerIdentity", Map{}).text_or("Arn") ==
        "arn:aws:sts::000000000000:assumed-role/r/s1");
}

TEST_CASE_METHOD(Fixture, "AssumeRole gives a session of the role") {
  role(R"({"AWS":"000000000000"})");
  const Value reply = w.ok("sts", "AssumeRole", assume());
  CHECK(reply.find("AssumedRoleUser")->text_or("Arn") == "arn:aws:sts::000000000000:assumed-role/r/s1");
  const Value& credentials = *reply.find("Credentials");
  CHECK(credentials.text_or("AccessKeyId").substr(0, 4) == "ASIA");
  CHECK(credentials.find("Expiration")->time() == w.loop.now() + std::chrono::hours(1));
}

TEST_CASE_METHOD(Fixture, "the trust policy decides, and a missing role looks like a refusal") {
  role(R"({"Service":"lambda.amazonaws.com"})");
  const wire::Fault denied = w.fails("sts", "AssumeRole", assume());
  CHECK(denied.code == "AccessDenied");
  CHECK(denied.status == 403);
  CHECK(denied.message ==
        "User: arn:aws:iam::000000000000:root is not authorized to perform: sts:AssumeRole on "
        "resource: arn:aws:iam::000000000000:role/r");
  Map other = assume();
  other["RoleArn"] = Value("arn:aws:iam::000000000000:role/missing");
  CHECK(w.fails("sts", "AssumeRole", other).code == "AccessDenied");
}

TEST_CASE_METHOD(Fixture, "durations, malformed ARNs and unsupported parameters") {
  role(R"({"AWS":"*"})");
  Map input = assume();
  input["DurationSeconds"] = Value(7200);
  CHECK(w.fails("sts", "AssumeRole", input).message ==
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  input = assume();
  input["RoleArn"] = Value("arn:a:bbbbbbbbbbbbbbbbb");
  CHECK(w.fails("sts", "AssumeRole", input).message == "arn:a:bbbbbbbbbbbbbbbbb is invalid");
  input = assume();
  input["RoleSessionName"] = Value("Session1:2");
  CHECK(w.fails("sts", "AssumeRole", input).message ==
        "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: "
        "Member "
        "must satisfy regular expression pattern: [\\w+=,.@-]*");
  input = assume();
  input["Policy"] = Value("{}");
  CHECK(w.fails("sts", "AssumeRole", input).message.find("Policy") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a session has the permissions of its role") {
  role(R"({"AWS":"*"})");
  w.as = Principal::role(kRole, "s1", "AROAX");
  const wire::Fault denied = w.fails("iam", "GetRole", Map{{"RoleName", "r"}});
  CHECK(denied.code == "AccessDenied");
  CHECK(denied.message ==
        "User: arn:aws:sts::000000000000:assumed-role/r/s1 is not authorized to perform: "
        "iam:GetRole on resource: arn:aws:iam::000000000000:role/r because no identity-based policy "
        "allows the iam:GetRole action");
  w.as = Principal::root("000000000000");
  w.ok("iam", "PutRolePolicy",
       Map{{"RoleName", "r"},
           {"PolicyName", "p"},
           {"PolicyDocument", R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:Get*",)"
                              R"("Resource":"arn:aws:iam::*:role/r"}})"}});
  w.as = Principal::role(kRole, "s1", "AROAX");
  CHECK_NOTHROW(w.ok("iam", "GetRole", Map{{"RoleName", "r"}}));
  CHECK(w.fails("iam", "ListRoles", Map{}).code == "AccessDenied");
}
