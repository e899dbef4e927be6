import Geo
import Model
import Testing

@testable import Rules

/// `max_error` in report policies: which fixes go, when, and what with.
struct TrackPolicyTests {
  private static func engine(_ more: String = "", bound: String = "10 m") throws -> RuleEngine {
    try RuleFile.engine("report: [{ signals: [gps.position], max_error: \(bound)\(more) }]")
  }

  /// A fix a second, 20 m/s to the east until `turn`, then to the north.
  private func way(_ seconds: ClosedRange<Int>, turn: Int = .max) -> [Observation] {
    seconds.map { second in
      Scene.fix(
        Double(second), east: 20 * Double(min(second, turn)), north: 20 * Double(max(0, second - turn)), speed: 20)
    }
  }

  private func seconds(_ effects: [Effect]) -> [Double?] { effects.positions.map(\.second) }

  // MARK: Which fixes

  @Test func onlyTheFixesThatRedrawTheTrackGo() throws {
    var engine = try Self.engine()
    let effects = engine.run(way(0...80, turn: 40))
    #expect(effects.positions.count == 2)
    #expect(seconds(effects)[0] == 0)
    let corner = try #require(effects.positions.last)
    #expect([40, 41].contains(corner.second))
    #expect(corner.time.seconds == (corner.second ?? 0) + 1, "decided when the next fix turned out to be elsewhere")
  }

  @Test func whatGoesIsATrueFixWithEverythingThatItSaid() throws {
    var engine = try Self.engine()
    let observations = way(0...80, turn: 40)
    for record in engine.run(observations).positions {
      guard case .position(_, let position) = record.body else { return }
      #expect(observations.contains { $0.content == .position(device: "gps", position) })
      #expect(record.timestamp == position.time)
    }
  }

  @Test func withoutATimeOfItsOwnAFixIsDatedByWhenItCameIn() throws {
    var engine = try Self.engine()
    let effects = engine.run(
      (0...60).map { Scene.fix(Double($0), east: 20 * min(30, Double($0)), hasTime: false) })
    // Two go before three agree, and the third begins the track.
    #expect(effects.positions.prefix(3).map(\.time.seconds) == [0, 1, 2])
    #expect(effects.positions.count == 4)
    #expect(effects.positions.last.map { [30, 31].contains($0.time.seconds) } == true)
  }

  // MARK: Forced

  @Test func atLeastSendsTheNewestFixWhenItIsDue() throws {
    var engine = try Self.engine(", at_least: 1 min")
    let effects = engine.run((0...200).map { Scene.fix(Double($0), east: 0, speed: 0) })
    #expect(effects.positions.map(\.time.seconds) == [0, 60, 120, 180])
    #expect(seconds(effects) == [0, 59, 119, 179])
    // Nothing old goes again.
    #expect(engine.advance(to: .seconds(1000)).positions.map(\.second) == [200])
  }

  @Test func aFixAfterLongerThanAtLeastGoesAtOnce() throws {
    var engine = try Self.engine(", at_least: 5 s")
    let effects = engine.run([0, 10, 20, 30].map { Scene.fix($0, east: 0) })
    #expect(effects.positions.map(\.time.seconds) == [0, 10, 20, 30])
  }

  @Test func aLostFixSendsTheLastOneAtOnceAndTheNextBeginsATrack() throws {
    var engine = try Self.engine()
    _ = engine.run(way(0...10))
    let lost = engine.ingest(Observation(time: .seconds(10.5), content: .positionLost(device: "gps")))
    #expect(seconds(lost) == [10])
    #expect(engine.ingest(Observation(time: .seconds(10.6), content: .positionLost(device: "gps"))).isEmpty)
    #expect(seconds(engine.run(way(12...20))) == [12])
  }

  @Test func silenceSendsTheLastFixAndNothingIsDrawnOverTheGap() throws {
    var engine = try Self.engine()
    _ = engine.run(way(0...10))
    let effects = engine.advance(to: .seconds(100))
    #expect(seconds(effects) == [10])
    #expect(effects.positions.map(\.time.seconds) == [40])
    #expect(seconds(engine.run(way(100...120))) == [100])
    // Shorter ones are drawn over.
    #expect(seconds(engine.run(way(149...160))) == [])
  }

  @Test func aGapInTheFixesOwnTimeIsOneToo() throws {
    var engine = try Self.engine()
    _ = engine.run(way(0...10))
    let late = Scene.fix(11, east: 900, ownSecond: 45)
    #expect(seconds(engine.run([late])) == [10, 45])
  }

  @Test func aFixThatShowsAZoneEventGoesWithIt() throws {
    let policy = "report: [{ signals: [gps.position], max_error: 50 m }]\n"
    let zone = "zones: { depot: { circle: [6.1432, 46.2044], radius: 100 m } }\n"
    let rule = "rules: [{ name: visits, on: { enter: depot, exit: depot }, then: [{ event: geofence_event }] }]"
    func drive(_ text: String) throws -> [Effect] {
      var engine = try RuleFile.engine(text)
      return engine.run((0...60).map { Scene.fix(Double($0), east: 20 * Double($0) - 600) })
    }
    let effects = try drive(zone + policy + rule)
    let events = effects.eventRecords.map(\.time)
    #expect(events.count == 2)
    for time in events { #expect(effects.positions.contains { $0.time == time && $0.second == time.seconds }) }
    #expect(try drive(zone + policy).positions.count == 1, "a zone that sets nothing off forces nothing")
  }

  @Test func aRulesReportSendsTheLastFixAndTheLineGoesOnFromThere() throws {
    var engine = try RuleFile.engine(
      """
      report: [{ signals: [gps.position], max_error: 10 m }]
      rules: [{ name: ask, on: { command: where }, then: [{ report: [gps.position] }] }]
      """)
    _ = engine.run(way(0...10))
    let asked = engine.ingest(Scene.system(10.5, .command(name: "where", id: "1")))
    #expect(seconds(asked) == [10])
    #expect(engine.ingest(Scene.system(10.6, .command(name: "where", id: "2"))).positions.isEmpty, "it went already")
    #expect(engine.run(way(11...40)).positions.isEmpty)
  }

  @Test func beforeAShutdownTheLastFixGoes() throws {
    var engine = try RuleFile.engine(
      """
      report: [{ signals: [gps.position], max_error: 10 m }]
      rules: [{ name: off, on: { command: off }, then: [shutdown] }]
      """)
    _ = engine.run(way(0...10))
    let effects = engine.ingest(Scene.system(10.5, .command(name: "off", id: "1")))
    #expect(seconds(effects) == [10])
    #expect(engine.run(way(11...40)).positions.isEmpty, "the track goes on where it was")
  }

  // MARK: Times

  @Test func aFixOutOfOrderGoesAtOnceAndLeavesTheTrackAsItIs() throws {
    var engine = try Self.engine()
    _ = engine.run(way(0...10))
    let astray = engine.run([Scene.fix(11, east: 5000, ownSecond: 3)])
    #expect(
      astray.positions.count == 1 && seconds(astray) == [nil], "with the time that it came in, which nobody knows yet")
    #expect(engine.run(way(12...40)).positions.isEmpty)
  }

  @Test func aClockThatWasSetBeginsAnotherTrack() throws {
    var engine = try Self.engine()
    _ = engine.run(way(0...10))
    let effects = engine.run(
      (11...40).map { Scene.fix(Double($0), east: 20 * Double($0), ownSecond: Double($0) - 5000) })
    // Two before three agree, then the old track's last and the new one's first.
    #expect(seconds(effects) == [nil, nil, 10, -4987])
  }

  @Test func theSameMomentTwiceIsNotSentTwice() throws {
    var engine = try Self.engine()
    let doubled = way(0...30).flatMap { [$0, $0] }
    #expect(seconds(engine.run(doubled)) == [0])
    #expect(seconds(engine.advance(to: .seconds(100))) == [30])
  }

  // MARK: Policies

  private static let toggled = """
    report:
      - { signals: [gps.position], when: reefer.door, every: 1 h }
      - { signals: [gps.position], max_error: 10 m }
    """

  @Test func whereAnotherPolicyTakesOverTheTrackIsSentUpToThere() throws {
    var engine = try RuleFile.engine(Self.toggled)
    _ = engine.run(way(0...10) + [Scene.reading(10, "door", .boolean(true))])
    #expect(seconds(engine.run(way(11...15))) == [10], "which is also the last that `every` counts from")
    #expect(engine.run([Scene.reading(15, "door", .boolean(false))]).positions.isEmpty)
    #expect(seconds(engine.run(way(16...30))) == [16], "a track begins")
    #expect(seconds(engine.advance(to: .seconds(100))) == [30])
  }

  @Test func whereNoPolicyTakesOverTheTrackIsSentUpToThere() throws {
    var engine = try RuleFile.engine(
      "report: [{ signals: [gps.position], when: reefer.door, max_error: 10 m }]")
    _ = engine.run(
      [Scene.reading(0, "door", .boolean(true))] + way(0...9) + [Scene.reading(9, "door", .boolean(false))])
    #expect(seconds(engine.run(way(10...30))) == [9])
  }

  @Test func anotherBoundIsAnotherTrack() throws {
    var engine = try RuleFile.engine(
      """
      report:
        - { signals: [gps.position], when: reefer.door, max_error: 5 m }
        - { signals: [gps.position], max_error: 50 m }
      """)
    _ = engine.run(way(0...10) + [Scene.reading(10, "door", .boolean(true))])
    #expect(seconds(engine.run(way(11...15))) == [10, 11])
    #expect(engine.reports.slots.compactMap(\.state?.track?.reducer.bound) == [5])
  }

  @Test func aBudgetStretchesAtLeastAndNotTheBound() throws {
    let text =
      "report: [{ signals: [gps.position], max_error: 10 m, at_least: 2 s, budget: { uplink: 20 KB per hour } }]"
    var engine = try RuleFile.engine(text)
    let still = engine.run((0..<3600).map { Scene.fix(Double($0), east: 0, speed: 0) })
    #expect(still.positions.count < 150)
    #expect(still.positions.count > 50)
    // The allowance is gone, and the track is drawn all the same.
    let track = (0..<120).map {
      Scene.fix(3600 + Double($0), east: $0 % 40 < 20 ? 400 : 0, ownSecond: 3600 + Double($0))
    }
    #expect(engine.run(track).positions.count > 8)
  }

  @Test func aTrackIsOneHeldReportForTheStatus() throws {
    var engine = try Self.engine()
    _ = engine.run(way(0...10))
    #expect(engine.status.heldReports == 1)
  }

  // MARK: Restarts

  private func restarted(_ engine: RuleEngine, _ text: String) throws -> RuleEngine {
    RuleEngine(rules: try RuleFile.load(text), engine: "abc123", state: engine.snapshot(), time: engine.now)
  }

  @Test func otherPoliciesSendTheTrackUpToThere() throws {
    for text in [
      "rules: []", "report: [{ signals: [gps.position], every: 1 h }]", "report: [{ signals: [\"reefer.*\"] }]",
    ] {
      var replaced = try Self.engine()
      _ = replaced.run(way(0...10))
      var restored = try restarted(replaced, text)
      #expect(
        seconds(replaced.replace(rules: try RuleFile.load(text), at: .seconds(10)) + replaced.advance(to: .seconds(11)))
          == [10])
      #expect(seconds(restored.advance(to: .seconds(11))) == [10])
      #expect(restored.advance(to: .seconds(1000)).isEmpty)
    }
  }

  @Test func aStopOfKnownLengthIsSilence() throws {
    var engine = try Self.engine()
    _ = engine.run(way(0...10))
    var again = try restarted(engine, "report: [{ signals: [gps.position], max_error: 10 m }]")
    let start = again.ingest(Scene.system(5000, .start(downtime: .seconds(4989))))
    #expect(start.positions.map(\.time.seconds) == [40])
    #expect(seconds(start) == [10])
  }

  @Test func aShortStopIsDrawnOver() throws {
    var engine = try Self.engine()
    _ = engine.run(way(0...10))
    var again = try restarted(engine, "report: [{ signals: [gps.position], max_error: 10 m }]")
    #expect(again.run([Scene.system(14, .start(downtime: .seconds(3)))] + way(15...60)).positions.isEmpty)
  }

  @Test func aStopOfUnknownLengthSendsTheLastFixAndBeginsATrack() throws {
    var engine = try Self.engine()
    _ = engine.run(way(0...10))
    let start = engine.ingest(Scene.system(10, .start(downtime: nil)))
    #expect(seconds(start) == [10])
    #expect(seconds(engine.run([Scene.fix(11, east: 220, ownSecond: 12)])) == [12])
  }

  @Test func rowsWithoutATrackStandAsBeforeThereWereAny() throws {
    for (text, layout) in [("every: 1 h", 1 as UInt8), ("max_error: 10 m", 2)] {
      var engine = try RuleFile.engine("report: [{ signals: [gps.position], \(text) }]")
      _ = engine.run(way(0...10))
      let row = try #require(engine.snapshot().first { $0.kind == StateKind.report.rawValue })
      #expect(row.value?.first == layout)
      #expect(try restarted(engine, "report: [{ signals: [gps.position], \(text) }]").snapshot() == engine.snapshot())
    }
  }

  @Test func damagedRowsOfTracksAreGivenUpOrHarmless() throws {
    var engine = try Self.engine()
    _ = engine.run(way(0...10))
    let row = try #require(engine.snapshot().first { $0.kind == StateKind.report.rawValue })
    let value = try #require(row.value)
    for index in value.indices {
      for bit in 0..<8 {
        var damaged = value
        damaged[index] ^= 1 << bit
        let rows = [StateRow(kind: row.kind, name: row.name, value: damaged)]
        var again = RuleEngine(rules: engine.rules, engine: "abc123", state: rows, time: engine.now)
        _ = again.run(way(11...14)) + again.advance(to: .seconds(100))
      }
    }
    let cut = StateRow(kind: row.kind, name: row.name, value: Array(value.dropLast(9)))
    let again = RuleEngine(rules: engine.rules, engine: "abc123", state: [cut], time: engine.now)
    #expect(again.counters[.unreadableState] == 1)
  }
}
