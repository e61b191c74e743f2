#!/usr/bin/env python3
"""Holds the module graph of docs/architecture.md and the quarantine of heavy third-party headers."""
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

# module -> modules it may include; a service, language or test never includes another of its kind.
ALLOWED = {
    "base": [],
    "ports": ["base"],
    "runtime": ["base", "ports"],
    "store": ["base", "ports", "runtime"],
    "jobs": ["base", "ports", "runtime", "store"],
    "wire": ["base"],
    "languages": ["base", "wire"],
    "aws": ["base", "ports", "runtime", "store", "jobs", "wire"],
    "pipeline": ["base", "ports", "runtime", "store", "jobs", "wire", "aws", "languages"],
    "services": ["base", "ports", "runtime", "store", "jobs", "wire", "aws", "languages", "pipeline", "embedded"],
    "inbox": ["base", "ports", "runtime", "store", "wire", "embedded"],
    "gateway": ["base", "ports", "runtime", "store", "wire", "aws", "pipeline", "hosts"],
    "hosts": ["base", "ports", "runtime", "wire", "embedded"],
    "app": None,  # the composition root names everything
}
# parts of one module that may include another part: PartiQL has the values and conditions of expressions.
PARTS = {("languages", "partiql"): ["expression"]}
# header prefix -> files that may include it
QUARANTINE = {
    "boost/beast": ["gateway/http_", "hosts/asio/asio_impl.cpp"],
    "boost/asio": ["gateway/http_", "hosts/"],
    "nlohmann": ["wire/json.cpp"],
    "spdlog": ["base/log.cpp"],
    "sqlite3.h": ["store/store_impl.hpp", "store/log_buffer.cpp"],
    "openssl": ["base/digest.cpp"],
    "curl": ["hosts/", "app/http_client.cpp"],
    "yaml-cpp": ["languages/intrinsic/template.cpp", "app/config_file.cpp"],
    "zip.h": ["base/zip_library.cpp", "services/lambda/zip.cpp", "hosts/", "app/deploy.cpp", "app/zip_directory.cpp"],
    "re2": ["languages/", "services/apigateway/", "wire/"],
    "CLI": ["app/"],
    "regex": [],
}


def module_of(path):
    parts = path.split("/")
    return (parts[0], parts[1]) if parts[0] in ("services", "languages") else (parts[0], None)


def main():
    problems = []
    base = os.path.join(ROOT, "emulator")
    for folder, _, names in os.walk(base):
        for name in names:
            if not name.endswith((".cpp", ".hpp")):
                continue
            path = os.path.relpath(os.path.join(folder, name), base)
            if "/" not in path:
                continue
            module, part = module_of(path)
            for number, line in enumerate(open(os.path.join(folder, name), encoding="utf-8"), 1):
                quoted = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
                angled = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
                where = f"emulator/{path}:{number}"
                if quoted and "/" in quoted.group(1):
                    target, target_part = module_of(quoted.group(1))
                    if target == "puddle":
                        if module != "app":
                            problems.append(f"{where}: only app includes the public headers")
                    elif module not in ALLOWED:
                        problems.append(f"{where}: unknown module {module}")
                    elif target == module:
                        if part and target_part != part and target_part not in PARTS.get((module, part), []):
                            problems.append(f"{where}: {module}/{part} includes {module}/{target_part}")
                    elif ALLOWED[module] is not None and target not in ALLOWED[module]:
                        problems.append(f"{where}: {module} must not include {target}")
                if angled:
                    for prefix, files in QUARANTINE.items():
                        header = angled.group(1)
                        if header == prefix or header.startswith(prefix + "/"):
                            if not any(path == f or (f.endswith(("/", "_")) and path.startswith(f)) for f in files):
                                problems.append(f"{where}: <{header}> is not allowed here")
    for problem in problems:
        print(problem)
    print(f"layering: {len(problems)} problems")
    return 1 if problems else 0


sys.exit(main())
