import Journal
import Model
import Testing

@Suite struct AgeTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }

  @Test func deliveredRecordsStayForTheHistoryAndGoAfterIt() throws {
    let journal = try folder.open(JournalFolder.options(history: .minutes(10)))
    try journal.openCursor(uplink: "central", from: .oldest)
    for n in 0..<30 { try journal.commit(.at(Double(n) * 60, [.reading(1), .event("e")])) }
    #expect(try journal.all().count == 60)
    try journal.settle("central", through: 60, at: 1800)
    try journal.commit(.at(1900, [.event("e")]))
    let kept = try journal.all().map(\.identity.seq)
    // Younger than ten minutes at 1,900 s: those of 1,320 s and later.
    #expect(kept == Array(45...61))
    #expect(try journal.statistics().drops.total == 0)
    #expect(try journal.statistics().uplinks[0].depth.total == 1)
  }

  @Test func withoutAnUplinkOnlyTheHistoryIsKept() throws {
    let journal = try folder.open(JournalFolder.options(history: .minutes(10)))
    for n in 0..<30 { try journal.commit(.at(Double(n) * 60, [.reading(1)])) }
    #expect((10...12).contains(try journal.all().count))
  }

  @Test func whatOneUplinkStillWaitsForStays() throws {
    let journal = try folder.open(JournalFolder.options(history: .minutes(1)))
    try journal.openCursor(uplink: "central", from: .oldest)
    try journal.openCursor(uplink: "office", from: .oldest, lanes: [LaneSet(.event)])
    for n in 0..<10 { try journal.commit(.at(Double(n), [.reading(1)])) }
    try journal.commit(.at(10, [.event("e")]))
    for n in 11..<20 { try journal.commit(.at(Double(n), [.reading(1)])) }
    try journal.settle("central", through: 20, at: 20)
    try journal.commit(.at(600, [.reading(1)]))
    try journal.commit(.at(700, [.reading(1)]))
    #expect(try journal.all().map(\.identity.seq) == [11, 21, 22])
    let uplinks = try journal.statistics().uplinks
    #expect(uplinks.map(\.name) == ["central", "office"])
    #expect(uplinks.map(\.depth.total) == [2, 1])
  }

  @Test func recordsOlderThanKeepAreGivenUpForThatUplinkAndTold() throws {
    let journal = try folder.open(JournalFolder.options(history: .hours(10)))
    try journal.openCursor(uplink: "central", from: .oldest, keep: .hours(1))
    try journal.openCursor(uplink: "office", from: .oldest)
    for n in 0..<10 {
      try journal.commit(.at(Double(n) * 600, [.event("e"), .reading(1), .reading(2)]))
      guard n == 1 else { continue }
      // One reading of the second commit is delivered.
      var cursors = LaneCursors()
      cursors[.reading].settle(5)
      try journal.commit(Commit(time: .seconds(601), clock: .at(601), cursors: [("central", cursors)]))
    }
    try journal.commit(.at(7830))
    let low = journal.cursors(uplink: "central")[.other].low
    #expect(low == 25)
    let gaps = try journal.read(.init(lanes: LaneSet(.other), range: low + 1...100)).map(\.body)
    // All but the delivered one; what the first gap, too old itself by now, told of is told again.
    var told: UInt64 = 0
    for case .gap(_, _, let count, "keep", _) in gaps { told += count }
    #expect(told == low - 1)
    #expect(try journal.statistics().drops[.keep].total == low - 1)
    #expect(journal.cursors(uplink: "office")[.event].low == 0)
    #expect(try journal.all(LaneSet(.reading)).count == 20)
  }

  @Test func aRemovedUplinkKeepsItsPlaceForAsLongAsKeep() throws {
    let options = JournalFolder.options(history: .minutes(1))
    let journal = try folder.open(options)
    try journal.openCursor(uplink: "central", from: .oldest, keep: .hours(1))
    try journal.commit(.at(1, [.event("e")]))
    try journal.closeCleanly(time: .seconds(2), clock: .at(2))
    let without = try folder.open(options, now: .at(3))
    try without.commit(.at(1000, [.event("f")]))
    #expect(try without.statistics().uplinks.map(\.isConfigured) == [false])
    #expect(try without.all().count == 2)
    try without.commit(.at(4000, [.event("g")]))
    #expect(try without.statistics().uplinks.isEmpty)
  }

  /// The link was away for longer than `keep`; then somebody takes the uplink out of the file and starts the box.
  @Test func aRemovedUplinksTimeBeginsWhenItIsRemoved() throws {
    let options = JournalFolder.options(history: .minutes(1))
    do {
      let journal = try folder.open(options)
      try journal.openCursor(uplink: "central", from: .oldest, keep: .hours(1))
      try journal.openCursor(uplink: "office", from: .oldest, keep: .hours(9))
      try journal.commit(.at(1, [.event("e")]))
      // Nothing moves; it is not even closed cleanly.
      for minute in 1...120 { try journal.commit(.at(Double(minute) * 60)) }
    }
    let without = try folder.open(options, now: .at(7300))
    try without.openCursor(uplink: "office", from: .oldest, keep: .hours(9))
    try without.commit(.at(7400, [.event("f")]))
    #expect(try without.statistics().uplinks.map(\.isConfigured) == [false, true])
    // Back within the hour, it goes on.
    let copy = try folder.crashCopy()
    let back = try copy.open(options, now: .at(7500))
    try back.openCursor(uplink: "central", from: .now, keep: .hours(1))
    #expect(back.cursors(uplink: "central").low < back.lastSequence)
    try without.commit(.at(7200 + 3700, [.event("g")]))
    #expect(try without.statistics().uplinks.map(\.name) == ["office"])
  }

  @Test func aReloadsRemovalCountsFromTheReload() throws {
    let journal = try folder.open(JournalFolder.options(history: .minutes(1)))
    try journal.openCursor(uplink: "central", from: .oldest, keep: .hours(1))
    for minute in 0...120 { try journal.commit(.at(Double(minute) * 60, [.reading(1)])) }
    try journal.closeCursor(uplink: "central")
    for minute in 121...170 { try journal.commit(.at(Double(minute) * 60, [.reading(1)])) }
    #expect(try journal.statistics().uplinks.map(\.name) == ["central"])
    // What is older than an hour is given up for it all the same.
    let statistics = try journal.statistics()
    #expect((59...63).contains(statistics.uplinks[0].depth[.reading]))
    for minute in 171...182 { try journal.commit(.at(Double(minute) * 60, [.reading(1)])) }
    #expect(try journal.statistics().uplinks.isEmpty)
  }

  @Test func anUplinkUnderANewNameIsANewOne() throws {
    let journal = try folder.open()
    try journal.openCursor(uplink: "central", from: .oldest, keep: .hours(1))
    try journal.commit(.at(1, [.event("a"), .event("b")]))
    try journal.closeCursor(uplink: "central")
    try journal.openCursor(uplink: "hub", from: .now, keep: .hours(1))
    #expect(journal.cursors(uplink: "hub").low == 2)
    try journal.openCursor(uplink: "all", from: .oldest, keep: .hours(1))
    #expect(journal.cursors(uplink: "all").low == 0)
    // Under the old one again it goes on where it was, whatever `from` says.
    try journal.openCursor(uplink: "central", from: .now, keep: .hours(1))
    #expect(journal.cursors(uplink: "central").low == 0)
    #expect(try journal.statistics().uplinks.map(\.depth.total) == [2, 2, 0])
  }

  /// A gap record a minute would be 40,000 within a month without a link.
  @Test func whatGrowsTooOldIsToldInFewGaps() throws {
    let journal = try folder.open(JournalFolder.options(history: .minutes(1)))
    try journal.openCursor(uplink: "central", from: .oldest, keep: .hours(10))
    for minute in 0...1800 { try journal.commit(.at(Double(minute) * 60, [.reading(1)])) }
    let gaps = try journal.read(.init(lanes: LaneSet(.other), range: 1...9999)).compactMap { record in
      if case .gap(let first, let last, let count, "keep", _) = record.body { (first, last, count) } else { nil }
    }
    #expect((60...140).contains(gaps.count))
    // Nothing older than `keep` and a 64th of it waits.
    let oldest = try #require(try journal.statistics().uplinks[0].oldestWaiting)
    #expect(.seconds(108_000) - oldest <= .seconds(36_000 + 563 + 60))
    let counted = try journal.statistics().drops[.keep]
    #expect(counted[.reading] == 1801 - (try journal.statistics().uplinks[0].depth[.reading]))
  }

  @Test func theAgeOfWhatWaitsIsTold() throws {
    let journal = try folder.open()
    try journal.openCursor(uplink: "central", from: .oldest, keep: .hours(1))
    for n in 1...10 { try journal.commit(.at(Double(n) * 10, [.reading(1)])) }
    try journal.settle("central", through: 4, at: 200)
    let statistics = try journal.statistics()
    #expect(statistics.time == .seconds(200))
    #expect(statistics.oldest == .seconds(10))
    #expect(statistics.uplinks[0].oldestWaiting == .seconds(50))
    try journal.settle("central", through: 10, at: 201)
    #expect(try journal.statistics().uplinks[0].oldestWaiting == nil)
  }

  @Test func anUplinkBeginsWhereItWasLeftOrWhereItIsTold() throws {
    let journal = try folder.open()
    try journal.commit(.at(1, [.event("a"), .event("b")]))
    try journal.openCursor(uplink: "new", from: .now)
    try journal.openCursor(uplink: "old", from: .oldest)
    #expect(journal.cursors(uplink: "new").low == 2)
    #expect(journal.cursors(uplink: "old").low == 0)
    try journal.settle("old", through: 1, at: 2)
    try journal.openCursor(uplink: "old", from: .now)
    #expect(journal.cursors(uplink: "old").low == 1)
    // A cursor never goes back.
    try journal.settle("old", through: 0, at: 3)
    #expect(journal.cursors(uplink: "old").low == 1)
    let copy = try folder.crashCopy().open(now: .at(5))
    #expect(copy.cursors(uplink: "old").low == 1)
    #expect(copy.cursors(uplink: "new").low == 2)
  }

  @Test func aLaneThatIsAddedLaterBeginsAsTold() throws {
    let journal = try folder.open()
    try journal.openCursor(uplink: "u", from: .oldest, lanes: [LaneSet(.event)])
    try journal.commit(.at(1, [.event("a"), .reading(1)]))
    #expect(try journal.statistics().uplinks[0].depth.total == 1)
    try journal.openCursor(uplink: "u", from: .now, lanes: [LaneSet(.event), LaneSet(.reading)])
    #expect(try journal.statistics().uplinks[0].depth.total == 1)
    #expect(journal.cursors(uplink: "u")[.reading].low == 2)
  }
}
