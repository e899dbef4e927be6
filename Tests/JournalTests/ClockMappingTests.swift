import Journal
import Model
import Testing

@Suite struct ClockMappingTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }
  private let utcAtZero = Timestamp(rfc3339: "2026-02-05T14:00:00Z")!

  @Test func aRecordWithoutUTCIsGivenWithItsBootAndUptimeUntilTheClockIsTrusted() throws {
    let journal = try folder.open(now: .at(40))
    try journal.commit(Commit(time: .seconds(2), clock: .at(42), records: [.undated(at: 1.5)]))
    #expect(try journal.all().map(\.moment) == [.unsynchronised(boot: "boot-1", uptime: .seconds(41.5))])
    let told = try #require(try journal.recordClockMapping(utcAtZero: utcAtZero, time: .seconds(3)))
    #expect(told.body == .time(boot: "boot-1", utcAtStart: utcAtZero + .seconds(-40)))
    #expect(told.timestamp == utcAtZero + .seconds(3))
    // Not before it is committed.
    #expect(try journal.all().map(\.moment) == [.unsynchronised(boot: "boot-1", uptime: .seconds(41.5))])
    try journal.commit(Commit(time: .seconds(3), clock: .at(43), records: [told]))
    #expect(try journal.all().first?.moment == .utc(utcAtZero + .seconds(1.5)))
    #expect(try folder.crashCopy().open(now: .at(50)).all().first?.moment == .utc(utcAtZero + .seconds(1.5)))
  }

  @Test func onceMappedItNeverChanges() throws {
    let journal = try folder.open()
    #expect(try journal.recordClockMapping(utcAtZero: utcAtZero, time: .seconds(1)) == nil)
    try journal.commit(.at(2, [.undated(at: 2)]))
    #expect(try journal.recordClockMapping(utcAtZero: utcAtZero + .hours(1), time: .seconds(3)) == nil)
    try journal.commit(.at(4, [.undated(at: 4)]))
    #expect(try journal.all().map(\.moment) == [.utc(utcAtZero + .seconds(2)), .utc(utcAtZero + .seconds(4))])
  }

  @Test func noTimeRecordIsNeededWhenEveryRecordHadItsUTC() throws {
    let journal = try folder.open()
    try journal.commit(.at(1, [.reading(1), .position(1)]))
    #expect(try journal.recordClockMapping(utcAtZero: utcAtZero, time: .seconds(2)) == nil)
  }

  @Test func anUndatedRecordInTheSameCommitWasNeverSentWithoutUTC() throws {
    let journal = try folder.open()
    #expect(try journal.recordClockMapping(utcAtZero: utcAtZero, time: .seconds(2)) == nil)
    try journal.commit(.at(2, [.undated(at: 1)]))
    #expect(try journal.all().map(\.moment) == [.utc(utcAtZero + .seconds(1))])
  }

  @Test func aMappingHoldsForItsOwnBootOnly() throws {
    let journal = try folder.open(now: .at(0, trusted: false))
    try journal.commit(Commit(time: .seconds(5), clock: .at(5, trusted: false), records: [.undated(at: 5)]))
    try journal.closeCleanly(time: .seconds(5), clock: .at(5, trusted: false))
    let next = try folder.open(JournalFolder.options(boot: "boot-2"), now: .at(1, trusted: false))
    #expect(try next.recordClockMapping(utcAtZero: utcAtZero, time: .seconds(6)) == nil)
    try next.commit(Commit(time: .seconds(7), clock: .at(3), records: [.undated(at: 6)]))
    #expect(
      try next.all().map(\.moment) == [
        .unsynchronised(boot: "boot-1", uptime: .seconds(5)), .utc(utcAtZero + .seconds(6)),
      ])
  }
}
