"""Holds requests against the service's own model (botocore's, in ../shared/botocore): unknown
actions and members, missing ones, values that no constraint of the model allows.

    faults(line)   what is wrong with a line of the model's transcript, as sentences
"""
import functools
import json
import re

from model_server import SHARED

SERVICES = {"2010-05-15": "cloudformation", "2011-06-15": "sts"}
UNMODELLED = {"s3", "metadata"}  # forms they are not
PROTOCOL = {"Action", "Version"}
BOOLEANS = {"true", "false"}
CUT = re.compile(r"\.\.\. \((\d+) bytes\)$")


@functools.lru_cache(maxsize=None)
def service(version):
    path = SHARED / "botocore" / SERVICES[version] / version / "service-2.json"
    return json.loads(path.read_text())


def member_of(shapes, shape, path):
    """The shape that a field's name leads to (`Tags.member.1.Key`), or None."""
    parts = path.split(".")
    while parts:
        kind = shapes[shape]["type"]
        if kind == "structure":
            found = shapes[shape]["members"].get(parts.pop(0))
        elif kind == "list" and parts[0] == "member" and len(parts) > 1 and parts[1].isdigit():
            found, parts = shapes[shape]["member"], parts[2:]
        else:
            return None
        if found is None:
            return None
        shape = found["shape"]
    return shape


def length_of(value):
    """In bytes; of values that the transcript cut, too."""
    cut = CUT.search(value)
    return int(cut.group(1)) if cut else len(value.encode())


def value_faults(name, shape, value):
    kind = shape["type"]
    if kind == "list" and value == "":
        return  # an empty list, said explicitly
    if kind in ("structure", "list", "map"):
        yield f"{name}: a {kind} can't have a value of its own"
    if kind == "boolean" and value not in BOOLEANS:
        yield f"{name}: {value!r} is no boolean"
    if kind in ("integer", "long") and not re.fullmatch(r"-?\d+", value):
        yield f"{name}: {value!r} is no number"
    if "enum" in shape and value not in shape["enum"]:
        yield f"{name}: {value!r} is none of {shape['enum']}"
    if kind == "string":
        if length_of(value) < shape.get("min", 0):
            yield f"{name}: shorter than {shape['min']}"
        if length_of(value) > shape.get("max", length_of(value)):
            yield f"{name}: longer than {shape['max']}"
        if "pattern" in shape and not CUT.search(value) and not re.fullmatch(
                shape["pattern"], value):
            yield f"{name}: {value!r} doesn't match {shape['pattern']}"


def missing_members(shapes, shape, fields, prefix=""):
    """Required members that aren't there, also within lists."""
    for name in shapes[shape].get("required", []):
        if not any(field == prefix + name or field.startswith(f"{prefix}{name}.")
                   for field in fields):
            yield f"{prefix}{name}: missing"
    for name, member in shapes[shape]["members"].items():
        inner = shapes[member["shape"]]
        if inner["type"] != "list" or shapes[inner["member"]["shape"]]["type"] != "structure":
            continue
        numbers = {field[len(f"{prefix}{name}.member."):].partition(".")[0] for field in fields
                   if field.startswith(f"{prefix}{name}.member.")}
        if numbers != {str(number + 1) for number in range(len(numbers))}:
            yield f"{prefix}{name}: members are numbered {sorted(numbers)}"
        if len(numbers) > inner.get("max", len(numbers)):
            yield f"{prefix}{name}: more than {inner['max']}"
        for number in sorted(numbers):
            yield from missing_members(shapes, inner["member"]["shape"], fields,
                                       f"{prefix}{name}.member.{number}.")


def faults(line):
    """What is wrong with a request, by its line in the transcript; an empty list: nothing."""
    fields = line["fields"]
    if line.get("service") in UNMODELLED:
        return []
    version = fields.get("Version")
    if version not in SERVICES:
        return [f"Version: {version!r} is none of {sorted(SERVICES)}"]
    model = service(version)
    operation = model["operations"].get(fields.get("Action"))
    if not operation:
        return [f"Action: {fields.get('Action')!r} is unknown to {SERVICES[version]}"]
    sent = {name: value for name, value in fields.items() if name not in PROTOCOL}
    if "input" not in operation:
        return [f"{name}: unknown" for name in sent]
    shapes, root = model["shapes"], operation["input"]["shape"]
    found = []
    for name, value in sent.items():
        shape = member_of(shapes, root, name)
        if shape is None:
            found.append(f"{name}: unknown")
        else:
            found += value_faults(name, shapes[shape], value)
    return found + list(missing_members(shapes, root, sent))
