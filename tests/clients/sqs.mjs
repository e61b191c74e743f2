// SQS with the AWS SDK for JavaScript v3 and two consumer libraries: sqs-consumer, and the batch processor of
// Powertools in a function.
import assert from 'node:assert/strict';

import * as iam from '@aws-sdk/client-iam';
import * as lambda from '@aws-sdk/client-lambda';
import * as sqs from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';

import { options, waitFor, withDaemon, zip } from './support.mjs';

const handler = `
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
const processor = new BatchProcessor(EventType.SQS);
const one = async (record) => { if (record.body === 'poison') throw new Error('refused'); };
export const handler = (event, context) => processPartialResponse(event, one, processor, { context });
`;
const packages = ['@aws-lambda-powertools/batch', '@aws-lambda-powertools/commons', '@aws/lambda-invoke-store', '@standard-schema/spec'];

await withDaemon([], async (endpoint) => {
  const Q = new sqs.SQSClient(options(endpoint));
  const create = async (QueueName, Attributes) => (await Q.send(new sqs.CreateQueueCommand({ QueueName, Attributes }))).QueueUrl;
  const send = (QueueUrl, MessageBody, more = {}) => Q.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody, ...more }));
  const receive = async (QueueUrl, more = {}) =>
    (await Q.send(new sqs.ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];
  const attribute = async (QueueUrl, name) =>
    (await Q.send(new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }))).Attributes?.[name];
  const count = async (url) => Number(await attribute(url, 'ApproximateNumberOfMessages')) +
    Number(await attribute(url, 'ApproximateNumberOfMessagesNotVisible'));

  // The SDK checks the digests of what it sends and receives, and throws when one is wrong.
  const url = await create('js');
  const MessageAttributes = { n: { DataType: 'Number', StringValue: '1' }, b: { DataType: 'Binary', BinaryValue: Uint8Array.of(0, 255) } };
  await send(url, 'h\u00e9llo \ud83d\udca7', { MessageAttributes });
  const [message] = await receive(url, { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] });
  assert.equal(message.Body, 'h\u00e9llo \ud83d\udca7');
  assert.deepEqual(message.MessageAttributes.b.BinaryValue, Uint8Array.of(0, 255));
  assert.equal(message.Attributes.ApproximateReceiveCount, '1');
  const batch = await Q.send(new sqs.SendMessageBatchCommand({ QueueUrl: url, Entries: [{ Id: 'a', MessageBody: 'a' }, { Id: 'b', MessageBody: '\ufffe' }] }));
  assert.deepEqual([batch.Successful.map((e) => e.Id), batch.Failed.map((e) => e.Code)], [['a'], ['InvalidMessageContents']]);
  await assert.rejects(send(url, ''), { Code: 'MissingParameter' });
  await assert.rejects(Q.send(new sqs.GetQueueUrlCommand({ QueueName: 'none' })), (error) =>
    error instanceof sqs.QueueDoesNotExist && error.Code === 'AWS.SimpleQueueService.NonExistentQueue');
  // Without an endpoint of its own a client goes to the origin of the queue URL.
  const { endpoint: _, ...rest } = options(endpoint);
  assert.equal((await new sqs.SQSClient(rest).send(new sqs.SendMessageCommand({ QueueUrl: url, MessageBody: 'origin' }))).$metadata.httpStatusCode, 200);

  // sqs-consumer: long polls, deletes what was handled, keeps what was refused.
  const consumed = await create('consumed');
  const seen = [];
  const consumer = Consumer.create({ queueUrl: consumed, sqs: Q, batchSize: 10, waitTimeSeconds: 5, visibilityTimeout: 30,
    handleMessage: async (m) => { if (m.Body === 'bad') throw new Error('refused'); seen.push(m.Body); return m; } });
  consumer.on('error', () => {});
  consumer.on('processing_error', () => {});
  consumer.start();
  for (const body of ['one', 'bad', 'two']) await send(consumed, body);
  await waitFor('the consumer', async () => seen.length === 2 && await count(consumed) === 1);
  assert.deepEqual(seen.sort(), ['one', 'two']);
  consumer.stop({ abort: true });

  // Powertools: only the refused message of a batch comes back, and goes to the dead-letter queue.
  const I = new iam.IAMClient(options(endpoint)), L = new lambda.LambdaClient(options(endpoint));
  const role = await I.send(new iam.CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: JSON.stringify({
    Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] }) }));
  await I.send(new iam.AttachRolePolicyCommand({ RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole' }));
  const dead = await create('dead');
  const source = await create('source', { VisibilityTimeout: '2',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: await attribute(dead, 'QueueArn'), maxReceiveCount: 1 }) });
  await L.send(new lambda.CreateFunctionCommand({ FunctionName: 'f', Runtime: 'nodejs20.x', Role: role.Role.Arn, Handler: 'index.handler',
    Timeout: 2, Code: { ZipFile: zip(handler, packages) } }));
  await lambda.waitUntilFunctionActiveV2({ client: L, maxWaitTime: 20, minDelay: 1 }, { FunctionName: 'f' });
  await Q.send(new sqs.SendMessageBatchCommand({ QueueUrl: source,
    Entries: ['good', 'poison', 'fine'].map((MessageBody, i) => ({ Id: `${i}`, MessageBody })) }));
  await L.send(new lambda.CreateEventSourceMappingCommand({ FunctionName: 'f', EventSourceArn: await attribute(source, 'QueueArn'),
    BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] }));
  const [buried] = await waitFor('the dead letter', async () => { const m = await receive(dead, { WaitTimeSeconds: 10 }); return m.length && m; });
  assert.equal(buried.Body, 'poison');
  await waitFor('the empty queue', async () => await count(source) === 0);
});
