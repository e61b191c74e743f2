// DynamoDB through the document client and two mapping libraries, on examples as their own guides have them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand, BatchWriteCommand, DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand,
  TransactWriteCommand, UpdateCommand, paginateQuery, paginateScan,
} from '@aws-sdk/lib-dynamodb';
import dynamoose from 'dynamoose';
import { Entity, Service } from 'electrodb';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const binary = process.env.PUDDLE_BINARY ?? path.join(root, 'build/dev/emulator/puddle');

function start() {
  const daemon = spawn(binary, ['up', '--ephemeral', '--auth', 'off', '--port', '0', '--inbox-port', '0']);
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

async function createTable(client, name, indexes = []) {
  const keys = (hash, range) => [{ AttributeName: hash, KeyType: 'HASH' }, { AttributeName: range, KeyType: 'RANGE' }];
  const attributes = ['pk', 'sk', ...indexes.flatMap((i) => [`${i}pk`, `${i}sk`])];
  await client.send(new CreateTableCommand({
    TableName: name, BillingMode: 'PAY_PER_REQUEST', KeySchema: keys('pk', 'sk'),
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    GlobalSecondaryIndexes: indexes.length === 0 ? undefined : indexes.map((i) => ({
      IndexName: `${i}pk-${i}sk-index`, KeySchema: keys(`${i}pk`, `${i}sk`), Projection: { ProjectionType: 'ALL' },
    })),
  }));
  await waitUntilTableExists({ client, minDelay: 1, maxWaitTime: 20 }, { TableName: name });
}

async function documents(client) {
  await createTable(client, 'documents');
  const doc = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const TableName = 'documents';
  const item = {
    pk: 'a', sk: '1', n: 1.5, big: 9007199254740991, list: [1, 'two', { three: null }], tags: new Set(['b', 'a']),
    bytes: new Uint8Array([0, 255]), yes: true, empty: '', gone: undefined,
  };
  await doc.send(new PutCommand({ TableName, Item: item }));
  const { Item } = await doc.send(new GetCommand({ TableName, Key: { pk: 'a', sk: '1' } }));
  assert.deepEqual(Item.list, item.list);
  assert.deepEqual([...Item.tags], ['a', 'b']);
  assert.deepEqual([...Item.bytes], [0, 255]);
  assert.equal(Item.big, item.big);
  assert.ok(!('gone' in Item));
  const updated = await doc.send(new UpdateCommand({
    TableName, Key: { pk: 'a', sk: '1' }, UpdateExpression: 'SET #l[1] = :two ADD n :n', ReturnValues: 'UPDATED_NEW',
    ExpressionAttributeNames: { '#l': 'list' }, ExpressionAttributeValues: { ':two': 2, ':n': 1 },
  }));
  assert.deepEqual(updated.Attributes, { list: [2], n: 2.5 });
  await assert.rejects(doc.send(new PutCommand({
    TableName, Item: { pk: 'a', sk: '1' }, ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  })), (e) => e.name === 'ConditionalCheckFailedException' && e.Item.n.N === '2.5');
  for (let i = 0; i < 50; i += 25)
    await doc.send(new BatchWriteCommand({ RequestItems: { [TableName]: Array.from({ length: 25 },
      (_, j) => ({ PutRequest: { Item: { pk: 'page', sk: String(i + j).padStart(3, '0'), i: i + j } } })) } }));
  const seen = [];
  for await (const page of paginateQuery({ client: doc, pageSize: 7 }, {
    TableName, KeyConditionExpression: 'pk = :p', FilterExpression: 'i >= :i', ScanIndexForward: false,
    ExpressionAttributeValues: { ':p': 'page', ':i': 10 },
  })) seen.push(...page.Items.map((x) => x.i));
  assert.deepEqual(seen, Array.from({ length: 40 }, (_, i) => 49 - i));
  let scanned = 0;
  for (const Segment of [0, 1, 2])
    for await (const page of paginateScan({ client: doc }, { TableName, Segment, TotalSegments: 3, Limit: 9 })) scanned += page.Count;
  assert.equal(scanned, 51);
  const got = await doc.send(new BatchGetCommand({ RequestItems: { [TableName]: {
    Keys: [{ pk: 'page', sk: '000' }, { pk: 'page', sk: 'none' }], ProjectionExpression: 'i' } } }));
  assert.deepEqual(got.Responses[TableName], [{ i: 0 }]);
  await assert.rejects(doc.send(new TransactWriteCommand({ TransactItems: [
    { Put: { TableName, Item: { pk: 't', sk: '1' } } },
    { ConditionCheck: { TableName, Key: { pk: 'none', sk: '1' }, ConditionExpression: 'attribute_exists(pk)' } },
  ] })), (e) => e.name === 'TransactionCanceledException' && e.CancellationReasons[1].Code === 'ConditionalCheckFailed');
  await doc.send(new DeleteCommand({ TableName, Key: { pk: 'a', sk: '1' } }));
  assert.equal((await doc.send(new QueryCommand({ TableName, KeyConditionExpression: 'pk = :p', Select: 'COUNT',
    ExpressionAttributeValues: { ':p': 'a' } }))).Count, 0);
}

// Employees and their tasks in one table, as in ElectroDB's guide.
async function electro(client) {
  await createTable(client, 'electro', ['gsi1']);
  const employees = new Entity({
    model: { entity: 'employee', version: '1', service: 'taskapp' },
    attributes: {
      employee: { type: 'string', default: () => 'e-0' }, team: { type: ['development', 'marketing'] },
      office: { type: 'string' }, salary: { type: 'number' }, skills: { type: 'set', items: 'string' },
    },
    indexes: {
      employee: { pk: { field: 'pk', composite: ['employee'] }, sk: { field: 'sk', composite: [] } },
      coworkers: { index: 'gsi1pk-gsi1sk-index', collection: 'workplaces',
        pk: { field: 'gsi1pk', composite: ['office'] }, sk: { field: 'gsi1sk', composite: ['team', 'employee'] } },
    },
  }, { client, table: 'electro' });
  const tasks = new Entity({
    model: { entity: 'task', version: '1', service: 'taskapp' },
    attributes: { task: { type: 'string' }, employee: { type: 'string' }, office: { type: 'string' }, points: { type: 'number' } },
    indexes: {
      task: { pk: { field: 'pk', composite: ['employee'] }, sk: { field: 'sk', composite: ['task'] } },
      places: { index: 'gsi1pk-gsi1sk-index', collection: 'workplaces',
        pk: { field: 'gsi1pk', composite: ['office'] }, sk: { field: 'gsi1sk', composite: ['task'] } },
    },
  }, { client, table: 'electro' });
  const app = new Service({ employees, tasks });
  await employees.put([1, 2, 3].map((i) => ({ employee: `e-${i}`, team: i === 3 ? 'marketing' : 'development',
    office: 'north', salary: 1000 * i, skills: ['c++'] }))).go();
  await tasks.create({ task: 't-1', employee: 'e-1', office: 'north', points: 3 }).go();
  await assert.rejects(employees.create({ employee: 'e-1', team: 'marketing', office: 'south', salary: 1 }).go());
  const developers = await employees.query.coworkers({ office: 'north' }).begins({ team: 'development' })
    .where(({ salary }, { gt }) => gt(salary, 1500)).go();
  assert.deepEqual(developers.data.map((e) => e.employee), ['e-2']);
  const patched = await employees.patch({ employee: 'e-2' }).add({ salary: 500 }).add({ skills: ['sql'] }).go({ response: 'all_new' });
  assert.equal(patched.data.salary, 2500);
  assert.deepEqual([...patched.data.skills].sort(), ['c++', 'sql']);
  const place = await app.collections.workplaces({ office: 'north' }).go();
  assert.deepEqual([place.data.employees.length, place.data.tasks.length], [3, 1]);
  let cursor = null, pages = 0, all = 0;
  do {
    const page = await employees.query.coworkers({ office: 'north' }).go({ cursor, limit: 1 });
    cursor = page.cursor;
    all += page.data.length;
    pages += 1;
  } while (cursor !== null);
  assert.equal(all, 3);
  assert.ok(pages >= 3);
  await app.transaction.write(({ employees: e, tasks: t }) => [
    e.delete({ employee: 'e-3' }).commit(), t.remove({ employee: 'e-1', task: 't-1' }).commit(),
  ]).go();
  assert.equal((await employees.get({ employee: 'e-3' }).go()).data, null);
  assert.equal((await employees.scan.go()).data.length, 2);
}

// Cats with an index, as in Dynamoose's guide. It creates its table itself.
async function mongoose(endpoint) {
  const options = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  dynamoose.aws.ddb.set(new dynamoose.aws.ddb.DynamoDB(options));
  const schema = new dynamoose.Schema({
    id: { type: Number, hashKey: true }, name: String, breed: { type: String, index: { name: 'breedIndex', rangeKey: 'id' } },
    born: Date, toys: { type: Array, schema: [String] },
  }, { timestamps: true });
  const Cat = dynamoose.model('Cat', schema, { waitForActive: { enabled: true } });
  await new Cat({ id: 1, name: 'Tom', breed: 'tabby', born: new Date(0), toys: ['ball'] }).save();
  await Cat.batchPut([{ id: 2, name: 'Kit', breed: 'tabby' }, { id: 3, name: 'Max', breed: 'manx' }]);
  const tom = await Cat.get(1);
  assert.equal(tom.name, 'Tom');
  assert.equal(tom.born.getTime(), 0);
  assert.deepEqual(tom.toys, ['ball']);
  await Cat.update({ id: 1 }, { $SET: { name: 'Thomas' }, $ADD: { toys: 'mouse' } });
  assert.deepEqual((await Cat.get(1)).toys, ['ball', 'mouse']);
  const tabbies = await Cat.query('breed').eq('tabby').sort('descending').exec();
  assert.deepEqual(tabbies.map((c) => c.id), [2, 1]);
  assert.equal((await Cat.scan('name').contains('a').count().exec()).count, 2);
  await assert.rejects(Cat.create({ id: 1, name: 'again' }));
  await dynamoose.transaction([Cat.transaction.delete(3), Cat.transaction.update({ id: 2 }, { name: 'Kitty' })]);
  assert.equal(await Cat.get(3), undefined);
  assert.equal((await Cat.get(2)).name, 'Kitty');
  const first = await Cat.scan().limit(1).exec();
  assert.equal((await Cat.scan().startAt(first.lastKey).exec()).length, 1);
}

const { daemon, endpoint } = await start();
try {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  await documents(client);
  await electro(client);
  await mongoose(endpoint);
  console.log('document client, ElectroDB and Dynamoose: all assertions hold');
} finally {
  daemon.removeAllListeners('exit');
  daemon.kill();
}
