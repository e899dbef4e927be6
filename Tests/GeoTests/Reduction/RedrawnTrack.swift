import Foundation
import Geo

/// What a receiver makes of the fixes that it got, to judge a reduction by. Knows nothing of how fixes were picked.
struct RedrawnTrack {
  /// How it draws a line between two fixes.
  enum Drawing: CaseIterable {
    /// Straight in longitude and latitude.
    case degrees
    /// Along a great circle of the sphere.
    case greatCircle
    /// Straight on a map in Web Mercator.
    case mercator
  }

  let drawing: Drawing
  /// Rounds what was kept to seven decimals first, as JSON has them.
  var isRounded = false

  /// The farthest that any fix is from the track redrawn of those at `kept`, ascending, metres on WGS 84; infinite where one is before
  /// the first, later than the last, or between two that it isn't between in time.
  func worstError(of track: [TrackReducer.Point], kept: [Int]) -> Double {
    guard kept.first == 0, let last = kept.last else { return track.isEmpty ? 0 : .infinity }
    var worst = 0.0
    for point in track[last...] {
      guard point.milliseconds == track[last].milliseconds else { return .infinity }
      worst = max(worst, Geodesic.distance(received(track[last]).coordinate, point.coordinate))
    }
    for (a, b) in zip(kept, kept.dropFirst()) where b > a + 1 {
      let (from, to) = (received(track[a]), received(track[b]))
      for index in a + 1..<b {
        guard let place = place(at: track[index].milliseconds, from, to) else { return .infinity }
        worst = max(worst, Geodesic.distance(place, track[index].coordinate))
      }
    }
    return worst
  }

  private func received(_ point: TrackReducer.Point) -> TrackReducer.Point {
    guard isRounded else { return point }
    func rounded(_ degrees: Double) -> Double { (degrees * 1e7).rounded() / 1e7 }
    return TrackReducer.Point(
      milliseconds: point.milliseconds,
      coordinate: Coordinate(
        latitude: rounded(point.coordinate.latitude), longitude: rounded(point.coordinate.longitude)))
  }

  private func place(at time: Int64, _ from: TrackReducer.Point, _ to: TrackReducer.Point) -> Coordinate? {
    guard from.milliseconds <= time, time <= to.milliseconds else { return nil }
    if time == from.milliseconds { return from.coordinate }
    let part = Double(time - from.milliseconds) / Double(to.milliseconds - from.milliseconds)
    let (a, b) = (from.coordinate, to.coordinate)
    let turn = (b.longitude - a.longitude).remainder(dividingBy: 360)
    func eastward(_ latitude: Double) -> Coordinate {
      Coordinate(latitude: latitude, longitude: (a.longitude + part * turn).remainder(dividingBy: 360))
    }
    switch drawing {
    case .degrees: return eastward(a.latitude + part * (b.latitude - a.latitude))
    case .mercator:
      func project(_ latitude: Double) -> Double { asinh(tan(latitude * .pi / 180)) }
      let (y1, y2) = (project(a.latitude), project(b.latitude))
      return eastward(atan(sinh(y1 + part * (y2 - y1))) * 180 / .pi)
    case .greatCircle:
      let (u, v) = (vector(a), vector(b))
      // By the chord, since the cosine of a small angle tells nothing of it.
      let angle = 2 * asin(min(1, length(u - v) / 2))
      guard angle > 0 else { return a }
      let w = (u * sin((1 - part) * angle) + v * sin(part * angle)) / sin(angle)
      return Coordinate(
        latitude: atan2(w.z, (w.x * w.x + w.y * w.y).squareRoot()) * 180 / .pi,
        longitude: atan2(w.y, w.x) * 180 / .pi)
    }
  }

  private func vector(_ place: Coordinate) -> SIMD3<Double> {
    let (phi, lambda) = (place.latitude * .pi / 180, place.longitude * .pi / 180)
    return SIMD3(cos(phi) * cos(lambda), cos(phi) * sin(lambda), sin(phi))
  }

  private func length(_ v: SIMD3<Double>) -> Double { (v * v).sum().squareRoot() }
}
