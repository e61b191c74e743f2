"""The reference exercise step by step with boto3, roles and policies enforced: from the policies to the mail."""
import json
import re
import sys
import urllib.request

from support import Daemon, expect_error, main, read, wait_for, zip_of

ACCOUNT, REGION = "000000000000", "us-east-1"
POLICIES = ["Lambda-Write-DynamoDB", "Lambda-SNS-Publish", "Lambda-DynamoDBStreams-Read", "Lambda-Read-SQS"]
ORDER = '{  "item": "latex gloves",\n"customerID":"12345"}'


def trust(service):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]})


def make_roles(d):
    iam = d.client("iam")
    arn = {}
    for name in POLICIES:
        document = read("config", "orders", "policies", name + ".json")
        arn[name] = iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]
    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    push = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    roles = {
        "Lambda-SQS-DynamoDB": ("lambda.amazonaws.com", [arn["Lambda-Write-DynamoDB"], arn["Lambda-Read-SQS"], basic]),
        "Lambda-DynamoDBStreams-SNS": (
            "lambda.amazonaws.com", [arn["Lambda-SNS-Publish"], arn["Lambda-DynamoDBStreams-Read"], basic]),
        "APIGateway-SQS": ("apigateway.amazonaws.com", [push]),
    }
    out = {}
    for name, (service, policies) in roles.items():
        out[name] = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(service))["Role"]["Arn"]
        for policy in policies:
            iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        assert {p["PolicyArn"] for p in attached} == set(policies)
    return out


def make_queue(d, roles):
    sqs = d.client("sqs")
    queue_arn = "arn:aws:sqs:%s:%s:POC-Queue" % (REGION, ACCOUNT)
    policy = {"Version": "2012-10-17", "Id": "__default_policy_ID", "Statement": [
        {"Sid": "__owner_statement", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::%s:root" % ACCOUNT},
         "Action": "SQS:*", "Resource": queue_arn},
        {"Sid": "__sender_statement", "Effect": "Allow", "Principal": {"AWS": [roles["APIGateway-SQS"]]},
         "Action": ["SQS:SendMessage"], "Resource": queue_arn},
        {"Sid": "__receiver_statement", "Effect": "Allow", "Principal": {"AWS": [roles["Lambda-SQS-DynamoDB"]]},
         "Action": ["SQS:ChangeMessageVisibility", "SQS:DeleteMessage", "SQS:ReceiveMessage"], "Resource": queue_arn}]}
    url = sqs.create_queue(QueueName="POC-Queue", Attributes={"Policy": json.dumps(policy)})["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["QueueArn"] == queue_arn
    return queue_arn


def make_function(d, name, folder, role, **more):
    lam = d.client("lambda")
    code = zip_of({"lambda_function.py": read("config", "orders", folder, "lambda_function.py")})
    created = lam.create_function(FunctionName=name, Runtime="python3.9", Role=role,
                                  Handler="lambda_function.lambda_handler", Code={"ZipFile": code}, **more)
    assert created["FunctionArn"] == "arn:aws:lambda:%s:%s:function:%s" % (REGION, ACCOUNT, name)
    assert (created["Timeout"], created["MemorySize"]) == (3, 128)
    lam.get_waiter("function_active_v2" if "function_active_v2" in lam.waiter_names else "function_active").wait(
        FunctionName=name)


def make_api(d, role):
    api = d.client("apigateway")
    rest = api.create_rest_api(name="POC-API", endpointConfiguration={"types": ["REGIONAL"]})["id"]
    root = api.get_resources(restApiId=rest)["items"][0]["id"]
    where = {"restApiId": rest, "resourceId": root, "httpMethod": "POST"}
    api.put_method(authorizationType="NONE", **where)
    api.put_method_response(statusCode="200", responseModels={"application/json": "Empty"}, **where)
    api.put_integration(
        type="AWS", integrationHttpMethod="POST", credentials=role, passthroughBehavior="NEVER",
        uri="arn:aws:apigateway:%s:sqs:path/%s/POC-Queue" % (REGION, ACCOUNT),
        requestParameters={"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
        requestTemplates={"application/json": "Action=SendMessage&MessageBody=$input.body"}, **where)
    api.put_integration_response(statusCode="200", **where)
    return rest, root


def confirmed_topic(d):
    sns = d.client("sns")
    topic = sns.create_topic(Name="POC-Topic")["TopicArn"]
    answer = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="shop@example.com")
    assert answer["SubscriptionArn"].lower() == "pending confirmation", answer
    listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"][0]["SubscriptionArn"]
    assert listed == "PendingConfirmation", listed
    mail = wait_for(d.inbox, what="the confirmation mail")[0]
    assert mail["subject"] == "AWS Notification - Subscription Confirmation", mail
    link = re.search(r"http://\S+ConfirmSubscription\S+", mail["text"]).group(0)
    with urllib.request.urlopen(link, timeout=10) as page:
        assert page.status == 200
    confirmed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"][0]["SubscriptionArn"]
    assert confirmed.startswith(topic + ":"), confirmed
    return topic


def test_the_exercise():
    with Daemon(["--auth", "enforce"]) as d:
        roles = make_roles(d)
        dynamodb = d.client("dynamodb")
        dynamodb.create_table(
            TableName="orders", BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "orderID", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "orderID", "KeyType": "HASH"}])
        dynamodb.get_waiter("table_exists").wait(TableName="orders")
        queue_arn = make_queue(d, roles)
        lam = d.client("lambda")
        make_function(d, "POC-Lambda-1", "poc-lambda-1", roles["Lambda-SQS-DynamoDB"])
        lam.create_event_source_mapping(FunctionName="POC-Lambda-1", EventSourceArn=queue_arn, BatchSize=10)

        # Step 4.4: the console's test event.
        event = {"Records": [{"messageId": "19dd0b57-b21e-4ac1-bd88-01bbb068cb78", "body": "Hello from SQS!"}]}
        answer = lam.invoke(FunctionName="POC-Lambda-1", Payload=json.dumps(event).encode(), LogType="Tail")
        assert answer["StatusCode"] == 200 and "FunctionError" not in answer, answer["Payload"].read()
        assert answer["Payload"].read() == b"null"
        items = dynamodb.scan(TableName="orders")["Items"]
        assert [i["order"]["S"] for i in items] == ["Hello from SQS!"], items

        # Task 5: the stream is switched on for a table that has items already.
        dynamodb.update_table(TableName="orders",
                              StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
        dynamodb.get_waiter("table_exists").wait(TableName="orders")
        stream = dynamodb.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
        topic = confirmed_topic(d)
        make_function(d, "POC-Lambda-2", "poc-lambda-2", roles["Lambda-DynamoDBStreams-SNS"],
                      Environment={"Variables": {"TOPIC_ARN": topic}})
        lam.create_event_source_mapping(FunctionName="POC-Lambda-2", EventSourceArn=stream, StartingPosition="LATEST")

        api = d.client("apigateway")
        rest, root = make_api(d, roles["APIGateway-SQS"])
        before = len(d.inbox())
        answer = api.test_invoke_method(restApiId=rest, resourceId=root, httpMethod="POST", body=ORDER,
                                        headers={"Content-Type": "application/json"})
        assert answer["status"] == 200, answer
        assert "Successfully completed execution" in answer["log"], answer["log"]
        assert "Method completed with status: 200" in answer["log"]
        reply = json.loads(answer["body"])["SendMessageResponse"]
        result = reply["SendMessageResult"]
        assert list(result) == ["MD5OfMessageAttributes", "MD5OfMessageBody", "MD5OfMessageSystemAttributes",
                                "MessageId", "SequenceNumber"], result
        assert result["SequenceNumber"] is None and reply["ResponseMetadata"]["RequestId"]

        wait_for(lambda: len(d.inbox()) > before, what="the notification")
        mail = d.inbox()[0]
        assert mail["subject"] == "AWS Notification Message", mail
        assert "latex gloves" in mail["text"], mail
        orders = {i["order"]["S"] for i in dynamodb.scan(TableName="orders")["Items"]}
        assert orders == {"Hello from SQS!", ORDER}, orders

        # The deployed API does the same.
        api.create_deployment(restApiId=rest, stageName="dev")
        status, _ = d.post("%s/_aws/execute-api/%s/dev/" % (d.endpoint, rest), '{"item":"mop"}')
        assert status == 200
        wait_for(lambda: any("mop" in m["text"] for m in d.inbox()), what="the second mail")

        logs = d.client("logs")
        lines = wait_for(lambda: [e["message"] for e in logs.filter_log_events(logGroupName="/aws/lambda/POC-Lambda-1")
                                  ["events"] if "order received" in e["message"]], what="the function's log")
        assert lines
        expect_error("DeleteConflict", d.client("iam").delete_role, RoleName="APIGateway-SQS")


if __name__ == "__main__":
    main(sys.modules[__name__])
