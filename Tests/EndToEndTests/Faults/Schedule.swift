/// When what happens: faults at moments that come of a seed alone.
struct Schedule: CustomStringConvertible {
  struct Entry {
    /// Seconds from the beginning.
    var at: Double
    var fault: any Fault

    fileprivate var end: Double { at + fault.lasts }

    /// They hold the same thing at the same time.
    fileprivate func excludes(_ other: Entry) -> Bool {
      !type(of: fault).holds.isDisjoint(with: type(of: other.fault).holds)
        && at < other.end + Schedule.pause && other.at < end + Schedule.pause
    }
  }

  /// By time.
  private(set) var entries: [Entry] = []
  let seconds: Double

  /// - Parameters:
  ///   - seconds: How long it is; everything ends within.
  ///   - certain: Faults that come for certain, in this order; the others are drawn around them.
  ///   - gap: Seconds between two beginnings.
  init(
    seed: UInt64, seconds: Double, among kinds: [any Fault.Type] = Faults.all, certain: [any Fault.Type] = [],
    gap: ClosedRange<Double> = 0.3...2
  ) {
    self.seconds = seconds
    var random = Seeded(seed: seed)
    let sure = certain.map { $0.init(from: &random, within: seconds) }
    // One after the other, since they hold what the others hold, too; and not at the very end, where nothing comes of them.
    let room = 0.8 * (seconds - sure.map(\.lasts).reduce(0, +)) / Double(max(1, sure.count))
    var earliest = 0.0
    for fault in sure where room > Self.pause {
      let at = earliest + random.next(Self.pause...room)
      entries.append(Entry(at: at, fault: fault))
      earliest = at + fault.lasts
    }
    // No two schedules are alike in what there is much of: where kills are frequent nothing ever waits for a time-out, and where they are
    // rare few of them meet another fault. (A. Groce and others, "Swarm Testing", ISSTA 2012.)
    let urn = kinds.flatMap { kind in
      Array(repeating: kind, count: kind.weight * Self.factors[Int(random.next() % UInt64(Self.factors.count))])
    }
    var at = random.next(gap)
    while at < seconds, !urn.isEmpty {
      let kind = urn[Int(random.next() % UInt64(urn.count))]
      let entry = Entry(at: at, fault: kind.init(from: &random, within: seconds))
      if entry.end < seconds, !entries.contains(where: { $0.excludes(entry) }) { entries.append(entry) }
      at += random.next(gap)
    }
    entries.sort { $0.at < $1.at }
  }

  /// What a fault's weight is multiplied with.
  private static let factors = [0, 1, 1, 2]
  /// Between two faults that hold the same thing, seconds.
  fileprivate static let pause = 0.2

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
        Happening(at: entry.end, isEnd: true, index: index),
      ]
    }
    .sorted { ($0.at, $0.index, $0.isEnd ? 1 : 0) < ($1.at, $1.index, $1.isEnd ? 1 : 0) }
  }

  var description: String {
    entries.map { "\(format($0.at)) s: \($0.fault)" }.joined(separator: "\n")
  }
}
