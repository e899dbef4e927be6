/// Which edges of a shape's polygons are its border. An edge along the antimeridian is a border only where the area ends there, not
/// where it was split (RFC 7946, section 3.1.9); an edge along a pole is none, as it is a single place.
struct Border: Sendable {
  /// The parts of the antimeridian that are border after all.
  let seam: [Edge]

  struct Edge: Sendable {
    let a: Coordinate
    let b: Coordinate
  }

  init(of polygons: [Polygon]) {
    // A stretch that an even number of edges cover lies between two parts of the area, or is traced there and back.
    var ends: [Double] = []
    for polygon in polygons {
      // Most boxes tell that there is nothing to look for.
      let box = polygon.boundingBox
      guard box.west <= -180 || box.east >= 180 else { continue }
      for ring in polygon.rings {
        for (a, b) in zip(ring, ring.dropFirst()) where Self.isOnSeam(a, b) && !Self.isAtPole(a, b) {
          ends += [a.latitude, b.latitude]
        }
      }
    }
    ends.sort()
    // Between the sorted ends an odd count of ends so far means an odd count of edges across.
    seam = stride(from: 0, to: ends.count - 1, by: 2).compactMap { index in
      ends[index] == ends[index + 1]
        ? nil
        : Edge(
          a: Coordinate(latitude: ends[index], longitude: 180), b: Coordinate(latitude: ends[index + 1], longitude: 180)
        )
    }
  }

  /// True when the edge is taken as it stands.
  @inline(__always)
  static func isPlain(_ a: Coordinate, _ b: Coordinate) -> Bool {
    !(isOnSeam(a, b) || isAtPole(a, b))
  }

  @inline(__always)
  private static func isOnSeam(_ a: Coordinate, _ b: Coordinate) -> Bool {
    a.longitude == b.longitude && abs(a.longitude) == 180
  }

  @inline(__always)
  private static func isAtPole(_ a: Coordinate, _ b: Coordinate) -> Bool {
    a.latitude == b.latitude && abs(a.latitude) == 90
  }

  func forEachEdge(_ polygons: [Polygon], _ body: (Coordinate, Coordinate) -> Void) {
    for polygon in polygons {
      for ring in 0..<polygon.packed.ringCount {
        polygon.packed.withRing(ring) { ring in
          var a = ring.point(0)
          for index in 1..<ring.count {
            let b = ring.point(index)
            if Self.isPlain(a, b) { body(a, b) }
            a = b
          }
        }
      }
    }
    for edge in seam { body(edge.a, edge.b) }
  }
}
