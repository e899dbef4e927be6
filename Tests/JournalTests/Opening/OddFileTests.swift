import Foundation
import Journal
import Model
import Testing

@Suite struct OddFileTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }

  private func error(_ body: () throws -> Void) -> JournalError? {
    #expect(throws: JournalError.self) { try body() }
  }

  @Test func aTextFileIsSetAsideWholeAndReported() throws {
    let text = Data("shopping list: bread\n".utf8) + Data(repeating: 65, count: 4000)
    try text.write(to: URL(fileURLWithPath: folder.path))
    let journal = try folder.open()
    let report = try #require(journal.recovery)
    #expect(report.setAside == [folder.path + ".broken-1"])
    #expect(report.bytes == Int64(text.count))
    #expect(try Data(contentsOf: URL(fileURLWithPath: report.setAside[0])) == text)
    #expect(try journal.commit(.at(1, [.reading(1)])) == 1...1)
  }

  @Test func aSecondDamagedFileGetsTheNextName() throws {
    for number in 1...3 {
      try Data(repeating: 65, count: 4000).write(to: URL(fileURLWithPath: folder.path))
      let journal = try folder.open()
      #expect(journal.recovery?.setAside == [folder.path + ".broken-\(number)"])
      try journal.closeCleanly(time: .zero, clock: .at(1))
    }
  }

  @Test func whatWasSetAsideIsBoundedInNumberAndBytes() throws {
    for number in 1...9 {
      try Data(repeating: 65, count: 4000).write(to: URL(fileURLWithPath: folder.path))
      let journal = try folder.open()
      #expect(journal.recovery?.deleted.count == (number > 5 ? 1 : 0))
      try journal.closeCleanly(time: .zero, clock: .at(1))
    }
    #expect(folder.files.filter { $0.contains("broken") } == (5...9).map { "journal.db.broken-\($0)" })
    for count in [900_000, 2_000_000] {
      try Data(repeating: 65, count: count).write(to: URL(fileURLWithPath: folder.path))
      _ = try folder.open(JournalFolder.options(limit: 1 << 20))
    }
    // The newest stays, however large.
    #expect(folder.files.filter { $0.contains("broken") } == ["journal.db.broken-11"])
  }

  @Test func anEmptyFileIsReportedNotPassedOver() throws {
    try Data().write(to: URL(fileURLWithPath: folder.path))
    #expect(try folder.open().recovery?.reason.contains("it was empty") == true)
  }

  @Test func aLogWithoutItsDatabaseIsSetAsideAndWhatItHasIsSalvaged() throws {
    let journal = try folder.open()
    try journal.commit(.at(1, [.reading(1)]))
    let copy = try folder.crashCopy()
    try FileManager.default.removeItem(atPath: copy.path)
    let next = try copy.open()
    #expect(next.recovery?.setAside == [copy.path + ".broken-1-wal"])
    #expect(try next.all() == journal.all())
    #expect(next.journalID != journal.journalID)
  }

  @Test func aJournalMadeAnewAfterDamageHasANewID() throws {
    let id: String
    do {
      let journal = try folder.open(JournalFolder.options(ids: "aaaaa"))
      id = journal.journalID
      try journal.closeCleanly(time: .zero, clock: .at(1))
    }
    let file = try #require(FileHandle(forUpdatingAtPath: folder.path))
    try file.write(contentsOf: Data(repeating: 0, count: 100))
    try file.close()
    let next = try folder.open(JournalFolder.options(ids: "bbbbb"))
    #expect(next.recovery != nil)
    #expect(next.journalID != id)
  }

  @Test func anEmptyFolderInItsPlaceIsSetAside() throws {
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: false)
    let journal = try folder.open()
    #expect(journal.recovery?.reason.contains("an empty folder") == true)
    #expect(journal.recovery?.setAside == [folder.path + ".broken-1"])
    #expect(try journal.commit(.at(1, [.reading(1)])) == 1...1)
  }

  @Test func aFolderWithSomethingInItIsRefusedWithItsName() throws {
    try FileManager.default.createDirectory(atPath: folder.path + "/photos", withIntermediateDirectories: true)
    let error = error { _ = try folder.open() }
    #expect(error?.code == .cannotOpen)
    #expect(error?.description.contains("a directory") == true)
    #expect(error?.description.contains(folder.path) == true)
  }

  @Test func aMissingFolderIsRefusedWithARemedy() throws {
    let error = error {
      _ = try Journal.open(path: folder.folder + "/none/journal.db", options: JournalFolder.options(), now: .at(0))
    }
    #expect(error?.code == .cannotOpen)
    #expect(error?.message.contains("check that its folder exists") == true)
  }

  @Test func aFileSystemThatCannotHoldItIsRefused() throws {
    let error = error {
      _ = try Journal.open(path: "/proc/waypost-journal.db", options: JournalFolder.options(), now: .at(0))
    }
    #expect(error?.code == .cannotOpen)
  }

  @Test func theSecondToOpenItIsToldWhoHasIt() throws {
    let journal = try folder.open()
    let error = error { _ = try folder.open() }
    #expect(error?.code == .locked)
    #expect(error?.message.contains("systemctl stop waypost") == true)
    #expect(try journal.commit(.at(1, [.reading(1)])) == 1...1)
  }

  @Test func aNewerVersionIsRefusedAndLeftAsItIs() throws {
    try folder.open().closeCleanly(time: .zero, clock: .at(1))
    try patch(offset: 60, [0, 0, 0, 99])
    let error = error { _ = try folder.open() }
    #expect(error?.code == .newer)
    #expect(error?.message.contains("schema 99") == true)
    #expect(folder.files == ["journal.db"])
  }

  @Test func anotherProgramsDatabaseIsRefusedAndLeftAsItIs() throws {
    try folder.open().closeCleanly(time: .zero, clock: .at(1))
    try patch(offset: 68, [0, 0, 0, 0])
    let error = error { _ = try folder.open() }
    #expect(error?.code == .foreign)
    #expect(folder.files == ["journal.db"])
  }

  /// The database's header: user_version at 60, application_id at 68 (sqlite.org/fileformat.html, "The Database Header").
  private func patch(offset: UInt64, _ bytes: [UInt8]) throws {
    let file = try #require(FileHandle(forUpdatingAtPath: folder.path))
    try file.seek(toOffset: offset)
    try file.write(contentsOf: Data(bytes))
    try file.close()
  }

  @Test func nobodyElseMayReadIt() throws {
    let journal = try folder.open()
    try journal.commit(.at(1, [.reading(1)]))
    for name in folder.files {
      let mode = try FileManager.default.attributesOfItem(atPath: folder.folder + "/" + name)[.posixPermissions]
      #expect(mode as? Int == 0o600, "\(name)")
    }
  }

  @Test func cutAnywhereItStartsAndKeepsAWholeBeginning() throws {
    let journal = try folder.open()
    for n in 1...60 { try journal.commit(.at(Double(n), [.reading(Double(n)), .position(1)])) }
    let log = folder.path + "-wal"
    let whole = try Data(contentsOf: URL(fileURLWithPath: log))
    var seen: Set<UInt64> = []
    for cut in Array(stride(from: 0, to: whole.count, by: whole.count / 23)) + [whole.count] {
      let copy = try folder.crashCopy()
      try whole.prefix(cut).write(to: URL(fileURLWithPath: copy.path + "-wal"))
      let next = try copy.open(now: .at(100))
      let records = try next.all()
      #expect(records.map(\.identity.seq) == Array(1..<next.lastSequence + 1))
      #expect(next.lastSequence % 2 == 0)
      seen.insert(next.lastSequence)
    }
    #expect(seen.count > 10)
    #expect(seen.contains(120))
  }
}
