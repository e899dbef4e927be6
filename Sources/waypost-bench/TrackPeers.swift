import Geo

/// Dead reckoning: a fix is sent when it is farther than the bound from where the last one sent, and its velocity, would have it. What
/// was between is within the bound of the reckoning, not of the line that the receiver draws afterwards.
enum DeadReckoning {
  static func keptIndices(of track: [TrackReducer.Point], bound: Double) -> [Int] {
    guard !track.isEmpty else { return [] }
    var kept = [0]
    // Degrees a millisecond.
    var velocity = (latitude: 0.0, longitude: 0.0)
    for index in 1..<max(1, track.count) {
      let (sent, point) = (track[kept[kept.count - 1]], track[index])
      let elapsed = Double(point.milliseconds - sent.milliseconds)
      let reckoned = Coordinate(
        latitude: sent.coordinate.latitude + elapsed * velocity.latitude,
        longitude: sent.coordinate.longitude + elapsed * velocity.longitude)
      guard Geodesic.localDistance(reckoned, point.coordinate) > bound || index == track.count - 1 else { continue }
      kept.append(index)
      let before = track[index - 1]
      let step = Double(max(1, point.milliseconds - before.milliseconds))
      velocity = (
        (point.coordinate.latitude - before.coordinate.latitude) / step,
        (point.coordinate.longitude - before.coordinate.longitude) / step
      )
    }
    return kept
  }
}

/// Ramer–Douglas–Peucker: the whole track at once, by the distance to the line, whatever the time.
enum DouglasPeucker {
  static func keptIndices(of track: [TrackReducer.Point], bound: Double) -> [Int] {
    guard track.count > 2 else { return Array(track.indices) }
    var isKept = [Bool](repeating: false, count: track.count)
    isKept[0] = true
    isKept[track.count - 1] = true
    var open = [(0, track.count - 1)]
    while let (first, last) = open.popLast() {
      var farthest = (distance: 0.0, index: first)
      for index in first + 1..<max(first + 1, last) {
        let distance = distance(track[index].coordinate, track[first].coordinate, track[last].coordinate)
        if distance > farthest.distance { farthest = (distance, index) }
      }
      guard farthest.distance > bound else { continue }
      isKept[farthest.index] = true
      open += [(first, farthest.index), (farthest.index, last)]
    }
    return track.indices.filter { isKept[$0] }
  }

  /// Metres from a place to a stretch, in the plane of degrees at the stretch's beginning.
  private static func distance(_ place: Coordinate, _ a: Coordinate, _ b: Coordinate) -> Double {
    // Metres a degree, as the distances of a thousandth of one.
    let north = 1000 * Geodesic.localDistance(a, Coordinate(latitude: a.latitude + 0.001, longitude: a.longitude))
    let east = 1000 * Geodesic.localDistance(a, Coordinate(latitude: a.latitude, longitude: a.longitude + 0.001))
    let (dx, dy) = ((b.longitude - a.longitude) * east, (b.latitude - a.latitude) * north)
    let (px, py) = ((place.longitude - a.longitude) * east, (place.latitude - a.latitude) * north)
    let squared = dx * dx + dy * dy
    let along = squared > 0 ? min(1, max(0, (px * dx + py * dy) / squared)) : 0
    let (x, y) = (px - along * dx, py - along * dy)
    return (x * x + y * y).squareRoot()
  }
}
