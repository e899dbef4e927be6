import Foundation

/// The rounds of a fuzz test, each with its seed: a set number of them, or for as long as `WAYPOST_FUZZ_SECONDS` says.
struct FuzzRounds: Sequence, IteratorProtocol {
  private let seed: Int
  private let count: Int
  private let end: ContinuousClock.Instant?
  private var round = 0

  /// - Parameter standard: How many, unless `WAYPOST_FUZZ_ROUNDS` says otherwise.
  init(standard: Int) {
    func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }
    let seconds = number("WAYPOST_FUZZ_SECONDS") ?? 0
    end = seconds > 0 ? .now + .seconds(seconds) : nil
    count = number("WAYPOST_FUZZ_ROUNDS") ?? standard
    seed = number("WAYPOST_FUZZ_SEED") ?? (seconds > 0 ? Int(Date().timeIntervalSince1970) : 1)
  }

  mutating func next() -> (seed: Int, round: Int)? {
    if let end {
      guard ContinuousClock.now < end else {
        print("\(round) rounds from seed \(seed)")
        return nil
      }
    } else if round >= count {
      return nil
    }
    defer { round += 1 }
    return (seed, round)
  }
}
