// Who a request comes from.
#include <catch2/catch.hpp>

#include "pipeline/authenticator.hpp"
#include "pipeline/sigv4.hpp"
#include "runtime/virtual_loop.hpp"

using namespace puddle;

namespace {

class Counting final : public Entropy {
 public:
  std::string bytes(std::size_t count) override {
    std::string out;
    while (out.size() < count) out.push_back(static_cast<char>(number()));
    return out;
  }
  std::uint64_t number() override { return state_ = state_ * 6364136223846793005U + 1442695040888963407U; }

 private:
  std::uint64_t state_ = 1;
};

class Users final : public PolicySource {
 public:
  std::optional<Role> role(std::string_view) const override { return std::nullopt; }
  std::vector<Policy> policies(const Principal&) const override { return {}; }
  std::optional<Key> access_key(std::string_view id) const override {
    if (id != "AKIAABCDEFGHIJKLMNOP") return std::nullopt;
    Principal p;
    p.kind = Principal::Kind::user;
    p.account = "111122223333";
    p.arn = "arn:aws:iam::111122223333:user/u";
    return Key{"secret", p};
  }
};

struct Fixture {
  VirtualLoop loop;
  Counting entropy;
  Users users;
  Store store{loop, nullptr, {"", Durability::memory}};
  Authenticator authenticator{entropy, store, users, "000000000000", "us-east-1"};
  PolicySource::Role role{"arn:aws:iam::111122223333:role/app/R", "AROAEXAMPLE", "{}"};

  Fixture() {
    store.migrate({Authenticator::migration()});
    authenticator.load();
  }
  HttpRequest signed_by(const std::string& key, const std::string& secret, const std::string& token = {}) {
    HttpRequest r;
    r.method = "POST";
    r.target = "/";
    r.headers.add("Host", "localhost");
    r.headers.add("X-Amz-Date", basic_date(loop.now()));
    if (!token.empty()) r.headers.add("X-Amz-Security-Token", token);
    const std::string scope = key + "/" + basic_date(loop.now()).substr(0, 8) + "/eu-west-1/sqs/aws4_request";
    const std::string head =
        "AWS4-HMAC-SHA256 Credential=" + scope + ", SignedHeaders=host;x-amz-date, Signature=";
    r.headers.set("Authorization", head + "0");
    r.headers.set("Authorization", head + expected_signature(r, parse_signature(r), secret));
    return r;
  }
  Result<Call, wire::Fault> by(const HttpRequest& r, AuthMode mode) {
    Call call;
    if (auto refused = authenticator.authenticate(r, parse_signature(r), mode, loop.now(), call))
      return std::move(*refused);
    return call;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture,
                 "unknown keys are the default account's root, 12 digits choose an account, in every mode") {
  for (const AuthMode mode : {AuthMode::off, AuthMode::warn, AuthMode::enforce}) {
    auto test = by(signed_by("test", "test"), mode);
    REQUIRE(test);
    CHECK(test->principal.arn == "arn:aws:iam::000000000000:root");
    CHECK(test->region == "eu-west-1");
    auto account = by(signed_by("123456789012", "x"), mode);
    REQUIRE(account);
    CHECK(account->account == "123456789012");
    CHECK(account->principal.kind == Principal::Kind::root);
  }
}

TEST_CASE_METHOD(Fixture, "a user's key is verified in enforce mode") {
  auto good = by(signed_by("AKIAABCDEFGHIJKLMNOP", "secret"), AuthMode::enforce);
  REQUIRE(good);
  CHECK(good->principal.arn == "arn:aws:iam::111122223333:user/u");
  CHECK(good->account == "111122223333");
  CHECK(by(signed_by("AKIAABCDEFGHIJKLMNOP", "wrong"), AuthMode::warn));
  auto bad = by(signed_by("AKIAABCDEFGHIJKLMNOP", "wrong"), AuthMode::enforce);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().query_code == "SignatureDoesNotMatch");
  CHECK(bad.error().status == 403);
  // Five minutes is how far the clocks may differ.
  const HttpRequest old = signed_by("AKIAABCDEFGHIJKLMNOP", "secret");
  loop.advance(301s);
  auto late = by(old, AuthMode::enforce);
  REQUIRE_FALSE(late);
  CHECK(late.error().message.find("Signature expired: ") == 0);
}

TEST_CASE_METHOD(Fixture, "in enforce mode a deleted key and a missing signature are refused") {
  auto gone = by(signed_by("AKIAZZZZZZZZZZZZZZZZ", "secret"), AuthMode::enforce);
  REQUIRE_FALSE(gone);
  CHECK(gone.error().query_code == "InvalidClientTokenId");
  CHECK(gone.error().message == "The security token included in the request is invalid.");
  HttpRequest bare;
  bare.method = "GET";
  bare.target = "/";
  CHECK(by(bare, AuthMode::warn)->principal.kind == Principal::Kind::root);
  auto missing = by(bare, AuthMode::enforce);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().query_code == "MissingAuthenticationToken");
}

TEST_CASE_METHOD(Fixture,
                 "temporary credentials are the role's session until they expire, over a restart too") {
  const Credentials c = authenticator.assume(role, "session", loop.now(), std::chrono::hours(1));
  CHECK(c.access_key.size() == 20);
  CHECK(c.access_key.substr(0, 4) == "ASIA");
  authenticator.load();
  for (const AuthMode mode : {AuthMode::off, AuthMode::enforce}) {
    auto call = by(signed_by(c.access_key, c.secret_key, c.session_token), mode);
    REQUIRE(call);
    CHECK(call->principal.arn == "arn:aws:sts::111122223333:assumed-role/R/session");
    CHECK(call->principal.user_id == "AROAEXAMPLE:session");
  }
  auto other_token = by(signed_by(c.access_key, c.secret_key, "other"), AuthMode::enforce);
  REQUIRE_FALSE(other_token);
  CHECK(other_token.error().query_code == "InvalidClientTokenId");
  loop.advance(std::chrono::hours(1));
  auto expired = by(signed_by(c.access_key, c.secret_key, c.session_token), AuthMode::off);
  REQUIRE_FALSE(expired);
  CHECK(expired.error().query_code == "ExpiredToken");
}
