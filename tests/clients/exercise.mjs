// The reference exercise with the AWS SDK for JavaScript v3, roles and policies enforced.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import * as apigateway from '@aws-sdk/client-api-gateway';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as iam from '@aws-sdk/client-iam';
import * as lambda from '@aws-sdk/client-lambda';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as sts from '@aws-sdk/client-sts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const binary = process.env.PUDDLE_BINARY ?? path.join(root, 'build/dev/emulator/puddle');
const work = mkdtempSync(path.join(tmpdir(), 'puddle-js-'));

function start() {
  const daemon = spawn(binary, ['up', '--auth', 'enforce', '--ephemeral', '--port', '0', '--inbox-port', '0']);
  let text = '';
  daemon.stderr.on('data', (part) => { text += part; });
  return new Promise((resolve, reject) => {
    daemon.stdout.on('data', (part) => {
      text += part;
      if (/^Ready\.$/m.test(text)) resolve({ daemon, endpoint: /http:\/\/[^\s/]+/.exec(text)[0] });
    });
    daemon.on('exit', () => reject(new Error(`puddle ended: ${text}`)));
  });
}

async function waitFor(what, condition) {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited in vain for ${what}`);
}

function zip(folder) {
  const file = path.join(work, `${folder}.zip`);
  execFileSync('python3', ['-c', 'import sys, zipfile; zipfile.ZipFile(sys.argv[1], "w").write(sys.argv[2], "lambda_function.py")',
    file, path.join(root, 'config/orders', folder, 'lambda_function.py')]);
  return readFileSync(file);
}

async function exercise(endpoint) {
  const options = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 };
  const client = (module, name) => new module[`${name}Client`](options);
  const I = client(iam, 'IAM'), Q = client(sqs, 'SQS'), D = client(dynamodb, 'DynamoDB'), L = client(lambda, 'Lambda');
  const S = client(sns, 'SNS'), A = client(apigateway, 'APIGateway'), C = client(logs, 'CloudWatchLogs'), T = client(sts, 'STS');
  const inbox = async () => (await (await fetch(`${endpoint}/_puddle/inbox`)).json()).messages;

  assert.equal((await T.send(new sts.GetCallerIdentityCommand({}))).Account, '000000000000');
  const policy = async (name) => (await I.send(new iam.CreatePolicyCommand({ PolicyName: name,
    PolicyDocument: readFileSync(path.join(root, `config/orders/policies/${name}.json`), 'utf8') }))).Policy.Arn;
  const role = async (name, service, ...policies) => {
    const made = await I.send(new iam.CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }] }) }));
    for (const PolicyArn of policies) await I.send(new iam.AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
    return made.Role.Arn;
  };
  const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
  const role1 = await role('Lambda-SQS-DynamoDB', 'lambda.amazonaws.com', await policy('Lambda-Write-DynamoDB'), await policy('Lambda-Read-SQS'), basic);
  const role2 = await role('Lambda-DynamoDBStreams-SNS', 'lambda.amazonaws.com', await policy('Lambda-SNS-Publish'), await policy('Lambda-DynamoDBStreams-Read'), basic);
  const role3 = await role('APIGateway-SQS', 'apigateway.amazonaws.com');

  const table = await D.send(new dynamodb.CreateTableCommand({ TableName: 'orders', BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'orderID', AttributeType: 'S' }], KeySchema: [{ AttributeName: 'orderID', KeyType: 'HASH' }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } }));
  await dynamodb.waitUntilTableExists({ client: D, maxWaitTime: 20, minDelay: 1 }, { TableName: 'orders' });
  const queueArn = 'arn:aws:sqs:us-east-1:000000000000:POC-Queue';
  const statement = (arn, ...actions) => ({ Effect: 'Allow', Principal: { AWS: [arn] }, Action: actions, Resource: queueArn });
  await Q.send(new sqs.CreateQueueCommand({ QueueName: 'POC-Queue', Attributes: { Policy: JSON.stringify({ Version: '2012-10-17',
    Statement: [statement(role3, 'SQS:SendMessage'), statement(role1, 'SQS:ReceiveMessage', 'SQS:DeleteMessage')] }) } }));

  const topic = (await S.send(new sns.CreateTopicCommand({ Name: 'POC-Topic' }))).TopicArn;
  const make = async (name, folder, Role, Variables) => {
    await L.send(new lambda.CreateFunctionCommand({ FunctionName: name, Runtime: 'python3.9', Role,
      Handler: 'lambda_function.lambda_handler', Code: { ZipFile: zip(folder) }, Environment: { Variables } }));
    await lambda.waitUntilFunctionActiveV2({ client: L, maxWaitTime: 20, minDelay: 1 }, { FunctionName: name });
  };
  await make('POC-Lambda-1', 'poc-lambda-1', role1, {});
  await make('POC-Lambda-2', 'poc-lambda-2', role2, { TOPIC_ARN: topic });
  await L.send(new lambda.CreateEventSourceMappingCommand({ FunctionName: 'POC-Lambda-1', EventSourceArn: queueArn }));
  await L.send(new lambda.CreateEventSourceMappingCommand({ FunctionName: 'POC-Lambda-2', StartingPosition: 'LATEST',
    EventSourceArn: table.TableDescription.LatestStreamArn }));

  await S.send(new sns.SubscribeCommand({ TopicArn: topic, Protocol: 'email', Endpoint: 'shop@example.com' }));
  const mail = await waitFor('the confirmation mail', async () => (await inbox())[0]);
  assert.equal((await fetch(/http:\/\/\S+ConfirmSubscription\S+/.exec(mail.text)[0])).status, 200);

  const restApiId = (await A.send(new apigateway.CreateRestApiCommand({ name: 'POC-API' }))).id;
  const resourceId = (await A.send(new apigateway.GetResourcesCommand({ restApiId }))).items[0].id;
  const where = { restApiId, resourceId, httpMethod: 'POST' };
  await A.send(new apigateway.PutMethodCommand({ ...where, authorizationType: 'NONE' }));
  await A.send(new apigateway.PutMethodResponseCommand({ ...where, statusCode: '200' }));
  await A.send(new apigateway.PutIntegrationCommand({ ...where, type: 'AWS', integrationHttpMethod: 'POST', credentials: role3,
    uri: 'arn:aws:apigateway:us-east-1:sqs:path/000000000000/POC-Queue', passthroughBehavior: 'NEVER',
    requestParameters: { 'integration.request.header.Content-Type': "'application/x-www-form-urlencoded'" },
    requestTemplates: { 'application/json': 'Action=SendMessage&MessageBody=$util.urlEncode($input.body)' } }));
  await A.send(new apigateway.PutIntegrationResponseCommand({ ...where, statusCode: '200' }));
  await A.send(new apigateway.CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
  const answer = await fetch(`${endpoint}/_aws/execute-api/${restApiId}/dev/`, { method: 'POST',
    headers: { 'Content-Type': 'application/json' }, body: '{"item":"latex gloves & mops"}' });
  assert.equal(answer.status, 200);
  await waitFor('the mail', async () => (await inbox()).some((m) => m.text.includes('latex gloves & mops')));

  const items = (await D.send(new dynamodb.ScanCommand({ TableName: 'orders' }))).Items;
  assert.deepEqual(items.map((i) => i.order.S), ['{"item":"latex gloves & mops"}']);
  const lines = await waitFor('the log', async () => {
    const found = await C.send(new logs.FilterLogEventsCommand({ logGroupName: '/aws/lambda/POC-Lambda-1' })).catch(() => ({ events: [] }));
    return found.events.length > 3 && found.events.map((e) => e.message);
  });
  assert.ok(lines.some((l) => l.startsWith('REPORT RequestId: ')));
  await assert.rejects(Q.send(new sqs.GetQueueUrlCommand({ QueueName: 'none' })), { name: 'QueueDoesNotExist' });
  await assert.rejects(L.send(new lambda.GetFunctionCommand({ FunctionName: 'none' })), { name: 'ResourceNotFoundException' });
}

const { daemon, endpoint } = await start();
try {
  await exercise(endpoint);
} finally {
  daemon.removeAllListeners('exit');
  daemon.kill('SIGTERM');
  rmSync(work, { recursive: true, force: true });
}
