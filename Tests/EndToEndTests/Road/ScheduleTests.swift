import Foundation
import Testing

extension EndToEnd {
  /// The oracle: the real daemon under faults from a seed, each way to a server.
  @Suite(.serialized, .enabled(if: Environment.have("gpsd", "mosquitto"))) struct ScheduleTests {
    @Test func theSameSeedGivesTheSameSchedule() {
      let schedule = Schedule(seed: 7, seconds: 300)
      #expect(schedule.description == Schedule(seed: 7, seconds: 300).description)
      #expect(schedule.description != Schedule(seed: 8, seconds: 300).description)
      #expect(schedule.entries.count > 50)
      // Every fault comes up sooner or later.
      let names = Set((0..<20).flatMap { Schedule(seed: $0, seconds: 300).entries }.map { type(of: $0.fault).name })
      #expect(names == Set(Faults.all.map { $0.name }))
    }

    @Test func whatIsCertainComesOnceAndNothingThatItHoldsMeanwhile() {
      for seed in 0..<50 {
        let schedule = Schedule(seed: UInt64(seed), seconds: 360, certain: [Flood.self, LongOutage.self])
        for (index, entry) in schedule.entries.enumerated() {
          let before = schedule.entries[..<index].filter {
            !type(of: $0.fault).holds.isDisjoint(with: type(of: entry.fault).holds)
          }
          #expect(before.allSatisfy { $0.at + $0.fault.lasts < entry.at }, "\(seed): \(entry)")
        }
        #expect(schedule.entries.count { $0.fault is Flood } == 1)
        #expect(schedule.entries.count { $0.fault is LongOutage } == 1)
      }
    }

    /// Two thirds of an hour of schedules, as it is on a machine that has other work: what comes between takes its time, too.
    @Test(.enabled(if: Environment.seconds == nil, "`WAYPOST_SECONDS` asks for other rounds"))
    func anHourHasEnoughOfEverything() {
      var counts: [String: Int] = [:]
      var seconds = 0.0
      var number = 0
      while seconds < 2400 {
        let round = Round.ofSoak(number)
        for entry in round.schedule.entries {
          counts[type(of: entry.fault).name, default: 0] += 1
          if let reload = entry.fault as? Reload { counts["reload", default: 0] += reload.count }
        }
        seconds += round.seconds
        number += 1
      }
      print("an hour: \(counts.sorted { $0.key < $1.key })")
      #expect(counts[Kill.name] ?? 0 >= 200)
      #expect(counts["reload"] ?? 0 >= 1000)
      #expect(counts[Backlog.name] ?? 0 >= 1 && counts[Flood.name] ?? 0 >= 1 && counts[LongOutage.name] ?? 0 >= 1)
      #expect(Faults.all.allSatisfy { counts[$0.name] ?? 0 >= 2 })
    }

    /// `WAYPOST_WAY`, `WAYPOST_SEED` and `WAYPOST_SECONDS` choose one round, as the message of a broken one names it.
    @Test(arguments: Round.Way.allCases) func nothingIsLostWhateverHappens(_ way: Round.Way) throws {
      if let chosen = Environment["WAYPOST_WAY"], chosen != way.rawValue { return }
      // Each way its own, so that there is more of everything.
      let number = Round.Way.allCases.firstIndex(of: way) ?? 0
      let seed = Environment["WAYPOST_SEED"] == nil ? UInt64(number + 1) : Environment.seed
      var round = Round(way: way, seed: seed, seconds: Environment.seconds ?? 12)
      round.bounds = Environment.bounds ?? .wide
      let report = try round.run()
      #expect(report.violations.isEmpty, "\(round.title)\n\(few(report.violations))")
      print("\(round.title): \(report.tally)")
    }

    /// `make soak`: round after round, each way in its turn, seed after seed.
    @Test(.enabled(if: Environment.oracleSeconds != nil)) func forAsLongAsAsked() throws {
      let end = Instant.now + (Environment.oracleSeconds ?? 0)
      var tally = Tally()
      var slowest = 0.0
      var broken: [String] = []
      var number = 0
      while Instant.now < end, broken.count < 5 {
        let round = Round.ofSoak(number, within: end - .now)
        number += 1
        do {
          let report = try round.run()
          tally += report.tally
          slowest = max(slowest, report.slowestStart)
          print("\(timestamp()) \(round.title): \(report.tally)")
          if !report.violations.isEmpty { broken.append("\(round.title)\n\(few(report.violations))") }
        } catch {
          broken.append("\(error)")
        }
        if let last = broken.last { print("\(timestamp()) broken so far: \(broken.count); the last: \(last)") }
        fflush(nil)
      }
      print(
        "soak: \(number) rounds, \(broken.count) broken; ready again within \(format(slowest)) s after a kill; \(tally)"
      )
      #expect(broken.isEmpty, "\(broken.joined(separator: "\n\n"))")
    }
  }
}

extension Environment {
  /// `WAYPOST_SEED`, of which all moments and choices of the oracle come.
  static var seed: UInt64 { self["WAYPOST_SEED"].flatMap { UInt64($0) } ?? 1 }
  /// `WAYPOST_SECONDS`, of a round.
  static var seconds: Double? { self["WAYPOST_SECONDS"].flatMap { Double($0) } }
}

extension Environment {
  /// `WAYPOST_BOUNDS`, of a round.
  static var bounds: Round.Bounds? { self["WAYPOST_BOUNDS"].flatMap { Round.Bounds(rawValue: $0) } }
}

extension Round {
  /// Of seven rounds one is long, with a day's backlog, and one has tight bounds. There are six ways, so that each meets each in its turn.
  private static let lengths: [Double] = [60, 60, 360, 60, 60, 60, 900]

  /// The soak's next round.
  /// - Parameter left: Seconds of the soak; no round goes on for long after it.
  static func ofSoak(_ number: Int, within left: Double = .infinity) -> Round {
    let way = Way.allCases[number % Way.allCases.count]
    let planned = Environment.seconds ?? lengths[number % lengths.count]
    var round = Round(way: way, seed: Environment.seed + UInt64(number), seconds: min(planned, max(30, left)))
    // Ways that don't carry `gap` records can't say what is missing.
    if round.seconds == 360, way.carriesGaps { round.bounds = .tight }
    round.bounds = Environment.bounds ?? round.bounds
    return round
  }
}

/// UTC, for lines of a log.
private func timestamp() -> String { ISO8601DateFormatter().string(from: Date()) }
