import Foundation
import Glibc
import Journal
import Model
import Testing

/// A disk that somebody else fills, as small as one can be mounted. Without the right to mount one there is nothing to try here; disks that
/// fail in other ways: FailingDiskTests.
@Suite struct FullDiskTests {
  /// A file system of its own for a test's journal.
  private final class SmallDisk {
    let folder: JournalFolder

    init?(megabytes: Int) throws {
      folder = try JournalFolder()
      guard mount("tmpfs", folder.folder, "tmpfs", 0, "size=\(megabytes)m") == 0 else { return nil }
    }

    deinit { umount2(folder.folder, Int32(MNT_DETACH)) }

    /// Somebody else takes all that is left.
    func fill() throws {
      let file = open(folder.folder + "/somebody-else", O_WRONLY | O_CREAT | O_APPEND, 0o600)
      defer { close(file) }
      try #require(file >= 0)
      for size in [1 << 16, 1 << 12, 1] {
        let bytes = [UInt8](repeating: 1, count: size)
        while write(file, bytes, size) == size {}
      }
    }

    func makeRoom() { unlink(folder.folder + "/somebody-else") }
  }

  @Test(arguments: [0, 50, 900, 3000])
  func itGoesOnWithinItsFileAndGrowsAgainWhenThereIsRoom(before: Int) throws {
    guard let disk = try SmallDisk(megabytes: 24) else { return }
    let journal = try disk.folder.open(JournalFolder.options(limit: 64 << 20))
    try journal.openCursor(uplink: "central", from: .oldest)
    var random = SeededGenerator(UInt64(before))
    var second = 0.0
    var refused = 0
    func commit(_ count: Int) throws {
      for _ in 0..<count {
        second += 1
        do throws(JournalError) {
          try journal.commit(
            .at(second, [.event("e\(second)", at: second), LimitTests.reading(1000, &random, at: second)]))
        } catch {
          #expect(error.code == .full && error.isRetryable, "\(error)")
          refused += 1
        }
      }
    }
    try commit(before)
    try disk.fill()
    try commit(3000)
    #expect(refused == 0)
    let full = try journal.statistics()
    #expect(full.bytes < 24 << 20)
    #expect(try journal.all(LaneSet(.event)).count > 500)
    disk.makeRoom()
    try commit(1500)
    #expect(refused == 0)
    #expect(try journal.statistics().bytes > full.bytes)
    // What went was told.
    let present = try journal.all()
    let gaps = present.compactMap { record -> ClosedRange<UInt64>? in
      if case .gap(let first, let last, _, _, _) = record.body { first...last } else { nil }
    }
    let there = Set(present.map(\.identity.seq))
    #expect((1...journal.lastSequence).allSatisfy { seq in there.contains(seq) || gaps.contains { $0.contains(seq) } })
    #expect(try disk.folder.crashCopy().open(now: .at(second)).all() == present)
  }
}
