import Journal
import Model
import Testing

@Suite struct LimitTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }

  /// Text that doesn't deflate, so that a megabyte is soon full.
  static func noise(_ count: Int, _ random: inout SeededGenerator) -> String {
    String(decoding: (0..<count).map { _ in UInt8.random(in: 32...126, using: &random) }, as: UTF8.self)
  }

  static func reading(_ count: Int, _ random: inout SeededGenerator, at seconds: Double) -> Record {
    Record(
      time: .seconds(seconds), timestamp: Timestamp(seconds: seconds),
      body: .reading(device: "d", metric: "m", value: .text(noise(count, &random)), unit: nil, quality: .good))
  }

  /// The numbers of records that were appended, that can be read, and that gap records tell of.
  struct Account {
    var appended: [(seq: UInt64, lane: Lane)] = []

    /// Each missing record is inside a gap that is there, and the gaps count exactly what is missing, gaps that went included.
    func check(_ journal: Journal) throws {
      let read = try journal.all()
      let present = Set(read.map(\.identity.seq))
      var gaps: [(range: ClosedRange<UInt64>, count: UInt64)] = []
      for record in read {
        if case .gap(let first, let last, let count, let reason, _) = record.body {
          #expect(reason == "limit" || reason == "thinned")
          gaps.append((first...last, count))
        }
      }
      let missing = (1...journal.lastSequence).filter { !present.contains($0) }
      #expect(missing.allSatisfy { seq in gaps.contains { $0.range.contains(seq) } })
      #expect(gaps.reduce(0) { $0 + $1.count } == UInt64(missing.count))
      #expect(try journal.statistics().drops.total == UInt64(missing.count))
    }
  }

  @Test func readingsGoFirstThenPositionsAndEventsStay() throws {
    let journal = try folder.open(JournalFolder.options(limit: 1 << 20))
    try journal.openCursor(uplink: "central", from: .oldest)
    var random = SeededGenerator(1)
    var account = Account()
    for n in 0..<1200 {
      let seconds = Double(n) / 10
      let records: [Record] = [
        .event("e\(n)", at: seconds), .position(Double(n), at: seconds), Self.reading(500, &random, at: seconds),
      ]
      let range = try #require(try journal.commit(.at(seconds, records)))
      for (offset, record) in records.enumerated() {
        account.appended.append((range.lowerBound + UInt64(offset), record.lane))
      }
    }
    try account.check(journal)
    let statistics = try journal.statistics()
    #expect(statistics.bytes <= 1 << 20)
    #expect(statistics.usedBytes > 600_000)
    #expect(statistics.drops[.limit][.reading] > 300)
    #expect(statistics.drops[.limit][.position] == 0)
    #expect(statistics.drops[.limit][.event] == 0)
    #expect(try journal.all(LaneSet(.event)).count == 1200)
    #expect(statistics.uplinks[0].depth[.event] == 1200)
    #expect(statistics.uplinks[0].depth[.position] == 1200)
    #expect(statistics.uplinks[0].depth[.reading] == 1200 - statistics.drops[.limit][.reading])
    // The newest are what is left.
    let expected = account.appended.filter { $0.lane == .reading }.map(\.seq)
    let readings = try journal.all(LaneSet(.reading)).map(\.identity.seq)
    #expect(readings == Array(expected.suffix(readings.count)))
  }

  @Test func whereOnlyEventsAreLeftTheOldestOfThoseGo() throws {
    let journal = try folder.open(JournalFolder.options(limit: 1 << 20))
    try journal.openCursor(uplink: "central", from: .oldest)
    var random = SeededGenerator(2)
    var account = Account()
    for n in 0..<1500 {
      let event = Record(
        time: .seconds(Double(n)), timestamp: Timestamp(seconds: Double(n)),
        body: .event(
          Event(
            id: "e", rule: "r",
            content: .general(
              GeneralEvent(
                type: "t", severity: .info, state: .raised,
                data: [.init(key: "k", value: .text(Self.noise(1000, &random)))])))))
      let range = try #require(try journal.commit(.at(Double(n), [event])))
      account.appended.append((range.lowerBound, .event))
    }
    try account.check(journal)
    #expect(try journal.statistics().drops[.limit][.event] > 500)
    #expect(try journal.statistics().bytes <= 1 << 20)
  }

  @Test func deliveredHistoryGoesBeforeAnythingThatWaits() throws {
    let journal = try folder.open(JournalFolder.options(limit: 1 << 20))
    try journal.openCursor(uplink: "central", from: .oldest)
    var random = SeededGenerator(3)
    for n in 0..<4000 {
      let range = try #require(try journal.commit(.at(Double(n) / 100, [Self.reading(500, &random, at: 1)])))
      if n % 100 == 99 { try journal.settle("central", through: range.upperBound, at: Double(n) / 100) }
    }
    let statistics = try journal.statistics()
    #expect(statistics.drops.total == 0)
    #expect(statistics.bytes <= 1 << 20)
    #expect(statistics.usedBytes > 600_000)
    #expect(try journal.all().count > 600)
  }

  @Test func aRecordingGoesBeforeAnythingThatWaits() throws {
    let journal = try folder.open(JournalFolder.options(limit: 1 << 20))
    try journal.openCursor(uplink: "central", from: .oldest)
    var random = SeededGenerator(4)
    let state = (0..<100).map { StateRow(kind: "a", name: "\($0)", value: Array(Self.noise(2000, &random).utf8)) }
    _ = try journal.startRecording(RecordingHeader(gateway: "g", engine: "e", time: .zero, state: state))
    var n = 0.0
    while journal.isRecording {
      n += 0.01
      try journal.commit(.at(n, [Self.reading(500, &random, at: 1)]))
    }
    #expect(try journal.statistics().drops.total == 0)
    #expect(try journal.statistics().recording.isFull)
  }

  @Test func aLowerLimitIsKeptAtTheNextStart() throws {
    let journal = try folder.open(JournalFolder.options(limit: 8 << 20))
    try journal.openCursor(uplink: "central", from: .oldest)
    var random = SeededGenerator(5)
    for n in 0..<4000 { try journal.commit(.at(Double(n) / 100, [Self.reading(500, &random, at: 1)])) }
    try journal.closeCleanly(time: .seconds(40), clock: .at(40))
    let next = try folder.open(JournalFolder.options(limit: 1 << 20), now: .at(50))
    try next.openCursor(uplink: "central", from: .oldest)
    try next.commit(.at(60, [.event("e")]))
    let statistics = try next.statistics()
    #expect(statistics.usedBytes < 1 << 20)
    #expect(statistics.drops[.limit][.reading] > 2000)
    #expect(statistics.uplinks[0].depth[.reading] == 4000 - statistics.drops[.limit][.reading])
  }

  /// A reload may ask for a hundredth of what there is; each commit on the way there is a short one, and each hole is told.
  @Test func aLimitLoweredByFarWhileItRunsIsReachedInSteps() throws {
    let journal = try folder.open(JournalFolder.options(limit: 24 << 20))
    try journal.openCursor(uplink: "central", from: .oldest)
    var random = SeededGenerator(6)
    for n in 0..<360 {
      let readings = (0..<40).map { _ in Self.reading(1200, &random, at: Double(n)) }
      try journal.commit(.at(Double(n), readings + [.event("e\(n)", at: Double(n))]))
    }
    let before = try journal.statistics().usedBytes
    #expect(before > 12 << 20)
    try journal.change(limit: 1 << 20, history: .hours(24))
    var used = [before]
    for n in 360..<400 where (used.last ?? 0) > 1 << 20 {
      try journal.commit(.at(Double(n), [.event("e\(n)", at: Double(n))]))
      used.append(try journal.statistics().usedBytes)
    }
    #expect(used.last ?? .max <= 1 << 20)
    let steps = zip(used, used.dropFirst()).map { $0 - $1 }
    #expect(steps.count >= 3)
    #expect(steps.allSatisfy { $0 < 6 << 20 }, "\(steps)")
    try Account().check(journal)
    #expect(try journal.statistics().drops[.limit][.event] == 0)
  }
}
