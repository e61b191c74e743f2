"""A kill at any moment between POST and mail loses no order."""
import json
import os
import random
import re
import sys
import tempfile
import threading
import time
import urllib.error

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "clients"))
from support import ROOT, Daemon, wait_for  # noqa: E402

TEMPLATE = os.path.join(ROOT, "config/orders/template.yaml")


def post_orders(daemon, url, prefix, accepted, stop):
    """Posts until told to stop or the daemon is gone; remembers what was answered 200."""
    number = 0
    while not stop.is_set():
        order = "%s-%d" % (prefix, number)
        number += 1
        try:
            status, _ = daemon.post(url, json.dumps({"item": order}))
            if status == 200:
                accepted.append(order)
        except (OSError, urllib.error.URLError):
            return
        time.sleep(0.02)


def main(rounds, seed):
    rng = random.Random(seed)
    data = tempfile.mkdtemp(prefix="puddle-crash-")
    accepted = []
    for n in range(rounds):
        daemon = Daemon([TEMPLATE], data=data).start()
        url = re.search(r"http://\S+", next(l for l in daemon.lines if "curl" in l)).group(0)
        stop = threading.Event()
        poster = threading.Thread(target=post_orders, args=(daemon, url, "round%d" % n, accepted, stop))
        poster.start()
        # The first handlers start cold: long enough to have some orders at every stage, short enough to cut them off.
        time.sleep(rng.uniform(0.05, 2.5))
        daemon.kill()
        stop.set()
        poster.join()
    with Daemon([TEMPLATE], data=data) as daemon:
        wanted = set(accepted)
        # What was in flight comes back after the visibility time-out of 30 seconds.
        missing = wanted

        def all_mailed():
            nonlocal missing
            seen = set()
            for mail in json.loads(daemon.get("/_puddle/inbox?limit=1000"))["messages"]:
                seen.update(re.findall(r"round\d+-\d+", mail["text"]))
            missing = wanted - seen
            return not missing

        try:
            wait_for(all_mailed, 75, "every order's mail")
        except AssertionError:
            print("crash: %d of %d orders were never mailed: %s" % (len(missing), len(wanted), sorted(missing)[:5]))
            return 1
        pages = daemon.client("dynamodb").get_paginator("scan").paginate(TableName="orders")
        stored = {json.loads(i["order"]["S"])["item"] for page in pages for i in page["Items"]}
        if not wanted <= stored:
            print("crash: orders are missing in the table: %s" % sorted(wanted - stored)[:5])
            return 1
    print("crash: %d kills, %d orders accepted, all of them in the table and mailed" % (rounds, len(wanted)))
    return 0 if wanted else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
