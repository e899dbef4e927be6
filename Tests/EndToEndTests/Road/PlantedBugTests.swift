import Testing

extension EndToEnd {
  /// The oracle can fail: it finds each mistake that was planted in a build of its own (`make verify-oracle`).
  @Suite(.serialized, .enabled(if: Environment["WAYPOST_PLANTED_BINARY"] != nil)) struct PlantedBugTests {
    /// As in `PlantedBug`, which only that build has, with the seed of a round that shows it.
    enum Bug: String, CaseIterable, Sendable {
      case timeOutSettles = "time-out-settles"
      case stateApart = "state-apart"
      case answerSettlesAnother = "answer-settles-another"
      case eventIDAnew = "event-id-anew"
      case batchDropped = "batch-dropped"
      case numbersReused = "numbers-reused"
      case lateDisorder = "late-disorder"
      case liveDisorder = "live-disorder"
      case gapUntold = "gap-untold"
      case deadLetterUnkept = "dead-letter-unkept"
    }

    private static let binary = Environment["WAYPOST_PLANTED_BINARY"] ?? ""
    /// Seconds of a round, and how many rounds a bug may live.
    private static let seconds = 60.0
    private static let rounds = 6

    private func round(_ number: Int, way: Round.Way, bug: Bug?) -> Round {
      var round = Round(way: way, seed: Environment.seed + UInt64(number), seconds: Environment.seconds ?? Self.seconds)
      round.binary = Self.binary
      if let bug {
        round.environment = ["WAYPOST_PLANTED": bug.rawValue]
        round.keepsFiles = false
      }
      return round
    }

    @Test(arguments: Bug.allCases) func isFound(_ bug: Bug) throws {
      if let chosen = Environment["WAYPOST_BUG"], chosen != bug.rawValue { return }
      for number in 0..<Self.rounds {
        // Each way of the exact ones, over MQTT first.
        let way: Round.Way = [.mqtt, .webSocket, .socketIO][number / 2 % 3]
        let round = round(number, way: way, bug: bug)
        do {
          let report = try round.run()
          guard let first = report.violations.first else { continue }
          return print("\(bug.rawValue): found in round \(number + 1) (\(round.title)): \(first)")
        } catch {
          return print("\(bug.rawValue): found in round \(number + 1): \(error)")
        }
      }
      Issue.record("\(bug.rawValue) was not found in \(Self.rounds) rounds")
    }

    @Test func withoutABugNothingIsFound() throws {
      for number in 0..<Self.rounds {
        let round = round(number, way: Round.Way.allCases[number % Round.Way.allCases.count], bug: nil)
        let report = try round.run()
        #expect(report.violations.isEmpty, "\(round.title)\n\(few(report.violations))")
      }
    }
  }
}
