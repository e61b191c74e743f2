"""Lambda's control plane, asynchronous invocation and event sources, with an unmodified boto3."""
import json
import sys
import urllib.request

from support import Daemon, expect_error, main, wait_for, zip_of

ROLE = "arn:aws:iam::000000000000:role/r"
ECHO = "def handler(event, context):\n    return {'event': event, 'version': context.function_version, 'arn': context.invoked_function_arn}\n"


def make(functions, name="f", code=ECHO, **more):
    out = functions.create_function(FunctionName=name, Runtime="python3.12", Handler="index.handler", Role=ROLE,
                                    Code={"ZipFile": zip_of({"index.py": code})}, **more)
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    return out


def call(functions, name="f", payload=None, **more):
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(payload), **more)
    return answer, json.loads(answer["Payload"].read())


def test_states_versions_and_aliases():
    with Daemon(["--ephemeral"]) as d:
        functions = d.client("lambda")
        made = make(functions)
        assert made["State"] == "Pending" and made["StateReasonCode"] == "Creating", made
        assert "LastUpdateStatus" not in made
        one = functions.publish_version(FunctionName="f")
        assert one["Version"] == "1" and one["FunctionArn"].endswith(":f:1")
        assert functions.publish_version(FunctionName="f")["Version"] == "1"
        functions.update_function_code(FunctionName="f", ZipFile=zip_of({"index.py": ECHO + "\n# two\n"}))
        functions.get_waiter("function_updated_v2").wait(FunctionName="f")
        assert functions.publish_version(FunctionName="f")["Version"] == "2"
        alias = functions.create_alias(FunctionName="f", Name="live", FunctionVersion="1",
                                       RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}})
        assert alias["RoutingConfig"]["AdditionalVersionWeights"] == {"2": 0.5}
        answer, body = call(functions, payload={"a": 1}, Qualifier="1")
        assert answer["ExecutedVersion"] == "1" and body["version"] == "1" and body["event"] == {"a": 1}, body
        seen = {call(functions, Qualifier="live")[1]["version"] for _ in range(30)}
        assert seen == {"1", "2"}, seen
        assert call(functions, Qualifier="live")[1]["arn"].endswith(":f:live")
        assert call(functions)[1]["arn"].endswith(":function:f")
        versions = [v["Version"] for page in functions.get_paginator("list_versions_by_function").paginate(
            FunctionName="f", PaginationConfig={"PageSize": 1}) for v in page["Versions"]]
        assert versions == ["$LATEST", "1", "2"], versions
        expect_error("ResourceNotFoundException", functions.invoke, FunctionName="f", Qualifier="9")
        expect_error("PreconditionFailedException", functions.update_alias, FunctionName="f", Name="live",
                     RevisionId="x")


def test_concurrency_and_account():
    with Daemon(["--ephemeral"]) as d:
        functions = d.client("lambda")
        make(functions)
        functions.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
        error = expect_error("TooManyRequestsException", functions.invoke, FunctionName="f")
        assert error.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded", error.response
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 429
        functions.delete_function_concurrency(FunctionName="f")
        call(functions)
        assert functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"] == 1000


def test_layers_are_at_opt():
    with Daemon(["--ephemeral"]) as d:
        functions = d.client("lambda")
        layer = functions.publish_layer_version(
            LayerName="lib", Content={"ZipFile": zip_of({"python/shared.py": "VALUE = 42\n"})})
        assert layer["Version"] == 1
        code = "import shared\n\ndef handler(event, context):\n    return shared.VALUE\n"
        make(functions, code=code, Layers=[layer["LayerVersionArn"]])
        answer, body = call(functions)
        assert body == 42, body


def test_destinations_and_dead_letters():
    with Daemon(["--ephemeral"]) as d:
        functions, sqs = d.client("lambda"), d.client("sqs")
        urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("good", "bad")}
        arn = "arn:aws:sqs:us-east-1:000000000000:"
        make(functions, code="def handler(event, context):\n    return 1 / event['by']\n")
        functions.put_function_event_invoke_config(
            FunctionName="f", MaximumRetryAttempts=0,
            DestinationConfig={"OnSuccess": {"Destination": arn + "good"}, "OnFailure": {"Destination": arn + "bad"}})
        for by in (1, 0):
            assert functions.invoke(FunctionName="f", InvocationType="Event",
                                    Payload=json.dumps({"by": by}))["StatusCode"] == 202

        def told(name):
            got = sqs.receive_message(QueueUrl=urls[name], WaitTimeSeconds=10)["Messages"][0]
            return json.loads(got["Body"])

        good, bad = told("good"), told("bad")
        assert good["requestContext"]["condition"] == "Success" and good["responsePayload"] == 1.0, good
        assert bad["requestContext"]["condition"] == "RetriesExhausted", bad
        assert bad["responseContext"]["functionError"] == "Unhandled" and bad["requestPayload"] == {"by": 0}, bad
        assert bad["responsePayload"]["errorType"] == "ZeroDivisionError", bad


def test_function_urls():
    with Daemon(["--ephemeral"]) as d:
        functions = d.client("lambda")
        make(functions, code="def handler(event, context):\n    return {'statusCode': 201, 'body': event['rawPath']}\n")
        functions.add_permission(FunctionName="f", StatementId="all", Action="lambda:InvokeFunctionUrl", Principal="*",
                                 FunctionUrlAuthType="NONE")
        made = functions.create_function_url_config(FunctionName="f", AuthType="NONE")
        assert made["FunctionUrl"].startswith("http://"), made
        id = made["FunctionUrl"].split("/")[2].split(".")[0]
        # By Host, and by path where the name of the Host does not resolve.
        by_host = urllib.request.Request(d.endpoint + "/x/y", headers={"Host": made["FunctionUrl"].split("/")[2]})
        for request in (by_host, d.endpoint + "/_aws/lambda-url/" + id + "/x/y"):
            with urllib.request.urlopen(request, timeout=20) as answer:
                assert answer.status == 201 and answer.read() == b"/x/y"
        functions.update_function_url_config(FunctionName="f", AuthType="AWS_IAM")
        assert functions.get_function_url_config(FunctionName="f")["AuthType"] == "AWS_IAM"


def test_filters_and_partial_failures_on_a_queue():
    with Daemon(["--ephemeral"]) as d:
        functions, sqs = d.client("lambda"), d.client("sqs")
        # Long enough for a cold start on a busy machine, or the first order would come twice.
        url = sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "8"})["QueueUrl"]
        out = sqs.create_queue(QueueName="out")["QueueUrl"]
        code = """
import boto3, json
sqs = boto3.client("sqs")
def handler(event, context):
    failed = []
    for r in event["Records"]:
        body = json.loads(r["body"])
        if body.get("bad") and r["attributes"]["ApproximateReceiveCount"] == "1":
            failed.append({"itemIdentifier": r["messageId"]})
        else:
            sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="out")["QueueUrl"], MessageBody=r["body"])
    return {"batchItemFailures": failed}
"""
        make(functions, code=code)
        made = functions.create_event_source_mapping(
            FunctionName="f", EventSourceArn="arn:aws:sqs:us-east-1:000000000000:q", BatchSize=10,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            FilterCriteria={"Filters": [{"Pattern": json.dumps({"body": {"kind": [{"prefix": "or"}]}})}]})
        assert made["State"] == "Creating" and made["StateTransitionReason"] == "USER_INITIATED", made
        for body in ({"kind": "order", "n": 1}, {"kind": "order", "n": 2, "bad": True}, {"kind": "other", "n": 3}):
            sqs.send_message(QueueUrl=url, MessageBody=json.dumps(body))
        seen = []

        def both():
            for m in sqs.receive_message(QueueUrl=out, WaitTimeSeconds=1).get("Messages", []):
                seen.append(json.loads(m["Body"])["n"])
            return len(seen) >= 2

        wait_for(both, 20, "both orders")
        assert sorted(seen) == [1, 2], seen
        counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert counts["ApproximateNumberOfMessages"] == "0"
        sqs.create_queue(QueueName="second")
        expect_error("InvalidParameterValueException", functions.create_event_source_mapping, FunctionName="f",
                     EventSourceArn="arn:aws:sqs:us-east-1:000000000000:second",
                     FilterCriteria={"Filters": [{"Pattern": "{\"body\": 1}"}]})


def test_hot_reload():
    import os
    import tempfile

    with tempfile.TemporaryDirectory() as code, Daemon(["--ephemeral"]) as d:
        functions = d.client("lambda")
        path = os.path.join(code, "index.py")
        with open(path, "w") as file:
            file.write("def handler(event, context):\n    return 1\n")
        functions.create_function(FunctionName="f", Runtime="python3.12", Handler="index.handler", Role=ROLE,
                                  Code={"S3Bucket": "hot-reload", "S3Key": code})
        assert call(functions)[1] == 1
        with open(path, "w") as file:
            file.write("def handler(event, context):\n    return 'two'\n")
        wait_for(lambda: call(functions)[1] == "two", 10, "the new code")


if __name__ == "__main__":
    main(sys.modules[__name__])
