/// When what happens: faults at moments that come of a seed alone.
struct Schedule: CustomStringConvertible {
  struct Entry {
    /// Seconds from the beginning.
    var at: Double
    var fault: any Fault
  }

  /// By time.
  private(set) var entries: [Entry] = []
  let seconds: Double

  /// - Parameters:
  ///   - seconds: How long it is; everything ends within.
  ///   - gap: Seconds between two beginnings.
  init(seed: UInt64, seconds: Double, among kinds: [any Fault.Type] = Faults.all, gap: ClosedRange<Double> = 0.3...2) {
    self.seconds = seconds
    var random = Seeded(seed: seed)
    var free: [Hold: Double] = [:]
    let urn = kinds.flatMap { Array(repeating: $0, count: $0.weight) }
    var at = random.next(gap)
    while at < seconds {
      let kind = urn[Int(random.next() % UInt64(urn.count))]
      let fault = kind.init(from: &random, within: seconds)
      let isFree = kind.holds.allSatisfy { free[$0, default: 0] <= at }
      if isFree, at + fault.lasts < seconds {
        entries.append(Entry(at: at, fault: fault))
        for hold in kind.holds { free[hold] = at + fault.lasts + 0.2 }
      }
      at += random.next(gap)
    }
  }

  /// A beginning or an end.
  struct Happening {
    /// Seconds from the schedule's beginning.
    var at: Double
    var isEnd: Bool
    /// Of the entry.
    var index: Int
  }

  /// In the order in which they are due; a fault of one moment ends after it has begun.
  var happenings: [Happening] {
    entries.enumerated().flatMap { index, entry in
      [
        Happening(at: entry.at, isEnd: false, index: index),
        Happening(at: entry.at + entry.fault.lasts, isEnd: true, index: index),
      ]
    }
    .sorted { ($0.at, $0.index, $0.isEnd ? 1 : 0) < ($1.at, $1.index, $1.isEnd ? 1 : 0) }
  }

  var description: String {
    entries.map { "\(format($0.at)) s: \($0.fault)" }.joined(separator: "\n")
  }
}
