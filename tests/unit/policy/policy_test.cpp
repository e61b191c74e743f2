// Matching and evaluation of one document.
#include <catch2/catch.hpp>

#include "languages/policy/evaluate.hpp"

using namespace puddle::policy;

namespace {

constexpr std::string_view kQueue = "arn:aws:sqs:us-east-1:111122223333:orders";

Document document(std::string_view statement, std::string_view version = "2012-10-17") {
  auto parsed =
      parse(R"({"Version":")" + std::string(version) + R"(","Statement":)" + std::string(statement) + "}");
  REQUIRE(parsed);
  return std::move(*parsed);
}

Decision decide(std::string_view statement, std::string_view action = "sqs:SendMessage",
                std::string_view resource = kQueue, const Context& context = {}) {
  const Document d = document(statement);
  return evaluate(d, Request{action, resource, context}).decision;
}

/// Whether a condition block holds.
bool holds_in(std::string_view block, const Context& context) {
  const std::string statement =
      R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":)" + std::string(block) + "}";
  return decide(statement, "sqs:SendMessage", kQueue, context) == Decision::allow;
}

constexpr Caller kSession{Caller::Kind::role, "111122223333", "arn:aws:sts::111122223333:assumed-role/R/s",
                          "arn:aws:iam::111122223333:role/R", "AROAEXAMPLE:s"};
constexpr Caller kUser{Caller::Kind::user, "111122223333", "arn:aws:iam::111122223333:user/u", "",
                       "AIDAEXAMPLE"};
constexpr Caller kService{Caller::Kind::service, "111122223333", "sns.amazonaws.com", "", ""};

Verdict as(const Caller& caller, const Document& d) {
  static const Context kNone;
  return evaluate(d, Request{"sqs:SendMessage", kQueue, kNone}, caller);
}

}  // namespace

TEST_CASE("actions compare without case; the service takes no wildcard") {
  CHECK(decide(R"({"Effect":"Allow","Action":"SQS:sendmessage","Resource":"*"})") == Decision::allow);
  CHECK(decide(R"({"Effect":"Allow","Action":["sns:*","sqs:Send*"],"Resource":"*"})") == Decision::allow);
  CHECK(decide(R"({"Effect":"Allow","Action":"sqs:SendMessag?","Resource":"*"})") == Decision::allow);
  CHECK(decide(R"({"Effect":"Allow","Action":"*","Resource":"*"})") == Decision::allow);
  CHECK(decide(R"({"Effect":"Allow","Action":"*:SendMessage","Resource":"*"})") == Decision::implicit_deny);
  CHECK(decide(R"({"Effect":"Allow","Action":"sqs:ReceiveMessage","Resource":"*"})") ==
        Decision::implicit_deny);
  CHECK(decide(R"({"Effect":"Allow","NotAction":"iam:*","Resource":"*"})") == Decision::allow);
  CHECK(decide(R"({"Effect":"Allow","NotAction":"sqs:*","Resource":"*"})") == Decision::implicit_deny);
}

TEST_CASE("resources compare part by part and with case") {
  const auto on = [](std::string_view pattern, std::string_view resource) {
    return decide(R"({"Effect":"Allow","Action":"*","Resource":")" + std::string(pattern) + "\"}",
                  "sqs:SendMessage", resource) == Decision::allow;
  };
  CHECK(on("arn:aws:sqs:us-east-1:111122223333:orders", kQueue));
  CHECK(on("arn:aws:sqs:*:*:ord*", kQueue));
  CHECK_FALSE(on("arn:aws:sqs:*:*:Orders", kQueue));
  CHECK_FALSE(on("arn:aws:sqs:*:orders", kQueue));  // a wildcard does not cross the first five colons
  CHECK(on("arn:aws:logs:*:*:log-group:/aws/lambda/*",
           "arn:aws:logs:r:a:log-group:/aws/lambda/f:log-stream:s"));
  CHECK(on("arn:aws:sqs:*", kQueue));
  CHECK(on("*", "*"));
  CHECK_FALSE(on("arn:aws:sqs:*:*:*", "*"));
  CHECK(decide(R"({"Effect":"Allow","Action":"*","NotResource":"arn:aws:sqs:*:*:other"})") ==
        Decision::allow);
}

TEST_CASE("an explicit deny wins over an allow in any order") {
  CHECK(decide(R"([{"Effect":"Allow","Action":"*","Resource":"*"},
                   {"Sid":"no","Effect":"Deny","Action":"sqs:*","Resource":"*"}])") ==
        Decision::explicit_deny);
  CHECK(decide(R"([{"Effect":"Deny","Action":"sns:*","Resource":"*"},
                   {"Effect":"Allow","Action":"*","Resource":"*"}])") == Decision::allow);
}

TEST_CASE("policy variables") {
  const Context alice{{"aws:username", {"alice"}}, {"aws:principaltag/team", {"*"}}};
  const auto on = [](std::string_view last, std::string_view name, const Context& context) {
    return decide(
               R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:sqs:*:*:)" + std::string(last) + "\"}",
               "sqs:SendMessage", "arn:aws:sqs:r:a:" + std::string(name), context) == Decision::allow;
  };
  CHECK(on("${aws:username}-*", "alice-1", alice));
  CHECK(on("${AWS:UserName}", "alice", alice));
  CHECK_FALSE(on("${aws:username}", "bob", alice));
  CHECK_FALSE(on("${aws:userid}", "alice", alice));
  CHECK(on("${aws:PrincipalTag/none, 'dflt'}", "dflt", alice));
  // A wildcard that comes from a value, or that is escaped, is a character.
  CHECK_FALSE(on("${aws:PrincipalTag/team}", "anything", alice));
  CHECK(on("a${*}b", "a*b", alice));
  CHECK_FALSE(on("a${*}b", "axb", alice));
  // Documents of 2008 have no variables.
  const Document old = document(
      R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:sqs:*:*:${aws:username}"})", "2008-10-17");
  CHECK(evaluate(old, Request{"sqs:SendMessage", "arn:aws:sqs:r:a:alice", alice}).decision ==
        Decision::implicit_deny);
}

TEST_CASE("string, numeric, boolean and date conditions") {
  const Context c{{"aws:a", {"Xyz"}},
                  {"aws:n", {"10"}},
                  {"aws:b", {"true"}},
                  {"aws:currenttime", {"2026-01-01T12:00:00Z"}},
                  {"aws:bin", {"aGk="}}};
  CHECK(holds_in(R"({"StringEquals":{"AWS:A":["q","Xyz"]}})", c));
  CHECK_FALSE(holds_in(R"({"StringEquals":{"aws:a":"xyz"}})", c));
  CHECK(holds_in(R"({"StringEqualsIgnoreCase":{"aws:a":"xYZ"}})", c));
  CHECK(holds_in(R"({"StringLike":{"aws:a":"X?z*"}})", c));
  CHECK_FALSE(holds_in(R"({"StringEquals":{"aws:a":"X*"}})", c));
  CHECK_FALSE(holds_in(R"({"StringNotEquals":{"aws:a":["Xyz","q"]}})", c));
  CHECK(holds_in(R"({"NumericLessThanEquals":{"aws:n":10},"NumericGreaterThan":{"aws:n":"9.5"}})", c));
  CHECK_FALSE(holds_in(R"({"NumericNotEquals":{"aws:a":"1"}})", c));
  CHECK(holds_in(R"({"Bool":{"aws:b":true}})", c));
  CHECK(holds_in(R"({"DateGreaterThan":{"aws:CurrentTime":"2026-01-01"}})", c));
  CHECK(holds_in(R"({"DateLessThan":{"aws:CurrentTime":"2026-01-01T12:30:00+00:15"}})", c));
  CHECK(holds_in(R"({"DateEquals":{"aws:CurrentTime":"1767268800"}})", c));
  CHECK(holds_in(R"({"BinaryEquals":{"aws:bin":"aGk="}})", c));
  CHECK_FALSE(holds_in(R"({"NoSuchOperator":{"aws:a":"Xyz"}})", c));
}

TEST_CASE("addresses and ARNs in conditions") {
  const Context c{{"aws:sourceip", {"203.0.113.9"}},
                  {"aws:sourcearn", {"arn:aws:sns:us-east-1:111122223333:topic"}}};
  CHECK(holds_in(R"({"IpAddress":{"aws:SourceIp":["10.0.0.0/8","203.0.113.0/24"]}})", c));
  CHECK_FALSE(holds_in(R"({"IpAddress":{"aws:SourceIp":"203.0.113.0/29"}})", c));
  CHECK(holds_in(R"({"NotIpAddress":{"aws:SourceIp":"2001:db8::/32"}})", c));
  CHECK(holds_in(R"({"IpAddress":{"aws:SourceIp":"2001:db8::/32"}})", {{"aws:sourceip", {"2001:db8::1"}}}));
  CHECK(holds_in(R"({"ArnEquals":{"aws:SourceArn":"arn:aws:sns:*:111122223333:to*"}})", c));
  CHECK_FALSE(holds_in(R"({"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:topic"}})", c));
  CHECK_FALSE(holds_in(R"({"ArnNotLike":{"aws:SourceArn":"arn:aws:sns:*:*:*"}})", c));
}

TEST_CASE("missing keys, IfExists, Null and sets") {
  const Context none, tags{{"aws:tagkeys", {"a", "b"}}};
  CHECK_FALSE(holds_in(R"({"StringEquals":{"aws:a":"x"}})", none));
  CHECK(holds_in(R"({"StringNotEquals":{"aws:a":"x"}})", none));
  CHECK(holds_in(R"({"StringEqualsIfExists":{"aws:a":"x"}})", none));
  CHECK(holds_in(R"({"Null":{"aws:a":"true"}})", none));
  CHECK_FALSE(holds_in(R"({"Null":{"aws:TagKeys":"true"}})", tags));
  CHECK(holds_in(R"({"Null":{"aws:TagKeys":false}})", tags));
  CHECK(holds_in(R"({"ForAllValues:StringEquals":{"aws:TagKeys":["a","b","c"]}})", tags));
  CHECK_FALSE(holds_in(R"({"ForAllValues:StringEquals":{"aws:TagKeys":["a"]}})", tags));
  CHECK(holds_in(R"({"ForAnyValue:StringEquals":{"aws:TagKeys":["b"]}})", tags));
  CHECK_FALSE(holds_in(R"({"ForAllValues:StringNotEquals":{"aws:TagKeys":["b"]}})", tags));
  CHECK(holds_in(R"({"ForAnyValue:StringNotEquals":{"aws:TagKeys":["b"]}})", tags));
  CHECK(holds_in(R"({"ForAllValues:StringEquals":{"aws:TagKeys":["a"]}})", none));
  CHECK_FALSE(holds_in(R"({"ForAnyValue:StringEquals":{"aws:TagKeys":["a"]}})", none));
  CHECK_FALSE(
      holds_in(R"({"StringEquals":{"aws:TagKeys":["a","b"]}})", tags));  // several values, no set operator
}

TEST_CASE("principals: how closely a resource policy names the caller") {
  const auto naming = [](std::string_view principal) {
    return document(R"({"Effect":"Allow","Principal":)" + std::string(principal) +
                    R"(,"Action":"sqs:*","Resource":")" + std::string(kQueue) + "\"}");
  };
  const Document role = naming(R"({"AWS":"arn:aws:iam::111122223333:role/R"})");
  CHECK(as(kSession, role).named == Named::role);
  CHECK(as(kUser, role).decision == Decision::implicit_deny);
  CHECK(as(kSession, naming(R"({"AWS":["arn:aws:sts::111122223333:assumed-role/R/s"]})")).named ==
        Named::direct);
  CHECK(as(kSession, naming(R"({"AWS":"111122223333"})")).named == Named::account);
  CHECK(as(kUser, naming(R"({"AWS":"arn:aws:iam::111122223333:root"})")).named == Named::account);
  CHECK(as(kUser, naming(R"({"AWS":"arn:aws:iam::999999999999:root"})")).decision == Decision::implicit_deny);
  CHECK(as(kService, naming(R"({"Service":["lambda.amazonaws.com","sns.amazonaws.com"]})")).named ==
        Named::direct);
  CHECK(as(kService, naming(R"({"AWS":"111122223333"})")).decision == Decision::implicit_deny);
  CHECK(as(kUser, naming(R"("*")")).named == Named::direct);
  CHECK(as(kService, naming(R"({"AWS":"*"})")).named == Named::direct);
}

TEST_CASE("NotPrincipal with Deny spares only who is listed with everything that names him") {
  const auto deny = [](std::string_view principals) {
    return document(R"([{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
                        {"Effect":"Deny","NotPrincipal":{"AWS":)" +
                    std::string(principals) + R"(},"Action":"*","Resource":"*"}])");
  };
  CHECK(as(kUser, deny(R"(["arn:aws:iam::111122223333:user/u"])")).decision == Decision::explicit_deny);
  CHECK(as(kUser, deny(R"(["arn:aws:iam::111122223333:user/u","111122223333"])")).decision ==
        Decision::allow);
  CHECK(as(kSession, deny(R"(["arn:aws:iam::111122223333:role/R","111122223333"])")).decision ==
        Decision::explicit_deny);
}

TEST_CASE("the cache is bounded and remembers unreadable documents") {
  Cache cache(2);
  const std::string a = R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})";
  const auto first = cache.get(a);
  REQUIRE(first);
  CHECK(cache.get(a) == first);
  CHECK(cache.get("no policy") == nullptr);
  CHECK(cache.get("neither") == nullptr);
  CHECK(cache.size() == 2);
  CHECK(cache.get(a) != first);
}
