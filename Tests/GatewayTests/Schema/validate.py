#!/usr/bin/python3
"""Validates YAML files against a JSON Schema, as an editor's language server does. Exit code 1: one is not valid.

Usage: validate.py SCHEMA.json FILE.yaml…
"""

import json
import sys

import jsonschema
from ruamel.yaml import YAML

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
reader = YAML(typ="safe", pure=True)
# The core schema of YAML 1.2 knows no dates; ruamel.yaml has them besides.
reader.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)
failed = False
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        document = reader.load(file)
    for error in validator.iter_errors({} if document is None else document):
        print(f"{path}: {'.'.join(map(str, error.absolute_path))}: {error.message}")
        failed = True
sys.exit(1 if failed else 0)
