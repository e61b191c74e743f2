// Function URLs.
#include "base/text.hpp"
#include "scenario/lambda/fixture.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

struct UrlWorld : LambdaWorld {
  std::string host;
  explicit UrlWorld(Map more = {}, World::Options options = {}) : LambdaWorld(options) {
    more.add("FunctionName", Value("f"));
    if (!more.contains("AuthType")) more.add("AuthType", Value("NONE"));
    const Value made = act("CreateFunctionUrlConfig", std::move(more));
    const std::string url(made.text_or("FunctionUrl"));
    host = url.substr(7, url.size() - 8);
  }
  HttpRequest request(const char* method, const char* target, const char* body = "") {
    HttpRequest r;
    r.method = method;
    r.target = target;
    r.body = body;
    r.headers.add("Host", host);
    return r;
  }
  HttpResponse get(HttpRequest r) {
    const auto answer = w.browse("lambda", std::move(r));
    w.loop.advance(10ms);
    return *answer;
  }
};

}  // namespace

TEST_CASE("a request becomes an event of payload format 2.0") {
  UrlWorld l;
  HttpRequest r = l.request("POST", "/a%20b/c?x=1&x=2&y=", R"({"n":1})");
  r.headers.add("Content-Type", "application/json");
  r.headers.add("Cookie", "a=1; b=2");
  CHECK(l.get(r).status == 200);
  REQUIRE(l.events.size() == 1);
  const Value& e = l.events[0];
  CHECK(e.text_or("version") == "2.0");
  CHECK(e.text_or("rawPath") == "/a%20b/c");
  CHECK(e.text_or("rawQueryString") == "x=1&x=2&y=");
  CHECK(e.find("queryStringParameters")->text_or("x") == "1,2");
  CHECK(e.find("cookies")->list().size() == 2);
  CHECK(e.find("headers")->text_or("content-type") == "application/json");
  CHECK(e.text_or("body") == R"({"n":1})");
  CHECK_FALSE(e.find("isBase64Encoded")->boolean());
  const Value& http = *e.find("requestContext")->find("http");
  CHECK(http.text_or("method") == "POST");
  CHECK(http.text_or("path") == "/a b/c");
  CHECK(e.find("requestContext")->text_or("accountId") == "anonymous");
  CHECK(e.find("requestContext")->text_or("stage") == "$default");
}

TEST_CASE("an object with statusCode is the response, anything else its body") {
  UrlWorld l;
  l.handler = [](const Value&) {
    return answered(
        R"({"statusCode":201,"headers":{"X-A":"b"},"cookies":["c=1"],"body":"aGk=","isBase64Encoded":true})");
  };
  const HttpResponse full = l.get(l.request("GET", "/"));
  CHECK(full.status == 201);
  CHECK(full.headers.get("x-a") == "b");
  CHECK(full.headers.get("set-cookie") == "c=1");
  CHECK(full.body == "hi");
  l.handler = [](const Value&) { return answered(R"("text")"); };
  CHECK(l.get(l.request("GET", "/")).body == "text");
  l.handler = [](const Value&) { return answered(R"({"a":1})"); };
  const HttpResponse json = l.get(l.request("GET", "/"));
  CHECK(json.body == R"({"a":1})");
  CHECK(json.headers.get("content-type") == "application/json");
  l.handler = [](const Value&) { return failed("x"); };
  const HttpResponse error = l.get(l.request("GET", "/"));
  CHECK(error.status == 502);
  CHECK(error.body == "Internal Server Error");
}

TEST_CASE("CORS is answered for the function") {
  UrlWorld l(Map{{"Cors", Value(Map{{"AllowOrigins", Value(List{Value("https://a.example")})},
                                    {"AllowMethods", Value(List{Value("POST")})},
                                    {"MaxAge", Value(60)}})}});
  HttpRequest preflight = l.request("OPTIONS", "/");
  preflight.headers.add("Origin", "https://a.example");
  preflight.headers.add("Access-Control-Request-Method", "POST");
  const HttpResponse allowed = l.get(preflight);
  CHECK(allowed.headers.get("access-control-allow-origin") == "https://a.example");
  CHECK(allowed.headers.get("access-control-allow-methods") == "POST");
  CHECK(allowed.headers.get("access-control-max-age") == "60");
  CHECK(l.events.empty());
  HttpRequest other = l.request("GET", "/");
  other.headers.add("Origin", "https://b.example");
  CHECK(l.get(other).headers.get("access-control-allow-origin").empty());
}

TEST_CASE("a URL that everybody may call needs a permission that says so") {
  World::Options options;
  options.auth = AuthMode::enforce;
  options.settings.account = "000000000000";
  UrlWorld l({}, options);
  const HttpResponse refused = l.get(l.request("GET", "/"));
  CHECK(refused.status == 403);
  CHECK(refused.body.find("urls-auth.html") != std::string::npos);
  const auto permit = [&](Map more) {
    more.add("FunctionName", Value("f"));
    more.add("Principal", Value("*"));
    return std::string(l.act("AddPermission", std::move(more)).text_or("Statement"));
  };
  permit(Map{{"StatementId", Value("url")},
             {"Action", Value("lambda:InvokeFunctionUrl")},
             {"FunctionUrlAuthType", Value("NONE")}});
  CHECK(l.get(l.request("GET", "/")).status == 403);
  const std::string statement = permit(Map{{"StatementId", Value("invoke")},
                                           {"Action", Value("lambda:InvokeFunction")},
                                           {"InvokedViaFunctionUrl", Value(true)}});
  CHECK(statement.find(R"("Condition":{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}})") !=
        std::string::npos);
  CHECK(l.get(l.request("GET", "/")).status == 200);
}

TEST_CASE("a URL with AWS_IAM is for those who sign and may") {
  World::Options options;
  options.auth = AuthMode::enforce;
  UrlWorld l(Map{{"AuthType", Value("AWS_IAM")}}, options);
  const auto as = [&](Principal caller) {
    const auto answer = l.w.browse("lambda", l.request("GET", "/"), std::move(caller));
    l.w.loop.advance(10ms);
    return *answer;
  };
  CHECK(l.get(l.request("GET", "/")).status == 403);  // nobody
  l.w.ok("iam", "CreateUser", Map{{"UserName", Value("u")}});
  Principal user = Principal::root("000000000000");
  user.kind = Principal::Kind::user;
  user.arn = "arn:aws:iam::000000000000:user/u";
  CHECK(as(user).status == 403);
  l.w.ok("iam", "PutUserPolicy",
         Map{{"UserName", Value("u")},
             {"PolicyName", Value("p")},
             {"PolicyDocument",
              Value(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)"
                    R"("Action":"lambda:InvokeFunctionUrl","Resource":"*",)"
                    R"("Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"AWS_IAM"}}}]})")}});
  CHECK(as(user).status == 403);  // since October 2025 that is half of what it takes
  l.w.ok(
      "iam", "PutUserPolicy",
      Map{{"UserName", Value("u")},
          {"PolicyName", Value("q")},
          {"PolicyDocument", Value(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)"
                                   R"("Action":"lambda:InvokeFunction","Resource":"*",)"
                                   R"("Condition":{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}}]})")}});
  CHECK(as(user).status == 200);
  REQUIRE(l.events.size() == 1);
  const Value& context = *l.events[0].find("requestContext");
  CHECK(context.text_or("accountId") == "000000000000");
  CHECK(context.find("authorizer")->find("iam")->text_or("userArn") == "arn:aws:iam::000000000000:user/u");
}

TEST_CASE("URL configurations") {
  UrlWorld l;
  const Map named{{"FunctionName", Value("f")}};
  Map again = named;
  again.add("AuthType", Value("NONE"));
  CHECK(l.refused("CreateFunctionUrlConfig", again) ==
        "Failed to create function url config for [functionArn = "
        "arn:aws:lambda:us-east-1:000000000000:function:f]. "
        "Error message:  FunctionUrlConfig exists for this Lambda function");
  Map stream = named;
  stream.add("InvokeMode", Value("RESPONSE_STREAM"));
  CHECK(l.refused("UpdateFunctionUrlConfig", stream) ==
        "The parameter InvokeMode RESPONSE_STREAM is not supported by Puddle.");
  CHECK(l.act("ListFunctionUrlConfigs", named).find("FunctionUrlConfigs")->list().size() == 1);
  l.act("DeleteFunctionUrlConfig", named);
  CHECK(l.refused("GetFunctionUrlConfig", named) == "The resource you requested does not exist.");
  CHECK(l.get(l.request("GET", "/")).status == 403);
}
