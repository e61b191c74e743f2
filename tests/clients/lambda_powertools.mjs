// Powertools and middy in functions: idempotency over the daemon's DynamoDB, as a wrapper, as a middleware and for
// the records of a batch. The functions run from a directory (bucket hot-reload) with this folder's node_modules,
// under `--auth enforce` with a role that may no more than they need.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as iam from '@aws-sdk/client-iam';
import * as lambda from '@aws-sdk/client-lambda';
import * as sqs from '@aws-sdk/client-sqs';

import { here, options, waitFor, withDaemon } from './support.mjs';

const code = `
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { makeHandlerIdempotent } from '@aws-lambda-powertools/idempotency/middleware';
import middy from '@middy/core';

const persistenceStore = new DynamoDBPersistenceLayer({ tableName: 'idempotency' });
const client = new DynamoDBClient({});
// How often the work behind a key was really done.
async function work(key) {
  const out = await client.send(new UpdateItemCommand({ TableName: 'work', Key: { id: { S: key } },
    UpdateExpression: 'ADD done :one', ExpressionAttributeValues: { ':one': { N: '1' } }, ReturnValues: 'ALL_NEW' }));
  return Number(out.Attributes.done.N);
}
async function pay(event) {
  const done = await work(event.order);
  if (event.fail && done === 1) throw new Error('the bank is closed');
  if (event.slow) await new Promise((resolve) => setTimeout(resolve, 2500));
  return { order: event.order, done };
}
const config = () => new IdempotencyConfig({ eventKeyJmesPath: 'order', payloadValidationJmesPath: 'amount',
  throwOnNoIdempotencyKey: true });
export const wrapped = makeIdempotent(pay, { persistenceStore, config: config() });
export const middleware = middy(pay).use(makeHandlerIdempotent({ persistenceStore, config: config() }));

const processor = new BatchProcessor(EventType.SQS);
const record = makeIdempotent(async (r) => {
  const done = await work(r.body);
  return { done };
}, { persistenceStore, config: new IdempotencyConfig({ eventKeyJmesPath: 'messageId' }) });
export const batch = async (event, context) => {
  await processPartialResponse(event, record, processor, { context });
  // The first delivery fails after its work was done: it comes again, and the work must not be done again.
  if (event.Records.some((r) => r.attributes.ApproximateReceiveCount === '1')) throw new Error('lost the answer');
};
`;
const allow = (...statements) => JSON.stringify({ Version: '2012-10-17', Statement: statements.map(([Action, Resource]) =>
  ({ Effect: 'Allow', Action, Resource })) });

const directory = mkdtempSync(path.join(tmpdir(), 'puddle-powertools-'));
writeFileSync(path.join(directory, 'index.mjs'), code);
symlinkSync(path.join(here, 'node_modules'), path.join(directory, 'node_modules'));
try {
  await withDaemon(['--auth', 'enforce', '--account', '000000000000'], async (endpoint) => {
    const D = new dynamodb.DynamoDB(options(endpoint)), I = new iam.IAM(options(endpoint));
    const L = new lambda.Lambda(options(endpoint)), Q = new sqs.SQS(options(endpoint));
    for (const TableName of ['idempotency', 'work']) {
      await D.createTable({ TableName, BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }], KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] });
      await dynamodb.waitUntilTableExists({ client: D, maxWaitTime: 20, minDelay: 1 }, { TableName });
    }
    await D.updateTimeToLive({ TableName: 'idempotency', TimeToLiveSpecification: { AttributeName: 'expiration', Enabled: true } });
    const role = await I.createRole({ RoleName: 'r', AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] }) });
    const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/';
    await I.putRolePolicy({ RoleName: 'r', PolicyName: 'p', PolicyDocument: allow(
      [['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'], `${table}idempotency`],
      ['dynamodb:UpdateItem', `${table}work`],
      [['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], '*']) });
    for (const FunctionName of ['wrapped', 'middleware', 'batch']) {
      await L.createFunction({ FunctionName, Runtime: 'nodejs20.x', Role: role.Role.Arn, Handler: `index.${FunctionName}`, Timeout: 15,
        MemorySize: 512, Code: { S3Bucket: 'hot-reload', S3Key: directory } });
      await lambda.waitUntilFunctionActiveV2({ client: L, maxWaitTime: 20, minDelay: 1 }, { FunctionName });
    }
    const call = async (FunctionName, event) => {
      const answer = await L.invoke({ FunctionName, Payload: JSON.stringify(event) });
      const body = JSON.parse(Buffer.from(answer.Payload).toString());
      return answer.FunctionError ? { error: body.errorType, message: body.errorMessage } : body;
    };
    for (const name of ['wrapped', 'middleware']) {
      const order = (id, more = {}) => ({ order: `${name}-${id}`, amount: 10, ...more });
      const first = await call(name, order(1));
      assert.deepEqual(first, { order: `${name}-1`, done: 1 });
      assert.deepEqual(await call(name, order(1)), first);
      assert.deepEqual(await call(name, order(2)), { order: `${name}-2`, done: 1 });
      // The same order with another amount is no repetition.
      assert.equal((await call(name, order(1, { amount: 11 }))).error, 'IdempotencyValidationError');
      assert.equal((await call(name, { amount: 1 })).error, 'IdempotencyPersistenceLayerError'); // no key to store it under
      // What failed may be tried again.
      assert.equal((await call(name, order(3, { fail: true }))).message, 'the bank is closed');
      assert.equal((await call(name, order(3, { fail: true }))).done, 2);
      await Promise.all([5, 6].map((id) => call(name, order(id, { slow: true }))));  // two warm environments
      // Two at once: one does the work, the other is told that it is being done.
      const both = await Promise.all([call(name, order(4, { slow: true })), call(name, order(4, { slow: true }))]);
      assert.deepEqual(both.map((b) => b.error ?? b.done).sort(), [1, 'IdempotencyAlreadyInProgressError']);
    }
    const { Items } = await D.scan({ TableName: 'idempotency' });
    assert.ok(Items.every((i) => i.status.S === 'COMPLETED' && Number(i.expiration.N) > Date.now() / 1000), JSON.stringify(Items));

    const { QueueUrl } = await Q.createQueue({ QueueName: 'q', Attributes: { VisibilityTimeout: '15' } });
    await L.createEventSourceMapping({ FunctionName: 'batch', EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:q' });
    await Q.setQueueAttributes({ QueueUrl, Attributes: { VisibilityTimeout: '1' } });
    for (const MessageBody of ['a', 'b', 'c']) await Q.sendMessage({ QueueUrl, MessageBody });
    await waitFor('the empty queue', async () => {
      const { Attributes } = await Q.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] });
      return Attributes.ApproximateNumberOfMessages === '0' && Attributes.ApproximateNumberOfMessagesNotVisible === '0';
    });
    for (const id of ['a', 'b', 'c']) {
      const { Item } = await D.getItem({ TableName: 'work', Key: { id: { S: id } } });
      assert.equal(Item.done.N, '1', `the work of ${id} was done ${Item.done.N} times`);
    }
  });
} finally {
  rmSync(directory, { recursive: true, force: true });
}
