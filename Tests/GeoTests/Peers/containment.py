#!/usr/bin/python3
"""What shapely (GEOS) says: for each point the zones that contain it.

Usage: containment.py ZONES.geojson POINTS
POINTS has a line "longitude latitude" for each point, as shortest round-trip decimals.
Prints, for each point, the indices of the features that contain it, in order, separated by blanks.
"""

import json
import sys

import shapely
from shapely.geometry import Point, shape
from shapely.prepared import prep
from shapely.strtree import STRtree


def main(zones_path, points_path):
    with open(zones_path, encoding="utf-8") as file:
        shapes = [shape(feature["geometry"]) for feature in json.load(file)["features"]]
    prepared = [prep(one) for one in shapes]
    tree = STRtree(shapes)
    index_of = {id(one): index for index, one in enumerate(shapes)}
    lines = []
    with open(points_path, encoding="ascii") as file:
        for line in file:
            point = Point(*map(float, line.split()))
            # Shapely 1 gives geometries, shapely 2 their indices.
            candidates = (
                index_of[id(found)] if hasattr(found, "geom_type") else int(found) for found in tree.query(point)
            )
            lines.append(" ".join(str(index) for index in sorted(candidates) if prepared[index].contains(point)))
    sys.stdout.write("\n".join(lines) + "\n")
    print("shapely", shapely.__version__, file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
