/// Finds edges of a polygon that cross or lie on each other.
enum Crossings {
  /// An edge of an unrolled ring, between two different points.
  struct Edge {
    let a: Coordinate
    let b: Coordinate
    let ring: Int
    /// The number of its first point in the ring as given.
    let point: Int
    /// Its number among the ring's edges, and how many those are, to tell neighbours.
    let number: Int
    let count: Int

    var south: Double { min(a.latitude, b.latitude) }
    var north: Double { max(a.latitude, b.latitude) }
    var west: Double { min(a.longitude, b.longitude) }
    var east: Double { max(a.longitude, b.longitude) }

    func isNeighbour(of other: Edge) -> Bool {
      guard ring == other.ring else { return false }
      let gap = abs(number - other.number)
      return gap == 1 || gap == count - 1
    }
  }

  /// One crossing of each ring with itself, and of each pair of rings.
  static func issues(in rings: [[Coordinate]]) -> [GeometryIssue] {
    var edges: [Edge] = []
    edges.reserveCapacity(rings.reduce(0) { $0 + $1.count })
    for (ringIndex, original) in rings.enumerated() { append(original, ringIndex, to: &edges) }
    // Most outlines are drawn without long parallels, and few edges lie beside each other at any latitude.
    if let found = ActiveEdges.issues(edges) { return found }
    var sweep = CrossingSweep(edges)
    return sweep.issues()
  }

  /// Duplicates make no edge, but points keep the numbers that they have in the file.
  private static func append(_ original: [Coordinate], _ ringIndex: Int, to edges: inout [Edge]) {
    let ring = Ring.unrolled(original)
    var count = 0
    for index in 1..<max(1, ring.count) where ring[index] != ring[index - 1] { count += 1 }
    var number = 0
    for index in 1..<max(1, ring.count) where ring[index] != ring[index - 1] {
      edges.append(
        Edge(a: ring[index - 1], b: ring[index], ring: ringIndex, point: index - 1, number: number, count: count))
      number += 1
    }
  }

  /// What two edges do to each other; `nil` where they are apart, or share a point only.
  static func issue(_ p: Edge, _ q: Edge) -> GeometryIssue? {
    guard p.west <= q.east, q.west <= p.east, p.south <= q.north, q.south <= p.north else { return nil }
    let isNeighbour = p.isNeighbour(of: q)
    let (q1, q2) = (side(p, q.a), side(p, q.b))
    if q1 == 0, q2 == 0 {
      guard overlap(p, q) else { return nil }
    } else {
      // Neighbours that aren't on one line share their point and nothing else.
      guard !isNeighbour, q1 * q2 < 0, side(q, p.a) * side(q, p.b) < 0 else { return nil }
    }
    let place = (p.ring, p.point) < (q.ring, q.point) ? p : q
    return GeometryIssue(
      isNeighbour ? .spike : p.ring == q.ring ? .selfIntersection : .ringsCross, ring: place.ring, point: place.point)
  }

  /// 1 when the point lies to the left of the edge, -1 to the right, 0 on its line.
  static func side(_ edge: Edge, _ c: Coordinate) -> Double {
    let sign = Orientation.sign(
      ax: edge.a.longitude, ay: edge.a.latitude, bx: edge.b.longitude, by: edge.b.latitude, cx: c.longitude,
      cy: c.latitude)
    return sign > 0 ? 1 : sign < 0 ? -1 : 0
  }

  /// For edges on one line: true when they share more than a point.
  private static func overlap(_ p: Edge, _ q: Edge) -> Bool {
    let width = min(p.east, q.east) - max(p.west, q.west)
    let height = min(p.north, q.north) - max(p.south, q.south)
    return width >= 0 && height >= 0 && (width > 0 || height > 0)
  }
}

/// Issues, one for each ring and pair of rings: the one that comes first in the file, of several at one place a spike.
struct CrossingsFound {
  private struct Pair: Hashable, Comparable {
    var first: Int
    var second: Int
    static func < (a: Pair, b: Pair) -> Bool { (a.first, a.second) < (b.first, b.second) }
  }

  private var first: [Pair: GeometryIssue] = [:]

  mutating func note(_ issue: GeometryIssue, _ p: Crossings.Edge, _ q: Crossings.Edge) {
    let pair = Pair(first: min(p.ring, q.ring), second: max(p.ring, q.ring))
    if let known = first[pair] {
      if (known.ring, known.point) < (issue.ring, issue.point) { return }
      if known.ring == issue.ring, known.point == issue.point, known.kind == .spike { return }
    }
    first[pair] = issue
  }

  var sorted: [GeometryIssue] {
    first.sorted { ($0.value.ring, $0.value.point, $0.key) < ($1.value.ring, $1.value.point, $1.key) }.map(\.value)
  }
}

/// Looks at every pair of edges that have a latitude in common, from south to north: the quickest way where those are few.
enum ActiveEdges {
  /// Pairs looked at for each edge, on average. Beyond that the outline is for `CrossingSweep`.
  private static let budget = 64

  /// `nil` where there are too many pairs.
  static func issues(_ edges: [Crossings.Edge]) -> [GeometryIssue]? {
    let order = edges.indices.sorted { edges[$0].south < edges[$1].south }
    var active: [Int] = []
    var looked = 0
    var found = CrossingsFound()
    for index in order {
      let edge = edges[index]
      looked += active.count
      if looked > 1000 + budget * edges.count { return nil }
      var kept = 0
      for other in active where edges[other].north >= edge.south {
        active[kept] = other
        kept += 1
        if let issue = Crossings.issue(edges[other], edge) { found.note(issue, edges[other], edge) }
      }
      active.removeLast(active.count - kept)
      active.append(index)
    }
    return found.sorted
  }
}
