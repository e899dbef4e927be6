import Config
import Foundation
import Testing

@Suite struct ReadingFilesTests {
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("config-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func refusal(_ path: String, limit: Int = SourceFile.defaultLimit) -> Diagnostic? {
    do {
      _ = try SourceFile.read(path: path, displayPath: "shown.yaml", limit: limit)
      return nil
    } catch {
      #expect(error.span == SourceSpan(wholeFile: "shown.yaml"))
      return error
    }
  }

  @Test func aFileIsReadWhole() throws {
    try inFolder { folder in
      let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
      try Data(bytes).write(to: URL(fileURLWithPath: folder + "/a"))
      let file = try SourceFile.read(path: folder + "/a")
      #expect(file.bytes == bytes && file.path == folder + "/a")
      #expect(try SourceFile.read(path: folder + "/a", limit: 200_000).bytes.count == 200_000)
      #expect(refusal(folder + "/a", limit: 199_999)?.code == "file-too-large")
    }
  }

  @Test func whatIsNoFileIsToldApart() throws {
    try inFolder { folder in
      #expect(refusal(folder)?.message == "this is a directory, not a file")
      #expect(mkfifo(folder + "/pipe", 0o600) == 0)
      #expect(refusal(folder + "/pipe")?.message == "this is a pipe, not a file")
      #expect(refusal("/dev/zero")?.message == "this is a device, not a file")
      #expect(refusal("")?.code == "file-name")
      #expect(refusal("a\0b")?.code == "file-name")
      #expect(refusal(String(repeating: "x", count: 5000))?.code == "file-name")
      try FileManager.default.createSymbolicLink(atPath: folder + "/loop", withDestinationPath: folder + "/loop")
      #expect(refusal(folder + "/loop")?.message.contains("circle") == true)
    }
  }

  @Test func aMissingFileIsToldWithTheNearestName() throws {
    try inFolder { folder in
      try Data().write(to: URL(fileURLWithPath: folder + "/quarry.geojson"))
      #expect(refusal(folder + "/quary.geojson")?.help == "did you mean `quarry.geojson`?")
      #expect(refusal(folder + "/quary.geojson")?.code == "file-missing")
      #expect(refusal(folder + "/none/at/all")?.code == "file-missing")
      #expect(refusal(folder + "/quarry.geojson/x")?.code == "file-missing")
    }
  }

  @Test func anUnreadableFileIsToldSo() throws {
    guard getuid() != 0 else { return }
    try inFolder { folder in
      _ = FileManager.default.createFile(atPath: folder + "/a", contents: Data(), attributes: [.posixPermissions: 0])
      #expect(refusal(folder + "/a")?.code == "file-unreadable")
    }
  }

  @Test func aFileOfTwoGigabytesIsRefusedUnread() throws {
    try inFolder { folder in
      _ = FileManager.default.createFile(atPath: folder + "/big.yaml", contents: nil)
      #expect(truncate(folder + "/big.yaml", 2_147_483_648) == 0)
      let begin = Self.timeAtWork
      #expect(refusal(folder + "/big.yaml")?.message == "the file is 2.1 GB, and at most 16 MB are read")
      // Reading it takes several times as long.
      #expect(Self.timeAtWork - begin < 0.1)
    }
  }

  /// How long a processor has worked for this thread, seconds: what others take of it counts not.
  private static var timeAtWork: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  @Test func aFileThatSaysItIsEmptyIsReadToItsEnd() throws {
    // Files of /proc have size 0 and contents.
    #expect(try !SourceFile.read(path: "/proc/self/status").bytes.isEmpty)
    #expect(refusal("/proc/self/status", limit: 10)?.code == "file-too-large")
  }

  @Test func spansOfAFileAreCut() {
    let file = SourceFile(path: "a", text: "é\nb")
    #expect(place(file.span(0..<2)) == "1:1-1:2")
    #expect(place(file.span(3..<99)) == "2:1-2:2")
    #expect(place(file.span(50..<99)) == "2:2-2:2")
  }
}
