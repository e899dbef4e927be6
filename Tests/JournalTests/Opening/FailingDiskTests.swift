import Journal
import Model
import Testing

@Suite struct FailingDiskTests {
  private let folder: JournalFolder
  init() throws {
    _ = FaultyDisk.shared
    folder = try JournalFolder()
  }

  @Test(arguments: [FaultyDisk.Fault.full, .write, .sync], [0, 1, 2, 3, 5])
  func aFailedCommitChangesNothingAndSucceedsOnceTheDiskDoes(fault: FaultyDisk.Fault, after: Int) throws {
    let journal = try folder.open()
    try journal.openCursor(uplink: "central", from: .oldest)
    for n in 0..<50 { try journal.commit(.at(Double(n), [.reading(Double(n))])) }
    let rows = [StateRow(kind: "zone", name: "depot", value: [1])]
    var committed: UInt64 = 50
    for round in 0..<20 {
      FaultyDisk.shared.break_(folder.path, fault, after: after)
      let seconds = 100 + Double(round)
      var cursors = LaneCursors()
      cursors[.reading].settle(through: UInt64(round))
      let commit = Commit(
        time: .seconds(seconds), clock: .at(seconds), records: [.reading(1), .event("e")], state: rows,
        cursors: [("central", cursors)])
      var range: ClosedRange<UInt64>?
      for _ in 0..<3 where range == nil {
        do throws(JournalError) {
          range = try journal.commit(commit)
        } catch {
          #expect(error.isRetryable)
          #expect([.full, .inputOutput].contains(error.code))
          #expect(journal.lastSequence == committed)
        }
      }
      FaultyDisk.shared.mend(folder.path)
      if range == nil { range = try journal.commit(commit) }
      #expect(range == committed + 1...committed + 2)
      committed += 2
      #expect(journal.lastSequence == committed)
      #expect(try journal.all().map(\.identity.seq) == Array(1...committed))
      #expect(journal.cursors(uplink: "central")[.reading].low == UInt64(round))
    }
    #expect(try journal.engineState() == rows)
    let copy = try folder.crashCopy().open(now: .at(200))
    #expect(try copy.all() == journal.all())
  }

  @Test func aDiskThatIsFullFromTheStartIsAnErrorWithARemedy() throws {
    FaultyDisk.shared.break_(folder.path, .full)
    defer { FaultyDisk.shared.mend(folder.path) }
    let error = #expect(throws: JournalError.self) { _ = try folder.open() }
    #expect(error?.code == .full)
    #expect(error?.message.contains("free space") == true)
    FaultyDisk.shared.mend(folder.path)
    #expect(try folder.open().commit(.at(1, [.reading(1)])) == 1...1)
  }
}
