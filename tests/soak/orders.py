"""Orders through the whole pipeline with handlers that fail at random: every one in the table and mailed, memory flat.

usage: orders.py ORDERS SEED
"""
import asyncio
import email
import html
import json
import os
import re
import sys
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "clients"))
from support import ROOT, Daemon, read, wait_for, zip_of  # noqa: E402

TEMPLATE = os.path.join(ROOT, "config/orders/template.yaml")
# Fails before and after the work of the handler: the batch comes back in both cases.
UNRELIABLE = """

import random as _random
_chance = _random.Random()
_real = lambda_handler


def lambda_handler(event, context):
    if _chance.random() < 0.03:
        raise RuntimeError("fails before the work")
    _real(event, context)
    if _chance.random() < 0.02:
        raise RuntimeError("fails after the work")
"""


class Sink:
    """An SMTP server that remembers which orders it has seen."""

    def __init__(self):
        self.seen = set()
        self.links = set()
        self.mails = 0
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        ready.wait()

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    async def _serve(self, reader, writer):
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            word = line.strip().upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                body = await reader.readuntil(b"\r\n.\r\n")
                mail = email.message_from_bytes(body)
                text = "".join(html.unescape(part.get_payload(decode=True).decode(errors="replace"))
                               for part in mail.walk() if not part.is_multipart())
                self.links.update(re.findall(r'http://[^\s"<>]*ConfirmSubscription[^\s"<>]*', text))
                self.seen.update(re.findall(r"order-\d+-end", text))
                self.mails += 1
                writer.write(b"250 ok\r\n")
            elif word == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        await writer.drain()
        writer.close()


def memory_mb(pid):
    """All that is resident, and the daemon's own part: pages of the mapped database are the system's."""
    with open("/proc/%d/status" % pid) as file:
        text = file.read()
    return [int(re.search(name + r":\s+(\d+)", text).group(1)) / 1024 for name in ("VmRSS", "RssAnon")]


def fails_at_random(daemon):
    functions = daemon.client("lambda")
    for number in (1, 2):
        code = read("config/orders/poc-lambda-%d/lambda_function.py" % number)
        functions.update_function_code(FunctionName="POC-Lambda-%d" % number,
                                       ZipFile=zip_of({"lambda_function.py": code + UNRELIABLE}))
        functions.get_waiter("function_updated").wait(FunctionName="POC-Lambda-%d" % number)
    # What failed comes back sooner: the soak is about losing nothing, not about waiting.
    sqs = daemon.client("sqs")
    sqs.set_queue_attributes(QueueUrl=sqs.get_queue_url(QueueName="POC-Queue")["QueueUrl"],
                             Attributes={"VisibilityTimeout": "5"})


def main(orders, seed):
    del seed  # the handlers draw their own chances
    sink = Sink()
    with Daemon(["--smtp", "127.0.0.1:%d" % sink.port, TEMPLATE]) as daemon:
        fails_at_random(daemon)
        confirm(sink)
        url = re.search(r"http://\S+", next(l for l in daemon.lines if "curl" in l)).group(0)
        started = time.time()
        with ThreadPoolExecutor(8) as pool:
            memory = []
            for tenth in range(10):
                part = range(orders * tenth // 10, orders * (tenth + 1) // 10)
                answers = set(pool.map(lambda n: daemon.post(url, json.dumps({"item": "order-%d-end" % n}))[0], part))
                assert answers == {200}, answers
                memory.append(memory_mb(daemon.process.pid))
        wanted = {"order-%d-end" % n for n in range(orders)}
        end = time.time() + max(120, orders / 20)
        while time.time() < end and not wanted <= sink.seen:
            time.sleep(0.5)
        missing = wanted - sink.seen
        memory.append(memory_mb(daemon.process.pid))
        stored = set()
        for page in daemon.client("dynamodb").get_paginator("scan").paginate(TableName="orders"):
            stored.update(json.loads(i["order"]["S"])["item"] for i in page["Items"])
        resident, own = zip(*memory)
        print("soak: %d orders in %.0f s, %d mails, %d not in the table, %d not mailed; resident %.0f MB after a tenth, %.0f MB "
              "at the end, its own after each tenth and at the end %s MB"
              % (orders, time.time() - started, sink.mails, len(wanted - stored), len(missing), resident[0], resident[-1],
                 " ".join("%.0f" % m for m in own)))
        assert wanted <= stored and not missing, sorted(missing)[:5]
        assert resident[-1] < resident[0] * 1.5 + 64, "memory grows"
        # Caches fill first; from then on what comes must go.
        assert own[-1] < max(own[4:7]) * 1.2 + 4, "memory of the daemon's own grows"


def confirm(sink):
    """The subscription of the template waits for the link in the mail to be followed."""
    link = next(iter(wait_for(lambda: sink.links, 20, "the confirmation mail")))
    urllib.request.urlopen(link, timeout=10).read()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20000, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
