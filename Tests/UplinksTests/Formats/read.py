#!/usr/bin/python3
"""Reads what the formats' cases hold with libraries that know nothing of Waypost. read.py FOLDER"""
import json
import math
import sys

import cbor2
import geojson

folder = sys.argv[1]


def lines(name):
    with open(f"{folder}/{name}/expected.txt") as file:
        return file.read().split("\n")[:-1]


features = [geojson.loads(line) for line in lines("geojson")]
for feature in features[:-1]:
    assert isinstance(feature, geojson.Feature) and feature.is_valid, feature
collection = features[-1]
assert isinstance(collection, geojson.FeatureCollection) and collection.is_valid
assert len(collection["features"]) == len(features) - 1
assert collection["features"][0]["geometry"]["coordinates"] == [-122.4194, 37.7749, 12.1]

LABELS = {-2: "bn", -3: "bt", 0: "n", 1: "u", 2: "v", 3: "vs", 4: "vb", 6: "t"}
text = [json.loads(line) for line in lines("senml")]
binary = [
    [{LABELS.get(label, label): value for label, value in record.items()} for record in cbor2.loads(bytes.fromhex(line))]
    for line in lines("senml_cbor")
]
assert text == binary


def resolved(pack):
    """RFC 8428, section 4.6."""
    name, time = "", 0
    for record in pack:
        name, time = record.get("bn", name), record.get("bt", time)
        values = [record[label] for label in ("v", "vs", "vb") if label in record]
        assert len(values) == 1, record
        yield name + record["n"], time + record.get("t", 0), record.get("u"), values[0]


found = list(resolved(text[-1]))
assert ("truck-005:gps:lat", 1770301800.25, "lat", 37.7749) in found
assert ("truck-005:gps:lat", 1770301801.25, "lat", -0.5) in found
assert ("truck-005:reefer:temperature", 1770301800.25, "Cel", -17.5) in found
assert ("truck-005:reefer:temperature", 0, None, 1) in found
assert ("truck-005:reefer:temperature", 1770301800.25, None, 2) in found
assert ("truck-005:reefer:missing:quality", 1770301800.25, None, "bad") in found
assert any(name == "truck-005:gps:heading" and unit == "rad" and math.isclose(value, math.radians(271.5), abs_tol=1e-4)
           for name, _, unit, value in found)
assert [record["seq"] for record in text[-1] if "seq" in record] == list(range(1042, 1057))

for line in lines("owntracks"):
    message = json.loads(line)
    assert message["_type"] in ("location", "transition") and isinstance(message["tst"], int) and len(message["tid"]) == 2
print("all read")
