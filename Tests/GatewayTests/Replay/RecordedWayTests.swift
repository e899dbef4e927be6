import Foundation
import Geo
import Inputs
import Model
import Testing

@testable import Gateway

@Suite struct RecordedWayTests {
  static let start: Int64 = 1_770_000_000_000

  /// A fix so many seconds after the start, metres east and north of a place in Geneva.
  static func position(_ second: Double?, east: Double, north: Double = 0, accuracy: Double = 4) -> Position {
    Position(
      latitude: 46.2044 + north / 111_153, longitude: 6.1432 + east / 77_180,
      time: second.map { Timestamp(milliseconds: start + Int64($0 * 1000)) }, accuracy: accuracy)
  }

  static func way(_ positions: [Position]) -> RecordedWay {
    var way = RecordedWay()
    for position in positions { way.take(position) }
    return way
  }

  @Test func whatNobodyDrivesIsLeftOut() {
    let way = Self.way([
      Self.position(0, east: 0), Self.position(1, east: 10), Self.position(2, east: 5000), Self.position(3, east: 30),
      Self.position(2.5, east: 25), Self.position(4, east: 40),
    ])
    #expect(way.fixes.count == 4 && way.leftOut == 2)
  }

  @Test func whereThreeAgreeTheOneBeforeWasWrong() {
    let way = Self.way((0..<6).map { Self.position(Double($0), east: $0 == 0 ? 9000 : 10 * Double($0)) })
    #expect(way.fixes.count == 6 && way.leftOut == 0)
    #expect(way.pieces.count == 1, "a second is no gap")
  }

  @Test func gapInTimeAndPlaceParts() {
    let moved = (0..<10).map { number in
      let second = Double(number < 5 ? number : number + 60)
      return Self.position(second, east: second * 10)
    }
    #expect(Self.way(moved).pieces.map(\.count) == [5, 5])
    let stood = (0..<10).map { number in
      Self.position(Double(number < 5 ? number : number + 60), east: Double(number))
    }
    #expect(Self.way(stood).pieces.map(\.count) == [10])
  }

  @Test func withoutTimesTheOrderCounts() {
    let way = Self.way([0, 100, 200, 3000, 3100].map { Self.position(nil, east: $0) })
    #expect(way.pieces.map(\.count) == [3, 2] && way.leftOut == 0)
  }

  /// The box's own recording, with a second receiver in it.
  @Test func recordingGivesTheFixesOfOneReceiver() async throws {
    let box = try Box()
    let pipeline = try await box.open(rules: Box.rules)
    #expect(try await pipeline.startRecording(gateway: "box"))
    for second in 0..<20 {
      box.pass(.seconds(1))
      pipeline.inbox.submit(box.fix(metres: Double(second) * 15))
      await pipeline.drain()
    }
    await pipeline.flushNow()
    let path = box.folder + "/drive.rec"
    try await Data(pipeline.export()).write(to: URL(fileURLWithPath: path))
    try await pipeline.close()
    #expect(try RecordedWay(path: path).fixes.count == 20)
    #expect(throws: RecordedWay.Failure.self) { try RecordedWay(path: path, device: "other") }
  }
}
