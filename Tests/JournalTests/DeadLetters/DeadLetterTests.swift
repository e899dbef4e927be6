import Journal
import Model
import Testing

@Suite struct DeadLetterTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }

  private func identity(_ journal: Journal, _ seq: UInt64) -> RecordIdentity {
    RecordIdentity(journal: journal.journalID, seq: seq)
  }

  /// Refused, and passed by the cursor in the same commit.
  private func bury(_ seq: UInt64, in journal: Journal, reason: String = "0x99", at seconds: Double) throws {
    #expect(try journal.keepDeadLetter(uplink: "central", identity: identity(journal, seq), reason: reason))
    try journal.settle("central", through: seq, at: seconds)
  }

  @Test func outlivesTheRecordThatHistoryDeletes() throws {
    let journal = try folder.open(JournalFolder.options(history: .seconds(60)))
    try journal.openCursor(uplink: "central", from: .oldest)
    try journal.commit(.at(1, [.reading(1), .event("poison"), .reading(2)]))
    let poison = try journal.all()[1]
    #expect(
      try journal.keepDeadLetter(
        uplink: "central", identity: poison.identity, reason: "0x99 payload format invalid"))
    try journal.settle("central", through: 3, at: 2)
    for minute in 2..<6 { try journal.commit(.at(Double(minute) * 60, [.reading(3)])) }
    #expect(try journal.all().first?.identity.seq == 4)

    let bytes = try journal.deadLetters(limit: 1)[0].bytes
    #expect((10..<100).contains(bytes))
    let expected = DeadLetter(
      uplink: "central", identity: poison.identity, reason: "0x99 payload format invalid", time: .seconds(2),
      record: poison, bytes: bytes)
    #expect(try journal.deadLetters(limit: 10) == [expected])
    let next = try folder.crashCopy().open(now: .at(400))
    #expect(try next.deadLetters(limit: 10) == [expected])
    #expect(try next.statistics().deadLetters.kept == 1)
  }

  @Test func isOfTheTransactionInWhichTheCursorPasses() throws {
    let journal = try folder.open()
    try journal.openCursor(uplink: "central", from: .oldest)
    try journal.commit(.at(1, [.event("poison")]))
    #expect(try journal.keepDeadLetter(uplink: "central", identity: identity(journal, 1), reason: "no"))
    // Killed here, neither is there; the record will be sent, and refused, again.
    let before = try folder.crashCopy().open(now: .at(2))
    #expect(try before.deadLetters(limit: 1).isEmpty)
    #expect(before.cursors(uplink: "central")[.event].low == 0)
    try journal.settle("central", through: 1, at: 2)
    let after = try folder.crashCopy().open(now: .at(3))
    #expect(try after.deadLetters(limit: 1).count == 1)
    #expect(after.cursors(uplink: "central")[.event].low == 1)
  }

  @Test func theSameRecordIsKeptOncePerUplink() throws {
    let journal = try folder.open()
    try journal.commit(.at(1, [.event("poison")]))
    for seconds in [2.0, 3, 4] {
      for uplink in ["central", "central", "backup"] {
        #expect(try journal.keepDeadLetter(uplink: uplink, identity: identity(journal, 1), reason: "no"))
      }
      try journal.commit(.at(seconds))
    }
    #expect(try journal.deadLetters(limit: 10).map(\.uplink) == ["central", "backup"])
    #expect(try journal.statistics().deadLetters.kept == 2)
  }

  @Test func whatIsNotThereIsSaid() throws {
    let journal = try folder.open()
    try journal.commit(.at(1, [.event("poison")]))
    for identity in [
      identity(journal, 0), identity(journal, 2), identity(journal, .max), RecordIdentity(journal: "zzzzzz", seq: 1),
    ] {
      #expect(try !journal.keepDeadLetter(uplink: "central", identity: identity, reason: "no"))
    }
    #expect(try journal.commit(.at(2)) == nil)
    #expect(try journal.statistics().deadLetters == DeadLetterCounts())
  }

  @Test func aServersEndlessReasonIsCut() throws {
    let journal = try folder.open()
    try journal.commit(.at(1, [.event("poison")]))
    try bury(1, in: journal, reason: String(repeating: "é\u{0301}\0", count: 100_000), at: 2)
    #expect(try journal.deadLetters(limit: 1)[0].reason.unicodeScalars.count == DeadLetter.reasonLimit)
  }

  @Test func onesOwnBootDatesAnUndatedRecordAlsoLater() throws {
    let journal = try folder.open(now: .at(40))
    try journal.commit(Commit(time: .seconds(2), clock: .at(42), records: [.undated(at: 1.5), .undated(at: 2)]))
    try bury(1, in: journal, at: 3)
    #expect(
      try journal.deadLetters(limit: 1)[0].record?.moment == .unsynchronised(boot: "boot-1", uptime: .seconds(41.5)))
    // The second waits while the clock becomes known.
    #expect(try journal.keepDeadLetter(uplink: "central", identity: identity(journal, 2), reason: "no"))
    let utcAtZero = Timestamp(seconds: 1_800_000_000)
    _ = try journal.recordClockMapping(utcAtZero: utcAtZero, time: .seconds(4))
    try journal.commit(.at(5))
    #expect(
      try journal.deadLetters(limit: 2).map(\.record?.moment) == [
        .utc(utcAtZero + .seconds(1.5)), .utc(utcAtZero + .seconds(2)),
      ])
  }

  @Test func pastTheShareOfTheLimitTheOldestGoesAndIsCounted() throws {
    // 1 MiB: a sixteenth is room for about a hundred.
    let journal = try folder.open(JournalFolder.options(limit: 1 << 20))
    var dropped: UInt64 = 0
    for n in 1...400 {
      try journal.commit(.at(Double(n), [.event("poison \(n)")]))
      try bury(UInt64(n), in: journal, at: Double(n) + 0.5)
      let counts = try journal.statistics().deadLetters
      #expect(counts.kept + counts.dropped == UInt64(n))
      #expect(counts.bytes <= 1 << 16)
      dropped = counts.dropped
    }
    #expect((250..<350).contains(dropped))
    let left = try folder.crashCopy().open(JournalFolder.options(limit: 1 << 20), now: .at(500)).deadLetters(
      limit: 1000)
    #expect(left.map(\.identity.seq) == Array(dropped + 1...400))
    #expect(left.allSatisfy { $0.record != nil })
  }

  @Test func pastTenThousandTheOldestGoes() throws {
    let journal = try folder.open(JournalFolder.options(limit: 512_000_000))
    var seq: UInt64 = 0
    for round in 0..<102 {
      try journal.commit(.at(Double(round), (0..<100).map { .reading(Double($0)) }))
      for _ in 0..<100 {
        seq += 1
        #expect(try journal.keepDeadLetter(uplink: "central", identity: identity(journal, seq), reason: "no"))
      }
      try journal.settle("central", through: seq, at: Double(round) + 0.5)
    }
    #expect(try journal.statistics().deadLetters.kept == 10_000)
    #expect(try journal.statistics().deadLetters.dropped == 200)
    #expect(try journal.deadLetters(limit: 1)[0].identity.seq == 201)
  }

  @Test func moreThanACommitCanCarryIsRefusedUntilTheNext() throws {
    let journal = try folder.open(JournalFolder.options(limit: 1 << 20))
    try journal.commit(.at(1, (0..<100).map { .event("poison \($0)") }))
    var kept: UInt64 = 0
    let error = #expect(throws: JournalError.self) {
      for seq in 1...UInt64(100) {
        _ = try journal.keepDeadLetter(uplink: "central", identity: identity(journal, seq), reason: "no")
        kept = seq
      }
    }
    #expect(error?.code == .full)
    #expect(error?.isRetryable == true)
    #expect(kept > 10)
    try journal.commit(.at(2))
    #expect(try journal.keepDeadLetter(uplink: "central", identity: identity(journal, kept + 1), reason: "no"))
    #expect(try journal.statistics().deadLetters.kept == kept)
  }

  @Test func aFullJournalMakesRoomForThem() throws {
    let options = JournalFolder.options(limit: 1 << 20)
    let journal = try folder.open(options)
    try journal.openCursor(uplink: "central", from: .oldest)
    var seconds = 0.0
    for n in 0..<300 {
      seconds += 1
      // Text that doesn't deflate.
      var numbers = SeededGenerator(UInt64(n))
      let text = (0..<1500).map { _ in String(UnicodeScalar(UInt8.random(in: 33..<127, using: &numbers))) }.joined()
      let range = try #require(
        try journal.commit(.at(seconds, [.event(text), .event(text + "b"), .event(text + "c")])))
      #expect(
        try journal.keepDeadLetter(uplink: "central", identity: identity(journal, range.lowerBound), reason: "no"))
    }
    try journal.commit(.at(seconds + 1))
    #expect(try journal.statistics().deadLetters.kept > 10)
    #expect(try journal.statistics().bytes <= 1 << 20)
  }

  @Test func anotherBootsRecordOfAnotherJournalIDIsFound() throws {
    let journal = try folder.open(JournalFolder.options(ids: "aaaaa"))
    try journal.commit(.at(1, [.event("poison")]))
    let old = identity(journal, 1)
    let next = try folder.crashCopy().open(JournalFolder.options(boot: "boot-2", ids: "bbbbb"), now: .at(1))
    #expect(next.journalID != old.journal)
    #expect(try !next.keepDeadLetter(uplink: "central", identity: identity(next, 1), reason: "no"))
    #expect(try next.keepDeadLetter(uplink: "central", identity: old, reason: "no"))
    try next.commit(.at(2))
    #expect(try next.deadLetters(limit: 1)[0].record?.identity == old)
  }
}
