#!/usr/bin/python3
"""Holds messages against the schemas of messages.json with Debian's python3-jsonschema: validate.py MESSAGES.json < LINES

Each line is {"name": SCHEMA, "value": MESSAGE}; "" names the document itself. Prints a line for each: `ok`, or what is wrong.
"""

import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as file:
    document = json.load(file)
jsonschema.Draft202012Validator.check_schema(document)
resolver = jsonschema.RefResolver.from_schema(document)


def depth_first(error):
    """The innermost faults: a `oneOf` itself says only that nothing fits."""
    if not error.context:
        place = "/".join(map(str, error.absolute_path))
        yield f"{place}: {error.message}"
    for inner in error.context:
        yield from depth_first(inner)


for line in sys.stdin:
    wanted = json.loads(line)
    schema = {"$ref": f"#/$defs/{wanted['name']}"} if wanted["name"] else document
    validator = jsonschema.Draft202012Validator(schema, resolver=resolver)
    faults = [fault for error in validator.iter_errors(wanted["value"]) for fault in depth_first(error)]
    print(" | ".join(faults[:12]).replace("\n", " ") or "ok", flush=True)
