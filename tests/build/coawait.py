#!/usr/bin/env python3
"""g++ 12 destroys some temporaries twice in an expression with co_await (docs/architecture.md): such an expression may
contain only names, moves and calls on names. This flags a statement with co_await that builds a lambda or an aggregate."""
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def main():
    problems = []
    for top in ("emulator", "tests"):
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in names:
                if not name.endswith((".cpp", ".hpp")):
                    continue
                path = os.path.join(folder, name)
                text = re.sub(r"//[^\n]*", "", open(path, encoding="utf-8").read())
                for match in re.finditer(r"\bco_await\b", text):
                    if text[: match.start()].rstrip().endswith("operator"):
                        continue
                    start = max(text.rfind(c, 0, match.start()) for c in ";{}")
                    end = text.find(";", match.start())
                    statement = text[start + 1 : end]
                    after = statement[statement.find("co_await") :]
                    # A condition's own block begins after its closing parenthesis.
                    after = re.split(r"\)\s*\{|\)\s*(?=return|throw|continue|break)", after)[0]
                    if "[" in after or "{" in after:
                        line = text.count("\n", 0, match.start()) + 1
                        problems.append(f"{os.path.relpath(path, ROOT)}:{line}: {statement.strip()[:100]}")
    for problem in problems:
        print(problem)
    print(f"co_await: {len(problems)} problems")
    return 1 if problems else 0


sys.exit(main())
