import Foundation
import Model
import Testing

/// Power cuts, thousands of them, on a disk that keeps what was synced and anything of the rest.
///
/// `WAYPOST_POWER_SEEDS=N` tries more, `WAYPOST_POWER_FIRST=N` others, `WAYPOST_POWER_SEED=N` one of them again.
@Suite(.enabled(if: DiskTrace.isPossible)) struct PowerCutTests {
  private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap(Int.init) }

  private static let seeds: [UInt64] = {
    if let seed = number("WAYPOST_POWER_SEED") { return [UInt64(seed)] }
    let first = UInt64(number("WAYPOST_POWER_FIRST") ?? 0)
    return Array(first..<first + UInt64(number("WAYPOST_POWER_SEEDS") ?? 100))
  }()
  private static let shares = 8

  @Test(arguments: 0..<shares)
  func whatWasCommittedIsThereAndNothingElse(share: Int) throws {
    var cuts = 0
    for seed in Self.seeds where seed % UInt64(Self.shares) == share {
      var trial = PowerTrial(seed: seed)
      do { try trial.run() } catch { Issue.record("seed \(seed): \(error)") }
      cuts += trial.cuts
      #expect(trial.violations.isEmpty, "\(trial.violations.prefix(3).joined(separator: "\n"))")
    }
    print("power cuts: \(cuts), share \(share)")
  }

  @Test func aJournalThatDoesNotSyncIsFoundOut() throws {
    try expectLosses { trial in trial.isCareless = true }
  }

  @Test func aDiskThatDoesNotSyncIsFoundOut() throws {
    try expectLosses { trial in trial.disk.syncs = false }
  }

  /// The test can fail: what isn't on disk is missed.
  private func expectLosses(_ spoil: (inout PowerTrial) -> Void) throws {
    var found = 0
    for seed in UInt64(0)..<6 {
      var trial = PowerTrial(seed: seed)
      spoil(&trial)
      try trial.run()
      if trial.violations.contains(where: { $0.contains("had returned, and is not there") }) { found += 1 }
    }
    #expect(found >= 5)
  }
}
