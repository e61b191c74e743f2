"""Operations against the echo: processor time, rate and latency of the common calls, and what depth adds to them."""
import json
import os
import statistics
import time
from urllib.parse import urlencode

from harness import ACCOUNT, REGION, Connection, Http, NotMeasured, request_file

BODY = '{"item":"latex gloves","customerID":"12345","note":"' + "x" * 140 + '"}'
WIDE = "x" * 370  # an item of 400 bytes with its key
FEW, MANY = 1_000, 1_000_000
SQS, TABLE = "AmazonSQS.", "DynamoDB_20120810."


class Operations:
    """Runs on a server of its own; `bench` is run.py's."""

    def __init__(self, bench, echo, server):
        self.bench, self.load, self.echo, self.server = bench, bench.load, echo, server
        self.http = Http(server.port)
        self.echo_file = request_file(bench.folder, "echo", None, "/", BODY, Content_Type="application/json")
        self.echo_rates = []

    def json_file(self, service, target, body, name=None):
        return request_file(self.bench.folder, name or target.split(".")[1], service, "/", json.dumps(body),
                            Content_Type="application/x-amz-json-1.0", X_Amz_Target=target)

    def sqs(self, operation, body, name=None):
        return self.json_file("sqs", SQS + operation, body, name)

    def table(self, operation, body, name=None):
        return self.json_file("dynamodb", TABLE + operation, body, name)

    def create_queue(self, name):
        self.http.json_call("sqs", SQS + "CreateQueue", {"QueueName": name})
        return f"http://127.0.0.1:{self.server.port}/{ACCOUNT}/{name}"

    def create_table(self, name, sort=False):
        key = [("id", "HASH"), ("line", "RANGE")][:2 if sort else 1]
        self.http.json_call("dynamodb", TABLE + "CreateTable", {
            "TableName": name, "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n, _ in key],
            "KeySchema": [{"AttributeName": n, "KeyType": t} for n, t in key]})
        while self.http.json_call("dynamodb", TABLE + "DescribeTable", {"TableName": name})["Table"]["TableStatus"] != "ACTIVE":
            time.sleep(0.01)

    # --- the table of operations -----------------------------------------------------------------------------------

    def one_echo(self):
        unit = self.load.run(self.echo, [self.echo_file], 16, self.bench.seconds)
        self.echo_rates.append(unit["rate"])
        return unit["cpu_us"]

    def print_row(self, name, ratio, rate, latency):
        alone = f"{latency:>8.0f}" if latency else " " * 8
        print(f"{name:<34}{ratio:>8.2f}{rate:>10.0f}{alone}  {self.bench.verdict(name, ratio, 'echoes')}", flush=True)

    def row(self, name, file):
        """Medians over rounds that alternate with the echo's: time in echoes, rate at 16 connections, latency at one."""
        try:
            ratios, rates, latencies = [], [], []
            for _ in range(self.bench.rounds):
                unit = self.one_echo()
                done = self.load.run(self.server, [file], 16, self.bench.seconds)
                ratios.append(done["cpu_us"] / unit)
                rates.append(done["rate"])
                latencies.append(self.load.run(self.server, [file], 1, self.bench.seconds / 4)["p50_us"])
            self.print_row(name, *(statistics.median(x) for x in (ratios, rates, latencies)))
        except NotMeasured as why:
            print(f"{name:<34}not measured: {why}", flush=True)

    def run(self):
        print(f"{'operation':<34}{'echoes':>8}{'op/s, 16':>10}{'us, 1':>8}")
        url = self.create_queue("bench")
        self.row("SendMessage", self.sqs("SendMessage", {"QueueUrl": url, "MessageBody": BODY}))
        self.row("SendMessageBatch of 10", self.sqs("SendMessageBatch", {"QueueUrl": url, "Entries": [
            {"Id": str(i), "MessageBody": BODY} for i in range(10)]}))
        self.received("1,000", FEW)
        self.create_table("bench")
        self.create_table("lines", sort=True)
        for i in range(100):
            self.http.json_call("dynamodb", TABLE + "PutItem", {"TableName": "lines", "Item": {
                "id": {"S": "page"}, "line": {"S": f"{i:03}"}, "text": {"S": WIDE}}})
        item = {"id": {"S": "{{key}}"}, "order": {"S": BODY}}
        self.row("PutItem", self.table("PutItem", {"TableName": "bench", "Item": item}))
        self.row("GetItem", self.table("GetItem", {"TableName": "bench", "Key": {"id": {"S": "{{key}}"}}}))
        self.row("UpdateItem, ADD", self.table("UpdateItem", {
            "TableName": "bench", "Key": {"id": {"S": "{{key}}"}}, "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}}}))
        self.row("Query of 100 x 400 bytes", self.table("Query", {
            "TableName": "lines", "KeyConditionExpression": "id = :id", "ExpressionAttributeValues": {":id": {"S": "page"}}}))
        self.row("TransactWriteItems of 4", self.table("TransactWriteItems", {"TransactItems": [
            {"Put": {"TableName": "bench", "Item": {"id": {"S": f"{{{{key}}}}-{i}"}, "order": {"S": BODY}}}} for i in range(4)]}))
        self.row("GetCallerIdentity", request_file(self.bench.folder, "identity", "sts", "/",
                                                   "Action=GetCallerIdentity&Version=2011-06-15",
                                                   Content_Type="application/x-www-form-urlencoded"))
        try:
            api = make_api(self.http)
            self.row("POST to SQS by API", request_file(self.bench.folder, "api", None, f"/_aws/execute-api/{api}/dev/", BODY,
                                                        Content_Type="application/json"))
        except NotMeasured as why:
            print(f"{'POST to SQS by API':<34}not measured: {why}")
        print(f"{'(the echo)':<34}{1:>8.2f}{statistics.median(self.echo_rates):>10.0f}", flush=True)
        self.wake_up()

    # --- queues ----------------------------------------------------------------------------------------------------

    def fill_queue(self, url, count, body):
        batch = self.sqs("SendMessageBatch", {"QueueUrl": url, "Entries": [
            {"Id": str(i), "MessageBody": body} for i in range(10)]}, "fill")
        self.load.run(self.server, [batch], 16, 600, count // 10)

    def received(self, label, depth):
        """ReceiveMessage and DeleteMessage of one message each while `depth` more wait: their medians in echoes. What filling
        left to do in the background is done before anything is measured."""
        each = 1_000 if self.bench.quick else 4_000
        try:
            url = self.create_queue("depth-" + label.replace(",", ""))
            began = time.perf_counter()
            self.fill_queue(url, depth, "x" * 1024)
            filled = time.perf_counter() - began
            receive = self.sqs("ReceiveMessage", {"QueueUrl": url})
            delete = self.sqs("DeleteMessage", {"QueueUrl": url, "ReceiptHandle": "{{value}}"})
            handles = os.path.join(self.bench.folder, "handles")
            rows = {"ReceiveMessage": [], "DeleteMessage": []}
            for _ in range(self.bench.rounds):
                self.fill_queue(url, each, "x" * 1024)
                self.server.settle()
                unit = self.one_echo()
                for name, done in (
                        ("ReceiveMessage", self.load.run(self.server, [receive], 16, 60, each, take='"ReceiptHandle":"', save=handles)),
                        ("DeleteMessage", self.load.run(self.server, [delete], 16, 60, each, values=handles))):
                    rows[name].append((done["cpu_us"] / unit, done["rate"]))
            medians = {name: statistics.median(ratio for ratio, _ in found) for name, found in rows.items()}
            for name, found in rows.items():
                self.print_row(f"{name} of {label}", medians[name], statistics.median(rate for _, rate in found), 0)
            return medians, filled
        except NotMeasured as why:
            print(f"{'ReceiveMessage of ' + label:<34}not measured: {why}", flush=True)
            return None

    def wake_up(self):
        """From sending a message to the answer of the receiver that waits for it."""
        url = self.create_queue("awaited")
        waiting, sending = Connection(self.server.port), Connection(self.server.port)
        times = []
        for _ in range(100 if self.bench.quick else 400):
            waiting.send("sqs", SQS + "ReceiveMessage", {"QueueUrl": url, "WaitTimeSeconds": 20})
            time.sleep(0.002)
            began = time.perf_counter()
            sending.send("sqs", SQS + "SendMessage", {"QueueUrl": url, "MessageBody": BODY})
            waiting.answer()
            times.append((time.perf_counter() - began) * 1000)
            sending.answer()
        median = statistics.median(times)
        print(f"wake-up of a long poll  {median:6.2f} ms  {self.bench.verdict('wake_up_ms', median)}", flush=True)


def make_api(http):
    """The id of a REST API whose POST / sends the body to the queue."""
    api = http.rest("apigateway", "POST", "/restapis", {"name": "bench"})["id"]
    listed = json.loads(http.call("apigateway", "GET", f"/restapis/{api}/resources"))
    items = listed.get("item") or listed["_embedded"]["item"]
    resource = (items[0] if isinstance(items, list) else items)["id"]
    method = f"/restapis/{api}/resources/{resource}/methods/POST"
    make_role(http)
    http.rest("apigateway", "PUT", method, {"authorizationType": "NONE"})
    http.rest("apigateway", "PUT", method + "/responses/200", {})
    http.rest("apigateway", "PUT", method + "/integration", {
        "type": "AWS", "httpMethod": "POST", "credentials": f"arn:aws:iam::{ACCOUNT}:role/bench", "passthroughBehavior": "NEVER",
        "uri": f"arn:aws:apigateway:{REGION}:sqs:path/{ACCOUNT}/bench",
        "requestParameters": {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
        "requestTemplates": {"application/json": "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"}})
    http.rest("apigateway", "PUT", method + "/integration/responses/200", {})
    http.rest("apigateway", "POST", f"/restapis/{api}/deployments", {"stageName": "dev"})
    return api


def make_role(http):
    """`bench`, which API Gateway and Lambda may assume and which may do everything."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": ["apigateway.amazonaws.com", "lambda.amazonaws.com"]}}]})
    allow = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    form = "application/x-www-form-urlencoded"
    try:
        http.call("iam", "POST", "/", urlencode({"Action": "CreateRole", "Version": "2010-05-08", "RoleName": "bench",
                                                 "AssumeRolePolicyDocument": trust}), Content_Type=form)
    except NotMeasured as why:
        if "EntityAlreadyExists" not in str(why):
            raise
    http.call("iam", "POST", "/", urlencode({"Action": "PutRolePolicy", "Version": "2010-05-08", "RoleName": "bench",
                                             "PolicyName": "all", "PolicyDocument": allow}), Content_Type=form)


class Depth:
    """The same operations where there is little and where there is much. Only the full run has time for it."""

    def __init__(self, operations):
        self.operations, self.bench = operations, operations.bench

    def compare(self, name, few, many):
        ratio = many / few
        print(f"{name:<34}{ratio:>8.2f} times as much at 1,000,000 as at 1,000  {self.bench.verdict('depth', ratio)}", flush=True)
        if ratio > self.bench.targets["depth"]:
            self.bench.failed.append(name + " at depth")

    def queues(self):
        o = self.operations
        few = o.received("1,000", FEW)
        before, _ = o.server.memory_mib()
        many = o.received("1,000,000", MANY)
        if not few or not many:
            return
        rss, _ = o.server.memory_mib()
        print(f"a million messages of 1 KiB {rss / 1024:6.2f} GiB resident  {self.bench.verdict('million_messages_gib', rss / 1024)}"
              f"   ({before:.0f} MiB before, sent in {many[1]:.0f} s)", flush=True)
        for name in few[0]:
            self.compare(name, few[0][name], many[0][name])
        depths = ("1000", "1000000")
        files = {d: o.sqs("SendMessage", {"QueueUrl": f"http://127.0.0.1:{o.server.port}/{ACCOUNT}/depth-{d}", "MessageBody": BODY},
                          "send-" + d) for d in depths}
        times = {d: [] for d in depths}
        o.server.settle()
        for _ in range(self.bench.rounds):  # in turns, because the machine may be shared
            for d in depths:
                times[d].append(o.load.run(o.server, [files[d]], 16, self.bench.seconds, 2000)["cpu_us"])
        self.compare("SendMessage", *(statistics.median(times[d]) for d in depths))

    def tables(self):
        o = self.operations
        sizes = {"few": FEW, "many": MANY}
        try:
            for name, count in sizes.items():
                o.create_table(name, sort=True)
                fill = o.table("BatchWriteItem", {"RequestItems": {name: [{"PutRequest": {"Item": {
                    "id": {"S": "{{n}}"}, "line": {"S": f"{i:02}"}, "text": {"S": WIDE}}}} for i in range(25)]}})
                o.load.run(o.server, [fill], 16, 900, count // 25, start=0)
            o.server.settle()
        except NotMeasured as why:
            print(f"tables at depth: not measured: {why}", flush=True)
            return
        key = {"id": {"S": "{{any}}"}, "line": {"S": "07"}}
        rows = {
            "GetItem": lambda t: o.table("GetItem", {"TableName": t, "Key": key}, "get-" + t),
            "PutItem": lambda t: o.table("PutItem", {"TableName": t, "Item": {**key, "text": {"S": WIDE}}}, "put-" + t),
            "Query": lambda t: o.table("Query", {"TableName": t, "KeyConditionExpression": "id = :id",
                                                 "ExpressionAttributeValues": {":id": {"S": "{{any}}"}}}, "query-" + t)}
        for name, file in rows.items():
            times = {t: [] for t in sizes}
            try:
                for _ in range(self.bench.rounds):
                    for t, count in sizes.items():
                        times[t].append(o.load.run(o.server, [file(t)], 16, self.bench.seconds, keys=count // 25)["cpu_us"])
            except NotMeasured as why:
                print(f"{name + ' at depth':<34}not measured: {why}", flush=True)
                continue
            self.compare(name, *(statistics.median(times[t]) for t in sizes))
