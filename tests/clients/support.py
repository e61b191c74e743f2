"""Starts a Puddle daemon for a test and gives boto3 clients for it. No fixtures, no framework: a context manager."""
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import zipfile

import boto3
from botocore.config import Config

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BINARY = os.environ.get("PUDDLE_BINARY", os.path.join(ROOT, "build/dev/emulator/puddle"))
os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")


class Daemon:
    """`with Daemon(["--auth", "enforce"]) as d: d.client("sqs")`."""

    def __init__(self, arguments=(), data=None):
        self.own_data = data is None
        self.data = data or tempfile.mkdtemp(prefix="puddle-test-")
        self.arguments = list(arguments)
        self.lines = []

    def start(self, timeout=30):
        command = [BINARY, "up", "--port", "0", "--inbox-port", "0", "--data-dir", self.data] + self.arguments
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.errors = []
        threading.Thread(target=lambda: self.errors.extend(self.process.stderr), daemon=True).start()
        threading.Thread(target=self._read, daemon=True).start()
        wait_for(lambda: "Ready." in self.lines or self.process.poll() is not None, timeout, "the Ready. line")
        if self.process.poll() is not None:
            time.sleep(0.1)
            raise RuntimeError("puddle ended: " + "".join(self.errors))
        self.endpoint = next(m.group(0) for m in (re.search(r"http://[^\s/]+", l) for l in self.lines) if m)
        return self

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def client(self, service, **options):
        return boto3.client(
            service, endpoint_url=self.endpoint, config=Config(retries={"max_attempts": 0}, read_timeout=60), **options
        )

    def get(self, path):
        with urllib.request.urlopen(self.endpoint + path, timeout=10) as answer:
            return answer.read().decode()

    def post(self, url, body, content_type="application/json"):
        request = urllib.request.Request(url, data=body.encode(), headers={"Content-Type": content_type})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()

    def inbox(self):
        return json.loads(self.get("/_puddle/inbox"))["messages"]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, trace):
        if self.process.poll() is None:
            self.stop()
        if kind is not None:
            sys.stderr.write("--- daemon ---\n" + "\n".join(self.lines[-40:]) + "\n" + "".join(self.errors[-40:]))
        if self.own_data:
            shutil.rmtree(self.data, ignore_errors=True)


def wait_for(condition, timeout=20, what="the condition"):
    end = time.time() + timeout
    while time.time() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError("waited %s s in vain for %s" % (timeout, what))


def zip_of(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o755 << 16
            archive.writestr(info, text)
    return out.getvalue()


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def expect_error(code, call, **arguments):
    from botocore.exceptions import ClientError

    try:
        call(**arguments)
    except ClientError as error:
        got = error.response["Error"]["Code"]
        assert got == code, "wanted %s, got %s: %s" % (code, got, error)
        return error
    raise AssertionError("wanted %s, got success" % code)


def main(module):
    """Runs every test_* function of the module and says which failed."""
    import traceback

    failed = 0
    for name, test in sorted(vars(module).items(), key=lambda item: getattr(getattr(item[1], "__code__", None), "co_firstlineno", 0)):
        if not name.startswith("test_") or not callable(test):
            continue
        try:
            test()
        except Exception:
            failed += 1
            print("FAIL", name)
            traceback.print_exc()
    sys.exit(1 if failed else 0)
