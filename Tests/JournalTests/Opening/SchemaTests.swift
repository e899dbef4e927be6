@testable import Journal
import Model
import Testing

@Suite struct SchemaTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }

  /// The schema of the first version that shipped, as SQLite writes it down: it must never change.
  @Test func theFirstStepIsAsItShipped() throws {
    #expect(Schema.steps[0].count == 6)
    #expect(
      Schema.steps[0][1]
        == "CREATE TABLE state (kind TEXT, name TEXT, value BLOB NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID")
    #expect(Schema.steps[0][2] == "CREATE TABLE runs (ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL)")
  }

  @Test(arguments: [1, 2])
  func anOlderJournalIsTakenForwardWithAllThatItHas(version: Int) throws {
    let id: String
    let rows = [StateRow(kind: "zone", name: "depot", value: [1]), StateRow(kind: "zone", name: "yard", value: [2])]
    do {
      let journal = try folder.open()
      id = journal.journalID
      try journal.openCursor(uplink: "central", from: .oldest)
      try journal.commit(
        Commit(time: .seconds(1), clock: .at(1), records: [.reading(1), .event("poison")], state: rows))
      try journal.settle("central", through: 1, at: 2)
      try journal.closeCleanly(time: .seconds(2), clock: .at(2))
    }
    try folder.takeBack(toSchema: version)
    let journal = try folder.open(now: .at(3))
    #expect(journal.recovery == nil)
    #expect(journal.journalID == id)
    #expect(try journal.all().count == 2)
    #expect(try journal.engineState() == rows)
    #expect(journal.cursors(uplink: "central").low == 1)
    #expect(try journal.statistics().deadLetters == DeadLetterCounts())
    #expect(try journal.keepDeadLetter(uplink: "central", identity: .init(journal: id, seq: 2), reason: "no"))
    try journal.commit(
      Commit(time: .seconds(4), clock: .at(4), state: [StateRow(kind: "zone", name: "depot", value: nil)]))
    try journal.settle("central", through: 2, at: 4)
    try journal.closeCleanly(time: .seconds(5), clock: .at(5))
    let again = try folder.open(now: .at(6))
    #expect(again.recovery == nil)
    #expect(try again.deadLetters(limit: 9).map(\.identity.seq) == [2])
    #expect(try again.engineState() == [rows[1]])
  }

  @Test func whatIsReadWithoutPage1LiesWhereANewJournalHasIt() throws {
    let journal = try folder.open()
    try journal.closeCleanly(time: .seconds(2), clock: .at(2))
    let database = try Database(path: folder.path, busyTimeout: 0)
    defer { database.close() }
    var roots: [String: UInt32] = [:]
    try database.query(
      "SELECT name,rootpage FROM sqlite_schema WHERE type='table' AND name<>'sqlite_sequence'", step: "test"
    ) {
      roots[$0.text(0)] = UInt32($0.integer(1))
    }
    #expect(roots == TableRoots.usual)
  }
}
