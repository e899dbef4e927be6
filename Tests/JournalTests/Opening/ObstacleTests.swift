import Foundation
import Glibc
@testable import Journal
import Testing

@Suite struct ObstacleTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }

  @Test func whoseItIsAndWhoWantsItIsSaid() throws {
    try Data([1]).write(to: URL(fileURLWithPath: folder.path))
    chmod(folder.path, 0o600)
    chmod(folder.folder, 0o777)
    let said = try #require(Obstacle.find(folder.path, user: geteuid() + 4711))
    #expect(said.contains("belongs to"))
    #expect(said.contains("mode 600"))
    #expect(said.contains("(\(geteuid() + 4711))") || said.contains("user \(geteuid() + 4711)"))
    chmod(folder.folder, 0o755)
    #expect(Obstacle.find(folder.path, user: geteuid() + 4711)?.hasPrefix(folder.folder + " belongs to") == true)
    #expect(Obstacle.find(folder.path, user: 0) == nil)
  }

  @Test func anOwnerWithoutTheRightToWriteIsTold() throws {

    try Data([1]).write(to: URL(fileURLWithPath: folder.path))
    chmod(folder.path, 0o400)
    guard geteuid() != 0 else {
      // For root there is no such thing.
      #expect(Obstacle.find(folder.path) == nil)
      return
    }
    #expect(Obstacle.find(folder.path)?.contains("mode 400") == true)
  }

  @Test func aMissingFolderIsNamed() {
    #expect(Obstacle.find("/none/such/journal.db")?.hasPrefix("its folder /none/such") == true)
  }

  @Test func aFileSystemThatIsReadOnlyIsSaidToBe() throws {
    // Where this process may mount one.
    guard mount("tmpfs", folder.folder, "tmpfs", UInt(MS_RDONLY), "size=1m") == 0 else { return }
    defer { umount2(folder.folder, Int32(MNT_DETACH)) }
    #expect(Obstacle.find(folder.path) == "its file system is mounted read-only")
    let error = #expect(throws: JournalError.self) { _ = try folder.open() }
    #expect(error?.description.contains("read-only") == true)
  }
}
