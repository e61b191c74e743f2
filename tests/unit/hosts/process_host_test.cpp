// Real processes behind the function host: what a runtime does, and what its end looks like.
#include "unit/hosts/fixture.hpp"

using namespace puddle;
using namespace puddle::test;

TEST_CASE("a Python function answers, prints, keeps its state and knows its context") {
  Host h;
  const auto id = h.start(R"(
import os
count = 0
def handler(event, context):
    global count
    count += 1
    print("hello", event["name"])
    return {"count": count, "id": context.aws_request_id, "left": context.get_remaining_time_in_millis() > 1000,
            "cwd": os.getcwd() == os.environ["LAMBDA_TASK_ROOT"], "fds": len(os.listdir("/proc/self/fd"))}
)");
  const auto first = h.invoke(id, R"({"name":"Ada"})");
  CHECK(first.kind == Kind::ok);
  CHECK(first.payload.find(
            R"("count": 1, "id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd", "left": true, "cwd": true)") !=
        std::string::npos);
  CHECK(first.init_duration.count() > 0);
  CHECK(first.max_memory_mb > 0);
  CHECK(h.has_line("hello Ada"));
  const auto second = h.invoke(id, R"({"name":"Bob"})");
  CHECK(second.payload.find("\"count\": 2") != std::string::npos);
  CHECK(second.init_duration.count() == 0);
  // stdin, stdout, stderr, the Runtime API and the directory that is being listed: none of ours.
  CHECK(second.payload.find("\"fds\": 5") != std::string::npos);
}

TEST_CASE("a Python exception is the payload and one line of the log") {
  Host h;
  const auto id = h.start("def handler(event, context):\n    raise ValueError('bad order')\n");
  const auto out = h.invoke(id);
  CHECK(out.kind == Kind::function_error);
  CHECK(out.error_type == "ValueError");
  CHECK(out.payload.starts_with(
      R"({"errorMessage": "bad order", "errorType": "ValueError", "requestId": "8476a536-e9f4-11e8-9739-2dfe598c3fcd", "stackTrace": ["  File )"));
  CHECK(h.has_line("[ERROR] ValueError: bad order\rTraceback (most recent call last):"));
  CHECK(out.environment_alive);
}

TEST_CASE("a handler that is not there fails the init phase twice") {
  Host h;
  const auto out = h.invoke(h.start("def other(event, context): pass\n"));
  CHECK(out.kind == Kind::init_error);
  CHECK(out.error_type == "Runtime.HandlerNotFound");
  CHECK(out.payload.find("Handler 'handler' missing on module 'index'") != std::string::npos);
  // Once in the init phase, and once more inside the invocation.
  REQUIRE(h.failures.size() == 2);
  CHECK(h.failures[0].phase == InitFailure::Phase::init);
  CHECK(h.failures[1].phase == InitFailure::Phase::invoke);
  CHECK(h.failures[1].error_type == "Runtime.HandlerNotFound");
}

TEST_CASE("a function that exits, and one that takes too long") {
  Host h;
  const auto exited = h.invoke(h.start("import os\ndef handler(event, context): os._exit(7)\n"));
  CHECK(exited.kind == Kind::exited);
  CHECK(
      exited.payload ==
      R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: 8476a536-e9f4-11e8-9739-2dfe598c3fcd Error: Runtime exited with error: exit status 7"})");
  EnvironmentSpec spec;
  spec.timeout = 1s;
  const auto slow =
      h.invoke(h.start("import time\ndef handler(event, context): time.sleep(60)\n", std::move(spec)));
  CHECK(slow.kind == Kind::timed_out);
  CHECK(
      slow.payload ==
      R"({"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 8476a536-e9f4-11e8-9739-2dfe598c3fcd Error: Task timed out after 1.00 seconds"})");
}

TEST_CASE("after a time-out or an exit the environment starts again, and its /tmp is kept") {
  Host h;
  EnvironmentSpec spec;
  spec.timeout = 2s;
  const auto id = h.start(R"(
import os, tempfile, time
count = 0
def handler(event, context):
    global count
    count += 1
    kept = os.path.exists(tempfile.gettempdir() + "/kept")
    open(tempfile.gettempdir() + "/kept", "w").close()
    if event.get("sleep"): time.sleep(30)
    if event.get("exit"): os._exit(0)
    return [count, kept]
)",
                          std::move(spec));
  CHECK(h.invoke(id).payload == "[1, false]");
  CHECK(h.invoke(id, R"({"sleep":true})").kind == Kind::timed_out);
  const auto again = h.invoke(id);
  CHECK(again.payload == "[1, true]");
  CHECK(again.init_duration.count() == 0);  // it was part of the invocation
  const auto out = h.invoke(id, R"({"exit":true})");
  CHECK(out.payload.find("Runtime exited without providing a reason") != std::string::npos);
  CHECK(h.invoke(id).payload == "[1, true]");
}

TEST_CASE("a function that takes more memory than it has is killed") {
  Host h;
  EnvironmentSpec spec;
  spec.memory_mb = 128;
  spec.timeout = 20s;
  const auto out = h.invoke(
      h.start("import time\ndef handler(event, context):\n    x = bytearray(300 << 20)\n    time.sleep(15)\n",
              std::move(spec)));
  CHECK(out.kind == Kind::exited);
  CHECK(out.error_type == "Runtime.OutOfMemory");
  CHECK(out.payload.find("Runtime exited with error: signal: killed") != std::string::npos);
}

TEST_CASE("a bootstrap must be there and executable") {
  Host h;
  EnvironmentSpec spec;
  spec.runtime = "provided.al2023";
  const auto out =
      h.invoke(h.start("#!/bin/sh\nexit 3\n", std::move(spec)));  // made without the executable bit
  CHECK(out.error_type == "Runtime.InvalidEntrypoint");
}

TEST_CASE("a Node.js function answers by its promise") {
  Host h;
  if (!h.host->unsupported("nodejs20.x").empty()) return;  // no node on this machine
  EnvironmentSpec spec;
  spec.runtime = "nodejs20.x";
  spec.memory_mb = 512;
  const auto id = h.start(
      "export const handler = async (event, context) => { console.log('hi', event.n); return { twice: "
      "event.n * 2 }; };\n",
      std::move(spec));
  const auto out = h.invoke(id, R"({"n":21})");
  CHECK(out.payload == R"({"twice":42})");
  CHECK(h.has_line("\tINFO\thi 21"));
}

TEST_CASE("stopping an environment is silent") {
  Host h;
  const auto id = h.start("def handler(event, context): return 1\n");
  CHECK(h.invoke(id).payload == "1");
  h.host->stop(id);
  h.loop.run_until([] { return false; }, 50ms);
  CHECK(h.exited.empty());
}
