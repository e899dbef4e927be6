import Glibc

/// Areas and lengths of polygons whose edges are straight in longitude and latitude.
enum Measure {
  /// Square metres on the ellipsoid, holes taken off; exact to a part in a million.
  static func area(_ polygon: Polygon) -> Double {
    let areas = (0..<polygon.packed.ringCount).map { polygon.packed.withRing($0) { abs(signedArea($0)) } }
    return max(0, areas.dropFirst().reduce(areas[0], -))
  }

  /// Metres of border.
  static func length(of border: Border, _ polygons: [Polygon]) -> Double {
    var sum = 0.0
    border.forEachEdge(polygons) { sum += length($0, $1) }
    return sum
  }

  /// Pieces of at most half a degree, each by the radii of curvature in its middle.
  static func length(_ a: Coordinate, _ b: Coordinate) -> Double {
    let (turn, rise) = (b.longitude - a.longitude, b.latitude - a.latitude)
    let pieces = pieces(max(abs(turn), abs(rise)), each: 0.5)
    var sum = 0.0
    for piece in 0..<pieces {
      let scale = LocalScale(latitude: a.latitude + rise * (Double(piece) + 0.5) / Double(pieces))
      let (x, y) = (turn * scale.east, rise * scale.north)
      sum += (x * x + y * y).squareRoot()
    }
    return sum / Double(pieces)
  }

  /// The integral of the area between the equator and the ring's edges, by Simpson's rule in pieces of at most a degree.
  private static func signedArea(_ ring: PackedRing) -> Double {
    var sum = 0.0
    for index in 1..<ring.count {
      let (a, b) = (ring.point(index - 1), ring.point(index))
      guard a.longitude != b.longitude else { continue }
      let rise = b.latitude - a.latitude
      let pieces = pieces(abs(rise), each: 1)
      let step = rise / Double(pieces)
      var mean = 0.0
      for piece in 0..<pieces {
        let south = a.latitude + step * Double(piece)
        mean += (zone(south) + 4 * zone(south + step / 2) + zone(south + step)) / 6
      }
      sum += mean / Double(pieces) * (b.longitude - a.longitude)
    }
    return sum * Ellipsoid.radiansPerDegree
  }

  private static func pieces(_ span: Double, each: Double) -> Int { max(1, Int(min(1440, (span / each).rounded(.up)))) }

  /// Square metres between the equator and a parallel, for each radian of longitude (Snyder, eq. 3-12): b²/2 · q/(1 − e²)
  /// with his q, which here is written without that factor.
  private static func zone(_ latitude: Double) -> Double {
    let e = Ellipsoid.eccentricitySquared.squareRoot()
    let s = sin(latitude * Ellipsoid.radiansPerDegree)
    let q = s / (1 - Ellipsoid.eccentricitySquared * s * s) + atanh(e * s) / e
    return Ellipsoid.polarRadius * Ellipsoid.polarRadius / 2 * q
  }
}
