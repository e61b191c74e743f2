"""How long one operation holds the loop: a light request is asked again and again while a heavy one runs."""
import json
import os
import threading
import time

from harness import ACCOUNT, Connection, Http, NotMeasured
from operations import FEW, MANY, SQS, TABLE, WIDE, Operations

LIGHT = ("sqs", SQS + "ListQueues", {"MaxResults": 1, "QueueNamePrefix": "none"})


class Probe(threading.Thread):
    """Asks until it is stopped. The time a request took says most on an idle machine; the engine thread's processor time
    between question and answer is what the loop did meanwhile, whoever else uses the cores."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.connection = Connection(server.port)
        self.stat = open(f"/proc/{server.pid}/task/{server.pid}/schedstat", "rb", buffering=0)
        self.ending = False
        self.times, self.holds = [], []

    def engine_ms(self):
        return int(os.pread(self.stat.fileno(), 64, 0).split()[0]) / 1e6

    def run(self):
        while not self.ending:
            began, used = time.perf_counter(), self.engine_ms()
            self.connection.send(*LIGHT)
            self.connection.answer()
            self.times.append((time.perf_counter() - began) * 1000)
            self.holds.append(self.engine_ms() - used)
            time.sleep(0.0005)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *unused):
        self.ending = True
        self.join()
        self.stat.close()


class Lag:
    def __init__(self, bench, server):
        self.bench, self.server = bench, server
        self.operations = Operations(bench, None, server)
        self.count = 20 * FEW if bench.quick else MANY

    def rests(self):
        """The probe itself takes a few hundredths of a processor."""
        return self.server.idle(share=0.2)

    def call(self, target, body):
        return Http(self.server.port).json_call("sqs" if target.startswith(SQS) else "dynamodb", target, body)

    def during(self, name, work, settled=None):
        """`work`, and then until `settled`, while the probe asks."""
        try:
            with Probe(self.server) as probe:
                began = time.perf_counter()
                work()
                while settled and not settled():
                    time.sleep(0.02)
                took = time.perf_counter() - began
                time.sleep(0.3)
        except NotMeasured as why:
            print(f"{name:<44}not measured: {why}", flush=True)
            return
        hold = max(probe.holds)
        print(f"{name:<44}{hold:>8.1f}{max(probe.times):>10.1f}{took:>8.1f} s  {self.bench.verdict('hold_ms', hold)}", flush=True)

    def status(self, table, index=False):
        try:
            found = self.call(TABLE + "DescribeTable", {"TableName": table})["Table"]
        except NotMeasured:
            return None
        return found["GlobalSecondaryIndexes"][0]["IndexStatus"] if index else found["TableStatus"]

    def fill_table(self, name):
        o = self.operations
        o.http = Http(self.server.port)  # a connection that was idle for long may be closed
        o.create_table(name, sort=True)
        fill = o.table("BatchWriteItem", {"RequestItems": {name: [{"PutRequest": {"Item": {
            "id": {"S": "{{n}}"}, "line": {"S": f"{i:02}"}, "text": {"S": WIDE}, "kind": {"S": f"{i:02}"}}}} for i in range(25)]}})
        o.load.run(self.server, [fill], 16, 900, self.count // 25, start=0)

    def tables(self):
        table = "big"
        self.during("filling a table", lambda: self.fill_table(table))
        nothing = {"TableName": table, "FilterExpression": "contains(#t, :no)", "ExpressionAttributeNames": {"#t": "text"},
                   "ExpressionAttributeValues": {":no": {"S": "no"}}}

        def scan():
            request = dict(nothing)
            for _ in range(40):
                found = self.call(TABLE + "Scan", request)
                if "LastEvaluatedKey" not in found:
                    return
                request["ExclusiveStartKey"] = found["LastEvaluatedKey"]
        self.during("Scan, filtered", scan)
        self.during("Scan, whole pages", lambda: [self.call(TABLE + "Scan", {"TableName": table}) for _ in range(20)])
        self.during("PartiQL SELECT, filtered", lambda: self.call(TABLE + "ExecuteStatement", {
            "Statement": f"SELECT id FROM \"{table}\" WHERE contains(text, 'no')"}))
        backup = {}
        self.during("CreateBackup", lambda: backup.update(self.call(TABLE + "CreateBackup", {
            "TableName": table, "BackupName": "all"})["BackupDetails"]), lambda: self.call(TABLE + "DescribeBackup", {
                "BackupArn": backup["BackupArn"]})["BackupDescription"]["BackupDetails"]["BackupStatus"] == "AVAILABLE")
        self.during("RestoreTableFromBackup", lambda: self.call(TABLE + "RestoreTableFromBackup", {
            "TargetTableName": "again", "BackupArn": backup["BackupArn"]}), lambda: self.status("again") == "ACTIVE")
        self.during("UpdateTable with a backfill", lambda: self.call(TABLE + "UpdateTable", {
            "TableName": table,
            "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in ("id", "line", "kind")],
            "GlobalSecondaryIndexUpdates": [{"Create": {
                "IndexName": "kinds", "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"}}}]}), lambda: self.status(table, index=True) == "ACTIVE")
        self.during("DeleteTable", lambda: self.call(TABLE + "DeleteTable", {"TableName": table}), lambda: not self.status(table))
        self.during("  and its rows", lambda: None, self.rests)

    def queues(self):
        o = self.operations
        url = o.create_queue("big")
        self.during("filling a queue", lambda: o.fill_queue(url, self.count, "x" * 1024))
        self.during("ReceiveMessage of 10", lambda: [
            self.call(SQS + "ReceiveMessage", {"QueueUrl": url, "MaxNumberOfMessages": 10}) for _ in range(500)])
        large = o.create_queue("large")
        text = "x" * (1 << 20)
        self.during("messages of 1 MiB", lambda: [
            self.call(SQS + target, {"QueueUrl": large, **body}) for _ in range(20) for target, body in (
                ("SendMessage", {"MessageBody": text}), ("ReceiveMessage", {"MaxNumberOfMessages": 10}))])
        self.during("looking at a queue", lambda: Http(self.server.port).call(
            None, "GET", f"/_aws/sqs/messages?QueueUrl={url}"))
        self.during("PurgeQueue", lambda: self.call(SQS + "PurgeQueue", {"QueueUrl": url}), self.rests)
        short = o.create_queue("short")
        self.call(SQS + "SetQueueAttributes", {"QueueUrl": short, "Attributes": {"MessageRetentionPeriod": "60"}})
        o.fill_queue(short, min(self.count, 50 * FEW), "x" * 1024)

        def expire():
            Http(self.server.port).call(None, "POST", "/_puddle/clock", {"advance": "PT2M"})
            self.call(SQS + "ReceiveMessage", {"QueueUrl": short})
        self.during("messages that expire", expire, self.rests)
