import Foundation
import Glibc

/// Two serial ports that are each other's other end: a pair of socat's pseudo-terminals with names that stay.
final class SerialPair: @unchecked Sendable {
  let folder: String
  /// For the driver, as a name in `/dev/serial/by-id`.
  var near: String { folder + "/near" }
  /// For the server.
  var far: String { folder + "/far" }
  private var process = Process()

  init() throws {
    var template = Array("/tmp/waypost-serial-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SocketTrouble("mkdtemp") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    try plug()
  }

  deinit {
    unplug()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// - Parameter body: what is done at the far end before the near one has its name.
  func plug(_ body: () throws -> Void = {}) throws {
    let port = folder + "/port"
    unlink(port)
    process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/socat")
    process.arguments = ["pty,raw,echo=0,link=\(port)", "pty,raw,echo=0,link=\(far)"]
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    try eventually("socat's ports are there") {
      FileManager.default.fileExists(atPath: port) && FileManager.default.fileExists(atPath: far)
    }
    try body()
    guard symlink(try FileManager.default.destinationOfSymbolicLink(atPath: port), near) == 0 else {
      throw SocketTrouble("symlink")
    }
  }

  /// Both ports are gone, and so are their names.
  func unplug() {
    guard process.isRunning else { return }
    // The names first: the terminals' numbers are another test's as soon as they are free.
    unlink(near)
    unlink(far)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
