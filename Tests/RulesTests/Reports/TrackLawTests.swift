import Drives
import Foundation
import Geo
import Model
import Testing

@testable import Rules

/// The laws of `EngineLawTests` for policies with `max_error`, and the promise that they make, through the engine.
struct TrackLawTests {
  static let rules = """
    zones:
      depot: { circle: [6.1432, 46.2044], radius: 100 m, tags: [site] }
      patient: { circle: [6.1432, 46.2062], radius: 80 m, lost_after: 5 min }
    report:
      - { signals: [gps.position], when: reefer.door, every: 30 s, or_moved: 60 m }
      - { signals: [gps.position], when: reefer.temperature > 2, max_error: 5 m, budget: { uplink: 3 KB per hour }, at_least: 10 s }
      - { signals: [gps.position], max_error: 25 m, at_least: 40 s }
      - { signals: ["reefer.*"], every: 1 h, deadband: 100 }
    rules:
      - { name: visits, on: { enter: depot, exit: depot }, then: [{ event: geofence_event }] }
      - { name: left, on: { exit: patient }, then: [{ report: [gps.position] }] }
      - { name: cold, when: reefer.temperature < -4, then: [shutdown] }
    """

  @Test(arguments: 0..<30 as Range<UInt64>)
  func anyChunkingOfAdvanceGivesTheSame(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed &+ 11_000)
    let drive = RandomDrive(&random, rules: try RuleFile.load(Self.rules))
    let (effects, state) = drive.straight()
    let chunked = drive.inChunks(&random, steps: 0...3) { observation in
      // A gateway that is off advances nothing.
      if case .system(.start) = observation?.content { true } else { false }
    }
    #expect(chunked.effects == effects)
    #expect(chunked.state == state)
  }

  @Test(arguments: 0..<30 as Range<UInt64>)
  func killsAndReplacementsGiveTheSame(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed &+ 12_000)
    let drive = RandomDrive(&random, rules: try RuleFile.load(Self.rules))
    let (effects, state) = drive.straight()
    let killed = drive.killed(&random, seldom: 6)
    #expect(killed.effects == effects)
    #expect(killed.state == state)
    #expect(killed.saved == state, "the changed rows must add up to the whole state")
  }

  /// Whatever happens on the way, every fix in order is near what the receiver draws.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func everyFixIsWithinTheBoundOfTheTrackSent(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed &+ 13_000)
    let text = """
      zones: { depot: { circle: [6.1432, 46.2044], radius: 100 m } }
      report: [{ signals: [gps.position], max_error: 12 m, at_least: 1 min }]
      rules: [{ name: visits, on: { enter: depot, exit: depot }, then: [{ event: geofence_event }] }]
      """
    let drive = RandomDrive(&random, rules: try RuleFile.load(text))
    let (effects, _) = drive.straight()
    let judged = Self.judge(effects, drive.observations)
    #expect(judged.worst < 12)
    #expect(judged.fixes > 10)
  }

  static let isRecorded = RecordedDrive.folder != nil

  @Test(.enabled(if: isRecorded, "the drives are missing: skipped"), arguments: RecordedDrive.names)
  func everyFixOfADriveIsWithinTheBoundOfTheTrackSent(_ name: String) throws {
    guard let folder = RecordedDrive.folder else { return }
    let drive = try RecordedDrive(name, in: folder)
    var engine = try RuleFile.engine("report: [{ signals: [gps.position], max_error: 15 m, at_least: 5 min }]")
    let effects = engine.run(drive.observations) + engine.advance(to: .seconds(1e6))
    let judged = Self.judge(effects, drive.observations)
    #expect(judged.fixes == drive.points.count)
    #expect(judged.worst < 15)
    #expect(effects.positions.count < drive.points.count / 10)
    #expect(effects.positions.map(\.timestamp?.milliseconds).allSatisfy { $0 != nil })
    let times = effects.positions.compactMap(\.timestamp?.milliseconds)
    #expect(times == times.sorted(), "in the order of their time")
  }

  /// How far a fix is at most from the straight lines through the positions sent, by the fixes' own times; fixes in doubt left out.
  private static func judge(_ effects: [Effect], _ observations: [Observation]) -> (worst: Double, fixes: Int) {
    var order = FixOrder()
    var sent: [(time: Int64, place: Coordinate)] = []
    for record in effects.positions {
      guard case .position(_, let position) = record.body, let time = position.time, record.timestamp == time else {
        continue
      }
      sent.append((time.milliseconds, Coordinate(latitude: position.latitude, longitude: position.longitude)))
    }
    var (worst, fixes) = (0.0, 0)
    for observation in observations {
      guard case .position(_, let position) = observation.content,
        case .accepted(let fix, _) = order.judge(position, at: observation.time), fix.clock == .own
      else { continue }
      fixes += 1
      var best = Double.infinity
      // Clocks are set on these drives, so that a time may come twice.
      for (a, b) in zip(sent, sent.dropFirst()) where a.time <= fix.milliseconds && fix.milliseconds <= b.time {
        let part = a.time == b.time ? 0 : Double(fix.milliseconds - a.time) / Double(b.time - a.time)
        let place = Coordinate(
          latitude: a.place.latitude + part * (b.place.latitude - a.place.latitude),
          longitude: a.place.longitude + part * (b.place.longitude - a.place.longitude))
        best = min(best, Geodesic.distance(place, fix.coordinate))
      }
      for point in sent where point.time == fix.milliseconds {
        best = min(best, Geodesic.distance(point.place, fix.coordinate))
      }
      worst = max(worst, best)
    }
    return (worst, fixes)
  }

  /// The laws would hold of drives on which nothing happens, too.
  @Test func drivesByChanceReduceAndForce() throws {
    var (fixes, sent, both) = (0, 0, 0)
    for seed in UInt64(0)..<20 {
      var random = SeededGenerator(seed: seed &+ 11_000)
      let drive = RandomDrive(&random, rules: try RuleFile.load(Self.rules))
      var engine = drive.engine()
      for observation in drive.observations {
        if case .position = observation.content { fixes += 1 }
        let positions = engine.ingest(observation).positions.count
        sent += positions
        if positions > 1 { both += 1 }
      }
    }
    #expect(sent > fixes / 10 && sent < fixes * 3 / 4)
    #expect(both > 10)
  }
}
