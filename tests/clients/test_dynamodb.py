"""DynamoDB through boto3, as client and as resource."""
import json
import urllib.error
import urllib.request
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary
from botocore.exceptions import ClientError

from support import Daemon


def fails(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return error.response
    raise AssertionError(f"{code} was expected")


def resource(daemon):
    ddb = boto3.resource("dynamodb", endpoint_url=daemon.endpoint, region_name="us-east-1",
                         aws_access_key_id="test", aws_secret_access_key="test")
    table = ddb.create_table(
        TableName="movies", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "year", "KeyType": "HASH"}, {"AttributeName": "title", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "year", "AttributeType": "N"}, {"AttributeName": "title", "AttributeType": "S"}])
    table.wait_until_exists()
    with table.batch_writer() as batch:
        for i in range(60):
            batch.put_item(Item={"year": 2000 + i % 3, "title": f"Movie {i:02}", "rating": Decimal("7.25") + i,
                                 "info": {"actors": ["A", "B"], "raw": Binary(b"\x00\xff")}, "genres": {"drama", "comedy"}})
    item = table.get_item(Key={"year": 2001, "title": "Movie 01"})["Item"]
    assert item["rating"] == Decimal("8.25") and item["genres"] == {"drama", "comedy"} and item["info"]["raw"] == b"\x00\xff"
    table.update_item(Key={"year": 2001, "title": "Movie 01"}, UpdateExpression="SET info.actors[1] = :c, rating = rating + :r",
                      ExpressionAttributeValues={":c": "C", ":r": Decimal("0.5")})
    fails("ConditionalCheckFailedException", table.delete_item, Key={"year": 2001, "title": "Movie 01"},
          ConditionExpression=Attr("rating").lt(8) & Attr("info.actors").contains("C"))
    found = table.query(KeyConditionExpression=Key("year").eq(2001) & Key("title").between("Movie 04", "Movie 13"),
                        FilterExpression=Attr("genres").contains("drama"), ScanIndexForward=False)
    assert [i["title"] for i in found["Items"]] == ["Movie 13", "Movie 10", "Movie 07", "Movie 04"]
    items, start = 0, {}
    while True:
        page = table.scan(Limit=17, FilterExpression=Attr("year").is_in([2000, 2002]), **start)
        items += page["Count"]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert items == 40, items
    table.delete()
    table.wait_until_not_exists()


def client(daemon):
    ddb = daemon.client("dynamodb")
    ddb.create_table(TableName="low", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                     AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    ddb.get_waiter("table_exists").wait(TableName="low")
    fails("ValidationException", ddb.put_item, TableName="low", Item={"id": {"N": "1"}})
    fails("ResourceNotFoundException", ddb.get_item, TableName="none", Key={"id": {"S": "1"}})
    ddb.transact_write_items(TransactItems=[
        {"Put": {"TableName": "low", "Item": {"id": {"S": "a"}, "n": {"N": "1"}}}},
        {"Update": {"TableName": "low", "Key": {"id": {"S": "b"}}, "UpdateExpression": "SET n = :n",
                    "ExpressionAttributeValues": {":n": {"N": "2"}}}}])
    error = fails("TransactionCanceledException", ddb.transact_write_items, TransactItems=[
        {"Delete": {"TableName": "low", "Key": {"id": {"S": "a"}}}},
        {"ConditionCheck": {"TableName": "low", "Key": {"id": {"S": "b"}}, "ConditionExpression": "n > :n",
                            "ExpressionAttributeValues": {":n": {"N": "5"}}}}])
    assert [r["Code"] for r in error["CancellationReasons"]] == ["None", "ConditionalCheckFailed"]
    got = ddb.transact_get_items(TransactItems=[{"Get": {"TableName": "low", "Key": {"id": {"S": i}}}} for i in "abc"])
    assert [r.get("Item", {}).get("n") for r in got["Responses"]] == [{"N": "1"}, {"N": "2"}, None]
    pages = list(ddb.get_paginator("scan").paginate(TableName="low", PaginationConfig={"PageSize": 1}))
    assert sum(p["Count"] for p in pages) == 2
    used = ddb.put_item(TableName="low", Item={"id": {"S": "c"}}, ReturnConsumedCapacity="TOTAL")
    assert used["ConsumedCapacity"] == {"TableName": "low", "CapacityUnits": 1.0}


def sign_of_life(daemon):
    def status(**headers):
        try:
            with urllib.request.urlopen(urllib.request.Request(daemon.endpoint + "/", headers=headers)) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    assert status() == 200
    assert status(Upgrade="websocket", Connection="Upgrade") in (400, 403, 404)


def old_item(daemon):
    """The item of a failed condition stands beside "Message", not "message": SDKs show one of the two."""
    ddb = daemon.client("dynamodb")
    put = {"TableName": "low", "Item": {"id": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(id)"}
    plain = fails("ConditionalCheckFailedException", ddb.put_item, **put)
    assert plain["message"] == "The conditional request failed" and "Item" not in plain
    known = ddb.meta.service_model.operation_model("PutItem").input_shape.members
    if "ReturnValuesOnConditionCheckFailure" not in known:  # an SDK from before 2023
        return
    told = fails("ConditionalCheckFailedException", ddb.put_item, **put, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert told["Item"] == {"id": {"S": "a"}, "n": {"N": "1"}}, told
    assert "message" not in told and told["Error"]["Message"] == "The conditional request failed"


def raw(daemon):
    """What no SDK shows: bodies that are empty or too large, and what browsers are told."""
    ddb = daemon.client("dynamodb")
    arn = ddb.describe_table(TableName="low")["Table"]["TableArn"]
    headers = {"Content-Type": "application/x-amz-json-1.0", "Origin": "https://app.example"}

    def post(operation, body, more=None):
        request = urllib.request.Request(daemon.endpoint + "/", data=body, headers={
            **headers, "X-Amz-Target": "DynamoDB_20120810." + operation, **(more or {})})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    status, got, body = post("TagResource", json.dumps({"ResourceArn": arn, "Tags": [{"Key": "k", "Value": "v"}]}).encode())
    assert (status, body) == (200, b""), (status, body)
    assert got["Access-Control-Allow-Origin"] == "*" and "x-amzn-requestid" in got["Access-Control-Expose-Headers"].lower()
    assert post("UntagResource", json.dumps({"ResourceArn": arn, "TagKeys": ["k"]}).encode())[2] == b""
    assert post("PutItem", b'{"TableName": "low", "Item": {"id": {"S": "' + b"x" * (16 << 20) + b'"}}}')[0] == 413
    preflight = urllib.request.Request(daemon.endpoint + "/", method="OPTIONS", headers={
        **headers, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-amz-target"})
    with urllib.request.urlopen(preflight, timeout=10) as answer:
        told = {k.lower(): v for k, v in answer.headers.items()}
    assert told["access-control-allow-origin"] == "*" and told["access-control-allow-methods"] == "POST"
    assert told["access-control-allow-headers"] == "x-amz-target"


with Daemon(["--auth", "off"]) as d:
    sign_of_life(d)
    resource(d)
    client(d)
    old_item(d)
    raw(d)
print("boto3 client and resource: all assertions hold")
