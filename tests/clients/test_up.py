"""`puddle up config/orders/template.yaml`: one POST, one mail; and the errors a newcomer meets."""
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

from support import BINARY, ROOT, Daemon, main, wait_for

TEMPLATE = os.path.join(ROOT, "config/orders/template.yaml")


def curl_url(d):
    line = next(l for l in d.lines if "curl" in l)
    return re.search(r"http://\S+", line).group(0).strip("'\"")


def test_an_order_becomes_a_mail():
    for mode in ("warn", "enforce"):
        with Daemon([TEMPLATE, "--auth", mode]) as d:
            began = time.time()
            status, body = d.post(curl_url(d), '{"item":"latex gloves","customerID":"12345"}')
            assert status == 200 and "SendMessageResponse" in body, body
            mail = wait_for(lambda: [m for m in d.inbox() if "latex gloves" in m["text"]], what="the mail")
            assert mail[0]["to"] == "shop@example.com", mail
            print("POST to mail in %.0f ms (%s)" % ((time.time() - began) * 1000, mode))


def test_a_second_start_keeps_everything():
    data = tempfile.mkdtemp(prefix="puddle-test-")
    with Daemon([TEMPLATE], data=data) as d:
        d.post(curl_url(d), '{"item":"bucket"}')
        wait_for(lambda: [m for m in d.inbox() if "bucket" in m["text"]], what="the first mail")
    with Daemon([TEMPLATE], data=data) as d:
        assert any("bucket" in m["text"] for m in d.inbox())
        d.post(curl_url(d), '{"item":"sponge"}')
        wait_for(lambda: [m for m in d.inbox() if "sponge" in m["text"]], what="the second mail")


def run(*arguments):
    return subprocess.run([BINARY, "up"] + list(arguments), capture_output=True, text=True, timeout=30)


def test_the_verbs_for_a_person():
    with Daemon([TEMPLATE]) as d:
        def verb(*arguments):
            done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60,
                                  env=dict(os.environ, AWS_ENDPOINT_URL=d.endpoint))
            assert done.returncode == 0, (arguments, done.stdout, done.stderr)
            return done.stdout

        verb("ready", "--wait")
        d.post(curl_url(d), '{"item":"mop"}')
        wait_for(lambda: [m for m in d.inbox() if "mop" in m["text"]], what="the mail")
        assert "shop@example.com" in verb("inbox")
        assert "export AWS_ENDPOINT_URL=" in verb("env")
        assert "POC-Queue" in verb("aws", "sqs", "list-queues")
        wait_for(lambda: [l for l in d.lines if "POC-Topic" in l], what="the hops")
        for hop in ("POST /", "POC-Lambda-1", "POC-Lambda-2", "POC-Topic"):
            assert any(hop in l for l in d.lines), hop


def test_a_missing_interpreter_is_named():
    data = tempfile.mkdtemp(prefix="puddle-test-")
    done = subprocess.run([BINARY, "up", TEMPLATE, "--port", "0", "--inbox-port", "0", "--data-dir", data],
                          capture_output=True, text=True, timeout=60, env={"PATH": data})
    assert done.returncode == 1 and "needs python3" in done.stderr, done.stderr


def test_start_up_errors_are_clear():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        failed = run("--ephemeral", "--inbox-port", "0", "--port", port)
        assert failed.returncode == 1 and port in failed.stderr and "in use" in failed.stderr, failed
    with Daemon() as d:
        locked = run("--port", "0", "--inbox-port", "0", "--data-dir", d.data)
        assert locked.returncode == 1 and "in use by another puddle" in locked.stderr, locked
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as bad:
        bad.write("Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      Colour: red\n")
        bad.flush()
        refused = run("--ephemeral", "--port", "0", "--inbox-port", "0", bad.name)
        assert refused.returncode == 1 and "Colour" in refused.stderr and bad.name in refused.stderr, refused
        assert ":5" in refused.stderr or "line 5" in refused.stderr, refused.stderr
    missing = run("--ephemeral", "no/such/template.yaml")
    assert missing.returncode == 1 and "no/such/template.yaml" in missing.stderr, missing


def test_the_settings_file():
    def start(text, *args, **env):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
            f.write(text)
            f.flush()
            args = [a.replace("FILE", f.name) for a in args]
            env = {k: v.replace("FILE", f.name) for k, v in env.items()}
            done = subprocess.run([BINARY, "up", *args], capture_output=True, text=True, timeout=60,
                                  env={**os.environ, **env})
            return done.returncode, done.stderr.replace(f.name, "FILE")

    # Each way to name the file; the errors have their line, and a value is held to the range of its flag.
    bad = "# settings\nport: 0\nfunction-concurrency: 5000\n"
    for way in (["--config", "FILE"], ["--config=FILE"]):
        code, said = start(bad, *way)
        assert code == 1 and "FILE:3: " in said and "5000" in said, said
    code, said = start(bad, PUDDLE_CONFIG="FILE")
    assert code == 1 and "FILE:3: " in said, said
    code, said = start("colour: red\n", "--config", "FILE")
    assert code == 1 and "FILE:1: unknown setting colour" in said, said
    code, said = start("port: [1, 2]\n", "--config", "FILE")
    assert code == 1 and "FILE:1: port must be a single value" in said, said
    # A setting without a value on the command line is one in the file too.
    code, said = start("inbox-confirm: maybe\n", "--config", "FILE")
    assert code == 1 and "FILE:1: " in said and "maybe" in said, said
    # The file that shows every default says what the flags say.
    with open(os.path.join(ROOT, "config/puddle.yaml")) as f:
        shown = dict(l.split("#")[0].strip().split(": ", 1) for l in f if ":" in l.split("#")[0])
    listed = subprocess.run([BINARY, "up", "--help"], capture_output=True, text=True).stdout
    for name, value in shown.items():
        assert "--" + name in listed, name
        if value.isdigit():
            assert re.search(r"--%s [^\n]*=%s\b" % (name, value), listed), (name, value)


if __name__ == "__main__":
    main(sys.modules[__name__])
