"""The reference backend: POST to mail, and how fast a spike of orders drains."""
import json
import os
import re
import statistics
import time

from harness import Http, NotMeasured

HANDLERS = ("POC-Lambda-1", "POC-Lambda-2")


class Pipeline:
    def __init__(self, bench, server):
        self.bench, self.server = bench, server
        self.http = Http(server.port)
        self.url = re.search(r"curl -X POST http://[^/]+(\S+)", server.text()).group(1)

    def post(self, text):
        self.http.call(None, "POST", self.url, json.dumps({"item": text}), Content_Type="application/json")

    def mails(self, limit):
        return json.loads(self.http.call(None, "GET", f"/_puddle/inbox?limit={limit}"))["messages"]

    def order(self, text):
        """Milliseconds from the POST to the mail."""
        began = time.perf_counter()
        self.post(text)
        while True:
            mail = self.mails(1)
            if mail and text in mail[0]["text"]:
                return (time.perf_counter() - began) * 1000
            if time.perf_counter() - began > 20:
                raise NotMeasured("no mail within 20 s")
            time.sleep(0.0005)

    def latency(self):
        cold = self.order("first-order")
        self.order("second-order")
        since = int(time.time() * 1000)
        latencies = [self.order(f"order-{i}-") for i in range(20 if self.bench.quick else 50)]
        handlers = 0.0
        for name in HANDLERS:
            found = self.http.json_call("logs", "Logs_20140328.FilterLogEvents",
                                        {"logGroupName": "/aws/lambda/" + name, "startTime": since})["events"]
            durations = [float(m.group(1)) for e in found if (m := re.search(r"\tDuration: ([\d.]+) ms", e["message"]))]
            handlers += statistics.median(durations)
        latency = statistics.median(latencies)
        beyond = max(0.0, latency - handlers)
        print(f"POST to mail            {latency:6.1f} ms, {beyond:.1f} ms beyond the two handlers' {handlers:.1f} ms  "
              f"{self.bench.verdict('post_to_mail_ms', beyond)}   (first order, both functions cold: {cold:.0f} ms)", flush=True)

    def drain(self):
        """Orders queued as fast as they come; until the last mail. In processor time, because the cores are shared."""
        total = 100 if self.bench.quick else 1000
        before = len(self.mails(1))
        for i in range(20):  # the environments that a spike needs are there
            self.post(f"warm-{i}")
        while not self.mails(1) or "warm-" not in self.mails(1)[0]["text"]:
            time.sleep(0.05)
        time.sleep(1)
        daemon, functions, began = self.server.cpu_seconds(), self.server.functions_cpu_seconds(), time.perf_counter()
        last = f"spike-{total - 1}-"
        for i in range(total):
            self.post(f"spike-{i}-")
        seen = before
        while seen < total:
            if time.perf_counter() - began > 120:
                raise NotMeasured(f"{total} orders did not arrive within 120 s ({seen} did; the last is {last})")
            time.sleep(0.05)
            seen = sum("spike-" in m["text"] for m in self.mails(1000))
        elapsed = time.perf_counter() - began
        handlers = self.server.functions_cpu_seconds() - functions
        ratio = (handlers + self.server.cpu_seconds() - daemon) / handlers
        print(f"drain of {total} orders    {elapsed:6.1f} s, {total / elapsed:.0f} orders/s, {ratio:.2f} times the handlers' own "
              f"{handlers:.1f} s of processor time  {self.bench.verdict('drain', ratio)}", flush=True)
