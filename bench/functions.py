"""Functions: warm and cold invocations."""
import base64
import io
import statistics
import subprocess
import time
import zipfile

from harness import ACCOUNT, Http, NotMeasured, request_file
from operations import make_role

ECHO = "def handler(event, context):\n    return event\n"
CLIENT = "import boto3\nclient = boto3.client('sqs')\ndef handler(event, context):\n    return {}\n"


def zip_of(name, content, mode=0o644):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        info.create_system = 3
        archive.writestr(info, content)
    return base64.b64encode(out.getvalue()).decode()


class Functions:
    def __init__(self, bench, server):
        self.bench, self.load, self.server = bench, bench.load, server
        self.http = Http(server.port)
        make_role(self.http)

    def create(self, name, runtime, handler, code):
        self.http.rest("lambda", "POST", "/2015-03-31/functions", {
            "FunctionName": name, "Runtime": runtime, "Handler": handler, "Code": {"ZipFile": code},
            "Role": f"arn:aws:iam::{ACCOUNT}:role/bench"})
        path = f"/2015-03-31/functions/{name}"
        while self.http.rest("lambda", "GET", path + "/configuration", "").get("State", "Active") == "Pending":
            time.sleep(0.01)
        return path + "/invocations"

    def timed(self, path):
        began = time.perf_counter()
        self.http.rest("lambda", "POST", path, {"n": 1})
        return (time.perf_counter() - began) * 1000

    def warm(self):
        native = open(self.bench.native, "rb").read()
        for name, runtime, handler, code in (("native", "provided.al2023", "x", zip_of("bootstrap", native, 0o755)),
                                             ("python", "python3.12", "index.handler", zip_of("index.py", ECHO))):
            try:
                path = self.create(name, runtime, handler, code)
                cold = self.timed(path)
                file = request_file(self.bench.folder, "invoke-" + name, "lambda", path, '{"n":{{key}}}', Content_Type="application/json")
                runs = [self.load.run(self.server, [file], 1, self.bench.seconds / 2) for _ in range(self.bench.rounds)]
                warm = statistics.median(r["p50_us"] for r in runs) / 1000
                line = self.bench.verdict("python_invoke_ms", warm) if name == "python" else ""
                print(f"warm Invoke, {name:<8} {warm:8.2f} ms  {line}   (cold {cold:.0f} ms)", flush=True)
            except NotMeasured as why:
                print(f"warm Invoke, {name:<8} not measured: {why}", flush=True)

    def cold(self):
        """First invocation of functions that make a boto3 client, in turns with what Python alone needs for boto3."""
        count = 3 if self.bench.quick else 7
        plain, colds = [], []
        try:
            code = zip_of("index.py", CLIENT)
            paths = [self.create(f"cold-{i}", "python3.12", "index.handler", code) for i in range(count)]
            time.sleep(0.5)
            for path in paths:
                began = time.perf_counter()
                subprocess.run(["python3", "-c", "import boto3"], check=True)
                plain.append((time.perf_counter() - began) * 1000)
                colds.append(self.timed(path))
                time.sleep(0.2)
        except (NotMeasured, subprocess.CalledProcessError) as why:
            print(f"cold start: not measured: {why}", flush=True)
            return
        cold, alone = statistics.median(colds), statistics.median(plain)
        print(f"cold start with boto3   {cold:6.1f} ms  {self.bench.verdict('cold_start_ms', cold)}, {cold / alone:.2f} of python3 -c "
              f"'import boto3' ({alone:.0f} ms)  {self.bench.verdict('cold_start_share', cold / alone)}", flush=True)
