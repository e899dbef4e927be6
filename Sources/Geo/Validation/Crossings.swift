/// Finds edges of a polygon that cross or lie on each other, by a sweep from south to north.
enum Crossings {
  /// Pairs of edges that are looked at, at most. Real outlines need a few per edge; one made to be slow is left unjudged beyond this.
  private static let budget = 20_000_000

  private struct Edge {
    let a: Coordinate
    let b: Coordinate
    let ring: Int
    let point: Int
    /// Edges in the ring, to tell neighbours.
    let count: Int
    var south: Double { min(a.latitude, b.latitude) }
    var north: Double { max(a.latitude, b.latitude) }
    var west: Double { min(a.longitude, b.longitude) }
    var east: Double { max(a.longitude, b.longitude) }
  }

  /// The first crossing of each ring with itself, and of each pair of rings.
  static func issues(in rings: [[Coordinate]]) -> [GeometryIssue] {
    var edges: [Edge] = []
    for (ringIndex, original) in rings.enumerated() {
      let ring = Ring.unrolled(original)
      // Duplicates make no edge, but points keep the numbers that they have in the file.
      let points = ring.indices.filter { $0 + 1 < ring.count && ring[$0] != ring[$0 + 1] }
      for (number, start) in points.enumerated() {
        let next = points[(number + 1) % points.count]
        edges.append(
          Edge(
            a: ring[start], b: number + 1 < points.count ? ring[next] : ring[0], ring: ringIndex, point: start,
            count: points.count))
      }
    }
    return sweep(edges)
  }

  private static func sweep(_ edges: [Edge]) -> [GeometryIssue] {
    var position: [Int] = Array(repeating: 0, count: edges.count)
    var seen = 0
    for (index, edge) in edges.enumerated() {
      if index > 0, edges[index - 1].ring != edge.ring { seen = index }
      position[index] = index - seen
    }
    let order = edges.indices.sorted { (edges[$0].south, $0) < (edges[$1].south, $1) }
    var active: [Int] = []
    var looked = 0
    var first: [[Int]: GeometryIssue] = [:]
    for index in order {
      let edge = edges[index]
      active.removeAll { edges[$0].north < edge.south }
      looked += active.count
      if looked > budget { break }
      for other in active {
        let candidate = edges[other]
        guard candidate.west <= edge.east, edge.west <= candidate.east else { continue }
        let sameRing = candidate.ring == edge.ring
        if sameRing {
          let gap = abs(position[index] - position[other])
          if gap == 1 || gap == edge.count - 1 {
            guard foldsBack(candidate, edge) else { continue }
          } else {
            guard meet(candidate, edge) else { continue }
          }
        } else {
          guard meet(candidate, edge) else { continue }
        }
        let place = (edge.ring, edge.point) < (candidate.ring, candidate.point) ? edge : candidate
        let key = [min(edge.ring, candidate.ring), max(edge.ring, candidate.ring)]
        let issue = GeometryIssue(sameRing ? .selfIntersection : .ringsCross, ring: place.ring, point: place.point)
        if let known = first[key], (known.ring, known.point) <= (issue.ring, issue.point) { continue }
        first[key] = issue
      }
      active.append(index)
    }
    return first.values.sorted { ($0.ring, $0.point) < ($1.ring, $1.point) }
  }

  /// True when the edges cross within both, or lie on each other along a stretch. Touching at a point is no crossing.
  private static func meet(_ p: Edge, _ q: Edge) -> Bool {
    let (q1, q2) = (side(p, q.a), side(p, q.b))
    if q1 == 0, q2 == 0 { return overlap(p, q) }
    guard q1 * q2 < 0 else { return false }
    return side(q, p.a) * side(q, p.b) < 0
  }

  /// True when two neighbours lie on each other: a spike.
  private static func foldsBack(_ p: Edge, _ q: Edge) -> Bool {
    side(p, q.a) == 0 && side(p, q.b) == 0 && overlap(p, q)
  }

  private static func side(_ edge: Edge, _ c: Coordinate) -> Double {
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
