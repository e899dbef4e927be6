import Foundation
import Geo
import Model
import Testing

@testable import Gateway

@Suite struct CorridorLineTests {
  /// A drive with bends, stops and a receiver that wanders.
  private func drive(_ random: inout SeededGenerator) -> RecordedWay {
    var way = RecordedWay()
    var (east, north, course, speed) = (0.0, 0.0, 0.0, 10.0)
    for second in 0..<1200 {
      if Int.random(in: 0..<40, using: &random) == 0 { course += .random(in: -1.5...1.5, using: &random) }
      if Int.random(in: 0..<60, using: &random) == 0 { speed = [0, 0, 8, 14, 30].randomElement(using: &random) ?? 0 }
      east += speed * cos(course)
      north += speed * sin(course)
      way.take(
        RecordedWayTests.position(
          Double(second), east: east + .random(in: -2...2, using: &random),
          north: north + .random(in: -2...2, using: &random)))
    }
    return way
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func noFixIsFartherFromTheLineThanWasSaid(seed: UInt64) throws {
    var random = SeededGenerator(seed)
    let way = drive(&random)
    let error = Double.random(in: 0.5...15, using: &random)
    let line = CorridorLine(way, error: error)
    // As the file has it: with seven decimals.
    let lines = line.lines.map { line in
      line.map {
        Coordinate(latitude: ($0.latitude * 1e7).rounded() / 1e7, longitude: ($0.longitude * 1e7).rounded() / 1e7)
      }
    }
    let shape = try Shape.corridor(lines: lines, width: 2 * error)
    for fix in way.fixes { #expect(shape.signedDistance(fix.coordinate) >= 0, "error \(error)") }
    #expect(line.points < way.fixes.count / 2 || error < 6)
    #expect(line.alone == 0 && line.lines.count == 1)
  }

  @Test func standingAddsNothing() {
    let moving = (0..<60).map { RecordedWayTests.position(Double($0), east: 10 * Double($0)) }
    let standing = (60..<3600).map {
      RecordedWayTests.position(Double($0), east: 590 + sin(Double($0)), north: cos(Double($0)))
    }
    let onward = (3600..<3660).map { RecordedWayTests.position(Double($0), east: 590 + 10 * Double($0 - 3600)) }
    let line = CorridorLine(RecordedWayTests.way(moving + standing + onward), error: 3)
    #expect(line.points <= 4, "\(line.points)")
  }

  @Test func gapIsNotDrawnOver() throws {
    var positions = (0..<40).map { number in
      let second = Double(number < 20 ? number : number + 100)
      return RecordedWayTests.position(second, east: 10 * second)
    }
    positions.insert(RecordedWayTests.position(60, east: 600), at: 20)
    let line = CorridorLine(RecordedWayTests.way(positions), error: 3)
    #expect(line.lines.map(\.count) == [2, 2] && line.alone == 1)
    #expect(
      String(decoding: line.geoJSON(id: "a", width: 30, source: "b"), as: UTF8.self).contains("\"MultiLineString\""))
  }

  @Test func whereNothingMovedThereIsNoLine() {
    let line = CorridorLine(
      RecordedWayTests.way((0..<90).map { RecordedWayTests.position(Double($0), east: 0) }), error: 3)
    #expect(line.lines.isEmpty && line.alone == 90)
  }
}
