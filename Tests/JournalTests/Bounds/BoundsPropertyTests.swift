import Journal
import Model
import Testing

/// Random histories against a plain model: whatever is appended, settled, grown old, dropped or killed, each record is there, or was
/// settled for every uplink, or is told by a gap; and the depths are exact.
@Suite struct BoundsPropertyTests {
  @Test(arguments: 0..<12)
  func everyRecordIsThereOrSettledOrTold(seed: UInt64) throws {
    var random = SeededGenerator(seed)
    var folder = try JournalFolder()
    let keep: Interval? = seed % 3 == 0 ? .minutes(5) : nil
    let options = JournalFolder.options(limit: 1 << 20, history: .minutes(2))
    var journal = try folder.open(options)
    let uplinks = seed % 4 == 0 ? ["a"] : ["a", "b"]
    for name in uplinks { try journal.openCursor(uplink: name, from: .oldest, keep: keep) }

    var records: [UInt64: Lane] = [:]
    var settled: [String: Set<UInt64>] = ["a": [], "b": []]
    var gaps: [(ClosedRange<UInt64>, UInt64)] = []
    var seconds = 0.0
    let text = LimitTests.noise(4000, &random)

    func note(_ range: ClosedRange<UInt64>?) throws {
      guard let range else { return }
      for record in try journal.read(.init(range: range, limit: .max, byteLimit: .max)) {
        records[record.identity.seq] = record.lane
        if case .gap(let first, let last, let count, _, _) = record.body { gaps.append((first...last, count)) }
      }
    }

    for step in 0..<600 {
      seconds += Double(Int.random(in: 0...3, using: &random))
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<60:
        let batch = (0..<Int.random(in: 1...8, using: &random)).map { _ in
          let kind = Int.random(in: 0..<10, using: &random)
          return switch kind {
          case 0: Record.event("e\(step)", at: seconds)
          case 1...3: Record.position(1, at: seconds)
          case 4: Record.undated(at: seconds)
          default:
            Record(
              time: .seconds(seconds), timestamp: nil,
              body: .reading(
                device: "d", metric: "m",
                value: .text(String(text.shuffledPrefix(Int.random(in: 0...1500, using: &random), &random))), unit: nil,
                quality: .good))
          }
        }
        try note(try journal.commit(.at(seconds, batch)))
      case 60..<95:
        // Some lane, from somewhere near its low mark on, a few records.
        let name = uplinks.randomElement(using: &random)!
        let lane = Lane.allCases.randomElement(using: &random)!
        var cursors = journal.cursors(uplink: name)
        let ahead = UInt64.random(in: 0..<3, using: &random) == 0 ? UInt64.random(in: 0...60, using: &random) : 0
        let found = try journal.read(
          .init(
            lanes: LaneSet(lane), range: cursors[lane].low + 1 + ahead...journal.lastSequence + 100,
            limit: Int.random(in: 1...80, using: &random)))
        for record in found where cursors[lane].settle(record.identity.seq) {
          settled[name]?.insert(record.identity.seq)
        }
        if ahead == 0, let last = found.last, cursors[lane].contains(last.identity.seq) {
          cursors[lane].settle(through: last.identity.seq)
        }
        try note(
          try journal.commit(Commit(time: .seconds(seconds), clock: .at(seconds), cursors: [(name, cursors)])))
      default:
        folder = try folder.crashCopy()
        journal = try folder.open(options, now: .at(seconds))
        for name in uplinks { try journal.openCursor(uplink: name, from: .oldest, keep: keep) }
      }
      guard step % 20 == 19 else { continue }
      let present = Set(try journal.all().map(\.identity.seq))
      #expect(records.count == Int(journal.lastSequence))
      for seq in records.keys where !present.contains(seq) {
        #expect(
          uplinks.allSatisfy { settled[$0]!.contains(seq) } || gaps.contains { $0.0.contains(seq) },
          "record \(seq) went without a word")
      }
      let statistics = try journal.statistics()
      #expect(statistics.bytes <= 1 << 20)
      // A gap that went before it was told is told again, by a wider one: never less than what was dropped.
      #expect(gaps.reduce(0) { $0 + $1.1 } >= statistics.drops.total)
      for (index, name) in uplinks.enumerated() {
        let cursors = journal.cursors(uplink: name)
        for lane in Lane.allCases {
          let naive = present.count { records[$0] == lane && !cursors[lane].contains($0) }
          #expect(statistics.uplinks[index].depth[lane] == UInt64(naive), "\(name) \(lane), step \(step)")
          // Nothing that is gone waits for anybody.
          for (seq, of) in records where of == lane && !present.contains(seq) { #expect(cursors[lane].contains(seq)) }
        }
      }
    }
  }
}

extension String {
  /// Some of its characters, from a random place on.
  fileprivate func shuffledPrefix(_ count: Int, _ random: inout SeededGenerator) -> Substring {
    let start = Int.random(in: 0...(utf8.count - count), using: &random)
    return dropFirst(start).prefix(count)
  }
}
