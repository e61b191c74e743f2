#!/usr/bin/env python3
"""Reports source files over their size limit; fails on those far over it."""
import os
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
LIMITS = {".cpp": 400, ".hpp": 250}
HARD = 600


def main():
    over, hard = [], 0
    for folder, _, names in os.walk(os.path.join(ROOT, "emulator")):
        for name in names:
            limit = LIMITS.get(os.path.splitext(name)[1])
            if not limit:
                continue
            path = os.path.join(folder, name)
            lines = sum(1 for _ in open(path, encoding="utf-8"))
            if lines > limit:
                over.append((lines, os.path.relpath(path, ROOT)))
                hard += lines > HARD
    for lines, path in sorted(over, reverse=True):
        print(f"{lines:5} {path}")
    print(f"sizes: {len(over)} files over their limit, {hard} over {HARD} lines")
    return 1 if hard else 0


sys.exit(main())
