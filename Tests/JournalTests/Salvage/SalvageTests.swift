import Foundation
@testable import Journal
import Model
import Testing

@Suite struct SalvageTests {
  private let folder: JournalFolder
  init() throws {
    _ = FaultyDisk.shared
    folder = try JournalFolder()
  }

  private let rows = [
    StateRow(kind: "rule", name: "cold", value: [1, 2]), StateRow(kind: "zone", name: "yard", value: [2]),
  ]

  /// 60 commits of an event and two readings; the first 90 records are delivered. Left with its log, as a kill leaves it.
  @discardableResult
  private func filled(_ folder: JournalFolder) throws -> Journal {
    let journal = try folder.open()
    try journal.openCursor(uplink: "central", from: .oldest)
    for n in 0..<60 {
      var commit = Commit.at(Double(n), [.event("e\(n)", at: Double(n)), .reading(1), .undated(at: Double(n))])
      if n == 30 { commit.state = rows }
      if n == 40 { commit.actions = [.decide(kind: "run", payload: [7], expires: .seconds(99))] }
      if n == 41 { commit.actions = [.decide(kind: "run", payload: [8], expires: nil)] }
      if n == 42 { commit.actions = [.move(id: 1, to: .started, outcome: nil)] }
      if n == 50 { commit.cursors = [("central", LaneCursors(low: 90))] }
      try journal.commit(commit)
    }
    return journal
  }

  private func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }
  private func write(_ bytes: [UInt8], _ path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

  /// A copy with its database changed, everything of the log being in it.
  private func damaged(_ change: (inout [UInt8]) throws -> Void) throws -> JournalFolder {
    let copy = try folder.crashCopy()
    try Database(path: copy.path, busyTimeout: 0).run("PRAGMA wal_checkpoint(TRUNCATE)", step: "test")
    var database = try bytes(copy.path)
    try change(&database)
    try write(database, copy.path)
    return copy
  }

  @Test func withoutPage1EverythingComesBackUnderItsOldName() throws {
    let journal = try filled(folder)
    let all = try journal.all()
    let copy = try damaged { $0.replaceSubrange(0..<1024, with: [UInt8](repeating: 0, count: 1024)) }
    let next = try copy.open(JournalFolder.options(boot: "boot-2", ids: "bbbbb"), now: .at(100))
    let salvaged = try #require(next.recovery?.salvaged)
    #expect(try next.all() == all)
    #expect(salvaged.missing.isEmpty)
    #expect(salvaged.records.total == 180)
    #expect(salvaged.hasAllCursors)
    #expect(next.cursors(uplink: "central").low == 90)
    #expect(try next.engineState() == rows)
    #expect(salvaged.stateRows == 2)
    #expect(next.journalID.hasPrefix("bbbbb"))
    #expect(next.engineID.hasPrefix("bbbbb"))
    #expect(next.engineTime == .seconds(59))
    #expect(try next.statistics().uplinks[0].depth.total == 90)
    #expect(try next.commit(.at(101, [.reading(1)])) == 181...181)
    let report = try #require(next.recovery).description
    #expect(report.contains("180 records, none is missing"))
    #expect(report.contains("2 open actions"))
  }

  @Test func openActionsComeBackAndWhatMayHaveBeenStartedIsNotDoneAgain() throws {
    let journal = try filled(folder)
    defer { withExtendedLifetime(journal) {} }
    // All of the log is there: what it says of the actions holds.
    let copy = try damaged { $0.replaceSubrange(1024..<1032, with: [UInt8](repeating: 0, count: 8)) }
    var actions = try copy.open(now: .at(100)).openActions()
    #expect(actions.map(\.state) == [.started, .decided])
    #expect(actions.map(\.payload) == [[7], [8]])
    #expect(actions[0].expires == .seconds(99))
    // The log is broken in the middle: the head of the last commit knows which they are.
    let cut = try folder.crashCopy()
    var log = try bytes(cut.path + "-wal")
    log[WriteAheadLog.place(of: 100) + 500] ^= 1
    try write(log, cut.path + "-wal")
    let next = try cut.open(now: .at(100))
    #expect(next.recovery?.reason.contains("frame 101") == true)
    actions = try next.openActions()
    #expect(actions.map(\.state) == [.started, .decided])
    #expect(next.recovery?.salvaged?.areActionsCertain == true)
    // And in its last commit, too: nobody knows what was started with that.
    let end = try folder.crashCopy()
    log[log.count - 500] ^= 1
    try write(log, end.path + "-wal")
    let third = try end.open(now: .at(100))
    #expect(try third.openActions().map(\.state) == [.started, .started])
    #expect(third.recovery?.description.contains("2 open actions, actions may be missing") == true)
  }

  @Test func anActionThatSaysSomethingElseIsNotDone() throws {
    try filled(folder).closeCleanly(time: .seconds(60), clock: .at(60))
    folder.tamper("UPDATE actions SET payload=x'09' WHERE id=2")
    let journal = try folder.open(now: .at(100))
    #expect(journal.recovery?.reason.contains("open actions are damaged") == true)
    #expect(try journal.openActions().map(\.state) == [.started, .started])
    #expect(try journal.all().count == 180)
    #expect(try journal.engineState() == rows)
    #expect(try folder.crashCopy().open(now: .at(101)).recovery == nil)
  }

  @Test func aStateThatIsNotWholeIsNotUsed() throws {
    let journal = try filled(folder)
    defer { withExtendedLifetime(journal) {} }
    let all = try folder.crashCopy().open(now: .at(90)).all()
    let copy = try damaged { database in
      let place = try #require(Data(database).range(of: Data("rulecold".utf8))).lowerBound
      database[place + 9] ^= 4
    }
    let next = try copy.open(now: .at(100))
    #expect(next.recovery?.reason.contains("state is damaged") == true)
    #expect(next.recovery?.description.contains("rules start anew") == true)
    #expect(try next.engineState().isEmpty)
    #expect(try next.all() == all)
    #expect(next.cursors(uplink: "central").low == 90)
    // That is a state of its own from here on.
    try next.commit(Commit(time: .seconds(101), clock: .at(101), state: rows))
    #expect(try copy.crashCopy().open(now: .at(102)).engineState() == rows)
  }

  @Test func whereCursorsAreLostAnUplinkBeginsWithTheOldest() throws {
    let journal = try filled(folder)
    defer { withExtendedLifetime(journal) {} }
    let copy = try damaged { database in
      var start = 0
      while let place = Data(database[start...]).range(of: Data(".cursorcentral".utf8)) {
        database[start + place.lowerBound + 15] ^= 1
        start += place.upperBound
      }
    }
    let next = try copy.open(now: .at(100))
    #expect(next.recovery?.salvaged?.hasAllCursors == false)
    try next.openCursor(uplink: "central", from: .now)
    #expect(next.cursors(uplink: "central").low == 0)
    // Also if the gateway was killed before it could ask; and only until it could.
    let again = try copy.crashCopy().open(now: .at(101))
    try again.commit(.at(102, [.reading(1)]))
    try again.openCursor(uplink: "other", from: .now)
    #expect(again.cursors(uplink: "other").low == again.lastSequence)
  }

  @Test func whatWasDeliveredAndDeletedDoesNotComeBackFromFreePages() throws {
    let journal = try folder.open(JournalFolder.options(history: .seconds(1)))
    try journal.openCursor(uplink: "central", from: .oldest)
    for n in 0..<100 { try journal.commit(.at(Double(n), [.event("e\(n)"), .reading(1)])) }
    try journal.settle("central", through: 150, at: 100)
    try journal.commit(.at(300, [.event("last")]))
    let kept = try journal.all()
    #expect(kept.first?.identity.seq == 151)
    let copy = try damaged { $0.replaceSubrange(0..<1024, with: [UInt8](repeating: 0, count: 1024)) }
    try write(try bytes(copy.path), copy.path)
    var database = try bytes(copy.path)
    // Nor where the table's root is gone and every page is looked through.
    database.replaceSubrange(1024..<2048, with: [UInt8](repeating: 0, count: 1024))
    try write(database, copy.path)
    let next = try copy.open(now: .at(400))
    #expect(try next.all() == kept)
    #expect(next.recovery?.salvaged?.missing == [])
  }

  @Test(arguments: ["salvage", "salvaged"])
  func aRepairThatWasInterruptedIsDoneAgainOrFinished(suffix: String) throws {
    let journal = try filled(folder)
    // Through a table that is gone only what waits comes back.
    let all = try journal.all().filter { $0.identity.seq > 90 }
    let copy = try damaged { $0.replaceSubrange(1024..<2048, with: [UInt8](repeating: 0, count: 1024)) }
    if suffix == "salvaged" {
      // Killed between setting aside and putting in place, or before both.
      for isSetAside in [false, true] {
        let cut = try copy.crashCopy()
        let salvage = Salvage(database: try bytes(copy.path), log: [UInt8]())
        _ = try SalvageWriter.write(salvage, to: cut.path + ".salvaged", options: JournalFolder.options())
        if isSetAside { try FileManager.default.moveItem(atPath: cut.path, toPath: cut.path + ".broken-1") }
        let next = try cut.open(now: .at(100))
        #expect(next.recovery?.reason == "a repair was interrupted")
        #expect(try next.all() == all)
        #expect(cut.files.filter { !$0.hasSuffix("-wal") } == ["journal.db", "journal.db.broken-1"])
      }
    } else {
      try write([1, 2, 3], copy.path + ".salvage")
      let next = try copy.open(now: .at(100))
      #expect(try next.all() == all)
      #expect(!copy.files.contains("journal.db.salvage"))
    }
  }

  @Test func aFullDiskWhileRepairingMovesNothingAndIsTriedAgain() throws {
    let journal = try filled(folder)
    // Through a table that is gone only what waits comes back.
    let all = try journal.all().filter { $0.identity.seq > 90 }
    let copy = try damaged { $0.replaceSubrange(1024..<2048, with: [UInt8](repeating: 0, count: 1024)) }
    FaultyDisk.shared.break_(copy.path + ".salvage", .full, after: 20)
    let error = #expect(throws: JournalError.self) { _ = try copy.open(now: .at(100)) }
    #expect(error?.code == .full)
    #expect(copy.files.filter { !$0.hasSuffix(".suspect") } == ["journal.db"])
    FaultyDisk.shared.mend(copy.path + ".salvage")
    #expect(try copy.open(now: .at(101)).all() == all)
  }

  @Test func aTornLastTransactionIsNoDamage() throws {
    let journal = try filled(folder)
    defer { withExtendedLifetime(journal) {} }
    let log = try bytes(folder.path + "-wal")
    let frames = WriteAheadLog(log, of: [UInt8]()).frames
    let last = try #require(frames.dropLast().lastIndex { $0.isCommit }) + 1
    for frame in last..<frames.count {
      let copy = try folder.crashCopy()
      var torn = log
      torn[WriteAheadLog.place(of: frame) + 9] ^= 0xff
      try write(torn, copy.path + "-wal")
      #expect(WriteAheadLog(torn, of: [UInt8]()).verdict == .torn)
      let next = try copy.open(now: .at(100))
      #expect(next.recovery == nil)
      #expect(next.lastSequence == 177)
    }
  }

  @Test func whatIsLeftOfTransactionsThatFoundNoRoomIsNoDamage() throws {
    let journal = try filled(folder)
    defer { withExtendedLifetime(journal) {} }
    let log = try bytes(folder.path + "-wal")
    let frames = WriteAheadLog(log, of: [UInt8]()).frames
    let commits = frames.indices.filter { frames[$0].isCommit }
    // Beginnings of two transactions, without their commits, behind the last one: of these salts, and with the same pages.
    let piece = { (commit: Int) in log[(32 + (commits[commit] + 1) * 1048)..<(32 + commits[commit + 1] * 1048)] }
    let copy = try folder.crashCopy()
    try write(log + piece(30) + piece(31), copy.path + "-wal")
    #expect(WriteAheadLog(try bytes(copy.path + "-wal"), of: [UInt8]()).verdict == .torn)
    let next = try copy.open(now: .at(100))
    #expect(next.recovery == nil)
    #expect(try next.all() == journal.all())
  }

  @Test func aSecondProcessThatIsAtWorkIsNotTakenForDamage() throws {
    // Its lock is of another open file: as a process of its own would hold it.
    let journal = try filled(folder)
    defer { withExtendedLifetime(journal) {} }
    let copy = try folder.crashCopy()
    var log = try bytes(copy.path + "-wal")
    log[WriteAheadLog.place(of: 20)] ^= 1
    try write(log, copy.path + "-wal")
    let other = try RepairLock(copy.path)
    let error = #expect(throws: JournalError.self) { _ = try copy.open(now: .at(100)) }
    #expect(error?.code == .locked)
    #expect(copy.files == ["journal.db", "journal.db-wal"])
    other.release()
    #expect(try copy.open(now: .at(100)).recovery != nil)
  }
}
