#!/usr/bin/env python3
"""Measures Puddle against the raw echo of the same HTTP stack (docs/benchmarks.md). Standard library only.

    bench/run.py BUILD [--quick] [--check] [PART ...]

Every operation is measured in rounds that alternate with the echo's, because the machine may be shared; the figure to
hold is the server's processor time per operation as a multiple of the echo's in the same run. Parts: start, operations,
functions, pipeline, lag, queues, tables (the last two only when named or in a full run: they fill a million).
"""
import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time

from functions import Functions
from harness import Http, Load, NotMeasured, Server
from lag import Lag
from operations import Depth, Operations
from pipeline import Pipeline

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


class Bench:
    def __init__(self, build, quick):
        self.puddle = os.path.join(build, "emulator", "puddle")
        self.load = Load(os.path.join(build, "bench", "puddle_load"))
        self.echo_program = os.path.join(build, "bench", "puddle_echo")
        self.native = os.path.join(build, "bench", "puddle_echo_function")
        self.rounds, self.seconds = (3, 0.25) if quick else (5, 1.0)
        self.quick = quick
        self.folder = tempfile.mkdtemp(prefix="puddle-bench-")
        self.targets = json.load(open(os.path.join(ROOT, "bench", "targets.json"), encoding="utf-8"))
        self.failed = []

    def up(self, *arguments, data=None):
        data = data or tempfile.mkdtemp(dir=self.folder)
        return Server(self.puddle, "up", "--port", "0", "--inbox-port", "0", "--table-transition-ms", "0", "--data-dir", data,
                      *arguments)

    def verdict(self, name, value, key=None):
        limit = self.targets.get(name)
        limit = limit[key] if key and limit else limit
        if limit is None:
            return ""
        good = value <= limit
        if not good:
            self.failed.append(name)
        return f"{'ok' if good else 'OVER'} (at most {limit:g})"

    # --- the parts ---------------------------------------------------------------------------------------------------

    def start(self):
        data = tempfile.mkdtemp(dir=self.folder)
        times = []
        for i in range(10 if self.quick else 21):
            began = time.perf_counter()
            with self.up(data=data) as server:
                Http(server.port).json_call("sqs", "AmazonSQS.ListQueues", {})
                if i:  # the first one makes the database
                    times.append((time.perf_counter() - began) * 1000)
        ready = statistics.median(times)
        print(f"exec to first answer    {ready:6.1f} ms  {self.verdict('ready_ms', ready)}")
        with self.up() as server:
            http = Http(server.port)
            http.json_call("sqs", "AmazonSQS.ListQueues", {})
            time.sleep(1)
            rss, pss = server.memory_mib()
            print(f"idle RSS                {rss:6.1f} MiB  {self.verdict('idle_rss_mib', rss)}   (PSS {pss:.1f} MiB)", flush=True)
            count = 1000 if self.quick else 10_000
            for i in range(count):
                http.json_call("sqs", "AmazonSQS.CreateQueue", {"QueueName": f"idle-{i}"})
            time.sleep(0.5)
            before = server.cpu_seconds()
            time.sleep(1)
            idle = (server.cpu_seconds() - before) * 1000
            more = (server.memory_mib()[0] - rss) * 1024 / count
            print(f"{count:,} idle queues      {idle:6.2f} ms of processor time a second  {self.verdict('idle_queues_ms', idle)}"
                  f"   ({more:.1f} KiB each)", flush=True)

    def operations(self):
        with Server(self.echo_program) as echo, self.up() as server:
            Operations(self, echo, server).run()

    def functions(self):
        with self.up() as server:
            functions = Functions(self, server)
            functions.warm()
            functions.cold()

    def pipeline(self):
        with self.up(os.path.join(ROOT, "config", "orders", "template.yaml")) as server:
            pipeline = Pipeline(self, server)
            pipeline.latency()
            pipeline.drain()

    def lag(self):
        print(f"{'while this runs':<44}{'hold, ms':>8}{'longest':>10}{'took':>8}")
        with self.up() as server:
            lag = Lag(self, server)
            lag.queues()
            lag.tables()

    def queues(self):
        with Server(self.echo_program) as echo, self.up() as server:
            Depth(Operations(self, echo, server)).queues()

    def tables(self):
        with Server(self.echo_program) as echo, self.up() as server:
            Depth(Operations(self, echo, server)).tables()


PARTS = ["start", "operations", "functions", "pipeline", "lag", "queues", "tables"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", nargs="?", default="build/release")
    parser.add_argument("parts", nargs="*", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="shorter rounds, no million of anything")
    parser.add_argument("--check", action="store_true", help="exit 1 when a target is missed")
    options = parser.parse_args()
    bench = Bench(os.path.abspath(options.build), options.quick)
    try:
        for part in options.parts or (PARTS[:5] if options.quick else PARTS):
            try:
                getattr(bench, part)()
            except NotMeasured as why:
                print(f"{part}: not measured: {why}", flush=True)
    finally:
        shutil.rmtree(bench.folder, ignore_errors=True)
    if bench.failed:
        print("over the target: " + ", ".join(bench.failed))
    return 1 if options.check and bench.failed else 0


sys.exit(main())
