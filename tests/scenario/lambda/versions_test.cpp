// Versions, aliases and what qualifiers mean.
#include "scenario/lambda/fixture.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

const Map kF{{"FunctionName", Value("f")}};
Map f_with(std::initializer_list<Map::Entry> more) {
  Map out = kF;
  for (const auto& entry : more) out.add(entry.first, entry.second);
  return out;
}
const std::string kArn = "arn:aws:lambda:us-east-1:000000000000:function:f";

}  // namespace

TEST_CASE("a version is $LATEST as it was; nothing new gives no new version; numbers are never given again") {
  LambdaWorld l;
  CHECK(l.publish() == "1");
  CHECK(l.publish() == "1");
  l.new_code("two = 2");
  CHECK(l.publish() == "2");
  l.act("DeleteFunction", f_with({{"Qualifier", Value("2")}}));
  CHECK(l.publish() == "3");
  const Value one = l.act("GetFunctionConfiguration", f_with({{"Qualifier", Value("1")}}));
  CHECK(one.text_or("FunctionArn") == kArn + ":1");
  CHECK(one.text_or("Version") == "1");
  const Value all = l.act("ListVersionsByFunction", kF);
  std::vector<std::string> arns;
  for (const Value& v : all.find("Versions")->list()) arns.emplace_back(v.text_or("FunctionArn"));
  CHECK(arns == std::vector<std::string>{kArn + ":$LATEST", kArn + ":1", kArn + ":3"});
  CHECK_FALSE(all.find("Versions")->list()[0].find("State"));
}

TEST_CASE("PublishVersion is guarded by the digest of the code and by the revision") {
  LambdaWorld l;
  const std::string sha(l.act("GetFunctionConfiguration", kF).text_or("CodeSha256"));
  CHECK(l.refused("PublishVersion", f_with({{"CodeSha256", Value("x")}})) ==
        "CodeSHA256 (x) is different from current CodeSHA256 in $LATEST (" + sha +
            "). Please try again with the CodeSHA256 in $LATEST.");
  CHECK(l.w.fails("lambda", "PublishVersion", f_with({{"RevisionId", Value("x")}})).status == 412);
}

TEST_CASE("CreateFunction with Publish answers with the version under the function's own ARN") {
  LambdaWorld l;
  const Value made = l.create("g", Map{{"Publish", Value(true)}});
  CHECK(made.text_or("Version") == "1");
  CHECK(made.text_or("FunctionArn") == "arn:aws:lambda:us-east-1:000000000000:function:g");
}

TEST_CASE("an alias names a version, and its invocations run that one") {
  LambdaWorld l;
  l.publish();
  const Value made = l.act("CreateAlias", f_with({{"Name", Value("live")}, {"FunctionVersion", Value("1")}}));
  CHECK(made.text_or("AliasArn") == kArn + ":live");
  CHECK_FALSE(made.find("RoutingConfig"));
  CHECK(l.refused("CreateAlias", f_with({{"Name", Value("live")}, {"FunctionVersion", Value("1")}})) ==
        "Alias already exists: " + kArn + ":live");
  CHECK(l.refused("CreateAlias", f_with({{"Name", Value("b")}, {"FunctionVersion", Value("9")}})) ==
        "Function not found: " + kArn + ":9");
  const auto reply = l.invoke("{}", Map{{"Qualifier", Value("live")}});
  l.w.loop.advance(10ms);
  CHECK(reply->value.text_or("ExecutedVersion") == "1");
  CHECK(l.refused("DeleteFunction", f_with({{"Qualifier", Value("1")}})).find("live") != std::string::npos);
  l.act("DeleteAlias", f_with({{"Name", Value("live")}}));
  CHECK(l.refused("GetAlias", f_with({{"Name", Value("live")}})) ==
        "Cannot find alias arn: " + kArn + ":live");
  CHECK(l.refused("UpdateAlias", f_with({{"Name", Value("live")}})) == "Alias not found: " + kArn + ":live");
}

TEST_CASE("weights send their share of invocations to the second version") {
  LambdaWorld l;
  l.publish();
  l.new_code("two = 2");
  l.publish();
  const auto weights = [](double w) {
    return Value(Map{{"AdditionalVersionWeights", Value(Map{{"2", Value(w)}})}});
  };
  l.act("CreateAlias",
        f_with({{"Name", Value("live")}, {"FunctionVersion", Value("1")}, {"RoutingConfig", weights(0.25)}}));
  int second = 0;
  for (int i = 0; i < 400; ++i) {
    const auto reply = l.invoke("{}", Map{{"Qualifier", Value("live")}});
    l.w.loop.advance(10ms);
    second += reply->value.text_or("ExecutedVersion") == "2" ? 1 : 0;
  }
  CHECK(second > 70);
  CHECK(second < 130);
  CHECK(l.refused("CreateAlias", f_with({{"Name", Value("x")},
                                         {"FunctionVersion", Value("$LATEST")},
                                         {"RoutingConfig", weights(0.5)}})) ==
        "$LATEST is not supported for an alias pointing to more than 1 version");
  CHECK(l.refused(
             "CreateAlias",
             f_with({{"Name", Value("x")}, {"FunctionVersion", Value("2")}, {"RoutingConfig", weights(0.5)}}))
            .starts_with("Invalid function version 2."));
}

TEST_CASE("a version keeps its code while $LATEST moves on") {
  LambdaWorld l;
  l.publish();
  const std::string before(
      l.act("GetFunctionConfiguration", f_with({{"Qualifier", Value("1")}})).text_or("CodeSha256"));
  l.new_code("two = 2");
  CHECK(l.act("GetFunctionConfiguration", f_with({{"Qualifier", Value("1")}})).text_or("CodeSha256") ==
        before);
  CHECK(l.act("GetFunctionConfiguration", kF).text_or("CodeSha256") != before);
}

TEST_CASE("qualifiers: both forms must agree, unknown ones are named") {
  LambdaWorld l;
  CHECK(l.refused("GetFunction", Map{{"FunctionName", Value("f:1")}, {"Qualifier", Value("2")}}) ==
        "The derived qualifier from the function name does not match the specified qualifier.");
  CHECK(l.refused("GetFunction", Map{{"FunctionName", Value("f:7")}}) ==
        "Function not found: " + kArn + ":7");
  CHECK(l.refused("DeleteFunction", f_with({{"Qualifier", Value("$LATEST")}})) ==
        "$LATEST version cannot be deleted without deleting the function.");
  CHECK(l.refused("GetFunction",
                  Map{{"FunctionName", Value("arn:aws:lambda:eu-west-1:000000000000:function:f")}}) ==
        "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')");
}

TEST_CASE("each qualifier has a policy of its own") {
  LambdaWorld l;
  l.publish();
  Map add = f_with({{"StatementId", Value("s")},
                    {"Action", Value("lambda:InvokeFunction")},
                    {"Principal", Value("sns.amazonaws.com")}});
  Map on_version = add, on_latest = add;
  on_version.add("Qualifier", Value("1"));
  on_latest.add("Qualifier", Value("$LATEST"));
  l.act("AddPermission", on_version);
  CHECK(l.refused("AddPermission", on_latest) == "We currently do not support adding policies for $LATEST.");
  CHECK(l.refused("GetPolicy", kF) == "The resource you requested does not exist.");
  const Value policy = l.act("GetPolicy", f_with({{"Qualifier", Value("1")}}));
  CHECK(policy.text_or("Policy").find("\"Resource\":\"" + kArn + ":1\"") != std::string_view::npos);
}

TEST_CASE("functions with versions and aliases survive a restart") {
  LambdaWorld l;
  l.publish();
  l.act("CreateAlias", f_with({{"Name", Value("live")}, {"FunctionVersion", Value("1")}}));
  l.act("PutFunctionConcurrency", f_with({{"ReservedConcurrentExecutions", Value(5)}}));
  l.w.engine->stop();
  l.w.engine->start();
  l.w.loop.run_ready();
  CHECK(l.act("GetAlias", f_with({{"Name", Value("live")}})).text_or("FunctionVersion") == "1");
  CHECK(l.act("GetFunctionConcurrency", kF).find("ReservedConcurrentExecutions")->integer() == 5);
  CHECK(l.publish() == "1");
}
