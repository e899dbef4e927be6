import Geo

/// Leaves out points of a track that a straight line at even speed between their neighbours shows as well.
enum TrackThinning {
  /// The tolerance with which it begins, metres; below what a receiver can tell.
  static let finest = 0.5
  /// Beyond this many metres the track is no track, and every second point goes.
  private static let coarsest = 1000.0

  /// At most `limit` points, and how far those left out may be from where the line has them at their time, metres: an upper bound.
  ///
  /// The tolerance is doubled until they are few enough. First and last point of each piece stay.
  static func thinned(
    _ points: [TracePoint], to limit: Int, from tolerance: Double = finest
  ) -> (points: [TracePoint], error: Double) {
    var tolerance = max(tolerance, finest)
    while tolerance <= coarsest {
      let kept = thinned(points, tolerance: tolerance)
      if kept.count <= limit { return (kept, tolerance) }
      tolerance *= 2
    }
    // Thousands of short pieces: jumps rather than a drive. What is left out then is bounded by nothing.
    let stride = (points.count + limit - 1) / max(1, limit)
    let kept = points.indices.filter { $0 % stride == 0 }.map { points[$0] }
    return (kept, .infinity)
  }

  /// Ramer's and Douglas and Peucker's method with the distance at a point's time instead of the one to the line, piece by piece.
  static func thinned(_ points: [TracePoint], tolerance: Double) -> [TracePoint] {
    guard points.count > 2 else { return points }
    var keep = [Bool](repeating: false, count: points.count)
    var spans: [(first: Int, last: Int)] = []
    var first = 0
    for index in 1...points.count where index == points.count || points[index].beginsPiece {
      spans.append((first, index - 1))
      first = index
    }
    while let span = spans.popLast() {
      keep[span.first] = true
      keep[span.last] = true
      guard span.last - span.first > 1 else { continue }
      var farthest = (index: span.first, distance: tolerance)
      for index in span.first + 1..<span.last {
        let line = points[span.first].place(towards: points[span.last], at: points[index].milliseconds)
        let distance = Geodesic.localDistance(points[index].coordinate, line)
        if distance > farthest.distance { farthest = (index, distance) }
      }
      guard farthest.index > span.first else { continue }
      spans.append((span.first, farthest.index))
      spans.append((farthest.index, span.last))
    }
    return points.indices.filter { keep[$0] }.map { points[$0] }
  }
}
