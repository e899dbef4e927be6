import Foundation
import Model
import Testing

@testable import Journal

/// Looking into the journal of a gateway that doesn't run.
@Suite struct LookTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }

  @Test func whatIsThereIsReadAndNothingBegins() throws {
    do {
      let journal = try folder.open()
      try journal.openCursor(uplink: "central", from: .oldest)
      try journal.commit(.at(1, [.event("a"), .reading(1)]))
    }
    // The process was killed: its log is still to be written back.
    let copy = try folder.crashCopy()
    let looked = try Journal.look(into: copy.path)
    #expect(try looked.all().count == 2)
    #expect(try looked.statistics().uplinks.map(\.depth.total) == [2])
    #expect(try looked.statistics().uplinks.map(\.isConfigured) == [true])
    looked.close()
    #expect(throws: JournalError.self) { try looked.all() }
    let next = try copy.open(JournalFolder.options(boot: "boot-1", ids: "bbbbb"), now: .at(2))
    #expect(next.journalID == "aaaaa0")
    #expect(next.recovery == nil)
  }

  @Test func theGatewaysOwnIsLeftAlone() throws {
    let journal = try folder.open()
    try journal.commit(.at(1, [.event("a")]))
    let error = #expect(throws: JournalError.self) { try Journal.look(into: folder.path) }
    #expect(error?.code == .locked)
    try journal.commit(.at(2, [.event("b")]))
  }

  @Test func whatIsNoJournalIsSaid() throws {
    #expect(throws: JournalError.self) { try Journal.look(into: folder.path) }
    #expect(!FileManager.default.fileExists(atPath: folder.path))
    try Data("this is no database".utf8).write(to: URL(fileURLWithPath: folder.path))
    let error = #expect(throws: JournalError.self) { try Journal.look(into: folder.path) }
    #expect(error?.code == .damaged)
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path)) == Data("this is no database".utf8))
    #expect(throws: JournalError.self) { try Journal.look(into: folder.folder) }
  }
}
