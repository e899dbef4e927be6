import Foundation
@testable import Journal
import Model
import Testing

@Suite struct NewFileTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }

  @Test func aFirstStartThatWasCutOffLeavesNothingThatIsTakenForDamage() throws {
    // SQLite has begun to write it, and got no farther.
    try Data(repeating: 7, count: 300).write(to: URL(fileURLWithPath: folder.path + ".new"))
    try Data(repeating: 7, count: 512).write(to: URL(fileURLWithPath: folder.path + ".new-journal"))
    let journal = try folder.open()
    #expect(journal.recovery == nil)
    #expect(try journal.commit(.at(1, [.reading(1)])) == 1...1)
    #expect(folder.files == ["journal.db", "journal.db-wal"])
  }

  @Test func whileAnotherProcessMakesItTheSecondIsTold() throws {
    let target = folder.path + ".new"
    Repair.makePrivate(target)
    let other = try Connection.open(path: target, options: JournalFolder.options())
    defer { other.close() }
    let error = #expect(throws: JournalError.self) { _ = try folder.open() }
    #expect(error?.code == .locked)
    #expect(folder.files.contains("journal.db.new"))
  }
}
