#!/usr/bin/env bash
# SQS with the AWS CLI, and with puddle's own verb.
set -euo pipefail
cd "$(dirname "$0")/../.."
puddle=${PUDDLE_BINARY:-build/dev/emulator/puddle}
work=$(mktemp -d)
"$puddle" up --ephemeral --port 0 --inbox-port 0 >"$work/out" 2>"$work/err" &
daemon=$!
trap 'kill $daemon 2>/dev/null; wait $daemon 2>/dev/null || true; rm -rf "$work"' EXIT
fail() {
  printf 'sqs_cli: %s\n' "$*" >&2
  tail -n 20 "$work/out" "$work/err" >&2
  exit 1
}
for _ in $(seq 100); do grep -q '^Ready\.' "$work/out" && break; sleep 0.2; done
endpoint=$(grep -o 'http://[^ /]*' "$work/out" | head -1) || fail "no Ready. line"
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_PAGER='' AWS_EC2_METADATA_DISABLED=true
a() { "${AWS_CLI:-aws}" --endpoint-url "$endpoint" --output text sqs "$@"; }

url=$(a create-queue --queue-name cli.fifo --attributes FifoQueue=true,ContentBasedDeduplication=true --query QueueUrl)
[ "$url" = "$endpoint/000000000000/cli.fifo" ] || fail "QueueUrl: $url"
a send-message --queue-url "$url" --message-body hello --message-group-id g >/dev/null
[ "$("$puddle" messages cli.fifo --endpoint "$endpoint" | grep -c '^hello$')" = 1 ] || fail "puddle messages"
read -r body handle <<<"$(a receive-message --queue-url "$url" --query 'Messages[0].[Body,ReceiptHandle]')"
[ "$body" = hello ] || fail "receive-message: $body"
"$puddle" messages cli.fifo --endpoint "$endpoint" | grep -q 'no such messages' || fail "a message in flight is shown"
a change-message-visibility --queue-url "$url" --receipt-handle "$handle" --visibility-timeout 60
a delete-message --queue-url "$url" --receipt-handle "$handle"
[ "$(a get-queue-attributes --queue-url "$url" --attribute-names All --query Attributes.ApproximateNumberOfMessagesNotVisible)" = 0 ] || fail counters
a get-queue-url --queue-name none >"$work/none" 2>&1 && fail "get-queue-url of nothing"
grep -q 'AWS.SimpleQueueService.NonExistentQueue' "$work/none" || fail "$(cat "$work/none")"
a delete-queue --queue-url "$url"
a create-queue --queue-name cli.fifo --attributes FifoQueue=true >"$work/soon" 2>&1 && fail "a deleted name was free at once"
grep -q QueueDeletedRecently "$work/soon" || fail "$(cat "$work/soon")"
