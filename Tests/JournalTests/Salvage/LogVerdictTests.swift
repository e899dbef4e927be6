import Foundation
@testable import Journal
import Model
import Testing

/// What SQLite passes over in a log is damage only where something is lost by it.
@Suite struct LogVerdictTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }

  private func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }
  private func write(_ bytes: [UInt8], _ path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

  /// 40 commits, with an action that is decided: a repair would have to doubt it.
  private func filled() throws -> Journal {
    let journal = try folder.open()
    try journal.openCursor(uplink: "central", from: .oldest)
    for n in 0..<40 {
      var commit = Commit.at(Double(n), [.event("e\(n)", at: Double(n)), .reading(1)])
      if n == 20 { commit.actions = [.decide(kind: "run", payload: [7], expires: nil)] }
      try journal.commit(commit)
    }
    return journal
  }

  /// The log's header as it is while it is being written: its beginning is new, its end old.
  private func torn(_ old: [UInt8], _ new: [UInt8], at count: Int) -> [UInt8] { Array(new[..<count] + old[count...]) }

  @Test func aHeaderTornAsTheLogBeginsAnewIsNoDamage() throws {
    let journal = try filled()
    let all = try journal.all()
    try journal.connection().run("PRAGMA wal_checkpoint(RESTART)", step: "test")
    let before = try folder.crashCopy()
    try journal.commit(.at(50, [.reading(2)]))
    let (old, new) = (try bytes(before.path + "-wal"), try bytes(folder.path + "-wal"))
    #expect(old[16..<24] != new[16..<24])
    // Magic, version and page size are the same in both.
    for count in stride(from: 16, to: 32, by: 3) {
      let copy = try before.crashCopy()
      try write(torn(old, new, at: count), copy.path + "-wal")
      let next = try copy.open(JournalFolder.options(boot: "boot-2", ids: "bbbbb"), now: .at(100))
      #expect(next.recovery == nil, "torn at \(count)")
      #expect(try next.all() == all)
      #expect(try next.openActions().map(\.state) == [.decided])
      #expect(try next.commit(.at(101, [.reading(3)])) == 81...81)
    }
  }

  @Test func aBrokenHeaderIsDamageWhereTheDatabaseHasNotEverything() throws {
    let journal = try filled()
    let all = try journal.all()
    let copy = try folder.crashCopy()
    var log = try bytes(copy.path + "-wal")
    log[20] ^= 1
    try write(log, copy.path + "-wal")
    let next = try copy.open(JournalFolder.options(boot: "boot-2", ids: "bbbbb"), now: .at(100))
    #expect(next.recovery?.reason.contains("header") == true)
    #expect(try next.all() == all)
    withExtendedLifetime(journal) {}
  }

  @Test func whatAnEarlierCutLeftBehindTheLastCommitDoesNotPassForATransaction() throws {
    let journal = try filled()
    let committed = journal.lastSequence
    var random = SeededGenerator(3)
    let noise = LimitTests.noise(20_000, &random)
    try journal.commit(
      .at(
        50,
        [
          Record(
            time: .seconds(50), timestamp: nil,
            body: .reading(device: "d", metric: "m", value: .text(noise), unit: nil, quality: .good))
        ]))
    // The first cut: of that commit all is there but its first frame.
    let first = try folder.crashCopy()
    var log = try bytes(first.path + "-wal")
    let frames = WriteAheadLog(log, of: [UInt8]()).frames
    let start = try #require(frames.dropLast().lastIndex { $0.isCommit }) + 1
    #expect(frames.count - start > 10)
    log[WriteAheadLog.place(of: start) + 7] ^= 1
    try write(log, first.path + "-wal")
    // A start, of which a second cut takes a frame.
    let second = try first.open(JournalFolder.options(boot: "boot-2", ids: "bbbbb"), now: .at(100))
    #expect(second.recovery == nil)
    let copy = try first.crashCopy()
    log = try bytes(copy.path + "-wal")
    let begun = WriteAheadLog(log, of: [UInt8]())
    #expect(!begun.hasRemains)
    for frame in begun.frames.indices {
      let cut = try copy.crashCopy()
      var torn = log
      torn[WriteAheadLog.place(of: frame) + 7] ^= 1
      try write(torn, cut.path + "-wal")
      let third = try cut.open(JournalFolder.options(boot: "boot-3", ids: "ccccc"), now: .at(200))
      #expect(third.recovery == nil, "frame \(frame) of \(begun.frames.count)")
      #expect(third.lastSequence == committed)
      #expect(try third.openActions().map(\.state) == [.decided])
    }
  }

  @Test func whatAFailedTransactionLeftDoesNotStandBehindTheNext() throws {
    let journal = try filled()
    let database = try journal.connection()
    let state = StateTable(database: database)
    #expect(throws: JournalError.self) {
      try database.transaction(step: "test") { () throws(JournalError) in
        // More than the cache holds, so that pages reach the log before the commit that never comes.
        for row in 0..<900 { try state.set("test", "\(row)", [UInt8](repeating: 1, count: 900)) }
        throw JournalError(.misuse, "enough", place: "test")
      }
    }
    try journal.commit(.at(60, [.reading(1)]))
    let copy = try folder.crashCopy()
    let log = WriteAheadLog(try bytes(copy.path + "-wal"), of: [UInt8]())
    #expect(log.verdict == .whole)
    #expect(log.frames.count < 100)
    #expect(try copy.open(now: .at(100)).lastSequence == journal.lastSequence)
  }

  @Test func aPageThatALargeTransactionWroteTwiceIsNoDamage() throws {
    let database = try Connection.open(path: folder.path, options: JournalFolder.options(limit: 256_000_000))
    try database.run("CREATE TABLE large (id INTEGER PRIMARY KEY, data BLOB)", step: "test")
    func fill(_ row: Int, _ byte: UInt8) throws(JournalError) {
      try database.run(
        "INSERT OR REPLACE INTO large VALUES (?,?)",
        [.integer(Int64(row)), .blob([UInt8](repeating: byte, count: 900))], step: "test")
    }
    try database.transaction(step: "test") { () throws(JournalError) in for row in 0..<900 { try fill(row, 1) } }
    try database.run("PRAGMA wal_checkpoint(RESTART)", step: "test")
    // The last page first, so that it leaves the cache, and once more at the end, so that it is the commit's.
    try database.transaction(step: "test") { () throws(JournalError) in
      for row in (0..<900).reversed() { try fill(row, 2) }
      try fill(899, 3)
    }
    let copy = try folder.crashCopy()
    var log = try bytes(copy.path + "-wal")
    let frames = WriteAheadLog(log, of: [UInt8]()).frames
    #expect(frames.count { $0.isCommit } == 1)
    #expect(Set(frames.map(\.page)).count == frames.count - 1)
    log[WriteAheadLog.place(of: 3) + 7] ^= 1
    #expect(WriteAheadLog(log, of: [UInt8]()).verdict == .torn)
    database.close()
  }

  @Test(.enabled(if: DiskTrace.isPossible)) func whatAStartFoundInTheLogIsOnDiskBeforeItAddsToIt() throws {
    let journal = try filled()
    let copy = try folder.crashCopy()
    let trace = try DiskTrace(
      files: ["journal.db": try bytes(copy.path), "journal.db-wal": try bytes(copy.path + "-wal")])
    defer { trace.end() }
    let log = try #require(trace.beginning["journal.db-wal"]?.file)
    let next = try Journal.open(
      path: trace.folder + "/journal.db", options: JournalFolder.options(boot: "boot-2"), now: .at(100))
    let first = trace.steps.first { step in
      switch step {
      case .write(log, _, _), .truncate(log, _), .sync(log): true
      default: false
      }
    }
    guard case .sync = first else {
      Issue.record("first is \(String(describing: first))")
      return
    }
    #expect(next.lastSequence == journal.lastSequence)
  }
}
