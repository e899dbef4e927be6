import Foundation

/// What is judged of fixes where a journal was full or an uplink gave up what was old, and nothing was recorded.
struct Thinning {
  /// Fixes that are missing and that a hole among the numbers at their place, which is told, stands for: by their time.
  private(set) var explained: Set<Int64> = []
  /// Fixes that are farther from what is left than was told.
  private(set) var violations: [Judge.Violation] = []
  /// The most that was measured and the most that was told, metres.
  private(set) var worst = (measured: 0.0, told: 0.0)
  /// How many fixes were held against what was told.
  private(set) var measured = 0

  /// A fix that arrived.
  private struct Arrival {
    var seq: Int
    var fix: Judge.Fix
  }

  /// - Parameters:
  ///   - device: Whose fixes they are.
  ///   - head: The journal's last number.
  init(
    _ judge: Judge, given fixes: [Judge.Fix], of device: String, outages: [Judge.Outage], by explanation: Explanation,
    head: Int
  ) {
    let given = Dictionary(fixes.map { ($0.milliseconds, $0) }) { first, _ in first }
    let arrivals = judge.inOrder.compactMap { record -> Arrival? in
      guard record.type == "position", record.object["device"]?.text == device,
        let fix = record.fixTime.flatMap({ given[$0] })
      else { return nil }
      return Arrival(seq: record.identity.seq, fix: fix)
    }
    let arrived = Set(arrivals.map(\.fix.milliseconds))
    let missing = Judge.unexcused(fixes, arrived: arrived, outages: outages)
    let seen = Set(judge.received.map(\.identity.seq))
    // By the place between two arrivals.
    var places: [Int: [Judge.Fix]] = [:]
    for fix in missing {
      // The arrivals are in the order of their numbers, and so of their times: a receiver never goes back.
      var (low, high) = (0, arrivals.count)
      while low < high {
        let middle = (low + high) / 2
        if arrivals[middle].fix.milliseconds < fix.milliseconds { low = middle + 1 } else { high = middle }
      }
      places[low, default: []].append(fix)
    }
    for (place, fixes) in places.sorted(by: { $0.key < $1.key }) {
      let before = place > 0 ? arrivals[place - 1] : nil
      let after = place < arrivals.count ? arrivals[place] : nil
      let between = (before?.seq ?? 0) + 1..<(after?.seq ?? head + 1)
      let holes = between.lazy.filter { !seen.contains($0) && explanation.explains($0) }.prefix(fixes.count).count
      explained.formUnion(fixes.prefix(holes).map(\.milliseconds))
      guard let before, let after, !explanation.isAnyDead(in: between),
        let told = explanation.error(in: between)
      else { continue }
      for fix in fixes { hold(fix, between: before.fix, and: after.fix, told) }
    }
  }

  private mutating func hold(_ fix: Judge.Fix, between before: Judge.Fix, and after: Judge.Fix, _ told: Double) {
    let share =
      Double(fix.milliseconds - before.milliseconds) / Double(max(1, after.milliseconds - before.milliseconds))
    let north = before.latitude + share * (after.latitude - before.latitude) - fix.latitude
    let east = before.longitude + share * (after.longitude - before.longitude) - fix.longitude
    // Half a thousandth too much at the most, on the circle that the tests drive.
    let distance = 111_200 * hypot(north, east * cos(fix.latitude * .pi / 180))
    measured += 1
    worst = (max(worst.measured, distance), max(worst.told, told))
    // What sentences and records round.
    if distance > told * 1.001 + 0.1 {
      violations.append(.astray(milliseconds: fix.milliseconds, metres: distance, told: told))
    }
  }
}

extension Explanation {
  /// Within what positions that are missing among these numbers can be redrawn, metres; `nil` where some were given up altogether, or none
  /// were thinned. What is given up for the journal's limit goes by kinds, and positions only after all readings.
  func error(in range: Range<Int>) -> Double? {
    let overlapping = gaps.filter { $0.range.overlaps(range) }
    guard overlapping.allSatisfy({ $0.reason == "thinned" || $0.reason == "limit" || $0.reason == "size" }) else {
      return nil
    }
    return overlapping.compactMap(\.error).max()
  }
}
