"""Runtime client for Python functions: asks the Runtime API for events and runs the handler.

A program of its own, or called by pool.py in a process that was forked. Standard library only, and little of it: what
is imported here is part of every cold start.
"""
import json
import os
import socket
import sys
import time

LEVELS = {"TRACE": 5, "DEBUG": 10, "INFO": 20, "WARN": 30, "ERROR": 40, "FATAL": 50}

class Connection:
    """One kept-alive HTTP connection; a request on a connection that was closed meanwhile is sent again."""

    def __init__(self, address):
        host, _, port = address.partition(":")
        self.address, self.host = (host, int(port or 80)), address
        self.socket, self.rest = None, b""

    def request(self, method, path, body=b"", headers=()):
        lines = ["%s %s HTTP/1.1" % (method, path), "Host: " + self.host, "Content-Length: %d" % len(body)]
        lines.extend("%s: %s" % pair for pair in headers)
        data = ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace") + body
        for again in (True, False):
            try:
                if self.socket is None:
                    self.socket = socket.socket()  # the address is a number, and a resolver takes milliseconds to load
                    self.socket.connect(self.address)
                    self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.socket.sendall(data)
                return self.answer()
            except OSError:
                self.socket, self.rest = None, b""
                if not again:
                    raise

    def receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("closed")
        self.rest += data

    def answer(self):
        while b"\r\n\r\n" not in self.rest:
            self.receive()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        lines = head.decode("utf-8").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", "0"))
        while len(self.rest) < length:
            self.receive()
        body, self.rest = self.rest[:length], self.rest[length:]
        return int(lines[0].split(" ")[1]), headers, body


runtime = None  # the Connection
state = {"id": None}


def json_logs():
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"


def now():
    seconds = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + ".%03dZ" % (seconds % 1 * 1000)


def event_lines(text):
    """Several lines as one log event, the way Lambda writes a traceback."""
    sys.stdout.flush()
    sys.stdout.write(text.replace("\n", "\r") + "\n")
    sys.stdout.flush()


class Identity:
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self, data):
        self.cognito_identity_id = data.get("cognitoIdentityId")
        self.cognito_identity_pool_id = data.get("cognitoIdentityPoolId")


class Client:
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")

    def __init__(self, data):
        for name in self.__slots__:
            setattr(self, name, data.get(name))


class ClientContext:
    __slots__ = ("custom", "env", "client")

    def __init__(self, data):
        self.custom, self.env, client = data.get("custom"), data.get("env"), data.get("client")
        self.client = None if client is None else Client(client)


class LambdaContext:
    """What a handler gets as its second argument."""

    def __init__(self, headers):
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.identity = Identity(json.loads(headers.get("lambda-runtime-cognito-identity") or "{}"))
        given = headers.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(given)) if given else None
        self._deadline = int(headers["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline - int(round(time.time() * 1000)), 0)

    def log(self, message):
        sys.stdout.write(str(message))

    def __repr__(self):
        return "LambdaContext([aws_request_id=%s,function_name=%s])" % (self.aws_request_id, self.function_name)


class Fault(Exception):
    """A problem of the function that is no exception of its own."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.kind, self.trace = kind, list(trace)


def own_frames(trace):
    """Without the frames of this file and of the import machinery at the beginning."""
    import traceback
    frames = traceback.extract_tb(trace)
    while frames and (frames[0].filename == __file__ or "importlib" in frames[0].filename):
        frames = frames[1:]
    return traceback.format_list(frames)


def error_document(error, request_id):
    kind = error.kind if isinstance(error, Fault) else type(error).__name__
    document = {"errorMessage": str(error), "errorType": kind, "requestId": request_id,
                "stackTrace": error.trace if isinstance(error, Fault) else own_frames(error.__traceback__)}
    if json_logs():
        print(json.dumps({"timestamp": now(), "log_level": "ERROR", **document}), flush=True)
        return json.dumps(document).encode(), error_headers(kind)
    lines = ["[ERROR] " + kind + (": " + document["errorMessage"] if document["errorMessage"] else ""),
             "Traceback (most recent call last):"]
    for frame in document["stackTrace"]:
        for line in frame.splitlines():
            text = line.lstrip(" ")
            lines.append("\u00a0" * (len(line) - len(text)) + text)
    event_lines("\n".join(lines))
    return json.dumps(document).encode(), error_headers(kind)


def error_headers(kind):
    return [("Lambda-Runtime-Function-Error-Type", kind), ("Content-Type", "application/vnd.aws.lambda.error+json")]


def set_up_logging():
    """Lambda's format for the logging module, set up when the function first imports it."""
    import logging

    class RequestId(logging.Filter):
        def filter(self, record):
            record.aws_request_id = state["id"] or ""
            return True

    class Handler(logging.Handler):
        def emit(self, record):
            if json_logs():
                sys.stdout.write(self.format(record) + "\n")
                sys.stdout.flush()
            else:
                event_lines(self.format(record))

    standard = set(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "aws_request_id",
                                                                          "taskName"}

    class JsonFormatter(logging.Formatter):
        def format(self, record):
            level = {"WARNING": "WARN", "CRITICAL": "FATAL"}.get(record.levelname, record.levelname)
            out = {"timestamp": now(), "level": level, "message": record.getMessage(), "logger": record.name}
            if record.exc_info and record.exc_info[0]:
                import traceback
                out["stackTrace"] = [line.rstrip("\n") for line in traceback.format_tb(record.exc_info[2])]
                out["errorType"] = record.exc_info[0].__name__
                out["errorMessage"] = str(record.exc_info[1])
                out["location"] = "%s:%s:%s" % (record.pathname, record.funcName, record.lineno)
            out.update((key, value) for key, value in vars(record).items() if key not in standard and key not in out)
            if record.aws_request_id:
                out["requestId"] = record.aws_request_id
            return json.dumps(out, default=str, ensure_ascii=False)

    if json_logs():
        formatter = JsonFormatter()
        logging.getLogger().setLevel(LEVELS.get(os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO").upper(), 20))
    else:
        formatter = logging.Formatter("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s",
                                      "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler = Handler()
    handler.setFormatter(formatter)
    handler.addFilter(RequestId())
    logging.getLogger().addHandler(handler)


def point_old_botocore():
    """botocore before 1.31 does not know AWS_ENDPOINT_URL."""
    botocore = sys.modules["botocore"]
    session = sys.modules["botocore.session"]  # not an attribute of its parent yet: its import is just ending
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    version = tuple(int(n) for n in botocore.__version__.split(".")[:2])
    if not endpoint or version >= (1, 31):
        return
    create_client = session.Session.create_client

    def with_endpoint(self, service_name, region_name=None, api_version=None, use_ssl=True, verify=None,
                      endpoint_url=None, **more):
        if endpoint_url is None:
            name = "AWS_ENDPOINT_URL_" + service_name.upper().replace("-", "_")
            endpoint_url = os.environ.get(name, endpoint)
        return create_client(self, service_name, region_name=region_name, api_version=api_version, use_ssl=use_ssl,
                             verify=verify, endpoint_url=endpoint_url, **more)

    session.Session.create_client = with_endpoint


class AfterImport:
    """Runs something right after a module was imported for the first time."""

    def __init__(self, todo):
        self.todo = todo

    def find_spec(self, name, path=None, target=None):
        if name not in self.todo:
            return None
        action = self.todo.pop(name)
        import importlib.machinery
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return None
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            action()

        spec.loader.exec_module = exec_module
        return spec


def load_handler(name):
    module_name, _, attribute = name.rpartition(".")
    if not module_name:
        raise Fault("Runtime.MalformedHandlerName",
                    "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % name)
    if module_name.partition(".")[0] in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict", "Cannot use built-in module %s as a handler module" % module_name)
    import importlib
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError",
                    "Unable to import module '%s': %s" % (module_name, error)) from error
    except SyntaxError as error:
        raise Fault("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error),
                    ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]) from error
    if not hasattr(module, attribute):
        raise Fault("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (attribute, module_name))
    return getattr(module, attribute)


def marshal(result, ascii_only):
    """The answer and its type: bytes as they are, everything else as JSON, decimals digit by digit."""
    if isinstance(result, bytes):
        return result, "application/unknown"
    mark = None

    def plain(value):
        nonlocal mark
        from decimal import Decimal
        if not isinstance(value, Decimal):
            raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)
        if value.is_nan():
            return float("nan")
        mark = mark or os.urandom(16).hex()
        return mark + str(value)

    try:
        text = json.dumps(result, default=plain, ensure_ascii=ascii_only)
    except Exception as error:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error) from error
    if mark:
        import re
        text = re.sub('"%s([^"]*)"' % mark, r"\1", text)
    return text.encode("utf-8", "replace"), "application/json"


def serve(handler):
    # From 3.12 on Lambda answers with Unicode instead of escapes.
    version = os.environ.get("AWS_EXECUTION_ENV", "").rpartition("python")[2]
    ascii_only = version in ("3.8", "3.9", "3.10", "3.11")
    base = "/2018-06-01/runtime/invocation/"
    while True:
        status, headers, body = runtime.request("GET", base + "next")
        if status != 200:
            sys.exit(1)
        request_id = headers["lambda-runtime-aws-request-id"]
        state["id"] = request_id
        trace = headers.get("lambda-runtime-trace-id")
        if trace:
            os.environ["_X_AMZN_TRACE_ID"] = trace
        try:
            answer, kind = marshal(handler(json.loads(body), LambdaContext(headers)), ascii_only)
        except Exception as error:  # a handler may raise anything
            document, more = error_document(error, request_id)
            sys.stdout.flush()
            runtime.request("POST", base + request_id + "/error", document, more)
        else:
            sys.stdout.flush()
            runtime.request("POST", base + request_id + "/response", answer, [("Content-Type", kind)])


def run():
    """Everything after the interpreter's own start: hooks, the function's module, then its events."""
    global runtime
    runtime = Connection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    hooks = {"logging": set_up_logging, "botocore.session": point_old_botocore}
    for name in [name for name in hooks if name in sys.modules]:
        hooks.pop(name)()
    if hooks:
        sys.meta_path.insert(0, AfterImport(hooks))
    try:
        handler = load_handler(os.environ.get("_HANDLER", ""))
    except SystemExit:
        raise
    except BaseException as error:  # whatever the function's module raises while it is imported
        document, more = error_document(error, "")
        runtime.request("POST", "/2018-06-01/runtime/init/error", document, more)
        sys.exit(1)
    serve(handler)


def main():
    try:
        run()
    except (ConnectionError, KeyboardInterrupt):
        sys.exit(1)  # the emulator is gone


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    sys.stderr.reconfigure(line_buffering=True)
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    main()
