"""Functions in Ruby and Java, and on Lambda's own runtime client for Node.js: handlers, contexts, errors as AWS words them."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from support import Daemon, expect_error, main, zip_of
from test_runtime import create, invoke

RUBY = r"""
require 'json'
COUNT = [0]
def echo(event:, context:)
  COUNT[0] += 1
  puts "two\nlines"
  { event: event, count: COUNT[0], id: context.aws_request_id, name: context.function_name,
    arn: context.invoked_function_arn, memory: context.memory_limit_in_mb, client: context.client_context,
    left: context.get_remaining_time_in_millis.between?(1, 10_000), cwd: Dir.pwd, trace: ENV['_X_AMZN_TRACE_ID'] }
end
def raises(event:, context:)
  raise 'no'
end
def own(event:, context:)
  raise JSON::ParserError, 'bad'
end
def wrong(event:, context:)
  nothing_like_it
end
def leaves(event:, context:)
  exit 3
end
def log(event:, context:)
  require 'logger'
  Logger.new($stdout).info('with level')
  nil
end
module Orders
  class Handler
    def self.process(event:, context:)
      "of #{event['n']}"
    end
  end
end
"""


def test_ruby():
    if not shutil.which("ruby"):
        print("  left out: there is no ruby on the PATH")
        return
    with Daemon() as daemon:
        client = daemon.client("lambda")

        def function(name, handler, code=RUBY):
            create(client, name, {"app.rb": code}, runtime="ruby3.3", handler=handler, Timeout=10, MemorySize=256)

        function("echo", "app.echo")
        _, body, log = invoke(client, "echo", {"a": [1, None]})
        assert body["event"] == {"a": [1, None]} and body["count"] == 1 and body["left"], body
        assert body["name"] == "echo" and body["memory"] == "256" and body["arn"].endswith(":function:echo"), body
        assert body["id"] in log and body["trace"].startswith("Root=1-"), (body, log)
        assert "two\rlines" in log, log
        assert invoke(client, "echo")[1]["count"] == 2
        function("module", "app.Orders::Handler.process")
        assert invoke(client, "module", {"n": 3})[1] == "of 3"
        function("raises", "app.raises")
        error, body, log = invoke(client, "raises")
        assert error == "Unhandled" and list(body) == ["errorMessage", "errorType", "stackTrace"], body
        assert (body["errorMessage"], body["errorType"]) == ("no", "Function<RuntimeError>"), body
        assert len(body["stackTrace"]) == 1 and body["stackTrace"][0].endswith("app.rb:12:in `raises'"), body
        assert "Error raised from handler method" in log, log
        function("own", "app.own")
        assert invoke(client, "own")[1]["errorType"] == "Function<JSON::ParserError>"
        # A name that is not there is critical: the runtime ends after it, and starts again.
        function("wrong", "app.wrong")
        for _ in range(2):
            error, body, log = invoke(client, "wrong")
            assert body["errorType"] == "Function<NameError>", body
            assert "Critical exception from handler" in log, log
        function("leaves", "app.leaves")
        assert invoke(client, "leaves")[1]["errorType"] == "Function<SystemExit>"
        function("missing", "app.missing")
        assert invoke(client, "missing")[1]["errorType"] == "Function<NoMethodError>"
        function("nofile", "other.handler")
        error, body, log = invoke(client, "nofile")
        assert body["errorType"] == "Init<LoadError>" and body["errorMessage"] == "cannot load such file -- other", body
        function("syntax", "app.handler", "def\n")
        assert invoke(client, "syntax")[1]["errorType"] == "Init<SyntaxError>"
        function("malformed", "handler")
        assert invoke(client, "malformed")[1]["errorType"] == "Init<ArgumentError>"
        function("log", "app.log")
        error, body, log = invoke(client, "log")
        assert body is None and re.search(r"I, \[\S+ #\d+\]  INFO [0-9a-f-]{36} -- : with level", log), log


INTERFACES = {
    "Context": "String getAwsRequestId(); String getFunctionName(); String getInvokedFunctionArn(); int getMemoryLimitInMB();"
               " int getRemainingTimeInMillis(); LambdaLogger getLogger(); ClientContext getClientContext();",
    "ClientContext": "java.util.Map<String, String> getCustom();",
    "LambdaLogger": "void log(String message); void log(byte[] message);",
    "RequestHandler<I, O>": "O handleRequest(I input, Context context);",
    "RequestStreamHandler": "void handleRequest(java.io.InputStream in, java.io.OutputStream out, Context context)"
                            " throws java.io.IOException;",
}

JAVA = {
    "example/Order": """package example;
        public class Order {
          private int quantity; private String name; private java.util.List<Order> parts; public Double price;
          public int getQuantity() { return quantity; }
          public void setQuantity(int quantity) { this.quantity = quantity; }
          public String getName() { return name; }
          public void setName(String name) { this.name = name; }
          public java.util.List<Order> getParts() { return parts; }
          public void setParts(java.util.List<Order> parts) { this.parts = parts; }
        }""",
    "example/Typed": """package example;
        import com.amazonaws.services.lambda.runtime.*;
        public class Typed implements RequestHandler<Order, Order> {
          static int count;
          public Order handleRequest(Order order, Context context) {
            context.getLogger().log("two\\nlines of " + context.getAwsRequestId());
            System.out.println("plain " + context.getMemoryLimitInMB() + " " + (context.getRemainingTimeInMillis() > 0));
            order.setQuantity(order.getQuantity() * 2 + order.getParts().size());
            order.setName(context.getFunctionName() + ++count);
            return order;
          }
        }""",
    "example/Streams": """package example;
        import com.amazonaws.services.lambda.runtime.*;
        public class Streams implements RequestStreamHandler {
          public void handleRequest(java.io.InputStream in, java.io.OutputStream out, Context context) throws java.io.IOException {
            out.write('['); in.transferTo(out); out.write(']');
          }
        }""",
    "example/Methods": """package example;
        import com.amazonaws.services.lambda.runtime.Context;
        import java.util.*;
        public class Methods {
          public Map<String, Object> maps(Map<String, Object> in) {
            Map<String, Object> out = new LinkedHashMap<>(in); out.put("keys", in.keySet()); out.put("nothing", null); return out; }
          public static int add(List<Integer> numbers, Context context) { int sum = 0; for (int n : numbers) sum += n; return sum; }
          public String text(String in) { return in + "!"; }
          public String custom(Object in, Context context) { return context.getClientContext().getCustom().get("k"); }
          public void nothing() {}
          public String fails(String in) { throw new IllegalStateException("no"); }
          public String causes(String in) { try { return fails(in); } catch (RuntimeException e) { throw new RuntimeException(e); } }
          public String leaves(String in) { System.exit(3); return in; }
          public String eats(String in) { List<byte[]> all = new ArrayList<>(); while (true) all.add(new byte[1 << 20]); }
        }""",
    "example/Broken": """package example;
        public class Broken {
          public Broken() { throw new IllegalArgumentException("not built"); }
          public String handle(String in) { return in; }
        }""",
}


def compiled():
    """The classes above as files of a zip: the interfaces, which are AWS's library, in a jar of its own."""
    folder = tempfile.mkdtemp(prefix="puddle-test-")
    try:
        sources = {"com/amazonaws/services/lambda/runtime/" + name.partition("<")[0]:
                   "package com.amazonaws.services.lambda.runtime; public interface %s { %s }" % (name, body)
                   for name, body in INTERFACES.items()}
        files = {}
        for kind, texts in (("library", sources), ("code", JAVA)):
            paths = []
            for name, text in texts.items():
                path = os.path.join(folder, kind + "-source", name + ".java")
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                paths.append(path)
            out = os.path.join(folder, kind)
            subprocess.run(["java", "-XX:TieredStopAtLevel=1", "-m", "jdk.compiler/com.sun.tools.javac.Main", "-proc:none", "-cp",
                            os.path.join(folder, "library"), "-d", out] + paths, check=True)
            found = {}
            for path in glob.glob(out + "/**/*.class", recursive=True):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, out)] = file.read()
            files.update(found if kind == "code" else {"lib/library.jar": zip_of(found)})
        return files
    finally:
        shutil.rmtree(folder)


def test_java():
    if not shutil.which("java") or "jdk.compiler" not in subprocess.run(
            ["java", "--list-modules"], capture_output=True, text=True, check=False).stdout:
        print("  left out: there is no java, or it has no compiler")
        return
    files = compiled()
    with Daemon() as daemon:
        client = daemon.client("lambda")

        def function(name, handler, **more):
            create(client, name, files, runtime="java17", handler=handler, **{"Timeout": 30, "MemorySize": 256, **more})

        def call(name, handler, payload=None, **more):
            function(name, handler)
            return invoke(client, name, payload, **more)

        error, body, log = call("typed", "example.Typed",
                                {"quantity": 3, "parts": [{"name": "a"}, {"quantity": "2"}], "unknown": 1, "price": 2})
        assert body == {"quantity": 8, "name": "typed1", "parts": [{"quantity": 0, "name": "a"}, {"quantity": 2}],
                        "price": 2.0}, body
        request = re.search(r"START RequestId: (\S+)", log).group(1)
        assert "two\rlines of " + request in log and "plain 256 true" in log, log
        assert invoke(client, "typed", {"parts": []})[1]["name"] == "typed2"
        assert call("typed-method", "example.Typed::handleRequest", {"parts": []})[1]["name"] == "typed-method1"
        assert call("streams", "example.Streams", {"a": "ü"})[1] == [{"a": "ü"}]
        # What is null is left out.
        assert call("maps", "example.Methods::maps", {"a": {"b": [1.5, True, None]}})[1] == {
            "a": {"b": [1.5, True, None]}, "keys": ["a"]}
        assert call("add", "example.Methods::add", [1, 2, 39])[1] == 42
        assert call("text", "example.Methods::text", "ü")[1] == "ü!"
        assert call("nothing", "example.Methods::nothing")[1] is None
        context = "eyJjdXN0b20iOnsiayI6InYifX0="  # {"custom":{"k":"v"}}
        assert call("custom", "example.Methods::custom", ClientContext=context)[1] == "v"

        error, body, log = call("fails", "example.Methods::fails", "x")
        assert error == "Unhandled" and list(body) == ["errorMessage", "errorType", "stackTrace"], body
        assert body == {"errorMessage": "no", "errorType": "java.lang.IllegalStateException",
                        "stackTrace": ["example.Methods.fails(Methods.java:11)"]}, body
        assert "no: java.lang.IllegalStateException\rjava.lang.IllegalStateException: no\r\tat example.Methods.fails" in log, log
        body = call("causes", "example.Methods::causes", "x")[1]
        assert body["errorMessage"] == "java.lang.IllegalStateException: no" and "cause" not in body, body
        body = call("json", "example.Methods::text", {"an": "object"})[1]
        assert (body["errorMessage"], body["errorType"]) == ("An error occurred during JSON parsing", "java.lang.RuntimeException")
        assert call("noclass", "example.Other")[1] == {
            "errorMessage": "Class not found: example.Other", "errorType": "java.lang.ClassNotFoundException"}
        assert call("nomethod", "example.Methods::other")[1] == {
            "errorMessage": "No public method named other with appropriate method signature found on class example.Methods"}
        assert call("nointerface", "example.Methods")[1] == {
            "errorMessage": "Class does not implement an appropriate handler interface: example.Methods"}
        error, body, log = call("broken", "example.Broken::handle", "x")
        assert body == {"errorMessage": "not built", "errorType": "java.lang.IllegalArgumentException"}, body
        assert "Error Type: Runtime.BadFunctionCode" in log, log
        body = call("leaves", "example.Methods::leaves", "x")[1]
        assert body["errorType"] == "Runtime.ExitError" and body["errorMessage"].endswith("exit status 3"), body
        body = call("eats", "example.Methods::eats", "x")[1]
        assert (body["errorMessage"], body["errorType"]) == ("Java heap space", "java.lang.OutOfMemoryError"), body


def test_layers_and_wrappers():
    """What each runtime finds in layers, also behind AWS_LAMBDA_EXEC_WRAPPER."""
    gem = ("Gem::Specification.new do |s|\n  s.name = 'tool'; s.version = '1.0'; s.summary = 'x'; s.authors = ['x']\n"
           "  s.files = ['lib/tool.rb']; s.require_paths = ['lib']\nend\n")
    files = {"ruby/gems/3.3.0/gems/tool-1.0/lib/tool.rb": "TOOL = 1\n", "ruby/gems/3.3.0/specifications/tool-1.0.gemspec": gem,
             "ruby/lib/plain.rb": "PLAIN = 2\n", "nodejs/node_modules/tool/index.js": "module.exports = 5;\n",
             "wrap": "#!/bin/sh\nexport WRAPPED=yes\nexec \"$@\"\n"}
    ruby = {"index.rb": "require 'tool'\nrequire 'plain'\ndef handler(event:, context:)\n  [TOOL, PLAIN, ENV['WRAPPED']]\nend\n"}
    node = {"index.js": "exports.handler = async () => [require('tool'), process.env.WRAPPED];\n"}
    with Daemon() as daemon:
        client = daemon.client("lambda")

        def call(name, runtime, code, wrapper=None):
            more = {"Environment": {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": wrapper}}} if wrapper else {}
            create(client, name, code, runtime=runtime, handler="index.handler", MemorySize=256, Timeout=10, Layers=[layer], **more)
            return invoke(client, name)[1]

        layer = client.publish_layer_version(LayerName="tools", Content={"ZipFile": zip_of(files)})["LayerVersionArn"]
        if shutil.which("ruby"):
            assert call("ruby", "ruby3.3", ruby) == [1, 2, None]
            assert call("ruby-wrapped", "ruby3.3", ruby, "/opt/wrap") == [1, 2, "yes"]
        if shutil.which("node"):
            assert call("node", "nodejs20.x", node) == [5, None]
            assert call("node-wrapped", "nodejs20.x", node, "/opt/wrap") == [5, "yes"]
            body = call("node-unwrapped", "nodejs20.x", node, "/opt/other")
            assert body["errorType"] == "Runtime.ExitError" and body["errorMessage"].endswith("exit status 127"), body


def test_ends_are_told_alike_in_every_language():
    """Time-outs, exits and memory are the environment's, whatever runs in it."""
    node = {"index.js": "exports.handler = async (event) => { if (event.exit) process.exit(3); if (event.eat) { const all = []; "
                        "for (;;) { all.push(Buffer.alloc(1 << 23, 1)); await new Promise((r) => setTimeout(r, 20)); } } "
                        "await new Promise((r) => setTimeout(r, 60000)); };\n"}
    ruby = {"index.rb": "def handler(event:, context:)\n  exit!(3) if event['exit']\n  all = []\n"
                        "  loop { all << 'x' * (1 << 23); sleep 0.02 } if event['eat']\n  sleep 60\nend\n"}
    with Daemon() as daemon:
        client = daemon.client("lambda")
        for program, runtime, files in (("node", "nodejs20.x", node), ("ruby", "ruby3.3", ruby)):
            if not shutil.which(program):
                print("  left out: there is no %s on the PATH" % program)
                continue
            create(client, program, files, runtime=runtime, handler="index.handler", Timeout=2, MemorySize=128)
            create(client, program + "-big", files, runtime=runtime, handler="index.handler", Timeout=30, MemorySize=128)
            error, body, log = invoke(client, program)
            request = re.search(r"START RequestId: (\S+)", log).group(1)
            assert body == {"errorType": "Sandbox.Timedout",
                            "errorMessage": "RequestId: %s Error: Task timed out after 2.00 seconds" % request}, body
            body = invoke(client, program, {"exit": True})[1]
            assert body["errorType"] == "Runtime.ExitError", body
            assert body["errorMessage"].endswith("Error: Runtime exited with error: exit status 3"), body
            body = invoke(client, program + "-big", {"eat": True})[1]
            assert body["errorType"] == "Runtime.OutOfMemory", body
            assert body["errorMessage"].endswith("Error: Runtime exited with error: signal: killed"), body


def test_a_missing_interpreter_is_named():
    folder = tempfile.mkdtemp(prefix="puddle-test-")
    before = os.environ["PATH"]
    try:
        os.environ["PATH"] = folder
        os.environ.pop("JAVA_HOME", None)
        with Daemon() as daemon:
            client = daemon.client("lambda")
            for runtime, program in (("ruby3.3", "ruby"), ("java21", "java"), ("nodejs22.x", "node")):
                error = expect_error("InvalidParameterValueException", client.create_function, FunctionName="f", Runtime=runtime,
                                     Role="arn:aws:iam::000000000000:role/r", Handler="a.b", Code={"ZipFile": zip_of({"a": "b"})})
                assert "%s needs %s on the PATH" % (runtime, program) in str(error), error
    finally:
        os.environ["PATH"] = before
        shutil.rmtree(folder)


def test_lambdas_own_runtime_client_for_node():
    """aws-lambda-ric from npm, unchanged, as a bootstrap of provided.al2023."""
    modules = os.environ.get("RIC_MODULES", os.path.join(os.path.dirname(os.path.abspath(__file__)), "ric", "node_modules"))
    ric = os.path.join(modules, "aws-lambda-ric")
    if not shutil.which("node") or not os.path.exists(os.path.join(ric, "dist", "rapid-client.node")):
        print("  left out: aws-lambda-ric is not built (ALL_CLIENTS=1 tests/clients/run does it); it needs npm, autoconf, automake, libtool, cmake, make and g++")
        return
    files = {"bootstrap": "#!/bin/sh\nexec node node_modules/aws-lambda-ric/bin/index.mjs \"$_HANDLER\"\n",
             "index.js": "exports.handler = async (event, context) => {\n  console.log('handling', event.n);\n"
                         "  if (event.fail) throw new TypeError('no');\n"
                         "  return { n: event.n + 1, id: context.awsRequestId, left: context.getRemainingTimeInMillis() > 0 };\n};\n"}
    for folder in ("dist", "bin"):
        for name in os.listdir(os.path.join(ric, folder)):
            with open(os.path.join(ric, folder, name), "rb") as file:
                files["node_modules/aws-lambda-ric/%s/%s" % (folder, name)] = file.read()
    with open(os.path.join(ric, "package.json"), "rb") as file:
        files["node_modules/aws-lambda-ric/package.json"] = file.read()
    with Daemon() as daemon:
        client = daemon.client("lambda")
        create(client, "ric", files, runtime="provided.al2023", handler="index.handler", MemorySize=256, Timeout=10)
        for n in range(2):
            error, body, log = invoke(client, "ric", {"n": n})
            assert body["n"] == n + 1 and body["left"] and body["id"] in log, (body, log)
            assert "\tINFO\thandling %d" % n in log, log
        error, body, log = invoke(client, "ric", {"fail": True})
        assert (error, body["errorType"], body["errorMessage"]) == ("Unhandled", "TypeError", "no"), body
        create(client, "broken", {**files, "index.js": "require('nothing-like-it');\n"}, runtime="provided.al2023",
               handler="index.handler", MemorySize=256, Timeout=10)
        assert invoke(client, "broken")[1]["errorType"] == "Runtime.ImportModuleError"


if __name__ == "__main__":
    main(sys.modules["__main__"])
