// Provisioned concurrency: environments that are started ahead, and what becomes of them.
#include "scenario/lambda/fixture.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

const std::string kFunction = "arn:aws:lambda:us-east-1:000000000000:function:f";

/// f with a version 1 and an alias "live" of it.
struct ProvisionedWorld : LambdaWorld {
  explicit ProvisionedWorld(World::Options options = {}) : LambdaWorld(std::move(options)) {
    publish();
    act("CreateAlias",
        Map{{"FunctionName", Value("f")}, {"Name", Value("live")}, {"FunctionVersion", Value("1")}});
  }
  static Map of(const std::string& qualifier) {
    return Map{{"FunctionName", Value("f")}, {"Qualifier", Value(qualifier)}};
  }
  Value put(const std::string& qualifier, int count) {
    Map input = of(qualifier);
    input.add("ProvisionedConcurrentExecutions", Value(count));
    return act("PutProvisionedConcurrencyConfig", std::move(input));
  }
  wire::Fault put_refused(const std::string& qualifier, int count) {
    Map input = of(qualifier);
    input.add("ProvisionedConcurrentExecutions", Value(count));
    return w.fails("lambda", "PutProvisionedConcurrencyConfig", std::move(input));
  }
  Value get(const std::string& qualifier) { return act("GetProvisionedConcurrencyConfig", of(qualifier)); }
  std::string status(const std::string& qualifier) { return std::string(get(qualifier).text_or("Status")); }
  std::int64_t number(const std::string& qualifier, const char* member) {
    return get(qualifier).find(member)->integer();
  }
};

InitFailure failure() {
  return {InitFailure::Phase::init, false, "Runtime.ImportModuleError", std::chrono::milliseconds(20)};
}

}  // namespace

TEST_CASE("provisioned environments are started ahead, used first, kept, and replaced when they end") {
  LambdaWorld l;
  auto& service = dynamic_cast<lambda::Lambda&>(*l.w.engine->service("lambda"));
  std::vector<std::string> types;
  l.w.functions.handlers["f"] = [&](const EnvironmentSpec& spec, const Invocation&) {
    types.push_back(spec.variables.at("AWS_LAMBDA_INITIALIZATION_TYPE"));
    return answered("1");
  };
  service.environments.set_provisioned(kFunction, 2);
  CHECK(service.environments.provisioned(kFunction).status == "IN_PROGRESS");
  l.w.loop.run_ready();
  CHECK(l.w.functions.started == 2);
  CHECK(service.environments.provisioned(kFunction).status == "READY");
  CHECK(service.environments.provisioned(kFunction).available == 2);
  const auto a = l.invoke("{}"), b = l.invoke("{}"), c = l.invoke("{}");
  l.w.loop.advance(20ms);
  CHECK(types == std::vector<std::string>{"provisioned-concurrency", "provisioned-concurrency", "on-demand"});
  l.w.loop.advance(std::chrono::hours(1));
  CHECK(l.w.functions.stopped == 1);
  l.w.loop.advance(std::chrono::hours(12));  // their credentials end
  CHECK(l.w.functions.started == 5);
  service.environments.set_provisioned(kFunction, 0);
  CHECK(l.w.functions.stopped == 5);
}

TEST_CASE("a configuration is in progress until its environments are initialised") {
  ProvisionedWorld l;
  const Value put = l.put("live", 3);
  CHECK(put.text_or("Status") == "IN_PROGRESS");
  CHECK(put.find("RequestedProvisionedConcurrentExecutions")->integer() == 3);
  l.w.loop.run_ready();
  CHECK(l.status("live") == "READY");
  CHECK(l.number("live", "AllocatedProvisionedConcurrentExecutions") == 3);
  CHECK(l.number("live", "AvailableProvisionedConcurrentExecutions") == 3);
  CHECK(l.w.functions.started == 3);
  l.put("live", 1);
  CHECK(l.w.functions.stopped == 2);
  l.act("DeleteProvisionedConcurrencyConfig", ProvisionedWorld::of("live"));
  CHECK(l.w.functions.stopped == 3);
  CHECK(l.w.fails("lambda", "GetProvisionedConcurrencyConfig", ProvisionedWorld::of("live")).code ==
        "ProvisionedConcurrencyConfigNotFoundException");
}

TEST_CASE("a failing init phase makes the configuration FAILED, and nothing is started again and again") {
  ProvisionedWorld l;
  l.w.functions.init_failure = [](const EnvironmentSpec&) { return failure(); };
  l.put("live", 2);
  l.w.loop.advance(std::chrono::minutes(10));
  CHECK(l.status("live") == "FAILED");
  CHECK(l.get("live").text_or("StatusReason") == "FUNCTION_ERROR_INIT_FAILURE");
  CHECK(l.number("live", "AvailableProvisionedConcurrentExecutions") == 0);
  CHECK(l.number("live", "AllocatedProvisionedConcurrentExecutions") == 0);
  CHECK(l.w.functions.started == 2);
  CHECK(l.w.functions.stopped == 2);

  SECTION("its log says why") {
    l.w.loop.advance(1s);
    const Value found = l.w.ok("logs", "FilterLogEvents", Map{{"logGroupName", Value("/aws/lambda/f")}});
    std::vector<std::string> reports;
    for (const Value& event : found.find("events")->list())
      if (event.text_or("message").starts_with("INIT_REPORT")) reports.emplace_back(event.text_or("message"));
    REQUIRE(reports.size() == 2);
    CHECK(reports[0] ==
          "INIT_REPORT Init Duration: 20.00 ms\tPhase: init\tStatus: error\tError Type: "
          "Runtime.ImportModuleError");
  }
  SECTION("invocations get environments on demand") {
    l.w.functions.init_failure = nullptr;
    const auto reply = l.invoke("{}", Map{{"Qualifier", Value("live")}});
    l.w.loop.advance(20ms);
    CHECK(reply->done);
    CHECK_FALSE(reply->fault);
    CHECK(l.w.functions.started == 3);
  }
  SECTION("another configuration tries again") {
    l.w.functions.init_failure = nullptr;
    l.put("live", 1);
    l.w.loop.run_ready();
    CHECK(l.status("live") == "READY");
    CHECK(l.get("live").find("StatusReason") == nullptr);
  }
}

TEST_CASE("one environment of several that fails makes the configuration FAILED and leaves the others") {
  ProvisionedWorld l;
  int asked = 0;
  l.w.functions.init_failure = [&](const EnvironmentSpec&) {
    return ++asked == 2 ? std::optional(failure()) : std::nullopt;
  };
  l.put("live", 3);
  l.w.loop.advance(1s);
  CHECK(l.status("live") == "FAILED");
  CHECK(l.number("live", "AvailableProvisionedConcurrentExecutions") == 2);
}

TEST_CASE("environments follow the alias to another version") {
  ProvisionedWorld l;
  std::vector<std::string> versions;
  l.w.functions.handlers["f"] = [&](const EnvironmentSpec& spec, const Invocation&) {
    versions.push_back(spec.version + " " + spec.variables.at("AWS_LAMBDA_INITIALIZATION_TYPE"));
    return answered("1");
  };
  l.put("live", 1);
  l.w.loop.run_ready();
  l.new_code("def handler(e, c): return 2");
  CHECK(l.publish() == "2");
  l.act("UpdateAlias",
        Map{{"FunctionName", Value("f")}, {"Name", Value("live")}, {"FunctionVersion", Value("2")}});
  l.w.loop.run_ready();
  CHECK(l.status("live") == "READY");
  l.invoke("{}", Map{{"Qualifier", Value("live")}});
  l.w.loop.advance(20ms);
  CHECK(versions == std::vector<std::string>{"2 provisioned-concurrency"});
  CHECK(l.w.functions.stopped == 1);
}

TEST_CASE("what cannot have provisioned concurrency is refused") {
  ProvisionedWorld l;
  CHECK(l.put_refused("$LATEST", 1).message ==
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
  CHECK(l.put_refused("live", 901).message ==
        "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below "
        "its "
        "minimum value of [100].");
  l.w.ok("lambda", "PutFunctionConcurrency",
         Map{{"FunctionName", Value("f")}, {"ReservedConcurrentExecutions", Value(2)}});
  CHECK(l.put_refused("live", 3).message ==
        "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for "
        "function");
  l.put("live", 1);
  CHECK(l.put_refused("1", 1).message == "Version is pointed by a Provisioned Concurrency alias");
  CHECK(l.w.fails("lambda", "GetProvisionedConcurrencyConfig", ProvisionedWorld::of("1")).code ==
        "ProvisionedConcurrencyConfigNotFoundException");
}

TEST_CASE("more environments than a machine should run make the configuration FAILED with a reason") {
  ProvisionedWorld l;
  l.put("live", 65);
  l.w.loop.run_ready();
  CHECK(l.status("live") == "FAILED");
  CHECK(l.get("live").text_or("StatusReason") ==
        "Puddle starts at most 64 provisioned environments on a machine.");
  CHECK(l.number("live", "AvailableProvisionedConcurrentExecutions") == 64);
}
