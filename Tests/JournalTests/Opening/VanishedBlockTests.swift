@testable import Journal
import Model
import Testing

/// A page that is an older one, or was never written: SQLite sees nothing wrong, and blocks are gone. What the journal deletes itself must
/// not be taken for that.
@Suite struct VanishedBlockTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }

  /// Ten commits of three readings wait; no event ever came, so that the cursor of events has run ahead.
  private func waiting() throws {
    let journal = try folder.open()
    try journal.openCursor(uplink: "central", from: .oldest)
    for n in 0..<10 { try journal.commit(.at(Double(n), [.reading(1), .reading(2), .reading(3)])) }
    var cursors = journal.cursors(uplink: "central")
    cursors[.event].settle(through: 30)
    try journal.commit(Commit(time: .seconds(11), clock: .at(11), cursors: [("central", cursors)]))
    try journal.closeCleanly(time: .seconds(12), clock: .at(12))
  }

  @Test(
    arguments: [
      ("first=13", 13...15), ("first BETWEEN 10 AND 20", 10...21), ("first<=7", 1...9), ("first>=25", 25...30),
      ("first>0", 1...30),
    ] as [(String, ClosedRange<UInt64>)])
  func itsRecordsAreToldThoughALaneInWhichNothingHappenedHasPassedThem(
    which: String, gone: ClosedRange<UInt64>
  ) throws {
    try waiting()
    folder.tamper("DELETE FROM blocks WHERE \(which)")
    let journal = try folder.open(now: .at(20))
    #expect(journal.recovery == nil)
    let error = #expect(throws: JournalError.self) { _ = try journal.all() }
    #expect(error?.code == .damaged)
    let next = try folder.crashCopy().open(JournalFolder.options(ids: "bbbbb"), now: .at(30))
    #expect(next.recovery?.salvaged?.missing == [gone])
    let all = try next.all()
    #expect(all.dropLast().map(\.identity.seq) == (1...30).filter { !gone.contains($0) })
    #expect(
      all.last?.body
        == .gap(first: gone.lowerBound, last: gone.upperBound, count: UInt64(gone.count), reason: "repair"))
    #expect(try next.commit(.at(31, [.reading(1)])) == 32...32)
    #expect(try next.all().count == all.count + 1)
  }

  /// Events wait for one uplink, the other has all: of every three blocks the middle one stays.
  private func withHoles() throws -> Journal {
    let journal = try folder.open(JournalFolder.options(history: .seconds(1)))
    try journal.openCursor(uplink: "central", from: .oldest, lanes: LaneSet(.event))
    try journal.openCursor(uplink: "office", from: .oldest)
    for n in 0..<30 {
      try journal.commit(.at(Double(n), [n % 3 == 1 ? .event("e\(n)") : .reading(1), .reading(2)]))
    }
    try journal.settle("office", through: 60, at: 30)
    try journal.commit(.at(300, [.reading(3)]))
    return journal
  }

  @Test func whatTheJournalDeletesIsNoneWhoeverReads() throws {
    let journal = try withHoles()
    let kept = try journal.all()
    let events: [UInt64] = stride(from: 3, to: 60, by: 6).flatMap { [$0, $0 + 1] }
    #expect(kept.map(\.identity.seq) == events + [61])
    // Nobody is left who has passed the holes.
    try journal.openCursor(uplink: "yard", from: .oldest)
    for name in ["central", "office"] {
      try journal.closeCursor(uplink: name)
      _ = try journal.forget(uplink: name)
    }
    #expect(try journal.all() == kept)
    #expect(try journal.statistics().uplinks.map(\.name) == ["yard"])
    let next = try folder.crashCopy().open(JournalFolder.options(history: .seconds(1)), now: .at(301))
    #expect(try next.all() == kept)
    try next.settle("yard", through: 61, at: 310)
    try next.commit(.at(700, [.reading(4)]))
    #expect(try next.all().map(\.identity.seq) == [62])
  }

  @Test func ofNeighboursThatAreDeletedOneEmptyBlockStaysAndNoneBeforeTheFirst() throws {
    let journal = try withHoles()
    let headers = try BlockTable(database: journal.connection()).headers(after: 0, limit: 100)
    #expect(headers.first?.first == 3)
    #expect(headers.count { !$0.isEmpty } == 11)
    #expect(headers.count { $0.isEmpty } == 10)
    for (block, next) in zip(headers, headers.dropFirst()) { #expect(next.first == block.last + 1) }
    try journal.settle("central", through: 61, at: 310)
    try journal.commit(.at(400, [.reading(4)]))
    let rest = try BlockTable(database: journal.connection()).headers(after: 0, limit: 100)
    // The last reading waits for the other one.
    #expect(rest.map(\.first) == [61, 62])
  }

  @Test func whatIsSentAgainLeavesTheHolesAlone() throws {
    let journal = try withHoles()
    let reopening = try #require(try journal.reopening(of: 1...61, for: "office"))
    // Ten blocks of two, the last reading was never settled.
    #expect(reopening.records == 20)
    try journal.commit(Commit(time: .seconds(301), clock: .at(301), reopenings: [reopening]))
    #expect(try journal.statistics().uplinks.first { $0.name == "office" }?.depth.total == 21)
  }

  @Test func holesThatAnOlderVersionLeftAreTakenForDeleted() throws {
    let journal = try withHoles()
    let kept = try journal.all()
    let depths = try journal.statistics().uplinks.map(\.depth)
    try journal.closeCleanly(time: .seconds(300), clock: .at(300))
    folder.tamper("DELETE FROM blocks WHERE n0+n1+n2+n3=0")
    folder.tamper("PRAGMA user_version=4")
    let next = try folder.open(now: .at(301))
    #expect(next.recovery == nil)
    #expect(try next.all() == kept)
    #expect(try next.statistics().uplinks.map(\.depth) == depths)
    let headers = try BlockTable(database: next.connection()).headers(after: 0, limit: 100)
    for (block, next) in zip(headers, headers.dropFirst()) { #expect(next.first == block.last + 1) }
  }
}
