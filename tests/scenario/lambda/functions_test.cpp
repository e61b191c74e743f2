// The life of a function: states over time, concurrency, tags, code from a directory.
#include "scenario/lambda/fixture.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

const Map kF{{"FunctionName", Value("f")}};
World::Options slow() {
  World::Options options;
  options.settings.function_settle_time = 10s;
  return options;
}
Map function_input(const char* name) {
  return Map{{"FunctionName", Value(name)},
             {"Runtime", Value("python3.12")},
             {"Handler", Value("index.handler")},
             {"Role", Value("arn:aws:iam::000000000000:role/r")},
             {"Code", Value(Map{{"ZipFile", Value(Bytes(lambda::make_zip({{"index.py", "x = 1"}})))}})}};
}

}  // namespace

TEST_CASE("a function is Pending, then Active; an update is InProgress, then Successful") {
  World w({iam::make, sqs::make, logs::make, lambda::make}, slow());
  const Value made = w.ok("lambda", "CreateFunction", function_input("g"));
  CHECK(made.text_or("State") == "Pending");
  CHECK(made.text_or("StateReasonCode") == "Creating");
  CHECK_FALSE(made.find("LastUpdateStatus"));
  const Map named{{"FunctionName", Value("g")}};
  const Value early = w.ok("lambda", "GetFunctionConfiguration", named);
  CHECK(early.text_or("State") == "Pending");
  w.loop.advance(9999ms);
  CHECK(w.ok("lambda", "GetFunctionConfiguration", named).text_or("State") == "Pending");
  w.loop.advance(1ms);
  const Value active = w.ok("lambda", "GetFunctionConfiguration", named);
  CHECK(active.text_or("State") == "Active");
  CHECK(active.text_or("LastUpdateStatus") == "Successful");
  CHECK_FALSE(active.find("StateReason"));
  CHECK(active.text_or("RevisionId") != early.text_or("RevisionId"));

  Map change = named;
  change.add("MemorySize", Value(256));
  const Value changing = w.ok("lambda", "UpdateFunctionConfiguration", change);
  CHECK(changing.text_or("LastUpdateStatus") == "InProgress");
  CHECK(changing.text_or("State") == "Active");
  const auto second = w.send("lambda", "UpdateFunctionConfiguration", change);
  w.loop.advance(1s);
  REQUIRE(second->fault);
  CHECK(second->fault->status == 409);
  CHECK(second->fault->message ==
        "The operation cannot be performed at this time. An update is in progress for resource: "
        "arn:aws:lambda:us-east-1:000000000000:function:g");
  w.loop.advance(9s);
  CHECK(w.ok("lambda", "GetFunctionConfiguration", named).text_or("LastUpdateStatus") == "Successful");
}

TEST_CASE("a function that stays Pending cannot be invoked; a short wait is not refused") {
  World w({iam::make, sqs::make, logs::make, lambda::make}, slow());
  w.ok("lambda", "CreateFunction", function_input("g"));
  const auto early = w.send("lambda", "Invoke", Map{{"FunctionName", Value("g")}});
  w.loop.advance(1s);
  REQUIRE(early->fault);
  CHECK(early->fault->code == "ResourceConflictException");
  CHECK(early->fault->message.ends_with("following state: Pending"));

  LambdaWorld l;
  l.w.ok("lambda", "CreateFunction", function_input("h"));
  l.w.functions.handlers["h"] = [](const EnvironmentSpec&, const Invocation&) { return answered("1"); };
  const auto soon = l.w.send("lambda", "Invoke", Map{{"FunctionName", Value("h")}});
  CHECK_FALSE(soon->done);
  l.w.loop.advance(15ms);
  REQUIRE(soon->done);
  CHECK(soon->value.find("Payload")->bytes().data == "1");
}

TEST_CASE("a state on the way survives a restart") {
  World w({iam::make, sqs::make, logs::make, lambda::make}, slow());
  w.ok("lambda", "CreateFunction", function_input("g"));
  w.engine->stop();
  w.engine->start();
  w.loop.advance(10s);
  CHECK(w.ok("lambda", "GetFunctionConfiguration", Map{{"FunctionName", Value("g")}}).text_or("State") ==
        "Active");
}

TEST_CASE("reserved concurrency is a limit, and zero stops the function") {
  LambdaWorld l;
  Map reserve = kF;
  reserve.add("ReservedConcurrentExecutions", Value(1));
  l.act("PutFunctionConcurrency", reserve);
  const auto first = l.invoke("{}"), second = l.invoke("{}");
  REQUIRE(second->fault);
  CHECK(second->fault->status == 429);
  CHECK(second->fault->message == "Rate Exceeded.");
  CHECK(second->fault->members.find("Reason")->text() == "ReservedFunctionConcurrentInvocationLimitExceeded");
  l.w.loop.advance(10ms);
  CHECK(first->done);
  Map none = kF, much = kF;
  none.add("ReservedConcurrentExecutions", Value(0));
  much.add("ReservedConcurrentExecutions", Value(901));
  l.act("PutFunctionConcurrency", none);
  CHECK(l.invoke("{}")->fault->code == "TooManyRequestsException");
  CHECK(
      l.refused("PutFunctionConcurrency", much) ==
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
      "below its minimum value of [100].");
  CHECK(l.act("GetFunction", kF).find("Concurrency")->find("ReservedConcurrentExecutions")->integer() == 0);
  l.act("DeleteFunctionConcurrency", kF);
  CHECK_FALSE(l.act("GetFunction", kF).find("Concurrency"));
  CHECK(l.act("GetAccountSettings", {})
            .find("AccountLimit")
            ->find("UnreservedConcurrentExecutions")
            ->integer() == 1000);
}

TEST_CASE("tags belong to functions and mappings, not to versions") {
  LambdaWorld l;
  const std::string arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
  l.act("TagResource", Map{{"Resource", Value(arn)}, {"Tags", Value(Map{{"a", Value("1")}})}});
  CHECK(l.act("ListTags", Map{{"Resource", Value(arn)}}).find("Tags")->text_or("a") == "1");
  CHECK(l.refused("TagResource",
                  Map{{"Resource", Value(arn + ":1")}, {"Tags", Value(Map{{"a", Value("1")}})}}) ==
        "Tags on function aliases and versions are not supported. Please specify a function ARN.");
  l.queue("q");
  const Value made = l.map_queue("q", Map{{"Tags", Value(Map{{"b", Value("2")}})}});
  const std::string mapping(made.text_or("EventSourceMappingArn"));
  CHECK(l.act("ListTags", Map{{"Resource", Value(mapping)}}).find("Tags")->text_or("b") == "2");
}

TEST_CASE("the bucket hot-reload mounts a directory; any other bucket is refused") {
  LambdaWorld l;
  const auto code = [](const char* bucket, const char* key) {
    return Map{{"FunctionName", Value("f")}, {"S3Bucket", Value(bucket)}, {"S3Key", Value(key)}};
  };
  CHECK(l.refused("UpdateFunctionCode", code("bucket", "k")) ==
        "The parameter S3Bucket (give the zip as ZipFile) is not supported by Puddle.");
  CHECK(l.refused("UpdateFunctionCode", code("hot-reload", "relative")) ==
        "S3Key of the bucket hot-reload is the absolute path of a directory.");
  CHECK(l.act("UpdateFunctionCode", code("hot-reload", "/code")).find("CodeSize")->integer() == 0);
}

TEST_CASE("DryRun of an update changes nothing; RevisionId guards it") {
  LambdaWorld l;
  const Value before = l.act("GetFunctionConfiguration", kF);
  Map dry = kF;
  dry.add("ZipFile", Value(Bytes(lambda::make_zip({{"index.py", "other"}}))));
  dry.add("DryRun", Value(true));
  CHECK(l.act("UpdateFunctionCode", dry).text_or("CodeSha256") != before.text_or("CodeSha256"));
  CHECK(l.act("GetFunctionConfiguration", kF).text_or("CodeSha256") == before.text_or("CodeSha256"));
  Map guarded = kF;
  guarded.add("RevisionId", Value("other"));
  CHECK(l.w.fails("lambda", "UpdateFunctionConfiguration", guarded).status == 412);
}

TEST_CASE("provisioned concurrency belongs to versions and aliases, and is really started") {
  LambdaWorld l;
  l.publish();
  const auto with = [](const char* qualifier, int n = 0) {
    Map in{{"FunctionName", Value("f")}, {"Qualifier", Value(qualifier)}};
    if (n > 0) in.add("ProvisionedConcurrentExecutions", Value(n));
    return in;
  };
  CHECK(l.refused("PutProvisionedConcurrencyConfig", with("$LATEST", 1)) ==
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
  CHECK(l.w.fails("lambda", "GetProvisionedConcurrencyConfig", with("1")).code ==
        "ProvisionedConcurrencyConfigNotFoundException");
  CHECK(l.act("PutProvisionedConcurrencyConfig", with("1", 2)).text_or("Status") == "IN_PROGRESS");
  l.w.loop.advance(1s);
  CHECK(l.w.functions.started == 2);
  const Value ready = l.act("GetProvisionedConcurrencyConfig", with("1"));
  CHECK(ready.text_or("Status") == "READY");
  CHECK(ready.find("AllocatedProvisionedConcurrentExecutions")->integer() == 2);
  l.act("DeleteProvisionedConcurrencyConfig", with("1"));
  l.w.loop.advance(1s);
  CHECK(l.w.functions.stopped == 2);
}
