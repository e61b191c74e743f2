// Signatures: the vanilla vector of the AWS documentation, and requests signed by botocore.
#include <catch2/catch.hpp>

#include "pipeline/sigv4.hpp"

using namespace puddle;

namespace {

constexpr std::string_view kSecret = "secret/with+signs";

HttpRequest request(std::string method, std::string target, std::string authorization = {}) {
  HttpRequest r;
  r.method = std::move(method);
  r.target = std::move(target);
  r.headers.add("Host", "127.0.0.1:4566");
  r.headers.add("X-Amz-Date", "20260101T000000Z");
  if (!authorization.empty()) r.headers.add("Authorization", std::move(authorization));
  return r;
}

}  // namespace

TEST_CASE("the signature is read from the Authorization header, with and without blanks") {
  const HttpRequest r = request("POST", "/",
                                "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/sqs/aws4_request,"
                                "SignedHeaders=host;x-amz-date,   Signature=abc");
  const Signature s = parse_signature(r);
  CHECK(s.present);
  CHECK(s.access_key == "AKID");
  CHECK(s.region == "eu-west-1");
  CHECK(s.service == "sqs");
  CHECK(s.signed_headers == "host;x-amz-date");
  CHECK(s.signature == "abc");
}

TEST_CASE("an unreadable header is no signature") {
  CHECK_FALSE(parse_signature(request("GET", "/")).present);
  CHECK_FALSE(parse_signature(request("GET", "/", "Bearer x")).present);
  CHECK_FALSE(
      parse_signature(request("GET", "/", "AWS4-HMAC-SHA256 Credential=AKID/2026, Signature=a")).present);
}

TEST_CASE("the vanilla vector of the AWS test suite") {
  HttpRequest r;
  r.method = "GET";
  r.target = "/";
  r.headers.add("Host", "example.amazonaws.com");
  r.headers.add("X-Amz-Date", "20150830T123600Z");
  r.headers.add("Authorization",
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                "SignedHeaders=host;x-amz-date, Signature=0");
  CHECK(expected_signature(r, parse_signature(r), "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY") ==
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST_CASE("a REST path with escapes is encoded twice, the query sorted") {
  const HttpRequest r =
      request("GET",
              "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af/policy"
              "?Qualifier=a%20b&Empty=&b=2",
              "AWS4-HMAC-SHA256 Credential=AKIAABCDEFGHIJKLMNOP/20260101/us-east-1/lambda/aws4_request, "
              "SignedHeaders=host;x-amz-date, "
              "Signature=bcc8d9defd89f01ca94ffaabcfb9f9506e8b8dfb71e56aa0fcbcce5f5e7dfb19");
  const Signature s = parse_signature(r);
  CHECK(expected_signature(r, s, kSecret) == s.signature);
}

TEST_CASE("a form is signed with its body") {
  HttpRequest r =
      request("POST", "/",
              "AWS4-HMAC-SHA256 Credential=AKIAABCDEFGHIJKLMNOP/20260101/us-east-1/sts/aws4_request, "
              "SignedHeaders=content-type;host;x-amz-date, "
              "Signature=333b524ecb47af26ff25188ff6cd3efb960497ec639e24f702f5593d205ec9f1");
  r.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  r.body = "Action=GetCallerIdentity&Version=2011-06-15";
  const Signature s = parse_signature(r);
  CHECK(expected_signature(r, s, kSecret) == s.signature);
  r.body += "x";
  CHECK(expected_signature(r, s, kSecret) != s.signature);
}

TEST_CASE("a pre-signed URL") {
  HttpRequest r;
  r.method = "GET";
  r.target =
      "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
      "AKIAABCDEFGHIJKLMNOP%2F20260101%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20260101T000000Z"
      "&X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature="
      "3a56e4a24889f7296d9f2710ccbc98627f231b843f9322f448fc8d3f33c24926";
  r.headers.add("Host", "127.0.0.1:4566");
  const Signature s = parse_signature(r);
  REQUIRE(s.present);
  CHECK(s.access_key == "AKIAABCDEFGHIJKLMNOP");
  CHECK(expected_signature(r, s, kSecret) == s.signature);
}
