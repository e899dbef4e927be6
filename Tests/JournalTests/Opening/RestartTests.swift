import Journal
import Model
import Testing

@Suite struct RestartTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }

  /// A journal with a record at 100 s of its first boot.
  private func begun(trusted: Bool = true) throws -> Journal {
    let journal = try folder.open(now: .at(50, trusted: trusted))
    try journal.commit(
      Commit(time: .seconds(100), clock: .at(150, trusted: trusted), records: [.reading(1, at: 100)]))
    return journal
  }

  /// The wall clock as `.at` has it, in another boot that began `start` seconds after the first.
  private func later(_ bootTime: Double, start: Double, trusted: Bool = true) -> JournalClock {
    JournalClock(
      bootTime: Int64(bootTime * 1e9), wallTime: JournalClock.at(start + bootTime).wallTime, isWallTrusted: trusted)
  }

  @Test func engineTimeBeginsAtZeroAndTheStopBeforeIsUnknown() throws {
    let journal = try folder.open(now: .at(500))
    #expect(journal.resumeTime(now: .at(500)) == (.zero, nil))
    #expect(journal.resumeTime(now: .at(502)) == (.seconds(2), nil))
  }

  @Test func withinABootEngineTimeFollowsTheBootClock() throws {
    _ = try begun()
    let next = try folder.crashCopy().open(JournalFolder.options(ids: "bbbbb"), now: .at(180, trusted: false))
    #expect(next.engineTime == .seconds(100))
    // The journal was made at 50 s of the boot.
    #expect(next.resumeTime(now: .at(180)) == (.seconds(130), .seconds(30)))
  }

  @Test func overARebootItFollowsTrustedWallClocks() throws {
    try begun().closeCleanly(time: .seconds(101), clock: .at(151))
    let clock = later(20, start: 1131)
    let next = try folder.open(JournalFolder.options(boot: "boot-2"), now: clock)
    #expect(next.resumeTime(now: clock) == (.seconds(1101), .seconds(1000)))
    #expect(next.resumeTime(now: later(25, start: 1131)) == (.seconds(1106), .seconds(1005)))
  }

  @Test(arguments: [(true, false), (false, true)])
  func overARebootWithoutTrustItStandsStillAndSaysSo(before: Bool, after: Bool) throws {
    try begun(trusted: before).closeCleanly(time: .seconds(100), clock: .at(150, trusted: before))
    let clock = later(20, start: 1000, trusted: after)
    let options = JournalFolder.options(boot: "boot-2")
    let next = try folder.open(options, now: clock)
    #expect(next.resumeTime(now: clock) == (.seconds(100), nil))
    // Killed before its first commit, it still doesn't know.
    let again = try folder.crashCopy().open(options, now: later(30, start: 1000, trusted: after))
    #expect(again.resumeTime(now: later(30, start: 1000)) == (.seconds(110), nil))
    try again.commit(Commit(time: .seconds(111), clock: later(31, start: 1000, trusted: after)))
    #expect(again.resumeTime(now: later(32, start: 1000)) == (.seconds(112), .seconds(1)))
  }

  /// One of the two was wrong, an hour or half a century: what lies between them is nobody's guess.
  @Test(arguments: [-10_000.0, -1_577_836_800])
  func aTrustedWallClockThatWentBackOverARebootTellsNothing(start: Double) throws {
    try begun().closeCleanly(time: .seconds(100), clock: .at(150))
    let clock = later(5, start: start)
    let next = try folder.open(JournalFolder.options(boot: "boot-2"), now: clock)
    #expect(next.resumeTime(now: clock) == (.seconds(100), nil))
  }

  @Test func clocksThatDifferByALittleStillTellThatTheStopWasShort() throws {
    try begun().closeCleanly(time: .seconds(100), clock: .at(150))
    let clock = later(5, start: 127)
    let next = try folder.open(JournalFolder.options(boot: "boot-2"), now: clock)
    #expect(next.resumeTime(now: clock) == (.seconds(100), .zero))
  }

  @Test func aCommitNeverTakesEngineTimeBack() throws {
    let journal = try begun()
    try journal.commit(Commit(time: .seconds(90), clock: .at(140), records: [.reading(1)]))
    #expect(journal.engineTime == .seconds(100))
  }

  @Test func beingKilledWithinABootKeepsTheIDs() throws {
    let journal = try begun()
    let next = try folder.crashCopy().open(JournalFolder.options(ids: "bbbbb"), now: .at(200))
    #expect(next.journalID == journal.journalID)
    #expect(next.engineID == journal.engineID)
  }

  @Test func aRebootAfterACleanCloseKeepsTheIDs() throws {
    let journal = try begun()
    let (id, engine) = (journal.journalID, journal.engineID)
    try journal.closeCleanly(time: .seconds(101), clock: .at(151))
    let next = try folder.open(JournalFolder.options(boot: "boot-2", ids: "bbbbb"), now: later(5, start: 300))
    #expect(next.journalID == id)
    #expect(next.engineID == engine)
    #expect(try next.commit(Commit(time: .seconds(200), clock: later(6, start: 300), records: [.reading(2)])) == 2...2)
  }

  @Test func aPowerCutBeginsANewRunOfNumbersAndOldRecordsKeepTheirs() throws {
    let journal = try begun()
    let copy = try folder.crashCopy()
    let next = try copy.open(JournalFolder.options(boot: "boot-2", ids: "bbbbb"), now: later(5, start: 300))
    #expect(next.journalID != journal.journalID)
    #expect(next.engineID != journal.engineID)
    try next.commit(Commit(time: .seconds(200), clock: later(6, start: 300), records: [.reading(2)]))
    #expect(
      try next.all().map(\.identity) == [
        RecordIdentity(journal: journal.journalID, seq: 1), RecordIdentity(journal: next.journalID, seq: 2),
      ])
    // Only once: the next start within that boot goes on with it.
    let third = try copy.crashCopy().open(
      JournalFolder.options(boot: "boot-2", ids: "ccccc"), now: later(9, start: 300))
    #expect(third.journalID == next.journalID)
  }

  @Test func aClosedJournalThatWasOpenedAgainIsNoLongerClean() throws {
    try begun().closeCleanly(time: .seconds(101), clock: .at(151))
    _ = try folder.open(now: .at(160))
    let next = try folder.crashCopy().open(JournalFolder.options(boot: "boot-2", ids: "bbbbb"), now: .at(5))
    #expect(next.journalID.hasPrefix("bbbbb"))
  }

  @Test func anotherMachineBeginsANewRun() throws {
    let journal = try begun()
    let id = journal.journalID
    try journal.closeCleanly(time: .seconds(101), clock: .at(151))
    let options = JournalFolder.options(machine: "machine-2", ids: "bbbbb")
    let clone = try folder.open(options, now: .at(160))
    #expect(clone.journalID != id)
    let cloneID = clone.journalID
    try clone.closeCleanly(time: .seconds(120), clock: .at(170))
    let again = try folder.open(options, now: .at(180))
    #expect(again.journalID == cloneID)
  }

  @Test func aCloseLeavesOneFileAndNothingWorksAfterIt() throws {
    let journal = try begun()
    try journal.closeCleanly(time: .seconds(101), clock: .at(151))
    #expect(folder.files == ["journal.db"])
    let error = #expect(throws: JournalError.self) { try journal.commit(.at(200, [.reading(1)])) }
    #expect(error?.code == .closed)
    try journal.closeCleanly(time: .seconds(101), clock: .at(151))
  }

  @Test func randomIDsHaveSixCharactersOfTheirAlphabet() {
    for _ in 0..<100 {
      let id = Journal.Options.randomID()
      #expect(id.utf8.count == 6)
      #expect(id.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789".contains($0) })
    }
  }
}
