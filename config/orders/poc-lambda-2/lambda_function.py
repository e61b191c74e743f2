"""POC-Lambda-2: publishes every new row of the table `orders` to the topic POC-Topic."""
import json
import os

import boto3

sns = boto3.client("sns")


def lambda_handler(event, context):
    for record in event["Records"]:
        if record["eventName"] != "INSERT":
            continue
        image = record["dynamodb"]["NewImage"]
        print("new order:", json.dumps(image))
        sns.publish(
            TargetArn=os.environ["TOPIC_ARN"],
            Message=json.dumps({"default": json.dumps(image)}),
            MessageStructure="json",
        )
