extension Polygon {
  /// Where polygons of one zone overlap, or lie along each other's borders. RFC 7946 leaves that open, OGC's Simple Features (06-103r4,
  /// 6.1.14) forbids it.
  ///
  /// At least one place for each set of polygons that do: a polygon's number, and a point of one of its outlines. O(*n* log *n*) in the
  /// points of those whose boxes meet; of pairs of boxes 64 a polygon are looked at, the rest is left unjudged. Polygons on either side of
  /// the antimeridian are taken to be apart.
  public static func overlaps(in polygons: [Polygon]) -> [(polygon: Int, point: Coordinate)] {
    PolygonOverlaps(polygons).places
  }
}

private struct PolygonOverlaps {
  /// Pairs of boxes for each polygon, on average.
  private static let budget = 64
  /// Points of a polygon that may lie on the border of another before it counts as beside it.
  private static let tries = 16

  private let polygons: [Polygon]
  private var found: [Int: Coordinate] = [:]

  init(_ polygons: [Polygon]) {
    self.polygons = polygons
    let pairs = meetingBoxes()
    guard !pairs.isEmpty else { return }
    let crossed = cross(Set(pairs.flatMap { [$0.first, $0.second] }))
    for pair in pairs where !crossed.contains(pair.first) && !crossed.contains(pair.second) {
      if let point = inside(pair.second, pair.first) {
        note(pair.second, point)
      } else if let point = inside(pair.first, pair.second) {
        note(pair.first, point)
      }
    }
  }

  var places: [(polygon: Int, point: Coordinate)] { found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }

  private mutating func note(_ polygon: Int, _ point: Coordinate) { found[polygon] = found[polygon] ?? point }

  private struct Pair {
    var first: Int
    var second: Int
  }

  private func meetingBoxes() -> [Pair] {
    let order = polygons.indices.sorted {
      (polygons[$0].boundingBox.south, $0) < (polygons[$1].boundingBox.south, $1)
    }
    var active: [Int] = []
    var pairs: [Pair] = []
    var looked = 0
    for index in order {
      let box = polygons[index].boundingBox
      active.removeAll { polygons[$0].boundingBox.north < box.south }
      looked += active.count
      guard looked <= 1000 + Self.budget * polygons.count else { break }
      for other in active {
        let beside = polygons[other].boundingBox
        if beside.west <= box.east, box.west <= beside.east {
          pairs.append(Pair(first: min(index, other), second: max(index, other)))
        }
      }
      active.append(index)
    }
    return pairs
  }

  /// Notes those of which an edge crosses or lies on one of another polygon, and gives them.
  private mutating func cross(_ involved: Set<Int>) -> Set<Int> {
    var edges: [Crossings.Edge] = []
    var starts: [Coordinate] = []
    for polygon in involved.sorted() {
      for ring in polygons[polygon].rings {
        for (a, b) in zip(ring, ring.dropFirst()) {
          // All rings of a polygon count as one: what they do to each other is told elsewhere. `point` is the edge's own number.
          edges.append(
            Crossings.Edge(a: a, b: b, ring: polygon, point: edges.count, number: 2 * edges.count, count: .max))
          starts.append(a)
        }
      }
    }
    let issues: [GeometryIssue]
    if let few = ActiveEdges.issues(edges) {
      issues = few
    } else {
      var sweep = CrossingSweep(edges)
      issues = sweep.issues()
    }
    var crossed: Set<Int> = []
    for issue in issues where issue.kind == .ringsCross {
      note(issue.ring, starts[issue.point])
      crossed.insert(issue.ring)
    }
    return crossed
  }

  /// A point of a polygon that lies within another, where they don't cross: then one speaks for all.
  private func inside(_ polygon: Int, _ other: Int) -> Coordinate? {
    let outlines = polygons[other].rings
    for point in polygons[polygon].rings[0].prefix(Self.tries) {
      let places = outlines.map { HolePlaces.contains(point, $0) }
      guard !places.contains(nil) else { continue }
      return places[0] == true && !places.dropFirst().contains(true) ? point : nil
    }
    return nil
  }
}
