"""POC-Lambda-1: takes orders from the queue POC-Queue and puts them into the table `orders`."""
import uuid

import boto3

dynamodb = boto3.resource("dynamodb")
table = dynamodb.Table("orders")


def lambda_handler(event, context):
    for record in event["Records"]:
        body = record["body"]
        print("order received:", body)
        table.put_item(Item={"orderID": str(uuid.uuid4()), "order": body})
