import Journal
import Model
import Testing

@Suite struct DeadLetterDamageTests {
  private let folder: JournalFolder
  init() throws {
    _ = FaultyDisk.shared
    folder = try JournalFolder()
  }

  @Test(arguments: [FaultyDisk.Fault.full, .write, .sync], [0, 1, 2, 3, 5])
  func aFailedCommitKeepsItWaiting(fault: FaultyDisk.Fault, after: Int) throws {
    let journal = try folder.open()
    try journal.openCursor(uplink: "central", from: .oldest)
    try journal.commit(.at(1, [.event("poison")]))
    #expect(
      try journal.keepDeadLetter(uplink: "central", identity: .init(journal: journal.journalID, seq: 1), reason: "no"))
    FaultyDisk.shared.break_(folder.path, fault, after: after)
    var isCommitted = false
    do throws(JournalError) {
      try journal.settleOnce("central", through: 1, at: 2)
      isCommitted = true
    } catch {
      #expect(error.isRetryable)
    }
    FaultyDisk.shared.mend(folder.path)
    if !isCommitted {
      // After a failed fsync it may be on disk all the same: then the cursor is too.
      #expect(try journal.deadLetters(limit: 1).count == Int(journal.cursors(uplink: "central")[.event].low))
      try journal.settle("central", through: 1, at: 3)
    }
    #expect(try journal.deadLetters(limit: 9).map(\.identity.seq) == [1])
    #expect(try journal.statistics().deadLetters.kept == 1)
    let copy = try folder.crashCopy().open(now: .at(9))
    #expect(try copy.deadLetters(limit: 9) == journal.deadLetters(limit: 9))
    #expect(copy.cursors(uplink: "central")[.event].low == 1)
  }

  @Test(arguments: [
    "UPDATE dead_letters SET data=zeroblob(length(data))", "UPDATE dead_letters SET raw=-1",
    "UPDATE dead_letters SET data=x''", "UPDATE dead_letters SET zero=zero+1", "UPDATE dead_letters SET seq=77",
  ])
  func aDamagedOneIsGivenWithoutItsRecord(sql: String) throws {
    let journal = try folder.open()
    try journal.commit(.at(1, [.event("poison")]))
    _ = try journal.keepDeadLetter(uplink: "central", identity: .init(journal: journal.journalID, seq: 1), reason: "no")
    try journal.closeAfterCommit(at: 2)
    folder.tamper(sql)
    let letter = try #require(try folder.open(now: .at(4)).deadLetters(limit: 1).first)
    #expect(letter.record == nil)
    #expect(letter.reason == "no")
  }

  @Test func aDamagedBlockHasNothingToCopyAndIsReported() throws {
    let journal = try folder.open()
    try journal.openCursor(uplink: "central", from: .oldest)
    try journal.commit(.at(1, [.event("poison")]))
    let identity = RecordIdentity(journal: journal.journalID, seq: 1)
    try journal.closeAfterCommit(at: 2)
    folder.tamper("UPDATE blocks SET crc=crc+1")
    let next = try folder.open(now: .at(4))
    #expect(try !next.keepDeadLetter(uplink: "central", identity: identity, reason: "no"))
    try next.commit(.at(5))
    #expect(try next.all().last?.body == .gap(first: 1, last: 1, count: 1, reason: "repair"))
  }
}

extension Journal {
  fileprivate func settleOnce(_ uplink: String, through seq: UInt64, at seconds: Double) throws(JournalError) {
    try commit(Commit(time: .seconds(seconds), clock: .at(seconds), cursors: [(uplink, LaneCursors(low: seq))]))
  }

  fileprivate func closeAfterCommit(at seconds: Double) throws {
    try commit(.at(seconds))
    try closeCleanly(time: .seconds(seconds), clock: .at(seconds))
  }
}
