#!/usr/bin/env bash
# Lambda's control plane with the AWS CLI: waiters, versions, aliases, concurrency, URLs, filters.
set -euo pipefail
cd "$(dirname "$0")/../.."
puddle=${PUDDLE_BINARY:-build/dev/emulator/puddle}
aws=${AWS_CLI:-aws}
work=$(mktemp -d)
"$puddle" up --ephemeral --port 0 --inbox-port 0 >"$work/out" 2>"$work/err" &
daemon=$!
trap 'kill $daemon 2>/dev/null; wait $daemon 2>/dev/null || true; rm -rf "$work"' EXIT
fail() {
  printf 'lambda_cli: %s\n' "$*" >&2
  tail -n 20 "$work/out" "$work/err" >&2
  exit 1
}
for _ in $(seq 100); do grep -q '^Ready\.' "$work/out" && break; sleep 0.2; done
endpoint=$(grep -o 'http://[^ /]*' "$work/out" | head -1)
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_PAGER='' AWS_EC2_METADATA_DISABLED=true
a() { "$aws" --endpoint-url "$endpoint" --output text "$@"; }
same() { [ "$1" = "$2" ] || fail "wanted '$2', got '$1'"; }

printf 'def handler(event, context):\n    return context.function_version\n' >"$work/index.py"
python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1], "w").write(sys.argv[2], "index.py")' "$work/f.zip" "$work/index.py"
same "$(a lambda create-function --function-name f --runtime python3.12 --handler index.handler \
  --role arn:aws:iam::000000000000:role/r --zip-file "fileb://$work/f.zip" --query State)" Pending
a lambda wait function-active-v2 --function-name f
same "$(a lambda publish-version --function-name f --query Version)" 1
a lambda create-alias --function-name f --name live --function-version 1 >/dev/null
same "$(a lambda invoke --function-name f --qualifier live "$work/answer" --query ExecutedVersion)" 1
same "$(cat "$work/answer")" '"1"'
a lambda update-function-configuration --function-name f --memory-size 256 >/dev/null
a lambda wait function-updated-v2 --function-name f
same "$(a lambda list-versions-by-function --function-name f --query 'length(Versions)')" 2
same "$(a lambda put-function-concurrency --function-name f --reserved-concurrent-executions 3)" 3
url=$(a lambda create-function-url-config --function-name f --auth-type NONE --query FunctionUrl)
id=${url#http://}
same "$(curl -s "$endpoint/_aws/lambda-url/${id%%.*}/")" '$LATEST'
queue=$(a sqs create-queue --queue-name q --query QueueUrl)
[ -n "$queue" ] || fail "no queue"
uuid=$(a lambda create-event-source-mapping --function-name f --event-source-arn arn:aws:sqs:us-east-1:000000000000:q \
  --filter-criteria '{"Filters":[{"Pattern":"{\"body\":{\"a\":[1]}}"}]}' --query UUID)
same "$(a lambda get-event-source-mapping --uuid "$uuid" --query 'FilterCriteria.Filters[0].Pattern')" '{"body":{"a":[1]}}'
same "$(a lambda delete-event-source-mapping --uuid "$uuid" --query State)" Deleting
a lambda delete-function --function-name f
if a lambda get-function --function-name f 2>"$work/error"; then fail "the function is still there"; fi
grep -q 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:f' "$work/error" || fail "$(cat "$work/error")"
