import Foundation
import Model
import Testing

@testable import Journal

@Suite struct ReopeningTests {
  @Test(arguments: 0..<30)
  func aReopenedCursorIsTheSetWithoutThem(seed: UInt64) {
    var random = SeededGenerator(seed)
    var cursor = LaneCursor()
    var settled: Set<UInt64> = []
    for _ in 0..<300 {
      let start = UInt64.random(in: 1...80, using: &random)
      let range = start...start + UInt64.random(in: 0...6, using: &random)
      if Int.random(in: 0..<3, using: &random) == 0 {
        let parts = cursor.settledParts(of: range)
        #expect(Set(parts.joined()) == settled.intersection(range))
        if cursor.reopen(parts) { settled.subtract(range) }
      } else if cursor.settle(range) {
        settled.formUnion(range)
      }
      #expect((1...100).allSatisfy { cursor.contains($0) == settled.contains($0) })
      #expect(cursor.ranges.count <= LaneCursor.rangeLimit)
      #expect(cursor == LaneCursor(low: cursor.low, ranges: cursor.ranges))
    }
  }

  @Test func aFullCursorRefusesAndStaysAsItWas() {
    var cursor = LaneCursor(low: 1000)
    for number in 1...64 { cursor.settle(UInt64(1000 + number * 3)) }
    let before = cursor
    let isRefused = !cursor.reopen([10...20])
    #expect(isRefused && cursor == before)
  }

  /// So many commits of ten readings, a second apart, all delivered up to `delivered`.
  private func filled(_ journal: Journal, commits: Int, delivered: UInt64) throws {
    try journal.openCursor(uplink: "central", from: .oldest)
    for n in 0..<commits {
      try journal.commit(.at(Double(n), (0..<10).map { .reading(Double($0), at: Double(n)) }))
    }
    try journal.settle("central", through: delivered, at: Double(commits))
  }

  private func again(_ reopening: Reopening, at seconds: Double) -> Commit {
    Commit(time: .seconds(seconds), clock: .at(seconds), reopenings: [reopening])
  }

  @Test func deliveredRecordsWaitAgainAcrossAKill() throws {
    let folder = try JournalFolder()
    let journal = try folder.open()
    try filled(journal, commits: 10, delivered: 100)
    let reopening = try #require(try journal.reopening(of: 31...55, for: "central"))
    #expect(reopening.records == 25)
    #expect(reopening.parts.values.allSatisfy { $0 == [31...55] })
    try journal.commit(again(reopening, at: 11))
    #expect(journal.cursors(uplink: "central").low == 30)
    let killed = try folder.crashCopy().open(now: .at(12))
    #expect(try killed.statistics().uplinks[0].depth.total == 25)
    #expect(try killed.read(Journal.Query(range: 31...55)).map(\.identity.seq) == Array(31...55))
    try killed.settle("central", through: 100, at: 13)
    #expect(try killed.statistics().uplinks[0].depth.total == 0)
  }

  @Test func whatIsOnItsWayStillIsLeftAsItIs() throws {
    let folder = try JournalFolder()
    let journal = try folder.open()
    try filled(journal, commits: 10, delivered: 40)
    var moved = LaneCursors(low: 60)
    moved[.reading].settle(80...90)
    let reopening = try #require(try journal.reopening(of: 35...85, for: "central", moved: moved))
    #expect(reopening.parts[.reading] == [35...60, 80...85])
    #expect(reopening.records == 32)
  }

  @Test func whatIsNoLongerThereIsLeftOutAndIsNoDamage() throws {
    let folder = try JournalFolder()
    let journal = try folder.open(JournalFolder.options(history: .minutes(1)))
    try filled(journal, commits: 10, delivered: 50)
    for minute in 1...3 { try journal.commit(.at(Double(minute) * 600, [.reading(1, at: Double(minute) * 600)])) }
    let first = try #require(try journal.statistics().firstSequence)
    #expect(first > 10)
    try journal.settle("central", through: 103, at: 1801)
    let reopening = try #require(try journal.reopening(of: 1...1000, for: "central"))
    #expect(!reopening.parts.isEmpty)
    #expect(reopening.parts.values.joined().allSatisfy { $0.lowerBound >= first })
    try journal.commit(again(reopening, at: 1802))
    #expect(try journal.all().first?.identity.seq == first)
    #expect(try journal.reopening(of: 1...5, for: "central")?.parts.isEmpty == true)
    #expect(try journal.reopening(of: 1...5, for: "nobody") == nil)
    let killed = try folder.crashCopy().open(now: .at(1803))
    #expect(killed.recovery == nil)
    #expect(try killed.all().first?.identity.seq == first)
  }

  @Test func notesAreTheGatewaysOwnAndOutliveAKillAndDamage() throws {
    let folder = try JournalFolder()
    let journal = try folder.open()
    var commit = Commit.at(1, [.reading(1)])
    commit.notes = (0..<50).map { StateRow(kind: "command", name: "central c-\($0)", value: [1, 2, UInt8($0)]) }
    commit.notes.append(StateRow(kind: "traffic", name: "central", value: [9]))
    try journal.commit(commit)
    var next = Commit.at(2)
    next.notes = [StateRow(kind: "command", name: "central c-7", value: nil)]
    try journal.commit(next)
    let copy = try folder.crashCopy()
    let killed = try copy.open(now: .at(3))
    #expect(try killed.notes(of: "command").count == 49)
    #expect(try killed.note(of: "command", "central c-8")?.value == [1, 2, 8])
    #expect(try killed.note(of: "command", "central c-7") == nil)
    #expect(try killed.notes(of: "traffic") == [StateRow(kind: "traffic", name: "central", value: [9])])
    #expect(try killed.engineState().isEmpty)
    try killed.closeCleanly(time: .seconds(4), clock: .at(4))
    copy.tamper("UPDATE state SET value=x'00' WHERE kind='.journal' AND name='identity'")
    copy.tamper("UPDATE state SET value=x'00' WHERE kind='.note.command' AND name='central c-9'")
    let salvaged = try copy.open(now: .at(5))
    #expect(salvaged.recovery != nil)
    #expect(try salvaged.notes(of: "command").count == 48)
    #expect(try salvaged.notes(of: "traffic").count == 1)
  }
}
