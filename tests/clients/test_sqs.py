"""SQS with an unmodified boto3: an old one speaks Query, a current one JSON. One daemon for all tests."""
import json
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import boto3
from support import BINARY, Daemon, expect_error, main

DAEMON = Daemon(["--ephemeral", "--recreate-interval-seconds", "0"]).start()
SQS = DAEMON.client("sqs")
OLD = tuple(int(n) for n in boto3.__version__.split(".")[:2]) < (1, 28)


def create(name, **attributes):
    return SQS.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def arn_of(url):
    return SQS.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def bodies(url, **more):
    return [m["Body"] for m in SQS.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **more).get("Messages", [])]


def http(method, path, body=None, headers=None, host=None):
    """Status, headers and body of a request without an SDK."""
    request = urllib.request.Request(DAEMON.endpoint + path, data=body and body.encode(), method=method,
                                     headers=dict(headers or {}, **({"Host": host} if host else {})))
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def test_attributes_permissions_and_tags():
    url = create("attributes", VisibilityTimeout="5")
    assert create("attributes", VisibilityTimeout="5") == url
    error = expect_error("QueueAlreadyExists", SQS.create_queue, QueueName="attributes", Attributes={"VisibilityTimeout": "6"})
    assert error.response["Error"]["Message"].endswith("different value for attribute VisibilityTimeout"), error
    SQS.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "0", "MaximumMessageSize": "2048"})
    got = SQS.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert got["MaximumMessageSize"] == "2048" and len(got) == 12, got
    expect_error("InvalidAttributeName", SQS.set_queue_attributes, QueueUrl=url, Attributes={"Nope": "1"})
    expect_error("InvalidAttributeValue", SQS.set_queue_attributes, QueueUrl=url, Attributes={"DelaySeconds": "901"})
    SQS.add_permission(QueueUrl=url, Label="l", AWSAccountIds=["111111111111"], Actions=["SendMessage"])
    policy = json.loads(SQS.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"])
    assert policy["Statement"][0]["Action"] == "SQS:SendMessage", policy
    SQS.remove_permission(QueueUrl=url, Label="l")
    assert "Attributes" not in SQS.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    expect_error("InvalidParameterValue", SQS.remove_permission, QueueUrl=url, Label="l")
    SQS.tag_queue(QueueUrl=url, Tags={"a": "b", "c": ""})
    SQS.untag_queue(QueueUrl=url, TagKeys=["a"])
    assert SQS.list_queue_tags(QueueUrl=url)["Tags"] == {"c": ""}
    SQS.purge_queue(QueueUrl=url)
    error = expect_error("AWS.SimpleQueueService.PurgeQueueInProgress", SQS.purge_queue, QueueUrl=url)
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_messages_batches_and_their_errors():
    url = create("messages")
    kinds = {"s": {"DataType": "String", "StringValue": "\u00e9"}, "n": {"DataType": "Number.int", "StringValue": "7"},
             "b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
    sent = SQS.send_message(QueueUrl=url, MessageBody="line\r\n<&>\u20ac", MessageAttributes=kinds, MessageSystemAttributes=trace)
    got = SQS.receive_message(QueueUrl=url, AttributeNames=["All"], MessageAttributeNames=["All"])["Messages"][0]
    assert got["Body"] == "line\r\n<&>\u20ac" and got["MessageAttributes"] == kinds, got
    assert got["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"] and sent["MD5OfMessageSystemAttributes"]
    assert got["Attributes"]["AWSTraceHeader"] == trace["AWSTraceHeader"]["StringValue"]
    assert SQS.receive_message(QueueUrl=url).get("Messages", []) == []
    SQS.change_message_visibility(QueueUrl=url, ReceiptHandle=got["ReceiptHandle"], VisibilityTimeout=0)
    again = SQS.receive_message(QueueUrl=url)["Messages"][0]
    SQS.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
    answer = SQS.send_message_batch(QueueUrl=url, Entries=[
        {"Id": "1", "MessageBody": "one"}, {"Id": "2", "MessageBody": "two", "DelaySeconds": 901}])
    assert answer["Failed"][0]["Id"] == "2" and answer["Failed"][0]["Code"] == "InvalidParameterValue", answer
    for code, entries in (("EmptyBatchRequest", []), ("TooManyEntriesInBatchRequest", [{"Id": str(i), "MessageBody": "x"} for i in range(11)]),
                          ("BatchEntryIdsNotDistinct", [{"Id": "1", "MessageBody": "x"}] * 2),
                          ("InvalidBatchEntryId", [{"Id": "a b", "MessageBody": "x"}]),
                          ("BatchRequestTooLong", [{"Id": str(i), "MessageBody": "x" * 600_000} for i in range(2)])):
        expect_error("AWS.SimpleQueueService." + code, SQS.send_message_batch, QueueUrl=url, Entries=entries)
    expect_error("ReceiptHandleIsInvalid", SQS.delete_message, QueueUrl=url, ReceiptHandle="x")
    expect_error("InvalidMessageContents", SQS.send_message, QueueUrl=url, MessageBody="\ufffe")
    expect_error("InvalidParameterValue", SQS.receive_message, QueueUrl=url, MaxNumberOfMessages=11)
    expect_error("MissingParameter", SQS.send_message, QueueUrl=url, MessageBody="")
    expect_error("AWS.SimpleQueueService.NonExistentQueue", SQS.get_queue_url, QueueName="none")
    one = SQS.receive_message(QueueUrl=url)["Messages"][0]["ReceiptHandle"]
    done = SQS.change_message_visibility_batch(QueueUrl=url, Entries=[{"Id": "a", "ReceiptHandle": one, "VisibilityTimeout": 9}])
    assert [e["Id"] for e in done["Successful"]] == ["a"]
    done = SQS.delete_message_batch(QueueUrl=url, Entries=[{"Id": "a", "ReceiptHandle": one}, {"Id": "b", "ReceiptHandle": "x"}])
    assert [e["Id"] for e in done["Successful"]] == ["a"] and done["Failed"][0]["Code"] == "ReceiptHandleIsInvalid", done


def test_fifo_order_and_deduplication():
    url = create("orders.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    for body, group in (("a1", "a"), ("b1", "b"), ("a2", "a"), ("a1", "a")):
        sent = SQS.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group)
        assert len(sent["SequenceNumber"]) == 20, sent
    first = SQS.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"]
    assert [m["Body"] for m in first] == ["a1"] and first[0]["Attributes"]["MessageGroupId"] == "a", first
    assert bodies(url) == ["b1"], "a group with a message in flight is blocked"
    SQS.delete_message(QueueUrl=url, ReceiptHandle=first[0]["ReceiptHandle"])
    assert bodies(url) == ["a2"]
    expect_error("MissingParameter", SQS.send_message, QueueUrl=url, MessageBody="x")


def test_dead_letters_and_their_way_back():
    dead, url = create("dead"), create("source")
    SQS.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn_of(dead), "maxReceiveCount": 1})})
    SQS.send_message(QueueUrl=url, MessageBody="poison")
    assert bodies(url, VisibilityTimeout=0) == ["poison"] and bodies(url) == []
    assert SQS.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [url]
    assert bodies(dead, VisibilityTimeout=0) == ["poison"]
    if not hasattr(SQS, "start_message_move_task"):
        return
    handle = SQS.start_message_move_task(SourceArn=arn_of(dead))["TaskHandle"]
    assert handle
    assert bodies(url, WaitTimeSeconds=10) == ["poison"]
    end = time.time() + 10
    while SQS.list_message_move_tasks(SourceArn=arn_of(dead))["Results"][0]["Status"] != "COMPLETED":
        assert time.time() < end
    expect_error("ResourceNotFoundException", SQS.cancel_message_move_task, TaskHandle=handle)


def test_lists_in_pages():
    for i in range(5):
        create("page-%d" % i)
    pages = [p["QueueUrls"] for p in SQS.get_paginator("list_queues").paginate(QueueNamePrefix="page-", PaginationConfig={"PageSize": 2})]
    assert [len(p) for p in pages] == [2, 2, 1], pages
    assert "QueueUrls" not in SQS.list_queues(QueueNamePrefix="none")


def test_the_query_dialect_without_an_sdk():
    create("raw")
    for method, path, body in (("GET", "/000000000000/raw?Action=SendMessage&MessageBody=a%2Fb", None),
                               ("POST", "/000000000000/raw", "Action=SendMessage&MessageBody=a%2Fb"),
                               ("POST", "/", "Action=SendMessage&Version=2012-11-05&QueueUrl=raw&MessageBody=a%2Fb")):
        status, headers, text = http(method, path, body)
        assert status == 200 and "<MD5OfMessageBody>" in text and headers["Content-Type"].startswith("text/xml"), (status, text)
    status, _, text = http("GET", "/000000000000/none?Action=PurgeQueue")
    assert status == 400 and "<Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code>" in text, text
    assert "does not exist for this wsdl version." in text and "<Detail/>" in text, text
    assert http("GET", "/000000000000/raw")[0] == 404
    assert "InvalidAction" in http("GET", "/000000000000/raw?Action=ListQueues")[2]
    status, headers, text = http("GET", "/000000000000/raw?Action=SendMessage&MessageBody=x", headers={"Accept": "application/json"})
    assert json.loads(text)["SendMessageResponse"]["SendMessageResult"]["MessageId"], text


def test_the_json_dialect_with_and_without_query_mode():
    create("json")
    for more in ({}, {"x-amzn-query-mode": "true"}):
        headers = dict({"X-Amz-Target": "AmazonSQS.GetQueueUrl", "Content-Type": "application/x-amz-json-1.0"}, **more)
        for path in ("/", "/000000000000/json"):
            status, got, text = http("POST", path, '{"QueueName":"json"}', headers)
            assert status == 200 and json.loads(text)["QueueUrl"].startswith(DAEMON.endpoint), (status, text)
            assert got["Content-Type"] == "application/x-amz-json-1.0"
        status, got, text = http("POST", "/", '{"QueueName":"none"}', headers)
        assert status == 400 and json.loads(text) == {
            "__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "The specified queue does not exist."}, text
        assert got["x-amzn-query-error"] == "AWS.SimpleQueueService.NonExistentQueue;Sender"


def test_every_form_of_a_queue_url_routes():
    create("forms")
    port = DAEMON.endpoint.rsplit(":", 1)[1]
    for path, host in (("/000000000000/forms", "localhost:" + port), ("/queue/us-east-1/000000000000/forms", "localhost:" + port),
                       ("/000000000000/forms", "sqs.us-east-1.localhost.localstack.cloud:" + port),
                       ("/000000000000/forms", "us-east-1.queue.localhost.localstack.cloud:" + port),
                       ("/000000000000/forms", "queue.localhost.localstack.cloud:" + port)):
        status, _, text = http("POST", path, "Action=SendMessage&MessageBody=x", host=host)
        assert status == 200, (path, host, text)
        if not OLD:  # an old SDK sends to the URL itself, whose name may be unknown here
            SQS.send_message(QueueUrl="http://" + host + path, MessageBody="x")
    status, _, text = http("POST", "/", '{"QueueName":"forms"}', host="my.name:1234", headers={
        "X-Amz-Target": "AmazonSQS.GetQueueUrl", "Content-Type": "application/x-amz-json-1.0"})
    assert json.loads(text)["QueueUrl"] == "http://my.name:1234/000000000000/forms", text


def test_looking_takes_nothing():
    url = create("looked-at")
    SQS.send_message(QueueUrl=url, MessageBody="here")
    SQS.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=900)
    path = "/_aws/sqs/messages?QueueUrl=" + urllib.parse.quote(url, safe="")
    found = json.loads(http("GET", path, headers={"Accept": "application/json"})[2])
    assert found["ReceiveMessageResponse"]["ReceiveMessageResult"]["Message"]["Body"] == "here", found
    assert "<Body>later</Body>" in http("GET", path + "&ShowDelayed=true")[2]
    if not OLD:
        looking = boto3.client("sqs", endpoint_url=DAEMON.endpoint + "/_aws/sqs/messages")
        assert [m["Body"] for m in looking.receive_message(QueueUrl=url)["Messages"]] == ["here"]
    text = subprocess.check_output([BINARY, "messages", "looked-at", "--delayed", "--endpoint", DAEMON.endpoint], text=True)
    assert "\nhere\n" in text and "\nlater\n" in text and "IsDelayed: true" in text, text
    assert bodies(url) == ["here"]


if __name__ == "__main__":
    try:
        main(sys.modules[__name__])
    finally:
        DAEMON.__exit__(None, None, None)
