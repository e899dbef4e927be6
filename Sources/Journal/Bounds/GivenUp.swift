import Model

/// Records that were just given up, for the report.
struct GivenUp {
  private(set) var counts = LaneCounts()
  private(set) var first: UInt64?
  private(set) var last: UInt64 = 0
  /// What `gap` records that are themselves given up told of.
  private(set) var untold: UInt64 = 0

  mutating func add(_ seq: UInt64, _ record: Record) {
    counts[record.lane] += 1
    cover(seq...seq)
    // A gap that nobody was told of yet becomes part of this one, so that nothing ever goes without a word.
    if case .gap(let first, let last, let count, _, _) = record.body, first <= last {
      cover(first...last)
      untold &+= count
    }
  }

  mutating func add(count: UInt64, _ lane: Lane) { counts[lane] += count }

  mutating func add(_ range: ClosedRange<UInt64>, _ counts: LaneCounts) {
    guard counts.total > 0 else { return }
    self.counts += counts
    cover(range)
  }

  /// Some of them are in `range`.
  mutating func cover(_ range: ClosedRange<UInt64>) {
    first = min(first ?? range.lowerBound, range.lowerBound)
    last = max(last, range.upperBound)
  }
}

extension Transaction {
  /// Counts them and has them reported by a `gap` record of this transaction.
  mutating func report(_ gone: GivenUp, _ cause: DropCause, thinned: Thinning? = nil) {
    guard let first = gone.first else { return }
    memory.head.drops[cause] += gone.counts
    #if PLANTED
      if PlantedBug.gapUntold.isPlanted { return }
    #endif
    reports.append(
      .gap(
        first: first, last: gone.last, count: gone.counts.total &+ gone.untold, reason: cause.name, thinned: thinned))
  }
}
