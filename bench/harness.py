"""What the benchmarks are made of: a server process, plain HTTP to it, and the load generator."""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time

ACCOUNT = "000000000000"
REGION = "us-east-1"


def authorization(service):
    """In the form of SigV4; the key `test` is not verified."""
    return (f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request, "
            f"SignedHeaders=host;x-amz-date, Signature={'0' * 64}")


class NotMeasured(Exception):
    """The server cannot do what is to be measured; says why."""


class Server:
    """A process that prints its endpoint, then Ready. Its output goes to a file: it never waits for a reader."""

    def __init__(self, *command):
        self.output = tempfile.TemporaryFile()
        self.began = time.perf_counter()
        actions = [(os.POSIX_SPAWN_DUP2, self.output.fileno(), 1), (os.POSIX_SPAWN_DUP2, self.output.fileno(), 2)]
        self.pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
        self.port = self.wait_for_ready()

    def text(self):
        return os.pread(self.output.fileno(), 1 << 22, 0).decode("utf-8", "replace")

    def wait_for_ready(self):
        while time.perf_counter() - self.began < 60:
            text = self.text()
            if "Ready." in text:
                return int(text.split("http://127.0.0.1:")[1].split()[0].split("/")[0])
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                raise SystemExit(f"bench: the server ended:\n{text}")
            time.sleep(0.0001)
        raise SystemExit(f"bench: the server was not ready within 60 s:\n{self.text()}")

    def cpu_seconds(self):
        """Processor time of all its threads, to the nanosecond; of its children nothing."""
        total = 0
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/schedstat") as f:
                total += int(f.read().split()[0])
        return total / 1e9

    def idle(self, share=0.02, seconds=0.25):
        """Whether it used less than that share of a processor for so long."""
        before = self.cpu_seconds()
        time.sleep(seconds)
        return self.cpu_seconds() - before < seconds * share

    def settle(self, limit=300):
        """Until what it does behind the answers (checkpoints, rows of what was deleted) is done."""
        ends = time.perf_counter() + limit
        while not self.idle():
            if time.perf_counter() > ends:
                raise NotMeasured(f"it was not idle within {limit} s")

    def functions_cpu_seconds(self):
        """Processor time of the processes below it that are running: the environments of functions."""
        parents = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
                    parents[int(pid)] = int(f.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
        below, total = {self.pid}, 0
        while more := {pid for pid, parent in parents.items() if parent in below} - below:
            below |= more
        for pid in below - {self.pid}:
            try:
                for thread in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="utf-8") as f:
                        total += int(f.read().split()[0])
            except OSError:
                continue
        return total / 1e9

    def memory_mib(self):
        with open(f"/proc/{self.pid}/smaps_rollup") as f:
            fields = {line.split()[0]: int(line.split()[1]) for line in f.readlines()[1:]}
        return fields["Rss:"] / 1024, fields["Pss:"] / 1024

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)
        self.output.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.stop()


class Http:
    """Plain calls over one connection."""

    def __init__(self, port):
        self.host = f"127.0.0.1:{port}"
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def call(self, service, method, path, body=b"", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if service:
            headers["Authorization"] = authorization(service)
            headers["X-Amz-Date"] = "20260101T000000Z"
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        self.connection.request(method, path, body, headers)
        reply = self.connection.getresponse()
        data = reply.read()
        if reply.status >= 300:
            raise NotMeasured(f"{method} {path} answered {reply.status}: {data.decode('utf-8', 'replace')[:160]}")
        return data

    def json_call(self, service, target, body):
        version = "1.1" if service == "logs" else "1.0"
        data = self.call(service, "POST", "/", body, Content_Type=f"application/x-amz-json-{version}", X_Amz_Target=target)
        return json.loads(data or b"{}")

    def rest(self, service, method, path, body):
        return json.loads(self.call(service, method, path, body, Content_Type="application/json") or b"{}")


def request_file(folder, name, service, path, body, **headers):
    """A request for puddle_load, as an SDK sends it."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "User-Agent: puddle-bench", "Accept-Encoding: identity"]
    lines += [f"{header.replace('_', '-')}: {value}" for header, value in headers.items()]
    if service:
        lines += ["X-Amz-Date: 20260101T000000Z", "Authorization: " + authorization(service)]
    file = os.path.join(folder, name)
    with open(file, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n\n" + body)
    return file


class Load:
    """Runs puddle_load against a server and adds the server's processor time per operation."""

    def __init__(self, program):
        self.program = program
        self.number = 0

    def run(self, server, files, connections, seconds, operations=None, **options):
        """options: keys, take, save, values and start, as puddle_load's."""
        options.setdefault("start", self.number)
        command = [self.program, "--port", str(server.port), "--connections", str(connections), "--seconds", str(seconds)]
        if operations is not None:
            command += ["--operations", str(operations)]
        for name, value in options.items():
            command += ["--" + name, str(value)]
        before = server.cpu_seconds()
        done = subprocess.run(command + files, capture_output=True, text=True, check=False)
        cpu = server.cpu_seconds() - before
        if done.returncode:
            raise NotMeasured(done.stderr.strip())
        result = json.loads(done.stdout)
        if result["errors"] or not result["operations"]:
            said = re.search(r'"[Mm]essage":"([^"]*)"|<Message>([^<]*)', done.stderr)
            raise NotMeasured(said.group(1) or said.group(2) if said else f"{result['errors']} errors; {done.stderr.strip()[-200:]}")
        self.number += result["operations"] + connections
        result["cpu_us"] = cpu / result["operations"] * 1e6
        return result


class Connection:
    """Requests sent and answers awaited apart, over one socket: for what happens while a call waits."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, service, target, body):
        text = json.dumps(body)
        self.socket.sendall((f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-amz-json-1.0\r\n"
                             f"X-Amz-Target: {target}\r\nX-Amz-Date: 20260101T000000Z\r\n"
                             f"Authorization: {authorization(service)}\r\nContent-Length: {len(text)}\r\n\r\n{text}").encode())

    def answer(self):
        """Of one piece: the answers asked for here are short."""
        data = self.socket.recv(65536)
        if not data.startswith(b"HTTP/1.1 200"):
            raise NotMeasured(data.decode("utf-8", "replace")[:200])
        return data
