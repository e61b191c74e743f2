#!/usr/bin/env python3
"""Measures Puddle against the raw echo of the same HTTP stack (docs/benchmarks.md). Standard library only.

    bench/run.py BUILD [--quick] [--check]

Every operation is measured in rounds that alternate with the echo's, because the machine may be shared; the figure to
hold is the server's processor time per operation as a multiple of the echo's in the same run.
"""
import argparse
import base64
import io
import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
import zipfile
from urllib.parse import urlencode

from harness import ACCOUNT, REGION, Http, Load, NotMeasured, Server, request_file

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
BODY = '{"item":"latex gloves","customerID":"12345","note":"' + "x" * 140 + '"}'


def zip_of(name, content, mode=0o644):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        info.create_system = 3
        archive.writestr(info, content)
    return base64.b64encode(out.getvalue()).decode()


class Bench:
    def __init__(self, build, quick):
        self.puddle = os.path.join(build, "emulator", "puddle")
        self.load = Load(os.path.join(build, "bench", "puddle_load"))
        self.echo_program = os.path.join(build, "bench", "puddle_echo")
        self.native = os.path.join(build, "bench", "puddle_echo_function")
        self.rounds, self.seconds = (3, 0.5) if quick else (5, 2.0)
        self.quick = quick
        self.folder = tempfile.mkdtemp(prefix="puddle-bench-")
        self.targets = json.load(open(os.path.join(ROOT, "bench", "targets.json"), encoding="utf-8"))
        self.failed = []
        self.echo_rates = []

    def up(self, *arguments, data=None):
        data = data or tempfile.mkdtemp(dir=self.folder)
        return Server(self.puddle, "up", "--port", "0", "--inbox-port", "0", "--data-dir", data, *arguments)

    def verdict(self, name, value, key=None):
        limit = self.targets.get(name)
        limit = limit[key] if key and limit else limit
        if limit is None:
            return ""
        good = value <= limit
        if not good:
            self.failed.append(name)
        return f"{'ok' if good else 'OVER'} (at most {limit:g})"

    # --- operations against the echo ---------------------------------------------------------------------------------

    def measure(self, echo, echo_file, server, files, take=None, operations=None):
        """Medians of: processor time in echoes, rate at 16 connections, latency at one."""
        ratios, rates, latencies = [], [], []
        for _ in range(self.rounds):
            unit = self.load.run(echo, [echo_file], 16, self.seconds)
            done = self.load.run(server, files, 16, self.seconds, operations, take)
            self.echo_rates.append(unit["rate"])
            ratios.append(done["cpu_us"] / unit["cpu_us"])
            rates.append(done["rate"])
            latencies.append(self.load.run(server, files, 1, self.seconds / 4, operations, take)["p50_us"])
        return statistics.median(ratios), statistics.median(rates), statistics.median(latencies)

    def operations(self):
        with Server(self.echo_program) as echo, self.up() as server:
            http = Http(server.port)
            echo_file = request_file(self.folder, "echo", None, "/", BODY, Content_Type="application/json")
            http.json_call("sqs", "AmazonSQS.CreateQueue", {"QueueName": "bench"})
            http.json_call("dynamodb", "DynamoDB_20120810.CreateTable", {
                "TableName": "bench", "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]})
            url = f"http://127.0.0.1:{server.port}/{ACCOUNT}/bench"
            sqs = lambda name, target, body: request_file(self.folder, name, "sqs", "/", json.dumps(body),
                                                          Content_Type="application/x-amz-json-1.0",
                                                          X_Amz_Target="AmazonSQS." + target)
            table = lambda name, target, body: request_file(self.folder, name, "dynamodb", "/", json.dumps(body),
                                                            Content_Type="application/x-amz-json-1.0",
                                                            X_Amz_Target="DynamoDB_20120810." + target)
            item = {"id": {"S": "{{key}}"}, "order": {"S": BODY}}
            rows = [
                ("SendMessage", [sqs("send", "SendMessage", {"QueueUrl": url, "MessageBody": BODY})], None),
                ("Receive+Delete", [sqs("receive", "ReceiveMessage", {"QueueUrl": url}),
                                    sqs("delete", "DeleteMessage", {"QueueUrl": url, "ReceiptHandle": "{{take}}"})],
                 '"ReceiptHandle":"'),
                ("PutItem", [table("put", "PutItem", {"TableName": "bench", "Item": item})], None),
                ("GetItem", [table("get", "GetItem", {"TableName": "bench", "Key": {"id": {"S": "{{key}}"}}})], None),
                ("GetCallerIdentity", [request_file(self.folder, "identity", "sts", "/",
                                                    "Action=GetCallerIdentity&Version=2011-06-15",
                                                    Content_Type="application/x-www-form-urlencoded")], None),
            ]
            api = self.make_api(http)
            rows.append(("POST to SQS by API", [request_file(self.folder, "api", None, f"/_aws/execute-api/{api}/dev/", BODY,
                                                              Content_Type="application/json")], None))
            print(f"{'operation':<22}{'echoes':>8}{'op/s, 16':>10}{'us, 1':>8}")
            for name, files, take in rows:
                # Messages to receive are limited by what was sent; a fixed number never runs dry.
                try:
                    ratio, rate, latency = self.measure(echo, echo_file, server, files, take, 1000 if take else None)
                    print(f"{name:<22}{ratio:>8.2f}{rate:>10.0f}{latency:>8.0f}  {self.verdict(name, ratio, 'echoes')}", flush=True)
                except NotMeasured as why:
                    print(f"{name:<22}not measured: {why}", flush=True)
            print(f"{'(the echo)':<22}{1:>8.2f}{statistics.median(self.echo_rates):>10.0f}")
            self.invocations(Http(server.port), server)

    def make_api(self, http):
        api = http.rest("apigateway", "POST", "/restapis", {"name": "bench"})["id"]
        listed = json.loads(http.call("apigateway", "GET", f"/restapis/{api}/resources"))
        items = listed.get("item") or listed["_embedded"]["item"]
        resource = (items[0] if isinstance(items, list) else items)["id"]
        method = f"/restapis/{api}/resources/{resource}/methods/POST"
        role = f"arn:aws:iam::{ACCOUNT}:role/bench"
        trust = json.dumps({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"Service": ["apigateway.amazonaws.com", "lambda.amazonaws.com"]}}]})
        allow = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
        form = "application/x-www-form-urlencoded"
        http.call("iam", "POST", "/", urlencode({"Action": "CreateRole", "Version": "2010-05-08", "RoleName": "bench",
                                                 "AssumeRolePolicyDocument": trust}), Content_Type=form)
        http.call("iam", "POST", "/", urlencode({"Action": "PutRolePolicy", "Version": "2010-05-08", "RoleName": "bench",
                                                 "PolicyName": "all", "PolicyDocument": allow}), Content_Type=form)
        http.rest("apigateway", "PUT", method, {"authorizationType": "NONE"})
        http.rest("apigateway", "PUT", method + "/responses/200", {})
        http.rest("apigateway", "PUT", method + "/integration", {
            "type": "AWS", "httpMethod": "POST", "credentials": role, "passthroughBehavior": "NEVER",
            "uri": f"arn:aws:apigateway:{REGION}:sqs:path/{ACCOUNT}/bench",
            "requestParameters": {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
            "requestTemplates": {"application/json": "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"}})
        http.rest("apigateway", "PUT", method + "/integration/responses/200", {})
        http.rest("apigateway", "POST", f"/restapis/{api}/deployments", {"stageName": "dev"})
        return api

    # --- functions ---------------------------------------------------------------------------------------------------

    def invocations(self, http, server):
        functions = [("native", "provided.al2023", "x", zip_of("bootstrap", open(self.native, "rb").read(), 0o755)),
                     ("python", "python3.12", "index.handler", zip_of("index.py", "def handler(event, context):\n    return event\n"))]
        for name, runtime, handler, code in functions:
            path = f"/2015-03-31/functions/{name}/invocations"
            try:
                http.rest("lambda", "POST", "/2015-03-31/functions", {
                    "FunctionName": name, "Runtime": runtime, "Handler": handler, "Code": {"ZipFile": code},
                    "Role": f"arn:aws:iam::{ACCOUNT}:role/bench"})
                began = time.perf_counter()
                http.rest("lambda", "POST", path, {"n": 1})
                cold = (time.perf_counter() - began) * 1000
                file = request_file(self.folder, "invoke-" + name, "lambda", path, '{"n":{{key}}}', Content_Type="application/json")
                runs = [self.load.run(server, [file], 1, self.seconds / 2) for _ in range(self.rounds)]
                warm = statistics.median(r["p50_us"] for r in runs) / 1000
                line = self.verdict("python_invoke_ms", warm) if name == "python" else ""
                print(f"warm Invoke, {name:<8} {warm:6.2f} ms  {line}   (cold {cold:.0f} ms)", flush=True)
            except NotMeasured as why:
                print(f"warm Invoke, {name:<8} not measured: {why}", flush=True)

    # --- the reference backend ---------------------------------------------------------------------------------------

    def pipeline(self):
        template = os.path.join(ROOT, "config", "orders", "template.yaml")
        with self.up(template) as server:
            http = Http(server.port)
            url = re.search(r"curl -X POST http://[^/]+(\S+)", server.text()).group(1)

            def newest():
                return json.loads(http.call(None, "GET", "/_puddle/inbox?limit=1"))["messages"]

            def mails():
                return json.loads(http.call(None, "GET", "/_puddle/inbox?limit=1000"))["messages"]

            def order(text):
                """Milliseconds from the POST to the mail."""
                began = time.perf_counter()
                http.call(None, "POST", url, json.dumps({"item": text}), Content_Type="application/json")
                while True:
                    mail = newest()
                    if mail and text in mail[0]["text"]:
                        return (time.perf_counter() - began) * 1000
                    if time.perf_counter() - began > 20:
                        raise NotMeasured("no mail within 20 s")
                    time.sleep(0.0005)

            cold = order("first-order")
            order("second-order")
            count = 20 if self.quick else 50
            since = int(time.time() * 1000)
            latencies = [order(f"order-{i}-") for i in range(count)]
            handlers = 0.0
            for name in ("POC-Lambda-1", "POC-Lambda-2"):
                found = http.json_call("logs", "Logs_20140328.FilterLogEvents",
                                       {"logGroupName": "/aws/lambda/" + name, "startTime": since})["events"]
                durations = [float(m.group(1)) for e in found if (m := re.search(r"\tDuration: ([\d.]+) ms", e["message"]))]
                handlers += statistics.median(durations)
            latency = statistics.median(latencies)
            beyond = max(0.0, latency - handlers)
            print(f"POST to mail            {latency:6.1f} ms, {beyond:.1f} ms beyond the two handlers' {handlers:.1f} ms  "
                  f"{self.verdict('post_to_mail_ms', beyond)}   (first order, both functions cold: {cold:.0f} ms)")
            before, total = len(mails()), 100 if self.quick else 400
            began = time.perf_counter()
            for i in range(total):
                http.call(None, "POST", url, json.dumps({"item": f"bulk-{i}"}), Content_Type="application/json")
            while len(mails()) < before + total:
                if time.perf_counter() - began > 60:
                    raise NotMeasured("orders did not arrive within 60 s")
                time.sleep(0.005)
            print(f"orders per second       {total / (time.perf_counter() - began):6.0f}  (POST to mail, {total} orders)", flush=True)

    # --- start and rest ----------------------------------------------------------------------------------------------

    def start_up(self):
        data = tempfile.mkdtemp(dir=self.folder)
        times = []
        for i in range(10 if self.quick else 21):
            began = time.perf_counter()
            with self.up(data=data) as server:
                Http(server.port).json_call("sqs", "AmazonSQS.ListQueues", {})
                if i:  # the first one makes the database
                    times.append((time.perf_counter() - began) * 1000)
        ready = statistics.median(times)
        print(f"exec to first answer    {ready:6.1f} ms  {self.verdict('ready_ms', ready)}")
        with self.up() as server:
            Http(server.port).json_call("sqs", "AmazonSQS.ListQueues", {})
            time.sleep(1)
            rss, pss = server.memory_mib()
            print(f"idle RSS                {rss:6.1f} MiB  {self.verdict('idle_rss_mib', rss)}   (PSS {pss:.1f} MiB)", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", nargs="?", default="build/release")
    parser.add_argument("--quick", action="store_true", help="shorter rounds")
    parser.add_argument("--check", action="store_true", help="exit 1 when a target is missed")
    options = parser.parse_args()
    bench = Bench(os.path.abspath(options.build), options.quick)
    try:
        for part in (bench.start_up, bench.operations, bench.pipeline):
            try:
                part()
            except NotMeasured as why:
                print(f"{part.__name__}: not measured: {why}", flush=True)
    finally:
        shutil.rmtree(bench.folder, ignore_errors=True)
    if bench.failed:
        print("over the target: " + ", ".join(bench.failed))
    return 1 if options.check and bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
