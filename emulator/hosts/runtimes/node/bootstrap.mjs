// Runtime client for Node.js functions: asks the Runtime API for events and runs the handler.
//
// With --wait it starts ahead of its environment and waits on descriptor 3 for a JSON object: script, directory and
// environment. After that it is what a process of its own would be.
import { closeSync, existsSync, readFileSync, readSync, statSync } from 'node:fs';
import http from 'node:http';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

let root, host, port;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let requestId;

function request(method, url, body = '', headers = {}) {
  const data = Buffer.from(body);
  return new Promise((resolve, reject) => {
    const sent = http.request({ host, port, method, path: url, agent,
      headers: { 'Content-Length': data.length, ...headers } }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(data);
  });
}

let json = false;
let threshold = 0;
const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

function readEnvironment() {
  root = process.env.LAMBDA_TASK_ROOT;
  [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
  json = process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON';
  if (json) threshold = Math.max(0, levels.indexOf((process.env.AWS_LAMBDA_LOG_LEVEL ?? 'INFO').toUpperCase()));
}

const jsonError = (error) => ({ errorType: error?.constructor?.name ?? 'UnknownError', errorMessage: error.message,
  stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : error.stack });

// One JSON object for a line: a single argument is the message itself, several are formatted.
function jsonLine(level, parts) {
  const record = { timestamp: new Date().toISOString(), level, requestId };
  if (parts.length === 1) {
    record.message = parts[0];
    try {
      return JSON.stringify(record, (_, v) => (v instanceof Error ? { ...jsonError(v), ...v } : v));
    } catch { // a circular structure
      record.message = format(record.message);
      return JSON.stringify(record);
    }
  }
  record.message = format(...parts);
  const error = parts.find((part) => part instanceof Error);
  if (error) Object.assign(record, jsonError(error));
  return JSON.stringify(record);
}

// console.* as Lambda writes it: instant, request, level and text; one event, whatever its lines.
function setUpConsole() {
  const write = (level) => (...parts) => {
    if (json) {
      if (levels.indexOf(level) >= threshold) process.stdout.write(`${jsonLine(level, parts)}\n`);
      return;
    }
    const text = format(...parts).replace(/\n/g, '\r');
    process.stdout.write(`${new Date().toISOString()}\t${requestId}\t${level}\t${text}\n`);
  };
  Object.assign(console, { log: write('INFO'), info: write('INFO'), debug: write('DEBUG'), warn: write('WARN'),
    error: write('ERROR'), trace: write('TRACE'), fatal: write('FATAL') });
}

// The SDK's version 2 does not know AWS_ENDPOINT_URL.
function pointOldSdk() {
  const load = Module._load;
  Module._load = function (name, ...more) {
    const loaded = load.call(this, name, ...more);
    if ((name === 'aws-sdk' || name.startsWith('aws-sdk/')) && process.env.AWS_ENDPOINT_URL && loaded.config?.update) {
      loaded.config.update({ endpoint: process.env.AWS_ENDPOINT_URL, s3ForcePathStyle: true });
    }
    return loaded;
  };
}

// Problems that the runtime has a name for.
const faults = {};
for (const name of ['ImportModuleError', 'HandlerNotFound', 'MalformedHandlerName', 'UserCodeSyntaxError', 'NodeJsExit',
  'UnhandledPromiseRejection']) {
  faults[name] = class extends Error {};
  faults[name].prototype.name = `Runtime.${name}`;
}

function isModule(folder) {
  if (folder.endsWith('/node_modules')) return false;
  const file = path.join(folder, 'package.json');
  if (existsSync(file)) {
    try {
      return JSON.parse(readFileSync(file, 'utf8'))?.type === 'module';
    } catch (error) {
      console.warn(`${file} cannot be read, it will be ignored for ES module detection purposes.`, error);
      return false;
    }
  }
  return folder === '/' ? false : isModule(path.dirname(folder));
}

async function loadModule(folder, name) {
  const require = createRequire('file:///var/runtime/index.mjs'); // messages name the place that asked
  const file = path.resolve(root, folder, name);
  const load = (extension) => (existsSync(file + extension) ? require(file + extension) : undefined);
  const importing = (extension) =>
    (existsSync(file + extension) ? import(pathToFileURL(file + extension).href) : undefined);
  if (existsSync(file) && statSync(file).isFile()) return require(file);
  const esm = existsSync(`${file}.js`) && isModule(path.dirname(`${file}.js`));
  return (esm ? await importing('.js') : load('.js')) ?? await importing('.mjs') ?? load('.cjs') ??
    require(require.resolve(name, { paths: [root, folder] }));
}

async function loadHandler(name) {
  if (name.includes('..')) {
    throw new faults.MalformedHandlerName(
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const base = path.basename(name);
  const [, module, place] = base.match(/^([^.]*)\.(.*)$/) ?? [];
  if (module === undefined) throw new faults.MalformedHandlerName('Bad handler');
  let found;
  try {
    found = await loadModule(name.slice(0, name.indexOf(base)), module);
  } catch (error) {
    if (error instanceof SyntaxError) throw new faults.UserCodeSyntaxError(error);
    if (error?.code === 'MODULE_NOT_FOUND') throw new faults.ImportModuleError(error);
    throw error;
  }
  for (const part of place.split('.')) found = found && found[part];
  if (!found) throw new faults.HandlerNotFound(`${name} is undefined or not exported`);
  if (typeof found !== 'function') throw new faults.HandlerNotFound(`${name} is not a function`);
  return found;
}

// What is thrown, with the properties that JSON leaves out.
const visible = (_, v) => (v instanceof Error
  ? { errorType: v.name, errorMessage: v.message, code: v.code, ...v,
    ...(typeof v.stack === 'string' && { stack: v.stack.split('\n') }) } : v);

function logError(what, thrown) {
  const error = thrown instanceof Error ? thrown : new Error(thrown);
  if (json) return console.error(error);
  let text;
  try {
    text = JSON.stringify(error, visible);
  } catch { // a circular structure
    text = JSON.stringify(payload(error));
  }
  return console.error(what, `\t${text}`);
}

const clean = (text) => text.replaceAll('\x7F', '%7F');

function payload(error) {
  try {
    const isError = error instanceof Error ||
      (error && ['name', 'message', 'stack'].every((name) => typeof error[name] === 'string' && error[name]));
    return isError
      ? { errorType: clean(error.name), errorMessage: clean(error.message), trace: clean(error.stack).split('\n') }
      : { errorType: typeof error, errorMessage: error.toString(), trace: [] };
  } catch {
    return { errorType: 'handled', errorMessage: 'callback called with Error argument, but there was a problem while ' +
      'retrieving one or more of its message, name, and stack' };
  }
}

function postError(where, error) {
  const document = payload(error);
  return request('POST', where, JSON.stringify(document),
    { 'Content-Type': 'application/json', 'Lambda-Runtime-Function-Error-Type': encodeURI(document.errorType) });
}

function makeContext(headers, finish) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const given = headers['lambda-runtime-client-context'];
  const identity = headers['lambda-runtime-cognito-identity'];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: given ? JSON.parse(given) : undefined,
    identity: identity ? JSON.parse(identity) : undefined,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    getRemainingTimeInMillis: () => deadline - Date.now(),
    done: finish,
    succeed: (result) => finish(null, result),
    fail: (error) => finish(error ?? 'handled'),
  };
}

// A handler answers by its promise, by the context, by the callback (when nothing else is going on), or not at all: then it
// is an error of an async function, and null of another. What a function returns that is no promise is not looked at.
function run(handler, event, headers) {
  return new Promise((resolve, reject) => {
    let atRest = handler.constructor?.name === 'AsyncFunction'
      ? () => reject(new faults.NodeJsExit(
        'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that ' +
        'was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes'))
      : () => resolve(null);
    const whenIdle = () => atRest();
    process.once('beforeExit', whenIdle);
    const settle = (action, value) => {
      process.removeListener('beforeExit', whenIdle);
      action(value);
    };
    const finish = (error, result) => (error !== null && error !== undefined ? settle(reject, error) : settle(resolve, result));
    const context = makeContext(headers, finish);
    const callback = (error, result) => {
      if ((error !== null && error !== undefined) || !context.callbackWaitsForEmptyEventLoop) finish(error, result);
      else atRest = () => resolve(result);
    };
    try {
      const answer = handler(event, context, callback);
      if (typeof answer?.then === 'function') answer.then(context.succeed, context.fail);
    } catch (error) {
      settle(reject, error);
    }
  });
}

function serialized(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch {
    throw new Error('Unable to stringify response body');
  }
}

// Runs once what every start needs: a request, and both ways to load a module.
async function exercise() {
  const server = http.createServer((_, answer) => answer.end('{}'));
  await new Promise((resolve) => { server.listen(`\0puddle-${process.pid}`, resolve); });
  await new Promise((resolve, reject) => {
    http.get({ socketPath: `\0puddle-${process.pid}`, agent: false }, (answer) => {
      answer.on('data', () => {});
      answer.on('end', resolve);
    }).on('error', reject);
  });
  server.close();
  createRequire('/')('node:path');
  await import('data:text/javascript,');
}

function awaitEnvironment() {
  const parts = [];
  const buffer = Buffer.alloc(65536);
  for (let n; (n = readSync(3, buffer)) > 0;) parts.push(Buffer.from(buffer.subarray(0, n)));
  closeSync(3);
  if (parts.length === 0) process.exit(0); // nobody needs it any more
  const { script, directory, environment } = JSON.parse(Buffer.concat(parts).toString('utf8'));
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  process.chdir(directory);
  process.argv = [process.argv[0], script];
  Module._initPaths(); // NODE_PATH
}

async function main() {
  if (process.argv[2] === '--wait') {
    await exercise();
    awaitEnvironment();
  }
  readEnvironment();
  setUpConsole();
  pointOldSdk();
  let invocation = null;
  const fatal = (what, code) => async (error) => {
    logError(what, error);
    await postError(invocation ? `${invocation}error` : '/2018-06-01/runtime/init/error', error).catch(() => {});
    process.exit(code);
  };
  process.on('uncaughtException', fatal('Uncaught Exception', 129));
  process.on('unhandledRejection', (reason, promise) => fatal('Unhandled Promise Rejection', 128)(
    Object.assign(new faults.UnhandledPromiseRejection(reason), { reason, promise })));
  let handler;
  try {
    handler = await loadHandler(process.env._HANDLER ?? '');
  } catch (error) {
    await fatal('Uncaught Exception', 129)(error);
  }
  for (;;) {
    const next = await request('GET', '/2018-06-01/runtime/invocation/next');
    if (next.status !== 200) process.exit(1);
    requestId = next.headers['lambda-runtime-aws-request-id'];
    const trace = next.headers['lambda-runtime-trace-id'];
    if (trace) process.env._X_AMZN_TRACE_ID = trace;
    else delete process.env._X_AMZN_TRACE_ID;
    invocation = `/2018-06-01/runtime/invocation/${requestId}/`;
    try {
      const answer = serialized(await run(handler, JSON.parse(next.body.toString('utf8')), next.headers));
      await request('POST', `${invocation}response`, answer, { 'Content-Type': 'application/json' });
    } catch (error) {
      logError('Invoke Error', error);
      await postError(`${invocation}error`, error);
    }
  }
}

main().catch(() => process.exit(1));
