import Model

/// One step on the way from everything to little; the steps are taken in this order, each by what the one before left.
enum ThinningStage: Hashable {
  /// Positions by track reduction. `bound` is what this step may add to the error, `error` what the steps so far come to; metres.
  case positions(bound: Double, error: Double)
  /// Readings to one of each signal in each interval.
  case readings(Interval)

  static let all: [ThinningStage] =
    [(10, 10), (10, 20), (20, 40), (40, 80), (80, 160)].map { .positions(bound: $0.0, error: $0.1) }
    + [10, 20, 40, 80, 160, 320, 640].map { .readings(.seconds($0)) }

  var lane: Lane {
    switch self {
    case .positions: .position
    case .readings: .reading
    }
  }

  var thinning: Thinning {
    switch self {
    case .positions(_, let error): .positions(error: error)
    case .readings(let interval): .readings(interval: interval)
    }
  }

  /// How far into what waits the step of that number goes, in sixteenths: the older a record, the coarser what is left of it.
  static func reach(_ number: Int) -> UInt64 { UInt64(14 - number) }
}

/// How far each step of thinning has come, and what it took off the sums that blocks carry.
struct ThinningBook: Hashable {
  static let name = "thinning"

  /// By step: what is numbered up to this went through it. A later step never reaches farther than the one before it of its kind.
  private(set) var reached = [UInt64](repeating: 0, count: ThinningStage.all.count)
  /// So many records, per lane, are fewer before every block that begins after the number than its sum says. Ascending. Rewriting the
  /// sums of all later blocks would rewrite the journal; a step that goes on where one ended takes its shift along.
  private(set) var shifts: [Shift] = []

  struct Shift: Hashable {
    var after: UInt64
    var counts: LaneCounts
  }

  /// More than that are put together, after which depths between them are too high or too low by what was thinned there.
  static let shiftLimit = 64

  init() {}

  /// Everything up to `seq` may have been through every step.
  init(doneThrough seq: UInt64) { reached = reached.map { _ in seq } }

  /// What has to be taken off the sum of a block that begins at `first`.
  func shift(at first: UInt64) -> LaneCounts {
    var sum = LaneCounts()
    for shift in shifts where shift.after < first { sum += shift.counts }
    return sum
  }

  /// Of two that are of different times, what is farther; without what they took off the sums.
  mutating func join(_ other: ThinningBook) {
    for stage in reached.indices { reach(stage, other.reached[stage]) }
    shifts = []
  }

  mutating func reach(_ stage: Int, _ seq: UInt64) { reached[stage] = max(reached[stage], seq) }

  /// Takes out the shifts after `range.lowerBound` or later, up to its end.
  mutating func take(in range: ClosedRange<UInt64>) -> [Shift] {
    let taken = shifts.filter { range.contains($0.after) }
    shifts.removeAll { range.contains($0.after) }
    return taken
  }

  mutating func add(_ counts: LaneCounts, after seq: UInt64) {
    guard counts.total > 0 else { return }
    let index = shifts.firstIndex { $0.after >= seq } ?? shifts.endIndex
    if index < shifts.endIndex, shifts[index].after == seq {
      shifts[index].counts += counts
    } else {
      shifts.insert(Shift(after: seq, counts: counts), at: index)
    }
    if shifts.count > Self.shiftLimit {
      shifts[1].counts += shifts[0].counts
      shifts.removeFirst()
    }
  }

  /// Shifts before the first block are the same for all that is left, and say nothing any more.
  mutating func forget(before first: UInt64) {
    guard shifts.count > 1, shifts[1].after < first else { return }
    let old = shifts.filter { $0.after < first }
    shifts.removeFirst(old.count)
    shifts.insert(Shift(after: old.last?.after ?? 0, counts: old.reduce(LaneCounts()) { $0 + $1.counts }), at: 0)
  }

  var packed: [UInt8] {
    var writer = PackedWriter()
    writer.write(byte: 1)
    writer.write(UInt64(reached.count))
    for seq in reached { writer.write(seq) }
    writer.write(UInt64(shifts.count))
    for shift in shifts {
      writer.write(shift.after)
      for lane in Lane.allCases { writer.write(shift.counts[lane]) }
    }
    return writer.bytes
  }

  init(packed: [UInt8]) throws(PackingError) {
    var reader = PackedReader(packed)
    guard try reader.byte() == 1, try reader.unsigned() == UInt64(reached.count) else { throw .malformed(offset: 0) }
    for stage in reached.indices { reached[stage] = try reader.unsigned() }
    for _ in 0..<(try reader.unsigned()) {
      var shift = Shift(after: try reader.unsigned(), counts: LaneCounts())
      for lane in Lane.allCases { shift.counts[lane] = try reader.unsigned() }
      shifts.append(shift)
    }
  }
}
