// Runtime client for Node.js functions: asks the Runtime API for events and runs the handler.
import { existsSync } from 'node:fs';
import http from 'node:http';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

const root = process.env.LAMBDA_TASK_ROOT;
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
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

const json = process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON';
const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const threshold = json ? Math.max(0, levels.indexOf((process.env.AWS_LAMBDA_LOG_LEVEL ?? 'INFO').toUpperCase())) : 0;

function plainError(value) {
  return value instanceof Error
    ? { errorType: value.name, errorMessage: value.message, stackTrace: (value.stack ?? '').split('\n').slice(1) } : value;
}

// One JSON object for a line: a single object is the message itself, everything else is formatted.
function jsonLine(level, parts) {
  const record = { timestamp: new Date().toISOString(), level };
  if (requestId) record.requestId = requestId;
  if (parts.length === 1 && typeof parts[0] === 'object' && parts[0] !== null) {
    record.message = plainError(parts[0]);
    try {
      return JSON.stringify(record);
    } catch { /* a circular structure: as text */ }
  }
  record.message = format(...parts);
  const error = parts.find((part) => part instanceof Error);
  if (error) Object.assign(record, plainError(error));
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

class Fault extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

async function loadModule(file) {
  const require = createRequire(pathToFileURL(path.join(root, 'index.js')));
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    const candidate = path.resolve(root, file + extension);
    if (!existsSync(candidate) || (extension === '' && !path.extname(file))) continue;
    if (extension === '.mjs') return import(pathToFileURL(candidate).href);
    if (extension === '.cjs') return require(candidate);
    try {
      return require(candidate);
    } catch (error) {
      if (error.code !== 'ERR_REQUIRE_ESM') throw error;
      return import(pathToFileURL(candidate).href);
    }
  }
  throw new Fault('Runtime.ImportModuleError', `Error: Cannot find module '${path.basename(file)}'`);
}

async function loadHandler(name) {
  const base = path.basename(name);
  const dot = base.indexOf('.');
  if (dot < 0) throw new Fault('Runtime.MalformedHandlerName', 'Bad handler');
  const file = path.join(path.dirname(name), base.slice(0, dot));
  let found;
  try {
    found = await loadModule(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Fault('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    if (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND') {
      throw new Fault('Runtime.ImportModuleError', `Error: ${error.message}`);
    }
    throw error;
  }
  for (const part of base.slice(dot + 1).split('.')) found = found?.[part] ?? found?.default?.[part];
  if (found === undefined) throw new Fault('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  if (typeof found !== 'function') throw new Fault('Runtime.HandlerNotFound', `${name} is not a function`);
  return found;
}

function errorDocument(error) {
  const isError = error instanceof Error;
  const type = isError ? error.name : typeof error;
  const document = { errorType: type, errorMessage: isError ? error.message : String(error),
    trace: isError && error.stack ? error.stack.split('\n') : [] };
  if (json) console.error(error);
  else console.error('Invoke Error', JSON.stringify({ ...document, stack: document.trace, trace: undefined }));
  return [JSON.stringify(document), { 'Content-Type': 'application/json', 'Lambda-Runtime-Function-Error-Type': type }];
}

function makeContext(headers, callback) {
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
    getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
    done: callback,
    succeed: (result) => callback(null, result),
    fail: (error) => callback(error ?? 'handled'),
  };
}

// A handler answers by its promise, by the callback, or by leaving the event loop empty.
function run(handler, event, headers) {
  return new Promise((resolve, reject) => {
    const empty = () => resolve(null);
    let context;
    const settle = (action, value) => {
      process.removeListener('beforeExit', empty);
      action(value);
    };
    const callback = (error, result) => {
      if (error !== null && error !== undefined) return settle(reject, error);
      if (context.callbackWaitsForEmptyEventLoop === false) return settle(resolve, result);
      process.removeListener('beforeExit', empty);
      process.once('beforeExit', () => resolve(result));
    };
    context = makeContext(headers, callback);
    process.once('beforeExit', empty);
    try {
      const answer = handler(event, context, callback);
      if (typeof answer?.then === 'function') answer.then((v) => settle(resolve, v), (e) => settle(reject, e));
      else if (handler.length < 3 && answer !== undefined) settle(resolve, answer);
    } catch (error) {
      settle(reject, error);
    }
  });
}

async function main() {
  setUpConsole();
  pointOldSdk();
  let handler;
  try {
    handler = await loadHandler(process.env._HANDLER ?? '');
  } catch (error) {
    await request('POST', '/2018-06-01/runtime/init/error', ...errorDocument(error));
    process.exit(1);
  }
  const fatal = async (error) => {
    const where = requestId ? `/2018-06-01/runtime/invocation/${requestId}/error` : '/2018-06-01/runtime/init/error';
    await request('POST', where, ...errorDocument(error)).catch(() => {});
    process.exit(129);
  };
  process.on('uncaughtException', fatal);
  process.on('unhandledRejection', (reason) =>
    fatal(new Fault('Runtime.UnhandledPromiseRejection', String(reason?.message ?? reason))));
  for (;;) {
    const next = await request('GET', '/2018-06-01/runtime/invocation/next');
    if (next.status !== 200) process.exit(1);
    requestId = next.headers['lambda-runtime-aws-request-id'];
    if (next.headers['lambda-runtime-trace-id']) process.env._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'];
    const base = `/2018-06-01/runtime/invocation/${requestId}/`;
    try {
      const result = await run(handler, JSON.parse(next.body.toString('utf8') || 'null'), next.headers);
      await request('POST', `${base}response`, JSON.stringify(result) ?? 'null', { 'Content-Type': 'application/json' });
    } catch (error) {
      await request('POST', `${base}error`, ...errorDocument(error));
    }
  }
}

main().catch(() => process.exit(1));
