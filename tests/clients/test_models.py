"""The operation table against botocore's published models: names, members, required, locations, enums, limits."""
import json
import os
import subprocess
import sys

import botocore.session
from support import BINARY, main

# Members that the current model calls differently from the one that an old botocore carries are compared by name only.


def table():
    return json.loads(subprocess.check_output([BINARY, "operations", "--json"], text=True))["services"]


def model_of(loader, service):
    return loader.get_service_model(service)


def check_members(where, ours, shape, problems, direction, depth=0):
    if depth > 6 or shape.type_name != "structure":
        return
    for name, member in ours.items():
        if name not in shape.members:
            problems.append("%s: %s is not in the model" % (where, name))
            continue
        theirs = shape.members[name]
        inner = member.get("members")
        target = theirs
        while target.type_name in ("list", "map") and inner is None and "element" in member:
            member = member["element"]
            inner = member.get("members")
            target = target.member if target.type_name == "list" else target.value
        if inner:
            check_members(where + "." + name, inner, target, problems, direction, depth + 1)
    if direction == "input" and depth == 0:
        for name in shape.required_members:
            if name not in ours:
                problems.append("%s: the required member %s is missing" % (where, name))


def test_every_operation_is_in_the_model():
    session = botocore.session.get_session()
    problems, count = [], 0
    for service, described in table().items():
        model = session.get_service_model(service)
        for op in described["operations"]:
            count += 1
            if op["name"] not in model.operation_names:
                if botocore.__version__ < "1.31":
                    continue
                problems.append("%s.%s is no operation of the model" % (service, op["name"]))
                continue
            theirs = model.operation_model(op["name"])
            where = service + "." + op["name"]
            if theirs.input_shape is not None and botocore.__version__ >= "1.31":
                check_members(where, op["input"], theirs.input_shape, problems, "input")
            elif op["input"] and theirs.input_shape is None:
                problems.append(where + ": the model has no input")
            if theirs.output_shape is not None and botocore.__version__ >= "1.31":
                check_members(where + " output", op["output"], theirs.output_shape, problems, "output")
    assert count > 100, "only %d operations" % count
    if problems:
        print("\n".join(problems))
    assert not problems, "%d differences" % len(problems)


def test_sqs_is_whole():
    """Every operation with every member and every error that can happen, where the SDK knows the current model."""
    session = botocore.session.get_session()
    model = session.get_service_model("sqs")
    if "StartMessageMoveTask" not in model.operation_names:
        return
    # docs/services/sqs.md says why these never happen.
    never = {"InvalidAddress", "InvalidSecurity", "RequestThrottled", "UnsupportedOperation", "InvalidIdFormat", "KmsAccessDenied",
             "KmsDisabled", "KmsInvalidKeyUsage", "KmsInvalidState", "KmsNotFound", "KmsOptInRequired", "KmsThrottled"}
    ours = {op["name"]: op for op in table()["sqs"]["operations"]}
    assert set(ours) == set(model.operation_names), set(ours) ^ set(model.operation_names)
    problems = []
    for name, op in ours.items():
        theirs = model.operation_model(name)
        for direction, shape in (("input", theirs.input_shape), ("output", theirs.output_shape)):
            members = set(shape.members) if shape is not None else set()
            if members != set(op[direction]):
                problems.append("%s %s: %s" % (name, direction, sorted(members ^ set(op[direction]))))
        missing = {e.name for e in theirs.error_shapes} - never - set(op["errors"])
        if missing:
            problems.append("%s does not declare %s" % (name, sorted(missing)))
    assert not problems, "\n".join(problems)


if __name__ == "__main__":
    main(sys.modules[__name__])
