// What a function sees of the machine, layers, extensions, and the pool of Python processes.
#include "unit/hosts/fixture.hpp"

using namespace puddle;
using namespace puddle::test;

TEST_CASE("where namespaces are allowed a function sees AWS's directories, and may write to /tmp alone") {
  Host h;
  if (!h.isolated()) return;
  const auto id = h.start(R"(
import os
def handler(event, context):
    try:
        open("/var/task/x", "w")
        problem = ""
    except OSError as error:
        problem = str(error)
    open("/tmp/mine", "w").close()
    return [os.getcwd(), os.listdir("/var/task"), os.listdir("/tmp"), os.environ["LAMBDA_RUNTIME_DIR"], problem,
            os.path.exists("/var/lib")]
)");
  CHECK(
      h.invoke(id).payload ==
      R"(["/var/task", ["index.py"], ["mine"], "/var/runtime", "[Errno 30] Read-only file system: '/var/task/x'", true])");
}

TEST_CASE("layers are merged at /opt, later ones on top, and Python finds their modules") {
  Host h;
  EnvironmentSpec spec;
  spec.layers = {layer(Host::archive({{"python/tool.py", "value = 1"}, {"data.txt", "one"}})),
                 layer(Host::archive({{"python/tool.py", "value = 2"}}))};
  const auto id = h.start(R"(
import os, tool
def handler(event, context):
    return [tool.value, os.path.exists(os.path.dirname(os.path.dirname(tool.__file__)) + "/data.txt"), tool.__file__]
)",
                          std::move(spec));
  const auto out = h.invoke(id);
  CHECK(out.payload.find("[2, true, ") == 0);
  if (h.isolated()) CHECK(out.payload.find("/opt/python/tool.py") != std::string::npos);
}

namespace {

/// An external extension in Python that says what it gets.
const char* const kExtension = R"(#!/usr/bin/python3
import http.client, json, os, sys
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
def ask(method, path, body=None, **headers):
    api.request(method, path, body, headers)
    answer = api.getresponse()
    return answer, json.loads(answer.read() or b"{}")
answer, body = ask("POST", "/2020-01-01/extension/register", json.dumps({"events": ["INVOKE", "SHUTDOWN"]}),
                   **{"Lambda-Extension-Name": "watch", "Lambda-Extension-Accept-Feature": "accountId"})
me = {"Lambda-Extension-Identifier": answer.headers["Lambda-Extension-Identifier"]}
print("registered", body["functionName"], body["accountId"], flush=True)
while True:
    _, event = ask("GET", "/2020-01-01/extension/event/next", **me)
    print("got", event["eventType"], event.get("requestId", event.get("shutdownReason")), flush=True)
    if event["eventType"] == "SHUTDOWN":
        sys.exit(0)
)";

EnvironmentSpec with_extension(const std::string& text) {
  EnvironmentSpec spec;
  spec.layers = {layer(Host::executable({{"extensions/watch", text}}))};
  return spec;
}

}  // namespace

TEST_CASE("an external extension registers before the runtime, sees invocations, and is asked to shut down") {
  Host h;
  const auto id = h.start("def handler(event, context): return 1\n", with_extension(kExtension));
  CHECK(h.invoke(id).payload == "1");
  CHECK(h.has_line("registered f 000000000000"));
  CHECK(h.extensions == std::vector<std::string>{"watch Ready"});
  CHECK(h.invoke(id).payload == "1");
  CHECK(h.loop.run_until([&] { return h.has_line("got INVOKE 8476a536-e9f4-11e8-9739-2dfe598c3fcd"); }, 10s));
}

TEST_CASE("an extension that ends by itself fails the init phase") {
  Host h;
  const auto out =
      h.invoke(h.start("def handler(event, context): return 1\n", with_extension("#!/bin/sh\nexit 3\n")));
  CHECK(out.kind == Kind::init_error);
  CHECK(out.error_type == "Extension.Crash");
}

TEST_CASE("the Runtime API refuses what its states do not allow") {
  Host h;
  const auto id = h.start(R"(
import http.client, json, os
def ask(method, path, body=None, headers={}):
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    api.request(method, path, body, headers)
    answer = api.getresponse()
    return answer.status, json.loads(answer.read()).get("errorType")
def handler(event, context):
    base = "/2018-06-01/runtime/"
    return [ask("GET", base + "invocation/next"), ask("POST", base + "invocation/nope/response", "1"),
            ask("POST", base + "init/error", "{}"), ask("GET", base + "other"),
            ask("POST", "/2020-01-01/extension/register", "{}", {"Lambda-Extension-Name": "late"}),
            ask("GET", "/2020-01-01/extension/event/next"),
            ask("GET", "/2020-01-01/extension/event/next", None, {"Lambda-Extension-Identifier": "x"})]
)");
  CHECK(
      h.invoke(id).payload ==
      R"([[403, "InvalidStateTransition"], [400, "InvalidRequestID"], [403, "InvalidStateTransition"], )"
      R"([404, "InvalidPath"], [403, "Extension.RegistrationClosed"], [403, "Extension.MissingExtensionIdentifier"], )"
      R"([403, "Extension.UnknownExtensionIdentifier"]])");
}

TEST_CASE("a response above 6 MB is an error of the function") {
  Host h;
  EnvironmentSpec spec;
  spec.memory_mb = 512;
  const auto out = h.invoke(
      h.start("def handler(event, context): return 'x' * (6 * 1024 * 1024 + 100)\n", std::move(spec)));
  CHECK(out.error_type == "Function.ResponseSizeTooLarge");
  CHECK(out.payload.find("Response payload size exceeded maximum allowed payload size (6291556 bytes).") !=
        std::string::npos);
}

TEST_CASE("a Python function from the pool is like one of its own: variables, state, exit, no descriptors") {
  Host h;
  h.host->expect("python3.12");
  // No Python with boto3 on this machine: no pool.
  if (!h.loop.run_until([&] { return h.host->warm("python3.12"); }, 60s)) return;
  const char* const code = R"(
import os, random, sys
import boto3
own = b"x" * (8 << 20)
def handler(event, context):
    if event.get("exit"): os._exit(7)
    print("hello")
    return [os.environ["COLOUR"], len(os.listdir("/proc/self/fd")), sys.path[0] == os.environ["LAMBDA_TASK_ROOT"],
            os.getpgid(0) == os.getpid(), "x" in vars(sys.modules["__main__"]), random.random()]
)";
  EnvironmentSpec spec;
  spec.memory_mb = 256;
  spec.variables["COLOUR"] = "green";
  const auto id = h.start(code, spec);
  const auto out = h.invoke(id);
  INFO(out.payload);
  CHECK(out.payload.find(R"(["green", 5, true, true, false, )") == 0);
  CHECK(h.has_line("hello"));
  CHECK(out.max_memory_mb > 5);
  CHECK(out.max_memory_mb < 90);  // what it shares with the pool is not counted
  spec.variables["COLOUR"] = "red";
  const auto other = h.invoke(h.start(code, spec));
  CHECK(other.payload.find("[\"red\"") == 0);
  CHECK(other.payload.substr(30) != out.payload.substr(32));  // another random number
  const auto exited = h.invoke(id, R"({"exit":true})");
  CHECK(exited.payload.find("exit status 7") != std::string::npos);
  CHECK(h.invoke(id).payload.find(R"(["green")") == 0);
}

TEST_CASE("a function with a module of a name that the pool has loaded gets an interpreter of its own") {
  Host h;
  h.host->expect("python3.12");
  if (!h.loop.run_until([&] { return h.host->warm("python3.12"); }, 60s)) return;
  const std::string zip =
      Host::archive({{"index.py", "import boto3\ndef handler(event, context): return boto3.own\n"},
                     {"boto3.py", "own = 42\n"}});
  CHECK(h.invoke(h.start_zip(zip, {})).payload == "42");
}

TEST_CASE(
    "a Node.js process waits for an environment, another follows, and it ends when none has started for "
    "long") {
  Host h;
  if (!h.host->unsupported("nodejs20.x").empty()) return;  // no node on this machine
  CHECK_FALSE(h.host->warm("nodejs20.x"));                 // nothing runs before a function is there
  const auto waits = [&] { return h.host->warm("nodejs20.x"); };
  h.host->expect("nodejs20.x");
  REQUIRE(h.loop.run_until(waits, 30s));
  EnvironmentSpec spec;
  spec.runtime = "nodejs20.x";
  spec.memory_mb = 512;
  spec.variables["COLOUR"] = "green";
  const auto id = h.start(
      "const began = process.argv.length;\n"
      "export const handler = async () => [process.env.COLOUR, process.cwd() === "
      "process.env.LAMBDA_TASK_ROOT, "
      "began];\n",
      spec);
  CHECK(h.invoke(id).payload == R"(["green",true,2])");
  REQUIRE(h.loop.run_until(waits, 30s));
  h.loop.advance(std::chrono::minutes(11));
  CHECK(h.loop.run_until([&] { return !waits(); }, 10s));
  h.host->expect("nodejs20.x");
  CHECK(h.loop.run_until(waits, 30s));
}

TEST_CASE("what happened in the init phase before an extension subscribed is told to it") {
  Host h;
  const std::string text = R"(#!/usr/bin/python3
import http.client, http.server, json, os, threading, time
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
def ask(method, path, body=None, **headers):
    api.request(method, path, body and json.dumps(body), headers)
    answer = api.getresponse()
    return answer, answer.read()
class Server(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        for record in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
            print("told", record["type"], flush=True)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *arguments): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
answer, _ = ask("POST", "/2020-01-01/extension/register", {"events": []}, **{"Lambda-Extension-Name": "watch"})
me = {"Lambda-Extension-Identifier": answer.headers["Lambda-Extension-Identifier"]}
ask("PUT", "/2022-07-01/telemetry", {"schemaVersion": "2022-07-01", "types": ["platform"], "buffering": {"timeoutMs": 25},
    "destination": {"protocol": "HTTP", "URI": "http://sandbox.localdomain:%d" % server.server_port}}, **me)
ask("GET", "/2020-01-01/extension/event/next", **me)
)";
  CHECK(h.invoke(h.start("def handler(event, context): return 1\n", with_extension(text))).payload == "1");
  for (const char* type :
       {"told platform.initStart", "told platform.telemetrySubscription", "told platform.start"})
    CHECK(h.loop.run_until([&] { return h.has_line(type); }, 10s));
}
