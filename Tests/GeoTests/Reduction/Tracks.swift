import Foundation
import Geo

/// Tracks to reduce.
enum Tracks {
  static let drives = ["seattle", "drive-31", "drive-42", "drive-54", "drive-92"]

  static func file(_ name: String) -> URL { TestData.root.appendingPathComponent("tracks/\(name).csv") }

  static var isRecorded: Bool { (drives + ["mtv-phone"]).allSatisfy { TestData.exists(file($0)) } }

  /// A drive from the test data, `t,lat,lon,…`.
  static func recorded(_ name: String) throws -> [TrackReducer.Point] {
    let text = try String(contentsOf: file(name), encoding: .utf8)
    return text.split(separator: "\n").dropFirst().compactMap { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count >= 3, let time = Double(fields[0]), let latitude = Double(fields[1]),
        let longitude = Double(fields[2])
      else { return nil }
      return TrackReducer.Point(
        milliseconds: Int64((time * 1000).rounded()), coordinate: Coordinate(latitude: latitude, longitude: longitude))
    }
  }

  /// A fix a second at these places, metres east and north of Geneva, or of another latitude and longitude.
  static func through(
    _ places: [(east: Double, north: Double)], latitude: Double = 46.2, longitude: Double = 6.1,
    every seconds: Double = 1
  ) -> [TrackReducer.Point] {
    places.enumerated().map { index, place in
      TrackReducer.Point(
        milliseconds: Int64((Double(index) * seconds * 1000).rounded()),
        coordinate: Coordinate(
          latitude: latitude + place.north / 111_200,
          longitude: (longitude + place.east / (111_320 * cos(latitude * .pi / 180))).remainder(dividingBy: 360)))
    }
  }

  /// Something that moves anywhere on Earth: stands, turns, jumps, falls silent, gives a moment twice; from a walker to a jet.
  static func random(_ random: inout SeededNumbers, latitudes: ClosedRange<Double> = -84...84) -> [TrackReducer.Point] {
    var latitude = Double.random(in: latitudes, using: &random)
    // A third of them around the antimeridian.
    var longitude =
      Double.random(in: 0..<3, using: &random) < 1 ? 179.99 : Double.random(in: -180...180, using: &random)
    var time = Int64.random(in: 0...2_000_000_000_000, using: &random)
    let interval = [100, 1000, 1000, 1000, 10_000, 60_000][Int.random(in: 0..<6, using: &random)]
    let top = [2.0, 30, 30, 80, 280][Int.random(in: 0..<5, using: &random)]
    let noise = [0.0, 0.5, 3][Int.random(in: 0..<3, using: &random)]
    var (speed, course, turning) = (top / 2, Double.random(in: 0...(2 * .pi), using: &random), 0.0)
    var points: [TrackReducer.Point] = []
    for _ in 0..<Int.random(in: 1...600, using: &random) {
      let noisy = (east: Double.random(in: -1...1, using: &random), north: Double.random(in: -1...1, using: &random))
      let across = 111_200 * max(0.01, cos(latitude * .pi / 180))
      points.append(
        TrackReducer.Point(
          milliseconds: time,
          coordinate: Coordinate(
            latitude: min(90, max(-90, latitude + noise * noisy.north / 111_200)),
            longitude: (longitude + noise * noisy.east / across).remainder(dividingBy: 360))))
      var step = Int64(interval)
      switch Int.random(in: 0..<60, using: &random) {
      case 0: speed = 0
      case 1...4: speed = Double.random(in: 0...top, using: &random)
      case 5...9: turning = Double.random(in: -0.3...0.3, using: &random)
      case 10...16: turning = 0
      case 17: step *= Int64.random(in: 2...400, using: &random)
      case 18: step = 0
      case 19: latitude = min(89, max(-89, latitude + Double.random(in: -0.2...0.2, using: &random)))
      case 20: course += .pi
      default: break
      }
      let seconds = Double(step) / 1000
      course += turning * min(seconds, 1)
      latitude = min(90, max(-90, latitude + speed * seconds * cos(course) / 111_200))
      longitude = (longitude + speed * seconds * sin(course) / across).remainder(dividingBy: 360)
      time += step
    }
    return points
  }
}
