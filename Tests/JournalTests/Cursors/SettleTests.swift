import Model
import Testing

@testable import Journal

/// What is settled by others than the uplink: a courier, the operator.
@Suite struct SettleTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }

  private func waiting(_ records: Int = 20) throws -> Journal {
    let journal = try folder.open()
    try journal.openCursor(uplink: "central", from: .oldest, lanes: [LaneSet(.event), LaneSet(.reading)])
    for n in 0..<records { try journal.commit(.at(Double(n), [n % 4 == 0 ? .event("e\(n)") : .reading(1)])) }
    return journal
  }

  private func end(_ journal: Journal, _ seq: UInt64) -> RecordIdentity {
    RecordIdentity(journal: journal.journalID, seq: seq)
  }

  @Test func whatACourierBroughtIsSettled() throws {
    let journal = try waiting()
    let revision = journal.head.revision
    let settled = try journal.settle(uplink: "central", range: 1...12, ends: [end(journal, 1), end(journal, 12)])
    #expect((settled[.event], settled[.reading]) == (3, 9))
    #expect(journal.cursors(uplink: "central")[.event].low == 12)
    #expect(journal.cursors(uplink: "central")[.reading].low == 12)
    #expect(journal.head.revision > revision)
    #expect(try journal.statistics().uplinks[0].depth.total == 8)
    // Twice changes nothing, and a kill forgets nothing.
    #expect(try journal.settle(uplink: "central", range: 1...12, ends: []).total == 0)
    #expect(try folder.crashCopy().open(now: .at(99)).statistics().uplinks[0].depth.total == 8)
  }

  @Test func aPartInTheMiddleLeavesTheRest() throws {
    let journal = try waiting()
    #expect(try journal.settle(uplink: "central", range: 5...8, ends: [end(journal, 5)]).total == 4)
    #expect(try journal.statistics().uplinks[0].depth.total == 16)
    #expect(journal.cursors(uplink: "central")[.reading].ranges == [5...8])
  }

  @Test func aFileOfAnotherJournalIsRefused() throws {
    let journal = try waiting()
    for ends in [[RecordIdentity(journal: "zzzzzz", seq: 3)], [end(journal, 21)], [end(journal, 0)]] {
      let error = #expect(throws: JournalError.self) {
        try journal.settle(uplink: "central", range: 1...12, ends: ends)
      }
      #expect(error?.code == .misuse)
    }
    #expect(throws: JournalError.self) { try journal.settle(uplink: "central", range: 1...21, ends: []) }
    #expect(throws: JournalError.self) { try journal.settle(uplink: "nobody", range: 1...2, ends: []) }
    #expect(try journal.statistics().uplinks[0].depth.total == 20)
  }

  @Test func moreHolesThanACursorHoldsAreRefusedWhole() throws {
    let journal = try waiting(200)
    for n in 1...64 {
      _ = try journal.settle(uplink: "central", range: UInt64(n * 2 + 1)...UInt64(n * 2 + 1), ends: [])
    }
    #expect(throws: JournalError.self) { try journal.settle(uplink: "central", range: 180...180, ends: []) }
    #expect(try journal.statistics().uplinks[0].depth.total == 136)
  }

  @Test func aRemovedUplinkIsForgottenWithItsDeadLetters() throws {
    let journal = try waiting()
    #expect(try journal.keepDeadLetter(uplink: "central", identity: end(journal, 1), reason: "no"))
    try journal.settle("central", through: 1, at: 30)
    _ = try journal.requeue(uplink: "central")
    #expect(throws: JournalError.self) { try journal.forget(uplink: "central") }
    try journal.closeCursor(uplink: "central")
    let dropped = try journal.forget(uplink: "central")
    #expect((dropped.records.total, dropped.deadLetters) == (19, 1))
    #expect(try journal.statistics().uplinks.isEmpty)
    #expect(try journal.deadLetters(limit: 9).isEmpty)
    #expect(throws: JournalError.self) { try journal.forget(uplink: "central") }
    let next = try folder.crashCopy().open(now: .at(99))
    #expect(try next.statistics().uplinks.isEmpty)
    #expect(try next.statistics().deadLetters.kept == 0)
    #expect(next.redelivery(of: "central").letterCount == 0)
    // Should it come back, it is new.
    try next.openCursor(uplink: "central", from: .now)
    #expect(next.cursors(uplink: "central").low == 20)
  }

  @Test func giveUpAsToldIsCountedAndToldByAGap() throws {
    let journal = try folder.open()
    try journal.openCursor(uplink: "central", from: .oldest)
    try journal.openCursor(uplink: "office", from: .oldest)
    try journal.commit(.at(1, [.event("a"), .reading(1), .reading(2)]))
    #expect(try journal.giveUp(uplink: "central").total == 3)
    #expect(try journal.commit(.at(2)) == 4...4)
    #expect(try journal.read(.init(range: 4...4)).map(\.body) == [.gap(first: 1, last: 3, count: 3, reason: "told")])
    let statistics = try journal.statistics()
    #expect(statistics.drops[.told].total == 3)
    // The gap itself waits; for the other one nothing is lost.
    #expect(statistics.uplinks.map(\.depth.total) == [1, 4])
    #expect(try folder.crashCopy().open(now: .at(9)).statistics().drops[.told].total == 3)
    #expect(throws: JournalError.self) { try journal.giveUp(uplink: "nobody") }
  }

  @Test func aHeadOfTheVersionBeforeIsRead() throws {
    var head = Head()
    head.lastSequence = 9
    head.drops[.thinned][.reading] = 4
    head.stateSum = 77
    head.actionSum = nil
    head.cursorCount = 2
    // The counts of what was given up as told are four zeros behind those of what was thinned.
    var packed = head.packed
    packed[0] = 2
    let marker: [UInt8] = [0, 0, 4, 0, 0, 0, 0, 0]
    let index = try #require((0..<packed.count).first { Array(packed[$0...].prefix(8)) == marker })
    packed.removeSubrange(index + 4..<index + 8)
    #expect(try Head(packed: packed) == head)
  }
}
