import Model
import Testing

@testable import Journal

/// Dead letters that are sent once more.
@Suite struct RequeueTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }

  /// Ten events, of which 3, 5 and 7 were refused; everything is settled.
  private func buried(_ options: Journal.Options = JournalFolder.options()) throws -> Journal {
    let journal = try folder.open(options)
    try journal.openCursor(uplink: "central", from: .oldest)
    try journal.commit(.at(1, (1...10).map { .event("e\($0)") }))
    for seq: UInt64 in [7, 3, 5] {
      #expect(try journal.keepDeadLetter(uplink: "central", identity: identity(journal, seq), reason: "no \(seq)"))
    }
    try journal.settle("central", through: 10, at: 2)
    return journal
  }

  private func identity(_ journal: Journal, _ seq: UInt64) -> RecordIdentity {
    RecordIdentity(journal: journal.journalID, seq: seq)
  }

  private func done(_ journal: Journal, _ seqs: [UInt64]) -> Set<RecordIdentity> {
    Set(seqs.map { identity(journal, $0) })
  }

  private func tell(_ journal: Journal, _ done: Set<RecordIdentity>, at seconds: Double) throws {
    try journal.commit(
      Commit(time: .seconds(seconds), clock: .at(seconds), redelivered: [("central", done)]))
  }

  @Test func requeuedOnesAreGivenOutByNumberAndStayUntilTheServerHasThem() throws {
    let journal = try buried()
    let revision = journal.head.revision
    let result = try journal.requeue(uplink: "central")
    #expect((result.count, result.already, result.found) == (3, 0, [3, 5, 7]))
    #expect(journal.head.revision > revision)
    #expect(journal.redelivery(of: "central").letterCount == 3)
    let letters = try journal.requeuedLetters(of: "central", after: 0, limit: 10)
    #expect(letters == (try journal.all().filter { [3, 5, 7].contains($0.identity.seq) }))
    #expect(try journal.requeuedLetters(of: "central", after: 3, limit: 1).map(\.identity.seq) == [5])
    #expect(
      try journal.requeuedLetters(of: "central", after: 0, limit: 9, except: done(journal, [3]))
        .map(\.identity.seq) == [5, 7])
    #expect(try journal.deadLetters(limit: 9).map(\.isRequeued) == [true, true, true])

    try tell(journal, done(journal, [5]), at: 3)
    #expect(try journal.deadLetters(limit: 9).map(\.identity.seq) == [7, 3])
    #expect(try journal.statistics().deadLetters.kept == 2)
    #expect(try journal.statistics().uplinks[0].requeued == 2)
    try tell(journal, done(journal, [7, 3]), at: 4)
    #expect(try journal.deadLetters(limit: 9).isEmpty)
    #expect(try journal.statistics().deadLetters == DeadLetterCounts())
    #expect(journal.redelivery(of: "central").letterCount == 0)
    #expect(journal.cursors(uplink: "central").low == 10)
  }

  @Test func aKillForgetsNothingOfIt() throws {
    let journal = try buried()
    _ = try journal.requeue(uplink: "central") { [3, 7].contains($0) }
    let next = try folder.crashCopy().open(now: .at(5))
    #expect(try next.requeuedLetters(of: "central", after: 0, limit: 9).map(\.identity.seq) == [3, 7])
    try tell(journal, done(journal, [3]), at: 6)
    let after = try folder.crashCopy().open(now: .at(7))
    #expect(try after.requeuedLetters(of: "central", after: 0, limit: 9).map(\.identity.seq) == [7])
    #expect(try after.deadLetters(limit: 9).map(\.identity.seq) == [7, 5])
    #expect(try after.statistics().deadLetters.kept == 2)
  }

  @Test func refusedAgainItIsDeadForTheNewReason() throws {
    let journal = try buried()
    _ = try journal.requeue(uplink: "central") { [3, 5].contains($0) }
    #expect(try journal.keepDeadLetter(uplink: "central", identity: identity(journal, 5), reason: "still no"))
    try journal.commit(.at(9))
    let letters = try journal.deadLetters(limit: 9)
    #expect(letters.map(\.identity.seq) == [7, 3, 5])
    #expect(letters.map(\.reason) == ["no 7", "no 3", "still no"])
    #expect(letters.map(\.isRequeued) == [false, true, false])
    #expect(letters[2].time == .seconds(9))
    #expect(try journal.statistics().deadLetters.kept == 3)
    // Requeued once more.
    #expect(try journal.requeue(uplink: "central") { [5, 6].contains($0) }.found == [5])
    #expect(try journal.requeuedLetters(of: "central", after: 0, limit: 9).map(\.identity.seq) == [3, 5])
  }

  @Test func twiceRequeuedCountsOnce() throws {
    let journal = try buried()
    _ = try journal.requeue(uplink: "central") { [3].contains($0) }
    let result = try journal.requeue(uplink: "central")
    #expect((result.count, result.already) == (2, 1))
    #expect(try journal.requeue(uplink: "office") == Journal.Requeued())
  }

  /// The server took one that nobody asked for any more: what is dead by now stays.
  @Test func whatIsNotRequeuedIsNotDeletedByAnAnswer() throws {
    let journal = try buried()
    try tell(journal, done(journal, [3]), at: 3)
    _ = try journal.requeue(uplink: "central") { [5].contains($0) }
    try tell(journal, done(journal, [3]), at: 4)
    #expect(try journal.deadLetters(limit: 9).count == 3)
  }

  @Test func aRottenOneIsToldAndNotSent() throws {
    do {
      let journal = try buried()
      try journal.closeCleanly(time: .seconds(3), clock: .at(3))
    }
    folder.tamper("UPDATE dead_letters SET data=x'00112233' WHERE seq=5")
    let journal = try folder.open(now: .at(4))
    try journal.openCursor(uplink: "central", from: .oldest)
    let result = try journal.requeue(uplink: "central")
    #expect((result.count, result.damaged) == (2, 1))
    #expect(try journal.requeuedLetters(of: "central", after: 0, limit: 9).map(\.identity.seq) == [3, 7])
    // One that rots later is passed over.
    try journal.closeCleanly(time: .seconds(5), clock: .at(5))
    folder.tamper("UPDATE dead_letters SET data=x'00' WHERE seq=3")
    let later = try folder.open(now: .at(6))
    #expect(try later.requeuedLetters(of: "central", after: 0, limit: 9).map(\.identity.seq) == [7])
    #expect(try later.deadLetters(limit: 9).map { $0.record == nil } == [false, true, true])
  }

  @Test func aDamagedListOfThemIsForgottenAndTheLettersStay() throws {
    do {
      let journal = try buried()
      _ = try journal.requeue(uplink: "central")
      try journal.closeCleanly(time: .seconds(3), clock: .at(3))
    }
    folder.tamper("UPDATE state SET value=x'0102030405' WHERE kind='.again'")
    let journal = try folder.open(now: .at(4))
    #expect(journal.recovery == nil)
    #expect(journal.redelivery(of: "central").letterCount == 0)
    #expect(try journal.deadLetters(limit: 9).count == 3)
    #expect(try journal.requeue(uplink: "central").count == 3)
  }

  @Test func theOldestGoesByTheLimitAlsoWhenItIsRequeued() throws {
    let options = JournalFolder.options(limit: 1 << 20)
    let journal = try buried(options)
    _ = try journal.requeue(uplink: "central")
    for n in 11...300 {
      try journal.commit(.at(Double(n), [.event("e\(n)")]))
      #expect(try journal.keepDeadLetter(uplink: "central", identity: identity(journal, UInt64(n)), reason: "no"))
      try journal.settle("central", through: UInt64(n), at: Double(n) + 0.5)
    }
    #expect(journal.redelivery(of: "central").letterCount == 0)
    #expect(try journal.statistics().deadLetters.dropped > 3)
    let kept = try journal.statistics().deadLetters.kept
    #expect(try journal.requeue(uplink: "central").count == Int(kept))
  }

  @Test func whatIsPackedReadsBackAndNonsenseIsRefused() throws {
    var redelivery = Redelivery()
    redelivery.letters = [1, 2, 900, .max - 1]
    let packed = redelivery.packed
    #expect(try Redelivery(packed: packed) == redelivery)
    for count in 0..<packed.count {
      #expect(throws: PackingError.self) { try Redelivery(packed: Array(packed[..<count])) }
    }
    var random = SeededGenerator(31)
    for _ in 0..<20_000 {
      var bytes = packed
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
      }
      // Never a trap; what is read is no more than there was.
      if let read = try? Redelivery(packed: bytes) { #expect(read.letters.count <= bytes.count) }
    }
  }
}
