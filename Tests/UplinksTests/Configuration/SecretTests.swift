import Foundation
import Testing

@testable import Uplinks

@Suite struct SecretTests {
  static func failure(_ path: String) -> String {
    do {
      _ = try Secret.file(path).read()
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test func everyUnreadableSecretSaysWhyAndNeverWhatItHolds() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("waypost-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
      let url = folder.appendingPathComponent(name)
      try Data(bytes).write(to: url)
      return url.path
    }
    #expect(Self.failure(folder.path + "/none").contains("no such file"))
    #expect(Self.failure(folder.path).contains("not a regular file"))
    #expect(Self.failure(try file("empty", [10])).contains("empty"))
    #expect(Self.failure(try file("binary", [1, 0, 2])).contains("not text"))
    #expect(Self.failure(try file("large", [UInt8](repeating: 97, count: 5000))).contains("longer than 4096"))
    mkfifo(folder.path + "/fifo", 0o600)
    #expect(Self.failure(folder.path + "/fifo").contains("not a regular file"))
    #expect(try Secret.file(file("ok", Array("geheim \r\n".utf8))).read() == "geheim ")
  }

  @Test func aCredentialComesFromSystemdsFolder() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("waypost-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    unsetenv("CREDENTIALS_DIRECTORY")
    #expect(throws: Secret.Failure.self) { try Secret.credential("mqtt").read() }
    setenv("CREDENTIALS_DIRECTORY", folder.path, 1)
    defer { unsetenv("CREDENTIALS_DIRECTORY") }
    try Data("abc\n".utf8).write(to: folder.appendingPathComponent("mqtt"))
    #expect(try Secret.credential("mqtt").read() == "abc")
  }
}
