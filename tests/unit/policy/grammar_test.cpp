// What IAM refuses to store, in its own words.
#include <catch2/catch.hpp>

#include "languages/policy/grammar.hpp"

using puddle::policy::Kind;
using puddle::policy::why_malformed;

namespace {
std::string identity(std::string_view statement) {
  return why_malformed(R"({"Version":"2012-10-17","Statement":)" + std::string(statement) + "}",
                       Kind::identity);
}
std::string trust(std::string_view statement) {
  return why_malformed(R"({"Version":"2012-10-17","Statement":)" + std::string(statement) + "}", Kind::trust);
}
}  // namespace

TEST_CASE("valid documents are accepted") {
  CHECK(identity(R"({"Effect":"Allow","Action":"sqs:*","Resource":"*"})").empty());
  CHECK(identity(
            R"([{"Sid":"VisualEditor0","Effect":"Deny","NotAction":["iam:*"],"NotResource":["arn:aws:sqs:*"],
                      "Condition":{"ForAnyValue:StringLikeIfExists":{"aws:TagKeys":["a","b"]}}}])")
            .empty());
  CHECK(
      trust(R"({"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"})")
          .empty());
}

TEST_CASE("malformed documents are refused with AWS's message") {
  CHECK(why_malformed(R"({"Version":"2012-10-17",)", Kind::identity) == "Syntax errors in policy.");
  CHECK(why_malformed("no json", Kind::trust) == "This policy contains invalid Json");
  CHECK(why_malformed(R"({"Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}})",
                      Kind::identity) == "Policy document must be version 2012-10-17 or greater.");
  CHECK(identity(R"({"Effect":"allow","Action":"sqs:*","Resource":"*"})") ==
        "The policy failed legacy parsing");
  CHECK(identity(R"({"Effect":"May","Action":"sqs:*","Resource":"*"})") == "Syntax errors in policy.");
  CHECK(identity(R"({"Effect":"Allow","Action":"sqs:*","Resource":"arn:a:sqs"})") ==
        "Partition \"a\" is not valid for resource \"arn:a:sqs:*:*:*\".");
  CHECK(identity(R"({"Effect":"Allow","Action":"a:b:c","Resource":"*"})") ==
        "Actions/Condition can contain only one colon.");
  CHECK(identity(R"({"Effect":"Allow","Action":"sqs:*","Resource":"*","Typo":1})") ==
        "Syntax errors in policy.");
  CHECK(identity(R"({"Effect":"Allow","Resource":"*"})") == "Policy statement must contain actions.");
  CHECK(identity(R"({"Effect":"Allow","Action":"sqs:*"})") == "Policy statement must contain resources.");
  CHECK(identity(R"({"Effect":"Allow","Action":"SendMessage","Resource":"*"})") ==
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  CHECK(identity(R"({"Effect":"Allow","Action":"sqs:*","Resource":"queue"})") ==
        "Resource queue must be in ARN format or \"*\".");
  CHECK(identity(R"({"Effect":"Allow","Action":"sqs:*","Resource":"*","Principal":"*"})") ==
        "Policy document should not specify a principal.");
  CHECK(identity(R"([{"Sid":"A","Effect":"Allow","Action":"sqs:*","Resource":"*"},
                     {"Sid":"A","Effect":"Allow","Action":"sns:*","Resource":"*"}])") ==
        "Statement IDs (SID) in a single policy must be unique.");
  CHECK(identity(
            R"({"Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":{"Equals":{"aws:a":"b"}}})") ==
        "Syntax errors in policy.");
}

TEST_CASE("trust policies have a principal and no resource") {
  CHECK(trust(R"({"Effect":"Allow","Action":"sts:AssumeRole"})") == "Missing required field Principal");
  CHECK(trust(R"({"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"})") ==
        "Has prohibited field Resource");
  CHECK(trust(R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:x"},"Action":"sts:AssumeRole"})") ==
        "Invalid principal in policy: \"AWS\":\"arn:aws:iam::1:x\"");
}
