import Foundation
import Model
import Rules
import Testing

@testable import Gateway

/// How a recorded track begins and ends: as on the box.
@Suite struct ReplayRunTests {
  private func replay(_ track: String, rules: String) throws -> (records: [Record], summary: ReplayRun.Summary) {
    let path = NSTemporaryDirectory() + "wp-track-\(UUID().uuidString).csv"
    try Data(track.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    var run = try ReplayRun(track: path, rules: try Box.ruleSet(rules), catalogue: Setup.defaultCatalogue)
    var records: [Record] = []
    try run.run { record, _ in records.append(record) }
    #expect(run.share == 1)
    return (records, run.summary)
  }

  /// Straight ahead, a fix a second.
  private func drive(_ seconds: Int, from start: Int = 1_771_000_000) -> String {
    "t,lat,lon\n" + (0..<seconds).map { "\(start + $0),46.2,\(6.1 + Double($0) * 0.0001)\n" }.joined()
  }

  @Test(arguments: ["max_error: 10 m", "every: 45 s", "or_moved: 10 km\n    at_least: 2 min"])
  func lastFixOfATrackGoesAtItsEnd(policy: String) throws {
    let (records, summary) = try replay(
      drive(100), rules: "report:\n  - signals: [gps.position]\n    \(policy)\n")
    let positions = records.filter { $0.kind == .position }
    #expect(positions.first?.timestamp?.seconds == 1_771_000_000)
    #expect(positions.last?.timestamp?.seconds == 1_771_000_099)
    #expect(Set(positions.map(\.timestamp)).count == positions.count, "none twice")
    #expect(summary.records == records.count && summary.observations == 100 && summary.fixes == 100)
  }

  @Test func endOfTheFileIsNoLossOfTheFix() throws {
    let (records, _) = try replay(
      drive(100),
      rules: """
        rules:
          - name: lost
            when: '!gps.fix'
            for: 2 s
            then: [{ event: lost }]
        report:
          - signals: [gps.position]
            max_error: 10 m
        """)
    #expect(!records.contains { $0.lane == .event })
  }

  /// 22:00 UTC is 23:00 in Zurich in winter.
  @Test func rulesKnowTheTimeFromTheFirstFixOn() throws {
    let rules = """
      rules:
        - name: night
          when: 'local_time("Europe/Zurich").getHours() >= 22 && gps.speed_kmh >= 0'
          then: [{ event: { type: night, data: { hour: 'local_time("Europe/Zurich").getHours()' } } }]
      """
    // 2026-02-13T21:30:00Z and 12:00Z.
    let speeds = { (start: Int) in
      self.drive(100, from: start).replacingOccurrences(of: "lon\n", with: "lon,speed_mps\n")
        .replacingOccurrences(of: "(?m)^([0-9].*)$", with: "$1,3", options: .regularExpression)
    }
    let night = try replay(speeds(1_771_018_200), rules: rules).records.filter { $0.lane == .event }
    #expect(night.count == 1 && night.first?.timestamp?.seconds == 1_771_018_200)
    #expect(try replay(speeds(1_770_984_000), rules: rules).records.allSatisfy { $0.lane != .event })
  }

  /// Two drives in a file, two days apart: the second has the time of its own fixes.
  @Test func clockFollowsAStepOfTheTrack() throws {
    let track = drive(60, from: 1_771_000_000) + drive(60, from: 1_771_172_800).dropFirst("t,lat,lon\n".count)
    let (records, _) = try replay(
      track,
      rules: """
        rules:
          - name: tick
            on: { every: 50 s }
            when: gps.fix
            then: [{ event: tick }]
        """)
    let ticks = records.filter { $0.lane == .event }.compactMap { $0.timestamp?.seconds }
    #expect(ticks.contains { abs($0 - 1_771_000_050) < 2 } && ticks.contains { $0 > 1_771_172_800 }, "\(ticks)")
  }

  @Test func zoneThatTheDriveMirrorsIsTold() throws {
    let (_, summary) = try replay(
      drive(10),
      rules: "zones:\n  a: { circle: [46.2, 6.1], radius: 50 m }\n  b: { circle: [6.1, 46.2], radius: 50 m }\n")
    #expect(summary.complaints.count == 1 && summary.complaints.first?.contains("`a`") == true)
  }

  @Test func trackWithoutDatesHasNoClock() throws {
    let track = "t,lat,lon\n" + (0..<100).map { "\($0),46.2,6.1\n" }.joined()
    let (records, _) = try replay(
      track,
      rules: """
        rules:
          - name: dated
            when: system.clock
            then: [{ event: dated }]
        """)
    #expect(!records.contains { $0.lane == .event })
  }
}
