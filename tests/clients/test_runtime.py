"""How functions run: errors and time-outs as AWS words them, log lines, runtimes in C++ and shell, extensions, warm starts."""
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from support import Daemon, main, wait_for, zip_of

ROLE = "arn:aws:iam::000000000000:role/functions"


def create(client, name, files, runtime="python3.12", handler="index.handler", **more):
    client.create_function(FunctionName=name, Runtime=runtime, Role=ROLE, Handler=handler, Code={"ZipFile": zip_of(files)},
                           **more)
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})


def invoke(client, name, payload=None, **more):
    answer = client.invoke(FunctionName=name, Payload=json.dumps(payload or {}), LogType="Tail", **more)
    log = base64.b64decode(answer.get("LogResult", "")).decode()
    return answer.get("FunctionError"), json.loads(answer["Payload"].read()), log


def python(client, name, code, **more):
    create(client, name, {"index.py": code}, **more)


def test_errors_of_python():
    with Daemon() as daemon:
        client = daemon.client("lambda")
        python(client, "raises", "def handler(event, context):\n    raise ValueError('no')\n")
        error, body, log = invoke(client, "raises")
        assert error == "Unhandled"
        assert list(body) == ["errorMessage", "errorType", "requestId", "stackTrace"], body
        assert (body["errorMessage"], body["errorType"]) == ("no", "ValueError")
        assert body["stackTrace"][0].startswith("  File \"") and body["stackTrace"][0].endswith("\n"), body
        assert "[ERROR] ValueError: no" in log
        python(client, "missing", "import nothing_like_it\n")
        error, body, log = invoke(client, "missing")
        assert body["errorType"] == "Runtime.ImportModuleError", body
        assert body["errorMessage"] == "Unable to import module 'index': No module named 'nothing_like_it'"
        assert body["requestId"] == ""
        python(client, "nohandler", "x = 1\n")
        assert invoke(client, "nohandler")[1]["errorMessage"] == "Handler 'handler' missing on module 'index'"
        python(client, "syntax", "def\n")
        assert invoke(client, "syntax")[1]["errorType"] == "Runtime.UserCodeSyntaxError"
        assert invoke(client, "syntax")[1]["stackTrace"][0].startswith("  File \"/"), body
        create(client, "builtin", {"sys.py": ""}, handler="sys.handler")
        assert invoke(client, "builtin")[1]["errorType"] == "Runtime.BuiltInModuleConflict"
        python(client, "noanswer", "def handler(event, context): return object()\n")
        error, body, log = invoke(client, "noanswer")
        assert (body["errorType"], body["errorMessage"]) == (
            "Runtime.MarshalError", "Unable to marshal response: Object of type object is not JSON serializable"), body
        assert "\rTraceback (most recent call last):" in log, log
        python(client, "slow", "import time\ndef handler(event, context): time.sleep(30)\n", Timeout=1)
        error, body, log = invoke(client, "slow")
        request = re.search(r"START RequestId: (\S+)", log).group(1)
        assert body == {"errorType": "Sandbox.Timedout",
                        "errorMessage": "RequestId: %s Error: Task timed out after 1.00 seconds" % request}, body
        assert re.search(r"^\S+Z %s Task timed out after 1.00 seconds$" % request, log, re.M), log
        assert "Status: timeout" in log
        for code, what in ((0, "Runtime exited without providing a reason"),
                           (1, "Runtime exited with error: exit status 1")):
            python(client, "exits%d" % code, "import os\ndef handler(event, context): os._exit(%d)\n" % code)
            error, body, log = invoke(client, "exits%d" % code)
            assert body["errorType"] == "Runtime.ExitError" and body["errorMessage"].endswith("Error: " + what), body
        python(client, "big", "def handler(event, context): return 'x' * (6 << 20) + 'x' * 200\n", MemorySize=512)
        error, body, log = invoke(client, "big")
        assert body["errorType"] == "Function.ResponseSizeTooLarge", body


def test_answers_of_python():
    with Daemon() as daemon:
        client = daemon.client("lambda")
        # Decimals keep their digits.
        python(client, "decimals", "from decimal import Decimal\ndef handler(event, context):\n"
               "    return [Decimal('12.30'), {'a': Decimal('12345678901234567890.1')}]\n")
        answer = client.invoke(FunctionName="decimals")["Payload"].read()
        assert answer == b'[12.30, {"a": 12345678901234567890.1}]', answer
        python(client, "bytes", "def handler(event, context): return b'\\x00\\xff'\n")
        assert client.invoke(FunctionName="bytes")["Payload"].read() == b"\x00\xff"
        python(client, "context", "def handler(event, context):\n    c = context.client_context\n"
               "    return [c.custom, c.env, c.client.app_title, c.client.installation_id, context.identity.cognito_identity_id]\n")
        given = base64.b64encode(b'{"custom":{"k":"v"},"client":{"app_title":"t"}}').decode()
        assert invoke(client, "context", ClientContext=given)[1] == [{"k": "v"}, None, "t", None, None]


def test_an_empty_line_of_output_is_kept_apart():
    with Daemon() as daemon:
        client, logs = daemon.client("lambda"), daemon.client("logs")
        python(client, "empty", "def handler(event, context):\n    print('before')\n    print()\n    print('after')\n")
        _, _, log = invoke(client, "empty")
        assert "before\n\nafter\nEND" in log, log
        texts = wait_for(lambda: [e["message"].rstrip("\n") for e in logs.filter_log_events(logGroupName="/aws/lambda/empty")["events"]
                                  if "REPORT" in e["message"]] and
                         [e["message"].rstrip("\n") for e in logs.filter_log_events(logGroupName="/aws/lambda/empty")["events"]],
                         what="the log")
        assert "before" in texts and "after" in texts, texts


def test_lines_in_the_log():
    with Daemon() as daemon:
        client, logs = daemon.client("lambda"), daemon.client("logs")
        python(client, "talks", "import logging\nlogging.getLogger().setLevel('INFO')\n"
               "def handler(event, context):\n    print('plain')\n    logging.info('with %s', 'level')\n    return 1\n")
        _, _, log = invoke(client, "talks")
        invoke(client, "talks")

        def lines():
            try:
                found = logs.filter_log_events(logGroupName="/aws/lambda/talks")["events"]
            except logs.exceptions.ResourceNotFoundException:
                return None
            return found if len(found) >= 11 else None

        events = wait_for(lines, what="the log")
        texts = [event["message"] for event in events]
        assert len({event["logStreamName"] for event in events}) == 1
        assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", events[0]["logStreamName"])
        assert texts[0].startswith("INIT_START Runtime Version: python:3.12\tRuntime Version ARN: arn:aws:lambda:"), texts
        assert re.match(r"START RequestId: \S+ Version: \$LATEST", texts[1]), texts
        assert texts[2].rstrip() == "plain"
        assert re.match(r"\[INFO\]\t\S+Z\t[0-9a-f-]{36}\twith level", texts[3]), texts
        assert texts[4].startswith("END RequestId: ")
        assert re.match(r"REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t"
                        r"Max Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\t", texts[5]), texts
        assert "Init Duration" not in texts[10]


def test_a_function_that_uses_boto3_starts_fast():
    plain = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import boto3"], check=True)
        plain.append(time.perf_counter() - began)
    with Daemon() as daemon:
        client = daemon.client("lambda")
        code = ("import boto3\nsqs = boto3.client('sqs')\ndef handler(event, context):\n"
                "    return sqs.meta.endpoint_url, boto3.__version__\n")
        python(client, "first", code, MemorySize=256)
        assert invoke(client, "first")[1][0] == daemon.endpoint
        starts = []
        time.sleep(4)
        for i in range(3):
            python(client, "cold%d" % i, code, MemorySize=256)
            time.sleep(1.5)
            began = time.perf_counter()
            error, body, log = invoke(client, "cold%d" % i)
            starts.append(time.perf_counter() - began)
            assert error is None and body[0] == daemon.endpoint, body
        print("  import boto3 %.0f ms, first invocations %s ms" % (min(plain) * 1000,
                                                                  ["%.0f" % (s * 1000) for s in starts]))
        # The figure to hold is a quarter; here other work may go on, so this only tells a pool from none.
        assert min(starts) < 0.7 * min(plain), (starts, plain)


def test_a_bootstrap_in_shell():
    if not shutil.which("curl"):
        return
    script = """#!/bin/sh
set -eu
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  event=$(curl -sS -D "/tmp/head" "$api/next")
  id=$(grep -i '^Lambda-Runtime-Aws-Request-Id:' /tmp/head | tr -d '\\r' | cut -d' ' -f2)
  echo "handling $event"
  curl -sS -o /dev/null -X POST "$api/$id/response" -d "{\\"shell\\":$event,\\"handler\\":\\"$_HANDLER\\"}"
done
"""
    with Daemon() as daemon:
        client = daemon.client("lambda")
        create(client, "shell", {"bootstrap": script}, runtime="provided.al2023", handler="any.thing")
        for n in range(2):
            error, body, log = invoke(client, "shell", {"n": n})
            assert body == {"shell": {"n": n}, "handler": "any.thing"}, body
            assert "handling {\"n\": %d}" % n in log, log


CPP = r"""
#include <arpa/inet.h>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
// The smallest runtime: one connection per request, no library.
static std::string ask(const std::string& head, const std::string& body) {
  const std::string api = std::getenv("AWS_LAMBDA_RUNTIME_API");
  const auto colon = api.find(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<unsigned short>(std::stoi(api.substr(colon + 1))));
  inet_pton(AF_INET, api.substr(0, colon).c_str(), &to.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) std::exit(1);
  const std::string text = head + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
                           std::to_string(body.size()) + "\r\n\r\n" + body;
  if (write(fd, text.data(), text.size()) < 0) std::exit(1);
  std::string answer;
  char part[4096];
  for (ssize_t n; (n = read(fd, part, sizeof part)) > 0;) answer.append(part, static_cast<size_t>(n));
  close(fd);
  return answer;
}
int main() {
  const std::string base = "/2018-06-01/runtime/invocation/";
  for (;;) {
    const std::string event = ask("GET " + base + "next", "");
    const char* key = "ws-Request-Id: ";
    const auto at = event.find(key) + std::strlen(key);
    const std::string id = event.substr(at, 36);
    ask("POST " + base + id + "/response", "{\"cpp\":" + event.substr(event.find("\r\n\r\n") + 4) + "}");
  }
}
"""


def test_a_bootstrap_in_cpp():
    if not shutil.which("g++"):
        return
    folder = tempfile.mkdtemp(prefix="puddle-test-")
    try:
        source, binary = os.path.join(folder, "main.cpp"), os.path.join(folder, "bootstrap")
        with open(source, "w", encoding="utf-8") as file:
            file.write(CPP)
        subprocess.run(["g++", "-std=c++17", "-O1", "-static", "-o", binary, source], check=True)
        with open(binary, "rb") as file:
            code = file.read()
    finally:
        shutil.rmtree(folder)
    with Daemon() as daemon:
        client = daemon.client("lambda")
        create(client, "cpp", {"bootstrap": code}, runtime="provided.al2023", handler="x")
        assert invoke(client, "cpp", {"n": 1})[1] == {"cpp": {"n": 1}}


def test_the_role_and_the_trace_of_a_function():
    with Daemon() as daemon:
        client = daemon.client("lambda")
        daemon.client("iam").create_role(RoleName="functions", AssumeRolePolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                                   "Principal": {"Service": "lambda.amazonaws.com"}}]}))
        python(client, "who", "import boto3, os\ndef handler(event, context):\n"
               "    return [boto3.client('sts').get_caller_identity()['Arn'], os.environ['_X_AMZN_TRACE_ID']]\n",
               MemorySize=256, TracingConfig={"Mode": "Active"}, Timeout=20)
        error, body, log = invoke(client, "who")
        assert body[0] == "arn:aws:sts::000000000000:assumed-role/functions/who", body
        assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=1;Lineage=[0-9a-f]{8}:0", body[1]), body
        assert "XRAY TraceId: " + body[1][5:40] in log, log


def test_node():
    if not shutil.which("node"):
        return
    with Daemon() as daemon:
        client = daemon.client("lambda")
        create(client, "callback", {"index.js": "exports.handler = (event, context, callback) => "
                                    "{ setTimeout(() => callback(null, event.n + 1), 10); };\n"}, runtime="nodejs20.x")
        assert invoke(client, "callback", {"n": 1})[1] == 2
        create(client, "throws", {"index.mjs": "export const handler = async () => { throw new TypeError('no'); };\n"},
               runtime="nodejs20.x")
        error, body, log = invoke(client, "throws")
        assert (body["errorType"], body["errorMessage"]) == ("TypeError", "no") and body["trace"][0] == "TypeError: no", body
        assert body["trace"][1].startswith("    at handler (file:///"), body
        assert "\tERROR\tInvoke Error \t{\"errorType\":\"TypeError\",\"errorMessage\":\"no\",\"stack\":[" in log, log

        def answer(name, files, **more):
            create(client, name, files, runtime="nodejs20.x", handler="index.handler", Timeout=10, **more)
            return invoke(client, name)

        error, body, log = answer("nomodule", {"index.js": "require('nothing-like-it');\n"})
        assert body["errorType"] == "Runtime.ImportModuleError", body
        assert body["errorMessage"].startswith("Error: Cannot find module 'nothing-like-it'\nRequire stack:\n- /"), body
        # A package that is missed by import is told by Node.js's own error.
        error, body, log = answer("nopackage", {"index.mjs": "import 'nothing-like-it';\n"})
        assert (body["errorType"], body["errorMessage"][:37]) == ("Error", "Cannot find package 'nothing-like-it'"), body
        error, body, log = answer("nofile", {"other.js": ""})
        assert body["errorMessage"] == "Error: Cannot find module 'index'\nRequire stack:\n- /var/runtime/index.mjs", body
        error, body, log = answer("syntax", {"index.js": "exports.handler = (\n"})
        assert (body["errorType"], body["errorMessage"]) == (
            "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected end of input"), body
        error, body, log = answer("nohandler", {"index.mjs": "export const other = 1;\n"})
        assert (body["errorType"], body["errorMessage"]) == (
            "Runtime.HandlerNotFound", "index.handler is undefined or not exported"), body
        assert body["trace"][0] == "Runtime.HandlerNotFound: index.handler is undefined or not exported", body
        error, body, log = answer("string", {"index.mjs": "export const handler = async () => { throw 'text'; };\n"})
        assert body == {"errorType": "string", "errorMessage": "text", "trace": []}, body
        # What is returned and is no promise does not count; a promise that never settles is an error.
        assert answer("returns", {"index.js": "exports.handler = () => 5;\n"})[1] is None
        error, body, log = answer("never", {"index.js": "exports.handler = async () => { await new Promise(() => {}); };\n"})
        assert body["errorType"] == "Runtime.NodeJsExit", body
        error, body, log = answer("circular", {"index.js": "exports.handler = async () => { const a = {}; a.a = a; return a; };\n"})
        assert (body["errorType"], body["errorMessage"]) == ("Error", "Unable to stringify response body"), body
        error, body, log = answer("rejects", {"index.js": "exports.handler = async () => { Promise.reject(new Error('late')); "
                                              "await new Promise((r) => setTimeout(r, 1000)); };\n"})
        assert (body["errorType"], body["errorMessage"]) == ("Runtime.UnhandledPromiseRejection", "Error: late"), body
        error, body, log = answer("uncaught", {"index.js": "exports.handler = async () => { setTimeout(() => { throw new Error('late'); "
                                               "}, 1); await new Promise((r) => setTimeout(r, 1000)); };\n"})
        assert (body["errorType"], body["errorMessage"]) == ("Error", "late"), body
        assert "\tERROR\tUncaught Exception \t{" in log, log
        assert invoke(client, "uncaught")[1]["errorMessage"] == "late"
        # The context's functions answer at once, the callback when nothing else goes on.
        assert answer("succeeds", {"index.js": "exports.handler = (e, context) => { setInterval(() => {}, 50); context.succeed(7); };\n"}
                      )[1] == 7


def test_node_processes_wait_for_functions():
    if not shutil.which("node"):
        return
    with Daemon() as daemon:
        client = daemon.client("lambda")

        def nodes():
            found = subprocess.run(["ps", "-o", "args=", "--ppid", str(daemon.process.pid)], capture_output=True, text=True, check=False)
            return [line for line in found.stdout.splitlines() if "bootstrap.mjs" in line]

        time.sleep(0.5)
        assert nodes() == [], "nothing runs before there are functions"
        code = ("import { readdirSync } from 'node:fs';\n"
                "export const handler = async () => ({ up: process.uptime(), cwd: process.cwd(), argv: process.argv.length,\n"
                "  own: process.env.COLOUR, task: readdirSync(process.env.LAMBDA_TASK_ROOT), group: process.pid,\n"
                "  root: process.env.LAMBDA_TASK_ROOT, path: process.env.NODE_PATH, language: process.env.LANG });\n")
        for n, more in enumerate(({"COLOUR": "green"}, {"COLOUR": "red"}, {"COLOUR": "blue", "NODE_OPTIONS": "--no-warnings"})):
            create(client, "node%d" % n, {"index.mjs": code}, runtime="nodejs20.x", Environment={"Variables": more})
            wait_for(lambda: any("--wait" in line for line in nodes()), what="a waiting process")
            time.sleep(1.5)
            error, body, log = invoke(client, "node%d" % n)
            assert error is None and body["own"] == more["COLOUR"] and body["cwd"] == body["root"], body
            assert body["task"] == ["index.mjs"] and body["argv"] == 2 and body["language"] == "C.UTF-8", body
            # With options that are read at the start it is a process of its own.
            assert (body["up"] > 1.4) == ("NODE_OPTIONS" not in more), body
        assert sum("--wait" in line for line in nodes()) <= 1 + 3, nodes()


def test_an_extension_of_a_layer():
    """An external extension registers, subscribes to telemetry, sees invocations and is asked to shut down."""
    extension = r"""#!/usr/bin/python3
import http.client, http.server, json, os, threading
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
def ask(method, path, body=None, **headers):
    api.request(method, path, body and json.dumps(body), headers)
    answer = api.getresponse()
    return answer.headers, answer.read()
class Telemetry(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        for record in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
            print("telemetry", record["type"], record["record"] if record["type"] == "function" else "", flush=True)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *arguments): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Telemetry)
threading.Thread(target=server.serve_forever, daemon=True).start()
headers, body = ask("POST", "/2020-01-01/extension/register", {"events": ["INVOKE", "SHUTDOWN"]}, **{"Lambda-Extension-Name": "watch"})
me = {"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]}
print("registered for", json.loads(body)["functionName"], flush=True)
ask("PUT", "/2022-07-01/telemetry", {"schemaVersion": "2022-07-01", "types": ["platform", "function"],
    "buffering": {"maxItems": 1000, "maxBytes": 262144, "timeoutMs": 25},
    "destination": {"protocol": "HTTP", "URI": "http://127.0.0.1:%d" % server.server_port}}, **me)
while True:
    event = json.loads(ask("GET", "/2020-01-01/extension/event/next", **me)[1])
    print("event", event["eventType"], event.get("requestId"), flush=True)
    if event["eventType"] == "SHUTDOWN":
        # The environment is going, and its log with it.
        puddle = http.client.HTTPConnection(os.environ["AWS_ENDPOINT_URL"].partition("//")[2])
        puddle.request("POST", "/", "Action=SendMessage&QueueUrl=%s/000000000000/ends&MessageBody=%s" %
                       (os.environ["AWS_ENDPOINT_URL"], event["shutdownReason"]),
                       {"Content-Type": "application/x-www-form-urlencoded", "Authorization": "AWS4-HMAC-SHA256 Credential="
                        "000000000000/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0"})
        puddle.getresponse().read()
        print("last words", flush=True)
        break
"""
    with Daemon(["--function-idle-seconds", "2"]) as daemon:
        client, logs, sqs = daemon.client("lambda"), daemon.client("logs"), daemon.client("sqs")
        queue = sqs.create_queue(QueueName="ends")["QueueUrl"]
        layer = client.publish_layer_version(LayerName="watch", Content={"ZipFile": zip_of({"extensions/watch": extension})})
        python(client, "watched", "import signal, sys\ndef leave(*_):\n    print('asked to end')\n    sys.exit(0)\n"
               "signal.signal(signal.SIGTERM, leave)\ndef handler(event, context):\n    print('said')\n    return 1\n",
               Layers=[layer["LayerVersionArn"]], Timeout=20)
        error, body, log = invoke(client, "watched")
        assert body == 1, (body, log)
        request = re.search(r"START RequestId: (\S+)", log).group(1)
        wanted = ["registered for watched", "event INVOKE " + request, "telemetry platform.initStart", "telemetry platform.start",
                  "telemetry function said", "telemetry platform.runtimeDone", "telemetry platform.report",
                  "EXTENSION\tName: watch\tState: Ready\tEvents: [INVOKE,SHUTDOWN]",
                  "TELEMETRY\tName: watch\tState: Subscribed\tTypes: [Platform,Function]"]

        def missing():
            text = "\n".join(e["message"] for e in logs.filter_log_events(logGroupName="/aws/lambda/watched")["events"])
            return [line for line in wanted if line not in text]

        try:
            wait_for(lambda: not missing(), timeout=15, what="what the extension said")
        except AssertionError as error:
            raise AssertionError("%s: %s" % (error, missing())) from None
        ends = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=15)["Messages"]
        assert [end["Body"] for end in ends] == ["spindown"], ends
        # The runtime is asked first, and what is said on the way out is in the log.
        wanted = ["asked to end", "event SHUTDOWN", "last words"]
        wait_for(lambda: not missing(), timeout=15, what="what was said at the end")
        text = "\n".join(e["message"] for e in logs.filter_log_events(logGroupName="/aws/lambda/watched")["events"])
        assert text.index(wanted[0]) < text.index(wanted[1]) < text.index(wanted[2]), text


def test_a_node_function_with_an_internal_extension_is_asked_to_end():
    """Without any extension the runtime is killed at once; with one, it has a moment after SIGTERM."""
    source = """
const end = (name) => process.on('SIGTERM', () => { console.log(name + ' was asked'); process.exit(0); });
const register = async () => {
  if (process.env.AWS_LAMBDA_FUNCTION_NAME !== 'graceful') return;
  const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2020-01-01/extension/';
  const answer = await fetch(base + 'register', { method: 'POST', body: JSON.stringify({ events: [] }),
    headers: { 'Lambda-Extension-Name': 'inside' } });
  const id = answer.headers.get('lambda-extension-identifier');
  fetch(base + 'event/next', { headers: { 'Lambda-Extension-Identifier': id } }).catch(() => {});
};
end(process.env.AWS_LAMBDA_FUNCTION_NAME);
await register();
export const handler = async () => 1;
"""
    if not shutil.which("node"):
        print("  left out: no node")
        return
    with Daemon(["--function-idle-seconds", "2"]) as daemon:
        client, logs = daemon.client("lambda"), daemon.client("logs")
        for name in ("graceful", "abrupt"):
            create(client, name, {"index.mjs": source}, runtime="nodejs20.x", Timeout=20)
            assert invoke(client, name)[1] == 1

        def said(name):
            return [e["message"] for e in logs.filter_log_events(logGroupName="/aws/lambda/" + name)["events"]
                    if "was asked" in e["message"]]

        wait_for(lambda: said("graceful"), timeout=15, what="the runtime's last words")
        time.sleep(3)
        assert not said("abrupt"), said("abrupt")


def test_experiments_of_node_are_off_as_in_lambda():
    """nodejs20.x and 22.x start with --no-experimental-require-module, unless NODE_OPTIONS turn it on."""
    flag = "--experimental-require-module"
    if not shutil.which("node") or subprocess.run(["node", flag, "--version"], capture_output=True).returncode:
        print("  left out: no node that knows " + flag)
        return
    files = {"index.js": "exports.handler = async () => require('./module.mjs').value;\n", "module.mjs": "export const value = 7;\n"}
    with Daemon() as daemon:
        client = daemon.client("lambda")
        create(client, "off", files, runtime="nodejs20.x", Timeout=10)
        error, body, log = invoke(client, "off")
        assert error == "Unhandled" and "require() of ES Module" in body["errorMessage"], body
        create(client, "on", files, runtime="nodejs20.x", Timeout=10, Environment={"Variables": {"NODE_OPTIONS": flag}})
        assert invoke(client, "on")[1] == 7


def test_middy():
    """The middleware of npm, unmodified, in a function."""
    modules = os.path.join(os.path.dirname(os.path.abspath(__file__)), "node_modules", "@middy")
    if not shutil.which("node") or not os.path.isdir(modules):
        print("  left out: @middy/core is not installed")
        return
    files = {"index.mjs": "import middy from '@middy/core';\n"
             "const base = async (event) => ({ seen: event.steps });\n"
             "export const handler = middy(base).use({ before: (request) => { request.event.steps = ['before']; },\n"
             "  after: (request) => { request.response.seen.push('after'); } });\n"}
    for folder, _, names in os.walk(modules):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                files["node_modules/@middy/" + os.path.relpath(path, modules)] = file.read()
    with Daemon() as daemon:
        client = daemon.client("lambda")
        create(client, "middy", files, runtime="nodejs20.x", MemorySize=256, Timeout=10)
        assert invoke(client, "middy")[1] == {"seen": ["before", "after"]}


if __name__ == "__main__":
    main(sys.modules["__main__"])
