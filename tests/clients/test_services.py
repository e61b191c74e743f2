"""Each service a little, with an unmodified boto3: what a client needs of the wire."""
import json
import re
import sys
import urllib.error
import urllib.request

from support import Daemon, expect_error, main, wait_for, zip_of


def test_sqs_messages_and_errors():
    with Daemon(["--ephemeral"]) as d:
        sqs = d.client("sqs")
        url = sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "5"})["QueueUrl"]
        sent = sqs.send_message(QueueUrl=url, MessageBody="hé", MessageAttributes={
            "a": {"DataType": "String", "StringValue": "b"}, "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}})
        assert sent["MD5OfMessageBody"] and sent["MD5OfMessageAttributes"]
        got = sqs.receive_message(QueueUrl=url, AttributeNames=["All"], MessageAttributeNames=["All"])["Messages"][0]
        assert got["Body"] == "hé" and got["MessageAttributes"]["raw"]["BinaryValue"] == b"\x00\xff"
        assert got["Attributes"]["ApproximateReceiveCount"] == "1"
        sqs.delete_message(QueueUrl=url, ReceiptHandle=got["ReceiptHandle"])
        batch = sqs.send_message_batch(QueueUrl=url, Entries=[
            {"Id": "a", "MessageBody": "1"}, {"Id": "b", "MessageBody": "2", "DelaySeconds": 901}])
        assert [e["Id"] for e in batch["Successful"]] == ["a"] and [e["Id"] for e in batch["Failed"]] == ["b"]
        assert sqs.list_queues()["QueueUrls"] == [url]
        sqs.purge_queue(QueueUrl=url)
        error = expect_error("AWS.SimpleQueueService.NonExistentQueue", sqs.send_message,
                             QueueUrl=url + "x", MessageBody="x")
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_dynamodb_items_and_stream():
    with Daemon(["--ephemeral"]) as d:
        db, streams = d.client("dynamodb"), d.client("dynamodbstreams")
        db.create_table(TableName="orders", BillingMode="PAY_PER_REQUEST",
                        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
        db.get_waiter("table_exists").wait(TableName="orders")
        item = {"id": {"S": "a"}, "n": {"N": "1.50"}, "b": {"B": b"\x00\x01"}, "l": {"L": [{"BOOL": True}, {"NULL": True}]},
                "m": {"M": {"x": {"SS": ["p", "q"]}}}}
        db.put_item(TableName="orders", Item=item)
        got = db.get_item(TableName="orders", Key={"id": {"S": "a"}})["Item"]
        assert got["n"] == {"N": "1.5"} and got["b"] == {"B": b"\x00\x01"} and got["l"] == item["l"], got
        for i in range(25):
            db.put_item(TableName="orders", Item={"id": {"S": "k%d" % i}})
        seen = [i for page in db.get_paginator("scan").paginate(TableName="orders", PaginationConfig={"PageSize": 7})
                for i in page["Items"]]
        assert len(seen) == 26
        old = db.delete_item(TableName="orders", Key={"id": {"S": "a"}}, ReturnValues="ALL_OLD")["Attributes"]
        assert old["id"] == {"S": "a"}
        arn = db.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
        shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        records = streams.get_records(ShardIterator=iterator)["Records"]
        assert [r["eventName"] for r in records] == ["INSERT"] * 26 + ["REMOVE"], records
        assert records[0]["dynamodb"]["NewImage"]["n"] == {"N": "1.5"}
        expect_error("ResourceNotFoundException", db.get_item, TableName="nope", Key={"id": {"S": "a"}})
        expect_error("ValidationException", db.put_item, TableName="orders", Item={"x": {"S": "a"}})


def test_a_topic_feeds_a_queue_and_a_mailbox():
    with Daemon(["--ephemeral"]) as d:
        sns, sqs = d.client("sns"), d.client("sqs")
        url = sqs.create_queue(QueueName="sink")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        topic = sns.create_topic(Name="T")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        assert sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="a@example.com")["SubscriptionArn"] == "pending confirmation"
        mail = wait_for(d.inbox, what="the confirmation mail")[0]
        sns.publish(TopicArn=topic, Message="before")  # not mailed: nobody has confirmed
        link = re.search(r"http://\S+ConfirmSubscription\S+", mail["text"]).group(0)
        assert "<SubscriptionArn>" + topic in urllib.request.urlopen(link, timeout=10).read().decode()
        sns.publish(TopicArn=topic, Message="after", Subject="Hello")
        mails = wait_for(lambda: len(d.inbox()) == 2 and d.inbox(), what="the notification")
        assert mails[0]["subject"] == "Hello" and mails[0]["text"].startswith("after\n"), mails[0]
        bodies = []
        while len(bodies) < 2:
            bodies += [json.loads(m["Body"]) for m in sqs.receive_message(
                QueueUrl=url, WaitTimeSeconds=5, MaxNumberOfMessages=10)["Messages"]]
        assert sorted(b["Message"] for b in bodies) == ["after", "before"], bodies
        assert bodies[0]["Type"] == "Notification" and bodies[0]["TopicArn"] == topic


def test_roles_and_identities():
    with Daemon(["--ephemeral"]) as d:
        iam, sts = d.client("iam"), d.client("sts")
        trust = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}]}
        role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
        assert role["AssumeRolePolicyDocument"] == trust
        assert sts.get_caller_identity()["Arn"] == "arn:aws:iam::000000000000:root"
        keys = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="session")["Credentials"]
        session = d.client("sts", aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
                           aws_session_token=keys["SessionToken"])
        assert session.get_caller_identity()["Arn"] == "arn:aws:sts::000000000000:assumed-role/r/session"
        other = d.client("sts", aws_access_key_id="111122223333", aws_secret_access_key="x")
        assert other.get_caller_identity()["Account"] == "111122223333"


def test_the_code_of_a_function_can_be_downloaded():
    with Daemon(["--auth", "enforce"]) as d:
        trust = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        role = d.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        code = zip_of({"index.py": "def handler(event, context): return 1"})
        lam = d.client("lambda")
        lam.create_function(FunctionName="f", Runtime="python3.9", Role=role, Handler="index.handler", Code={"ZipFile": code})
        where = lam.get_function(FunctionName="f")["Code"]["Location"]
        with urllib.request.urlopen(where, timeout=10) as answer:
            assert answer.read() == code
        try:
            urllib.request.urlopen(where[:-1] + "x", timeout=10)
            raise AssertionError("a wrong signature downloads")
        except urllib.error.HTTPError as error:
            assert error.code == 403


def make_function(d, name, code):
    iam, lam = d.client("iam"), d.client("lambda")
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    return lam.create_function(FunctionName=name, Runtime="python3.12", Role=role, Handler="index.handler",
                               Code={"ZipFile": zip_of({"index.py": code})})["FunctionArn"]


def test_a_function_behind_a_rest_api():
    with Daemon(["--auth", "enforce"]) as d:
        arn = make_function(d, "f", """
import json
def handler(event, context):
    return {"statusCode": 201, "headers": {"X-From": "f"},
            "body": json.dumps({"path": event["path"], "body": event["body"], "q": event["queryStringParameters"]})}
""")
        api = d.client("apigateway")
        rest = api.create_rest_api(name="proxy")["id"]
        root = api.get_resources(restApiId=rest)["items"][0]["id"]
        child = api.create_resource(restApiId=rest, parentId=root, pathPart="{proxy+}")["id"]
        where = {"restApiId": rest, "resourceId": child, "httpMethod": "ANY"}
        api.put_method(authorizationType="NONE", **where)
        api.put_integration(type="AWS_PROXY", integrationHttpMethod="POST", **where,
                            uri="arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/%s/invocations" % arn)
        api.create_deployment(restApiId=rest, stageName="dev")
        url = "%s/_aws/execute-api/%s/dev/orders/7?x=1" % (d.endpoint, rest)
        try:
            d.post(url, "{}")
            raise AssertionError("without permission the API may not invoke the function")
        except urllib.error.HTTPError as error:
            assert error.code == 500, error.code
        d.client("lambda").add_permission(FunctionName="f", StatementId="api", Action="lambda:InvokeFunction",
                                          Principal="apigateway.amazonaws.com",
                                          SourceArn="arn:aws:execute-api:us-east-1:000000000000:%s/*" % rest)
        status, body = d.post(url, '{"a":1}')
        assert status == 201 and json.loads(body) == {"path": "/orders/7", "body": '{"a":1}', "q": {"x": "1"}}, body


def test_a_function_as_subscriber_of_a_topic():
    with Daemon(["--auth", "enforce"]) as d:
        arn = make_function(d, "f", "def handler(event, context): print('got', event['Records'][0]['Sns']['Message'])")
        d.client("iam").attach_role_policy(
            RoleName="f", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
        sns = d.client("sns")
        topic = sns.create_topic(Name="t")["TopicArn"]
        d.client("lambda").add_permission(FunctionName="f", StatementId="sns", Action="lambda:InvokeFunction",
                                          Principal="sns.amazonaws.com", SourceArn=topic)
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
        sns.publish(TopicArn=topic, Message="news")
        logs = d.client("logs")

        def lines():
            groups = logs.describe_log_groups()["logGroups"]
            found = groups and logs.filter_log_events(logGroupName="/aws/lambda/f")["events"]
            return found and any(e["message"].rstrip() == "got news" for e in found)

        wait_for(lines, what="the function's line in the log")


def test_reset_empties_everything():
    with Daemon(["--ephemeral"]) as d:
        d.client("sqs").create_queue(QueueName="q")
        d.client("sns").create_topic(Name="t")
        d.post(d.endpoint + "/_puddle/reset", "")
        assert "QueueUrls" not in d.client("sqs").list_queues()
        assert d.client("sns").list_topics()["Topics"] == []
        assert json.loads(d.get("/_localstack/health"))["services"]["sqs"] in ("available", "running")


def test_what_is_missing_is_refused_by_name():
    with Daemon(["--ephemeral"]) as d:
        error = expect_error("UnknownOperationException", d.client("dynamodb").list_global_tables)
        assert "ListGlobalTables" in str(error), error


if __name__ == "__main__":
    main(sys.modules[__name__])
