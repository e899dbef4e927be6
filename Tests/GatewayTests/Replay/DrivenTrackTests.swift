import Geo
import Testing

@testable import Gateway

/// What is drawn of a track, and how far it is off.
@Suite struct DrivenTrackTests {
  static func point(_ second: Int, _ latitude: Double, _ longitude: Double) -> TracePoint {
    TracePoint(
      coordinate: Coordinate(latitude: latitude, longitude: longitude), milliseconds: Int64(second) * 1000, speed: 10)
  }

  /// A drive in curves, a fix a second.
  static func winding(_ count: Int) -> [TracePoint] {
    var random = SeededGenerator(4)
    var (latitude, longitude, turn) = (46.2, 6.1, 0.0)
    return (0..<count).map { second in
      turn += Double.random(in: -0.2...0.2, using: &random)
      latitude += 0.0001 * turn.remainder(dividingBy: 1)
      longitude += 0.0001
      return point(second, latitude, longitude)
    }
  }

  /// Where a line through `kept` has the vehicle at a moment.
  private static func place(on kept: [TracePoint], at moment: Int64) -> Coordinate {
    let next = kept.firstIndex { $0.milliseconds >= moment } ?? kept.count - 1
    return next == 0 ? kept[0].coordinate : kept[next - 1].place(towards: kept[next], at: moment)
  }

  @Test(arguments: [0.5, 2, 10, 50])
  func pointLeftOutIsNoFartherThanTheToleranceAtItsTime(tolerance: Double) {
    let points = Self.winding(3000)
    let kept = TrackThinning.thinned(points, tolerance: tolerance)
    #expect(kept.count < points.count)
    for point in points {
      let distance = Geodesic.distance(point.coordinate, Self.place(on: kept, at: point.milliseconds))
      #expect(distance <= tolerance * 1.001, "at \(point.milliseconds)")
    }
  }

  @Test func longDriveIsThinnedAndSaysByHowMuch() {
    var track = DrivenTrack()
    let points = Self.winding(100_000)
    for point in points { track.add(point) }
    track.finish()
    #expect(track.count == 100_000)
    #expect(track.points.count <= DrivenTrack.limit)
    #expect(track.error > 0 && track.error.isFinite)
    var largest = 0.0
    var next = 0
    for point in points {
      while track.points[next].milliseconds < point.milliseconds { next += 1 }
      let line = next == 0 ? track.points[0] : track.points[next - 1]
      let place = line.place(towards: track.points[next], at: point.milliseconds)
      largest = max(largest, Geodesic.distance(point.coordinate, place))
    }
    #expect(largest <= track.error * 1.001)
  }

  @Test func shortDriveIsDrawnAsItWas() {
    var track = DrivenTrack()
    for point in Self.winding(500) { track.add(point) }
    track.finish()
    #expect(track.points.count == 500)
    #expect(track.error == 0)
  }

  @Test func silenceEndsAPieceAndWhatIsNotLaterIsPassedOver() {
    var track = DrivenTrack()
    for point in [(0, 46.0), (1, 46.1), (1, 46.2), (31, 46.3), (62, 46.4), (63, 46.5)].map({ Self.point($0, $1, 6) }) {
      track.add(point)
    }
    track.interrupt()
    track.add(Self.point(64, 46.6, 6))
    #expect(track.points.map(\.milliseconds) == [0, 1000, 31_000, 62_000, 63_000, 64_000])
    #expect(track.points.map(\.beginsPiece) == [true, false, false, true, false, true])
  }

  @Test func speedThatTheReceiverDoesNotTellComesOfThePlaces() throws {
    var track = DrivenTrack()
    for second in 0...1 {
      var point = Self.point(second, 46 + Double(second) * 0.0001, 6)
      point.speed = nil
      track.add(point)
    }
    #expect(track.points[0].speed == nil)
    #expect(abs(try #require(track.points[1].speed) - 11.1) < 0.1)
  }

  @Test func parkedReceiverDrivesNoWay() {
    var track = DrivenTrack()
    for second in 0..<5000 { track.add(Self.point(second, 46 + Double(second % 7) * 0.00001, 6)) }
    #expect(track.length == 0)
    for step in 1...100 { track.add(Self.point(5000 + step, 46 + Double(step) * 0.0005, 6)) }
    #expect(abs(track.length - 5558) < 20)
  }

  @Test func lineAcrossTheAntimeridianGoesTheShortWay() {
    let a = Self.point(0, 0, 179.9)
    let place = a.place(towards: Self.point(10, 0, -179.9), at: 2500)
    #expect(abs(place.longitude - 179.95) < 1e-9)
  }
}
