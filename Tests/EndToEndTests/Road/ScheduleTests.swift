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

    /// `WAYPOST_WAY`, `WAYPOST_SEED` and `WAYPOST_SECONDS` choose one round, as the message of a broken one names it.
    @Test(arguments: Round.Way.allCases) func nothingIsLostWhateverHappens(_ way: Round.Way) throws {
      if let chosen = Environment["WAYPOST_WAY"], chosen != way.rawValue { return }
      let round = Round(way: way, seed: Environment.seed, seconds: Environment.seconds ?? 14)
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
        // A long round now and then: backlogs of a day, links that are dead for longer than the gateway waits.
        let way = Round.Way.allCases[number % Round.Way.allCases.count]
        let seconds = Environment.seconds ?? [60, 60, 120, 60, 60, 900][number % 6]
        let round = Round(way: way, seed: Environment.seed + UInt64(number), seconds: min(seconds, max(30, end - .now)))
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

/// UTC, for lines of a log.
private func timestamp() -> String { ISO8601DateFormatter().string(from: Date()) }
