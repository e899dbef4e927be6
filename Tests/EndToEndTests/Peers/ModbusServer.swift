import Foundation
import Glibc

/// A server of pymodbus', which we did not write; the script beside the driver's own tests.
final class ModbusServer: @unchecked Sendable {
  private static let python = Environment["WAYPOST_TEST_PYTHON"] ?? "/usr/bin/python3"
  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../InputsTests/Modbus/Peers/pymodbus_server.py").standardizedFileURL.path

  /// Debian's package is there.
  static let isInstalled: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = ["-c", "import pymodbus"]
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  let port: Int
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  /// - Parameter units: What each has: by table the first and last address of each run.
  init(_ units: [Int: [String: [[Int]]]], in bench: Bench) throws {
    port = Socket.freePort()
    let names = Dictionary(uniqueKeysWithValues: units.map { (String($0), $1) })
    let spec = String(decoding: try JSONSerialization.data(withJSONObject: names), as: UTF8.self)
    process.executableURL = URL(fileURLWithPath: Self.python)
    process.arguments = [Self.script, "tcp", String(port), spec]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    bench.atEnd { [process] in
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    guard try line() == "ready" else { throw Failure("pymodbus doesn't start") }
  }

  /// A command of the script's, and its answer: `set 1 holding 0 5`, `get 1 coil 0`, `count 1 coil 0`.
  @discardableResult func ask(_ command: String) throws -> String {
    input.fileHandleForWriting.write(Data((command + "\n").utf8))
    return try line()
  }

  private func line() throws -> String {
    let descriptor = output.fileHandleForReading.fileDescriptor
    var bytes: [UInt8] = []
    while bytes.last != 10 {
      var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      var byte: UInt8 = 0
      guard poll(&poller, 1, 120_000) > 0, read(descriptor, &byte, 1) == 1 else { throw Failure("pymodbus is gone") }
      bytes.append(byte)
    }
    return String(decoding: bytes.dropLast(), as: UTF8.self)
  }
}
