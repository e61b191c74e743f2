// Whose invocation is throttled, and what the platform says about one.
#include "services/lambda/concurrency.hpp"
#include "scenario/lambda/fixture.hpp"

using namespace puddle;
using namespace puddle::test;
using Counts = lambda::ConcurrencyCounts;

namespace {

const std::string kFunction = "arn:aws:lambda:us-east-1:000000000000:function:f";
const std::string kOther = "arn:aws:lambda:us-east-1:000000000000:function:g";

}  // namespace

TEST_CASE("a function with reserved concurrency has that much and no more; versions share it") {
  Counts c;
  c.set_reserved(kFunction, 2);
  CHECK_FALSE(c.begin(kFunction));
  CHECK_FALSE(c.begin(kFunction));
  CHECK(c.begin(kFunction) == "ReservedFunctionConcurrentInvocationLimitExceeded");
  CHECK(c.in_flight(kFunction) == 2);
  c.end(kFunction);
  CHECK_FALSE(c.begin(kFunction));
  c.set_reserved(kFunction, 0);
  c.end(kFunction);
  CHECK(c.begin(kFunction) == "ReservedFunctionConcurrentInvocationLimitExceeded");
  CHECK(lambda::unqualified(kFunction + ":7") == kFunction);
  CHECK(lambda::unqualified(kFunction) == kFunction);
}

TEST_CASE("the others share what the account has left") {
  Counts c;
  c.set_reserved(kFunction, 900);
  for (int i = 0; i < 100; ++i) CHECK_FALSE(c.begin(kOther));
  CHECK(c.begin(kOther) == "ConcurrentInvocationLimitExceeded");
  CHECK_FALSE(c.begin(kFunction));
  CHECK_FALSE(c.begin("arn:aws:lambda:eu-west-1:000000000000:function:g"));  // each region has its own limit
  // What runs is counted with the others once nothing is reserved for it.
  c.set_reserved(kFunction, std::nullopt);
  for (int i = 0; i < 899; ++i) CHECK_FALSE(c.begin(kOther));
  CHECK(c.begin(kOther) == "ConcurrentInvocationLimitExceeded");
  CHECK(c.begin(kFunction) == "ConcurrentInvocationLimitExceeded");
}

TEST_CASE(
    "a throttled invocation is refused with its reason, and waiting for this machine is no throttling") {
  World::Options options;
  options.settings.function_concurrency = 1;
  LambdaWorld l(options);
  auto& service = dynamic_cast<lambda::Lambda&>(*l.w.engine->service("lambda"));
  l.w.ok("lambda", "PutFunctionConcurrency",
         Map{{"FunctionName", Value("f")}, {"ReservedConcurrentExecutions", Value(2)}});
  const auto first = l.invoke("{}"), second = l.invoke("{}"), third = l.invoke("{}");
  REQUIRE(third->fault);
  CHECK(third->fault->code == "TooManyRequestsException");
  CHECK(third->fault->message == "Rate Exceeded.");
  l.w.loop.advance(20ms);
  CHECK(first->done);
  CHECK(second->done);
  CHECK(service.environments.concurrency.in_flight(kFunction) == 0);
}

TEST_CASE("what the platform says about an invocation, as text and as JSON") {
  InvocationOutcome out;
  out.duration = std::chrono::microseconds(1230);
  out.init_duration = std::chrono::microseconds(95'100);
  out.max_memory_mb = 36;
  out.payload = "null";
  const PlatformEvent report = report_event("id", out, 128, "Root=1-a-b;Parent=c;Sampled=0");
  CHECK(report.text ==
        "REPORT RequestId: id\tDuration: 1.23 ms\tBilled Duration: 97 ms\tMemory Size: 128 MB\tMax Memory "
        "Used: 36 "
        "MB\tInit Duration: 95.10 ms\t");
  CHECK(report_event("id", out, 128, "Root=1-a-b;Parent=c;Sampled=1").text ==
        report.text + "\nXRAY TraceId: 1-a-b\tSegmentId: c\tSampled: true\t");
  CHECK(
      to_json(report, from_millis(0)) ==
      R"({"time":"1970-01-01T00:00:00.000Z","type":"platform.report","record":{"requestId":"id","metrics":)"
      R"({"durationMs":1.23,"billedDurationMs":97,"memorySizeMB":128,"maxMemoryUsedMB":36,"initDurationMs":95.10},)"
      R"("status":"success"}})");
  out.kind = InvocationOutcome::Kind::exited;
  out.error_type = "Runtime.ExitError";
  CHECK(report_event("id", out, 128, "").text.ends_with("Status: error\tError Type: Runtime.ExitError"));
  InitFailure failure{InitFailure::Phase::init, true, "Sandbox.Timedout",
                      std::chrono::microseconds(9'999'500)};
  CHECK(init_report_event(InitType::on_demand, &failure, failure.duration).text ==
        "INIT_REPORT Init Duration: 9999.50 ms\tPhase: init\tStatus: timeout");
  CHECK(runtime_version("python3.12") == "python:3.12");
  CHECK(runtime_version("nodejs20.x") == "nodejs:20");
  CHECK(runtime_version("provided.al2023") == "provided:al2023");
}

TEST_CASE("JSON logs have platform records of the system log level and lines as they are") {
  LambdaWorld l;
  auto& service = dynamic_cast<lambda::Lambda&>(*l.w.engine->service("lambda"));
  lambda::LoggingConfig config;
  config.format = "JSON";
  config.group = "/own/group";
  config.system_level = "WARN";
  auto stream = std::make_shared<lambda::LogStream>(service.deps.client, service.tasks, l.w.as, "us-east-1",
                                                    config.group, "s");
  const auto log = std::make_shared<lambda::EnvironmentLog>(l.w.loop, stream, config);
  log->begin();
  log->platform(start_event("id", "$LATEST", ""));
  log->output(R"({"level":"INFO"})");
  log->text_only("Task timed out");
  InvocationOutcome out;
  out.kind = InvocationOutcome::Kind::timed_out;
  log->platform(runtime_done_event("id", out, ""));
  const std::string tail = log->end();
  CHECK(tail.starts_with("{\"level\":\"INFO\"}\n{\"time\":"));
  CHECK(tail.find("platform.runtimeDone") != std::string::npos);
  CHECK(tail.find("platform.start") == std::string::npos);
  l.w.loop.advance(1s);
  const Value events = l.w.ok("logs", "FilterLogEvents", Map{{"logGroupName", Value("/own/group")}});
  CHECK(events.find("events")->list().size() == 2);
}
