/// An area with holes. Its edges are straight in longitude and latitude, as RFC 7946 (section 3.1.1) has them.
///
/// A ring that goes across the antimeridian without being split is understood: an edge longer than 180° (and shorter than 360°) is taken
/// the short way round, provided that the ring closes so. RFC 7946, section 3.1.9, asks for a split; `Polygon.issues(in:)` says so.
public struct Polygon: Sendable, Hashable {
  public let boundingBox: BoundingBox
  let packed: PackedRings
  /// One for each ring, where there are holes; else none.
  private let ringBoxes: [BoundingBox]

  /// The outer ring, then the holes; each closed. As given, but without consecutive duplicates, and with longitudes that run on past
  /// ±180 where a ring lies across the antimeridian. Unpacked each time that it is asked for.
  public var rings: [[Coordinate]] { packed.rings }

  /// - Parameter rings: the outer ring, then the holes, in either direction; each closed, of at least four points.
  /// - Throws: the first fault that makes the area meaningless. What can be understood all the same (see `GeometryIssue.Severity`)
  ///   isn't thrown; `issues(in:)` tells of it.
  public init(rings: [[Coordinate]]) throws(GeometryError) {
    if let fault = RingFaults.fatal(in: rings) { throw GeometryError(issue: fault) }
    let normalised = rings.map { Ring.unrolled(Ring.withoutDuplicates($0)) }
    var boxes: [BoundingBox] = []
    for ring in normalised {
      guard let box = BoundingBox(ring) else { throw GeometryError(issue: GeometryIssue(.empty)) }
      boxes.append(box)
    }
    packed = PackedRings(normalised)
    ringBoxes = boxes.count > 1 ? boxes : []
    boundingBox = boxes[0]
  }

  /// Around one of the rings.
  @inline(__always)
  func box(ofRing index: Int) -> BoundingBox { index == 0 ? boundingBox : ringBoxes[index] }

  /// True when the point lies in the outer ring and in none of the holes.
  ///
  /// On an edge it counts as inside where the area lies to the edge's east or, for an edge along a parallel, to its north. So of two areas
  /// that share a border exactly one contains a point on it. The decision is exact, not rounded. Tens of nanoseconds, and some
  /// more for each sixteenfold of points.
  public func contains(_ point: Coordinate) -> Bool {
    let point = Self.testable(point)
    guard isInside(point, ring: 0) else { return false }
    for index in 1..<max(1, packed.ringCount) where isInside(point, ring: index) { return false }
    return true
  }

  private func isInside(_ point: Coordinate, ring index: Int) -> Bool {
    let box = box(ofRing: index)
    guard point.latitude >= box.south, point.latitude <= box.north,
      var longitude = box.firstLongitude(of: point)
    else { return false }
    // More than once only for a ring that goes all around the Earth, at its seam.
    while longitude <= box.east {
      if packed.withRing(index, { $0.contains(x: longitude, y: point.latitude) }) { return true }
      longitude += 360
    }
    return false
  }

  /// With a canonical longitude; and the north pole a hair to the south, or no area could contain it, as every edge there is a northern one.
  private static func testable(_ point: Coordinate) -> Coordinate {
    var point = point.canonical
    if point.latitude == 90 { point.latitude = point.latitude.nextDown }
    return point
  }
}
