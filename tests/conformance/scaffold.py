#!/usr/bin/env python3
"""Prints the C++ of a new operation from its published model: tests/conformance/scaffold.py sqs AddPermission

Structures, members, limits and enums come from the installed botocore; the handler is yours.
"""
import re
import sys

import botocore.session

SCALARS = {"string": "std::string", "integer": "int", "long": "std::int64_t", "boolean": "bool", "double": "double",
           "float": "double", "blob": "Bytes", "timestamp": "Time"}


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower().replace(".", "_")


def cpp_type(shape, made):
    if shape.type_name in SCALARS:
        return SCALARS[shape.type_name]
    if shape.type_name == "list":
        return "std::vector<%s>" % cpp_type(shape.member, made)
    if shape.type_name == "map":
        return "std::map<std::string, %s>" % cpp_type(shape.value, made)
    if shape.type_name == "structure" and shape.members:
        structure(shape, shape.name, made)
        return shape.name
    return "Value"


def traits(shape, model):
    out = []
    meta = shape.metadata
    if "min" in meta:
        out.append(".min = %d" % meta["min"])
    if "max" in meta:
        out.append(".max = %d" % meta["max"])
    if "pattern" in meta:
        out.append('.pattern = "%s"' % meta["pattern"].replace("\\", "\\\\").replace('"', '\\"'))
    if getattr(shape, "enum", None):
        out.append(".one_of = {%s}" % ", ".join('"%s"' % value for value in shape.enum))
    where = {"uri": "uri", "querystring": "query_string", "header": "header", "headers": "headers",
             "statusCode": "status_code"}.get(shape.serialization.get("location"))
    if where:
        out.append(".at = wire::Location::" + where)
        if shape.serialization.get("name") != model:
            out.append('.at_name = "%s"' % shape.serialization.get("name"))
    if shape.serialization.get("flattened"):
        out.append(".flattened = true")
    return ", {%s}" % ", ".join(out) if out else ""


def structure(shape, name, made):
    if name in made:
        return
    made[name] = None  # a structure that contains itself is written once
    members, fields = [], []
    for member, inner in (shape.members if shape is not None else {}).items():
        kind = cpp_type(inner, made)
        required = member in shape.required_members
        absent = required or kind.startswith("std::vector") or kind.startswith("std::map")
        members.append("  %s %s;" % (kind if absent else "std::optional<%s>" % kind, snake(member)))
        fields.append('%s<&%s::%s>("%s"%s)' % ("required" if required else "optional", name, snake(member), member,
                                               traits(inner, member)))
    made[name] = "struct %s {\n%s\n  static Shape shape() {\n    return {%s};\n  }\n};\n" % (
        name, "\n".join(members), ",\n            ".join(fields))


def main(service, operation):
    model = botocore.session.get_session().get_service_model(service)
    op = model.operation_model(operation)
    made = {}
    for shape, name in ((op.input_shape, "Input"), (op.output_shape, "Output")):
        if shape is not None and shape.members:
            structure(shape, name, made)
    types = {name: name if name in made else "Empty" for name in ("Input", "Output")}
    owner = {"cloudformation": "CloudFormation", "dynamodb": "DynamoDb", "apigateway": "ApiGateway"}.get(service, service.capitalize())
    print("// %s: what it does, in a line.\nnamespace {\n" % operation)
    print("\n".join(text for text in made.values() if text))
    print("%s handle(%s& service, const Call& call, const %s& in) {\n  // decide, write rows, change memory\n}\n" % (
        types["Output"], owner, types["Input"]))
    print("}  // namespace\n\nOperation %s() {" % snake(operation))
    print("  return operation<%s, %s, %s>({" % (owner, types["Input"], types["Output"]))
    print('      .name = "%s",\n      .action = "%s:%s",' % (operation, model.signing_name, operation))
    if model.metadata["protocol"].startswith("rest"):
        print('      .http = {"%s", "%s", %s},' % (op.http["method"], op.http["requestUri"], op.http.get("responseCode", 200)))
    for name, key in (("Input", "input"), ("Output", "output")):
        if types[name] != "Empty":
            print("      .%s = %s::shape()," % (key, name))
    print("      .errors = {%s}," % ", ".join("k" + re.sub("(Exception|Fault)$", "", e.name) for e in op.error_shapes))
    print("      .handle = handle,\n  });\n}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
