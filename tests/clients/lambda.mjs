// Lambda's control plane with the AWS SDK for JavaScript v3: waiters, versions, weighted aliases, throttles, filters.
import assert from 'node:assert/strict';

import * as lambda from '@aws-sdk/client-lambda';
import * as sqs from '@aws-sdk/client-sqs';

import { options, withDaemon, zip } from './support.mjs';

await withDaemon([], async (endpoint) => {
  const functions = new lambda.Lambda(options(endpoint));
  const queues = new sqs.SQS(options(endpoint));
  const code = 'export const handler = async (event, context) => ({ version: context.functionVersion, event });';
  const made = await functions.createFunction({
    FunctionName: 'f', Runtime: 'nodejs20.x', Handler: 'index.handler', Role: 'arn:aws:iam::000000000000:role/r',
    Code: { ZipFile: zip(code) },
  });
  assert.equal(made.State, 'Pending');
  await lambda.waitUntilFunctionActiveV2({ client: functions, maxWaitTime: 20, minDelay: 1 }, { FunctionName: 'f' });
  assert.equal((await functions.publishVersion({ FunctionName: 'f' })).Version, '1');
  await functions.updateFunctionCode({ FunctionName: 'f', ZipFile: zip(`${code}// two`), Publish: true });
  await functions.createAlias({
    FunctionName: 'f', Name: 'live', FunctionVersion: '1', RoutingConfig: { AdditionalVersionWeights: { 2: 0.5 } },
  });
  const seen = new Set();
  for (let i = 0; i < 30; i += 1) {
    const answer = await functions.invoke({ FunctionName: 'f', Qualifier: 'live', Payload: '{"a":1}' });
    const body = JSON.parse(Buffer.from(answer.Payload).toString());
    assert.equal(body.version, answer.ExecutedVersion);
    assert.deepEqual(body.event, { a: 1 });
    seen.add(body.version);
  }
  assert.deepEqual([...seen].sort(), ['1', '2']);

  await functions.putFunctionConcurrency({ FunctionName: 'f', ReservedConcurrentExecutions: 0 });
  await assert.rejects(functions.invoke({ FunctionName: 'f' }), (error) => error.name === 'TooManyRequestsException'
    && error.Reason === 'ReservedFunctionConcurrentInvocationLimitExceeded');

  await queues.createQueue({ QueueName: 'q' });
  const mapping = await functions.createEventSourceMapping({
    FunctionName: 'f', EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:q',
    ScalingConfig: { MaximumConcurrency: 2 }, FilterCriteria: { Filters: [{ Pattern: '{"body":["x"]}' }] },
  });
  assert.equal(mapping.State, 'Creating');
  assert.equal(mapping.ScalingConfig.MaximumConcurrency, 2);
  const pages = [];
  for await (const page of lambda.paginateListVersionsByFunction({ client: functions, pageSize: 1 }, { FunctionName: 'f' })) pages.push(page);
  assert.equal(pages.length, 3);
});
