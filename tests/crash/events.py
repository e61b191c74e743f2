"""A kill at any moment loses no asynchronous event, no record of a stream and no message of a queue."""
import json
import os
import random
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "clients"))
from support import Daemon, wait_for, zip_of  # noqa: E402

# Each way of invocation has a function that puts what it has seen into a table of its own.
CODE = """
import boto3, json, os, random
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
def names(event):
    for r in event.get("Records", [event]):
        if "dynamodb" in r:
            yield r["dynamodb"]["Keys"]["id"]["S"]
        else:
            yield json.loads(r["body"])["id"] if "body" in r else r["id"]
def handler(event, context):
    if os.environ["TABLE"] != "seen-event" and random.random() < 0.1:
        raise RuntimeError("now and then")
    for name in names(event):
        table.put_item(Item={"id": name})
"""
WAYS = ("event", "queue", "stream")
ROLE = "arn:aws:iam::000000000000:role/r"


def table(db, name, stream=False):
    more = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}} if stream else {}
    made = db.create_table(TableName=name, BillingMode="PAY_PER_REQUEST",
                           AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                           KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], **more)
    db.get_waiter("table_exists").wait(TableName=name)
    return made["TableDescription"].get("LatestStreamArn")


def build(daemon):
    db, functions, sqs = daemon.client("dynamodb"), daemon.client("lambda"), daemon.client("sqs")
    stream = table(db, "source", stream=True)
    url = sqs.create_queue(QueueName="source", Attributes={"VisibilityTimeout": "5"})["QueueUrl"]
    for way in WAYS:
        table(db, "seen-" + way)
        functions.create_function(FunctionName=way, Runtime="python3.12", Handler="index.handler", Role=ROLE,
                                  Timeout=5, Code={"ZipFile": zip_of({"index.py": CODE})},
                                  Environment={"Variables": {"TABLE": "seen-" + way}})
    functions.create_event_source_mapping(FunctionName="queue", EventSourceArn="arn:aws:sqs:us-east-1:000000000000:source")
    functions.create_event_source_mapping(FunctionName="stream", EventSourceArn=stream, StartingPosition="TRIM_HORIZON",
                                          ParallelizationFactor=2, BatchSize=5)
    return url


def feed(daemon, prefix, accepted, stop):
    from botocore.exceptions import BotoCoreError, ClientError

    db, functions, sqs = daemon.client("dynamodb"), daemon.client("lambda"), daemon.client("sqs")
    number = 0
    try:
        url = sqs.get_queue_url(QueueName="source")["QueueUrl"]
        while not stop.is_set():
            name = "%s-%d" % (prefix, number)
            number += 1
            functions.invoke(FunctionName="event", InvocationType="Event", Payload=json.dumps({"id": name}))
            accepted["event"].append(name)
            sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"id": name}))
            accepted["queue"].append(name)
            db.put_item(TableName="source", Item={"id": {"S": name}})
            accepted["stream"].append(name)
            time.sleep(0.02)
    except (BotoCoreError, ClientError, OSError):
        return


def main(rounds, seed):
    rng = random.Random(seed)
    data = tempfile.mkdtemp(prefix="puddle-crash-")
    accepted = {way: [] for way in WAYS}
    for n in range(rounds):
        daemon = Daemon([], data=data).start()
        if n == 0:
            build(daemon)
        stop = threading.Event()
        feeder = threading.Thread(target=feed, args=(daemon, "round%d" % n, accepted, stop))
        feeder.start()
        time.sleep(rng.uniform(0.5, 3))
        daemon.kill()
        stop.set()
        feeder.join()
    with Daemon([], data=data) as daemon:
        db = daemon.client("dynamodb")

        def missing():
            out = {}
            for way in WAYS:
                pages = db.get_paginator("scan").paginate(TableName="seen-" + way)
                seen = {i["id"]["S"] for page in pages for i in page["Items"]}
                out[way] = set(accepted[way]) - seen
            return out

        # Asynchronous events do not fail of themselves: the next attempts would come after one and two more minutes.
        try:
            wait_for(lambda: not any(missing().values()) or time.sleep(0.2), 60, "every event")
        except AssertionError:
            print("crash: never seen:", {way: sorted(names)[:5] for way, names in missing().items()})
            return 1
    print("crash: %d kills, %d events, every one of them seen by its function" %
          (rounds, sum(len(names) for names in accepted.values())))
    return 0 if all(accepted.values()) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
