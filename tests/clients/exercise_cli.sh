#!/usr/bin/env bash
# The reference exercise with the AWS CLI alone, roles and policies enforced.
set -euo pipefail
cd "$(dirname "$0")/../.."
puddle=${PUDDLE_BINARY:-build/dev/emulator/puddle}
aws=${AWS_CLI:-aws}
work=$(mktemp -d)
"$puddle" up --auth enforce --ephemeral --port 0 --inbox-port 0 >"$work/out" 2>"$work/err" &
daemon=$!
trap 'kill $daemon 2>/dev/null; wait $daemon 2>/dev/null || true; rm -rf "$work"' EXIT
fail() {
  printf 'exercise_cli: %s\n' "$*" >&2
  tail -n 20 "$work/out" "$work/err" >&2
  exit 1
}
until_true() {  # until_true WHAT COMMAND...: at most 20 seconds
  local what=$1 i
  shift
  for i in $(seq 100); do
    if "$@"; then return 0; fi
    sleep 0.2
  done
  fail "waited in vain for $what"
}
until_true "the Ready. line" grep -q '^Ready\.' "$work/out"
endpoint=$(grep -o 'http://[^ /]*' "$work/out" | head -1)
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_PAGER='' AWS_EC2_METADATA_DISABLED=true
a() { "$aws" --endpoint-url "$endpoint" --output text "$@"; }

# Task 1: policies and roles.
trust() { printf '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"%s"},"Action":"sts:AssumeRole"}]}' "$1"; }
policy() { a iam create-policy --policy-name "$1" --policy-document "file://config/orders/policies/$1.json" --query Policy.Arn; }
role() {  # role NAME SERVICE POLICY-ARN...
  a iam create-role --role-name "$1" --assume-role-policy-document "$(trust "$2")" --query Role.Arn
  local name=$1 arn
  shift 2
  for arn in "$@"; do a iam attach-role-policy --role-name "$name" --policy-arn "$arn"; done
}
managed=arn:aws:iam::aws:policy/service-role
role1=$(role Lambda-SQS-DynamoDB lambda.amazonaws.com "$(policy Lambda-Write-DynamoDB)" "$(policy Lambda-Read-SQS)" $managed/AWSLambdaBasicExecutionRole)
role2=$(role Lambda-DynamoDBStreams-SNS lambda.amazonaws.com "$(policy Lambda-SNS-Publish)" "$(policy Lambda-DynamoDBStreams-Read)" $managed/AWSLambdaBasicExecutionRole)
role3=$(role APIGateway-SQS apigateway.amazonaws.com $managed/AmazonAPIGatewayPushToCloudWatchLogs)

# Task 2: the table.
a dynamodb create-table --table-name orders --billing-mode PAY_PER_REQUEST \
  --attribute-definitions AttributeName=orderID,AttributeType=S --key-schema AttributeName=orderID,KeyType=HASH \
  --stream-specification StreamEnabled=true,StreamViewType=NEW_IMAGE >/dev/null
a dynamodb wait table-exists --table-name orders
stream=$(a dynamodb describe-table --table-name orders --query Table.LatestStreamArn)

# Task 3: the queue.
queue_arn=arn:aws:sqs:us-east-1:000000000000:POC-Queue
cat >"$work/attributes.json" <<JSON
{"Policy": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":[\"$role3\"]},\"Action\":[\"SQS:SendMessage\"],\"Resource\":\"$queue_arn\"},{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":[\"$role1\"]},\"Action\":[\"SQS:ChangeMessageVisibility\",\"SQS:DeleteMessage\",\"SQS:ReceiveMessage\"],\"Resource\":\"$queue_arn\"}]}"}
JSON
url=$(a sqs create-queue --queue-name POC-Queue --attributes "file://$work/attributes.json" --query QueueUrl)
[ "$(a sqs get-queue-attributes --queue-url "$url" --attribute-names QueueArn --query Attributes.QueueArn)" = "$queue_arn" ] || fail "QueueArn"

# Tasks 4 and 6: functions and their sources.
function_of() {  # function_of NAME FOLDER ROLE [ARGS...]
  local name=$1 folder=$2 role=$3
  shift 3
  python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1], "w").write(sys.argv[2], "lambda_function.py")' \
    "$work/$name.zip" "config/orders/$folder/lambda_function.py"
  a lambda create-function --function-name "$name" --runtime python3.9 --role "$role" \
    --handler lambda_function.lambda_handler --zip-file "fileb://$work/$name.zip" "$@" >/dev/null
  a lambda wait function-active --function-name "$name"
}
function_of POC-Lambda-1 poc-lambda-1 "$role1"
a lambda create-event-source-mapping --function-name POC-Lambda-1 --event-source-arn $queue_arn >/dev/null
topic=$(a sns create-topic --name POC-Topic --query TopicArn)
function_of POC-Lambda-2 poc-lambda-2 "$role2" --environment "Variables={TOPIC_ARN=$topic}"
a lambda create-event-source-mapping --function-name POC-Lambda-2 --event-source-arn "$stream" --starting-position LATEST >/dev/null

# Task 5: the topic and its subscriber, who follows the link in the mail.
[ "$(a sns subscribe --topic-arn "$topic" --protocol email --notification-endpoint shop@example.com --query SubscriptionArn)" = "pending confirmation" ] ||
  fail "a new e-mail subscription is pending confirmation"
mail_has() { curl -sf "$endpoint/_puddle/inbox" | grep -q "$1"; }
until_true "the confirmation mail" mail_has 'Subscription Confirmation'
link=$(curl -sf "$endpoint/_puddle/inbox" | python3 -c 'import json, re, sys; print(re.search(r"http://\S+ConfirmSubscription\S+", json.load(sys.stdin)["messages"][0]["text"]).group(0))')
curl -sf "$link" >/dev/null || fail "the confirmation link"
a sns list-subscriptions-by-topic --topic-arn "$topic" --query 'Subscriptions[0].SubscriptionArn' | grep -q "^$topic:" || fail "the subscription is confirmed"

# Task 7: the API.
api=$(a apigateway create-rest-api --name POC-API --endpoint-configuration types=REGIONAL --query id)
root=$(a apigateway get-resources --rest-api-id "$api" --query 'items[0].id')
where=(--rest-api-id "$api" --resource-id "$root" --http-method POST)
a apigateway put-method "${where[@]}" --authorization-type NONE >/dev/null
a apigateway put-method-response "${where[@]}" --status-code 200 --response-models application/json=Empty >/dev/null
a apigateway put-integration "${where[@]}" --type AWS --integration-http-method POST --credentials "$role3" \
  --passthrough-behavior NEVER --uri "arn:aws:apigateway:us-east-1:sqs:path/000000000000/POC-Queue" \
  --request-parameters "{\"integration.request.header.Content-Type\":\"'application/x-www-form-urlencoded'\"}" \
  --request-templates '{"application/json":"Action=SendMessage&MessageBody=$input.body"}' >/dev/null
a apigateway put-integration-response "${where[@]}" --status-code 200 >/dev/null
a apigateway test-invoke-method --rest-api-id "$api" --resource-id "$root" --http-method POST --headers Content-Type=application/json \
  --body '{"item":"latex gloves"}' --query status | grep -q '^200$' || fail "test-invoke-method"
until_true "the mail of the test" mail_has 'latex gloves'
a apigateway create-deployment --rest-api-id "$api" --stage-name dev >/dev/null
curl -sf -X POST "$endpoint/_aws/execute-api/$api/dev/" -H 'Content-Type: application/json' -d '{"item":"mop"}' >/dev/null || fail "POST"
until_true "the mail of the order" mail_has 'mop'
logged() { a logs filter-log-events --log-group-name /aws/lambda/POC-Lambda-1 --query 'events[].message' | grep -q 'order received: {"item":"mop"}'; }
until_true "the function's log" logged
[ "$(a dynamodb scan --table-name orders --query Count)" = 2 ] || fail "the table has both orders"
