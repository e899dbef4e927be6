import Glibc

/// The nearest border by straight lines through the Earth, for where no plane serves: far away, and near the poles.
///
/// Chords of the ellipsoid grow with the geodesic's length, but for a part in 300 that depends on the direction; so the edge chosen may
/// be farther than the nearest by at most 0.5 %, and the distance to it is the geodesic's.
struct FarSearch {
  private let point: Coordinate
  private let origin: SIMD3<Double>
  /// Metres through the Earth.
  private var best = Double.infinity
  private var nearest: Coordinate?
  /// The end of the edge before, which is mostly the beginning of the next.
  private var last: (place: Coordinate, chord: Double)?

  init(from point: Coordinate) {
    self.point = point
    origin = Ellipsoid.cartesian(latitude: point.latitude, longitude: point.longitude)
  }

  /// Metres along the ellipsoid to the nearest of the edges seen; infinite if there was none.
  var distance: Double { nearest.map { Geodesic.distance(point, $0) } ?? .infinity }

  mutating func look(at a: Coordinate, _ b: Coordinate) {
    // Pieces short enough that the distance has one minimum along each.
    let span = max(abs(b.latitude - a.latitude), abs(b.longitude - a.longitude))
    let pieces = max(1, Int(min(720, span.rounded(.up))))
    var start = 0.0
    var chordAtStart = last.flatMap { $0.place == a ? $0.chord : nil } ?? measure(a)
    for piece in 1...pieces {
      let end = Double(piece) / Double(pieces)
      let chordAtEnd = measure(piece == pieces ? b : Self.between(a, b, end))
      // A place on the piece is half its length from one of the ends at most.
      let length = span / Double(pieces) * 112_000
      if min(chordAtStart, chordAtEnd) - length < best { refine(a, b, start, end) }
      (start, chordAtStart) = (end, chordAtEnd)
    }
    last = (b, chordAtStart)
  }

  /// Golden section between two fractions of the edge.
  private mutating func refine(_ a: Coordinate, _ b: Coordinate, _ from: Double, _ to: Double) {
    let ratio = (5.0.squareRoot() - 1) / 2
    var (low, high) = (from, to)
    var (x1, x2) = (high - ratio * (high - low), low + ratio * (high - low))
    var (f1, f2) = (measure(Self.between(a, b, x1)), measure(Self.between(a, b, x2)))
    for _ in 0..<24 {
      if f1 < f2 {
        (high, x2, f2) = (x2, x1, f1)
        x1 = high - ratio * (high - low)
        f1 = measure(Self.between(a, b, x1))
      } else {
        (low, x1, f1) = (x1, x2, f2)
        x2 = low + ratio * (high - low)
        f2 = measure(Self.between(a, b, x2))
      }
    }
  }

  /// The chord to the place, which is noted when it is the nearest so far.
  private mutating func measure(_ place: Coordinate) -> Double {
    let difference = Ellipsoid.cartesian(latitude: place.latitude, longitude: place.longitude) - origin
    let chord = (difference * difference).sum().squareRoot()
    if chord < best {
      best = chord
      nearest = place
    }
    return chord
  }

  private static func between(_ a: Coordinate, _ b: Coordinate, _ t: Double) -> Coordinate {
    Coordinate(
      latitude: a.latitude + t * (b.latitude - a.latitude), longitude: a.longitude + t * (b.longitude - a.longitude))
  }
}
