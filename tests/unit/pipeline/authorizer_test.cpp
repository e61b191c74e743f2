// How identity and resource policies combine, for every kind of principal.
#include <catch2/catch.hpp>

#include "aws/error.hpp"
#include "pipeline/authorizer.hpp"

using namespace puddle;

namespace {

constexpr std::string_view kQueue = "arn:aws:sqs:us-east-1:111122223333:orders";

class Identities final : public PolicySource {
 public:
  std::vector<Policy> held;
  std::optional<Role> role(std::string_view) const override { return std::nullopt; }
  std::vector<Policy> policies(const Principal&) const override { return held; }
  std::optional<Key> access_key(std::string_view) const override { return std::nullopt; }
};

std::string policy(std::string_view statement) {
  return R"({"Version":"2012-10-17","Statement":)" + std::string(statement) + "}";
}
std::string queue_policy(std::string_view principal, std::string_view rest = {}) {
  return policy(R"({"Effect":"Allow","Principal":)" + std::string(principal) +
                R"(,"Action":"sqs:SendMessage","Resource":")" + std::string(kQueue) + "\"" +
                std::string(rest) + "}");
}

struct Fixture {
  Identities identities;
  PolicyAuthorizer authorizer{identities, AuthMode::enforce};
  Call call;
  Fixture() {
    be(Principal::role("arn:aws:iam::111122223333:role/R", "S", "AROAX"));
    call.account = "111122223333";
    call.region = "us-east-1";
  }
  void be(Principal p) { call.principal = std::move(p); }
  void hold(std::string_view statement) { identities.held = {{"inline", policy(statement)}}; }
  std::string send(std::string_view resource_policy = {}) {
    return authorizer.why_denied(call, "sqs:SendMessage", kQueue, resource_policy, {});
  }
};

constexpr std::string_view kAllow = R"({"Effect":"Allow","Action":"sqs:*","Resource":"*"})";

}  // namespace

TEST_CASE_METHOD(Fixture, "without a policy the refusal has AWS's words") {
  CHECK(send() ==
        "User: arn:aws:sts::111122223333:assumed-role/R/S is not authorized to perform: sqs:sendmessage on "
        "resource: arn:aws:sqs:us-east-1:111122223333:orders because no identity-based policy allows the "
        "sqs:sendmessage action");
  CHECK_THROWS_AS(authorizer.require(call, "sqs:SendMessage", kQueue, {}, {}), AwsError);
  authorizer.set_mode(AuthMode::warn);
  CHECK_NOTHROW(authorizer.require(call, "sqs:SendMessage", kQueue, {}, {}));
}

TEST_CASE_METHOD(Fixture, "an identity policy allows; an explicit deny anywhere wins") {
  hold(kAllow);
  CHECK(send().empty());
  hold(
      R"([{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"sqs:Send*","Resource":"*"}])");
  CHECK(send().find("with an explicit deny in an identity-based policy") != std::string::npos);
  hold(kAllow);
  const std::string deny = policy(R"({"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*"})");
  CHECK(send(deny).find("with an explicit deny in a resource-based policy") != std::string::npos);
}

TEST_CASE_METHOD(Fixture,
                 "a queue policy that names the role allows on its own; naming the account only delegates") {
  CHECK(send(queue_policy(R"({"AWS":"arn:aws:iam::111122223333:role/R"})")).empty());
  CHECK(send(queue_policy(R"({"AWS":"arn:aws:sts::111122223333:assumed-role/R/S"})")).empty());
  CHECK(send(queue_policy(R"("*")")).empty());
  CHECK_FALSE(send(queue_policy(R"({"AWS":"arn:aws:iam::111122223333:role/Other"})")).empty());
  const std::string account = queue_policy(R"({"AWS":"arn:aws:iam::111122223333:root"})");
  CHECK_FALSE(send(account).empty());
  hold(kAllow);
  CHECK(send(account).empty());
}

TEST_CASE_METHOD(Fixture, "a service is allowed by the resource policy alone, with its source") {
  hold(kAllow);
  be(Principal::service_principal("sns.amazonaws.com", "111122223333"));
  const std::string granted = queue_policy(
      R"({"Service":"sns.amazonaws.com"})",
      R"(,"Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:us-east-1:111122223333:topic"}})");
  CHECK_FALSE(send().empty());
  CHECK_FALSE(send(granted).empty());
  call.source_arn = "arn:aws:sns:us-east-1:111122223333:topic";
  CHECK(send(granted).empty());
}

TEST_CASE_METHOD(Fixture, "across accounts both sides must allow") {
  be(Principal::role("arn:aws:iam::999999999999:role/R", "S", "AROAY"));
  const std::string granted = queue_policy(R"({"AWS":"999999999999"})");
  CHECK_FALSE(send(granted).empty());
  hold(kAllow);
  CHECK(send(granted).empty());
  CHECK(send().find("because no resource-based policy allows") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "the root of the account may everything that no resource policy denies") {
  be(Principal::root("111122223333"));
  CHECK(send().empty());
  CHECK(send(queue_policy(R"({"AWS":"arn:aws:iam::111122223333:role/Other"})")).empty());
  CHECK_FALSE(send(policy(R"({"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*"})")).empty());
}

TEST_CASE_METHOD(Fixture, "condition keys of the request") {
  hold(R"({"Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":{
           "ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/R"},
           "StringEquals":{"aws:PrincipalAccount":"111122223333","aws:RequestedRegion":"us-east-1",
                           "aws:PrincipalType":"AssumedRole","aws:userid":"AROAX:S"},
           "Bool":{"aws:SecureTransport":"true"},"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}})");
  call.source_ip = "127.0.0.1";
  CHECK(send().empty());
  call.region = "eu-west-1";
  CHECK_FALSE(send().empty());
}

TEST_CASE_METHOD(Fixture, "who may assume a role") {
  PolicySource::Role role{"arn:aws:iam::111122223333:role/Fn", "AROAF",
                          policy(R"({"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},
                                     "Action":"sts:AssumeRole"})")};
  CHECK(
      authorizer.why_not_assumable(role, Principal::service_principal("lambda.amazonaws.com", "111122223333"))
          .empty());
  CHECK_FALSE(
      authorizer.why_not_assumable(role, Principal::service_principal("sns.amazonaws.com", "1")).empty());
  CHECK(authorizer.why_not_assumable(role, call.principal).find("because no role trust policy allows") !=
        std::string::npos);
  role.trust_policy =
      policy(R"({"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole",
                                 "Condition":{"StringEquals":{"sts:ExternalId":"x"}}})");
  CHECK_FALSE(authorizer.why_not_assumable(role, call.principal, {{"sts:externalid", {"x"}}}).empty());
  hold(R"({"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::111122223333:role/Fn"})");
  CHECK(authorizer.why_not_assumable(role, call.principal, {{"sts:externalid", {"x"}}}).empty());
  CHECK_FALSE(authorizer.why_not_assumable(role, call.principal).empty());
}
