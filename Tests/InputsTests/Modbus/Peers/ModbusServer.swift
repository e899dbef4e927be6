import Foundation
import Glibc

@testable import Inputs

/// A server of pymodbus', which we did not write, whose values tell which unit and address they come from.
final class ModbusServer: @unchecked Sendable {
  static let python = ProcessInfo.processInfo.environment["WAYPOST_TEST_PYTHON"] ?? "/usr/bin/python3"
  static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("pymodbus_server.py").path

  /// Debian's packages are there.
  static let isInstalled: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = ["-c", "import pymodbus, serial"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/socat")
  }()

  /// What a unit has: first and last address of each run of registers or bits.
  typealias Ranges = [String: [[Int]]]

  /// Over TCP; 0 on a serial line.
  private(set) var port: UInt16 = 0
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var rest: [UInt8] = []

  convenience init(port: UInt16, _ units: [Int: Ranges]) throws {
    try self.init(["tcp", String(port)], units)
    self.port = port
    // It says that it begins before it listens.
    try eventually("pymodbus listens") { (try? LoopbackSocket.connect(port: port)) != nil }
  }

  convenience init(path: String, _ units: [Int: Ranges]) throws { try self.init(["rtu", path], units) }

  private init(_ place: [String], _ units: [Int: Ranges]) throws {
    let names = Dictionary(uniqueKeysWithValues: units.map { (String($0), $1) })
    let spec = String(decoding: try JSONSerialization.data(withJSONObject: names), as: UTF8.self)
    process.executableURL = URL(fileURLWithPath: Self.python)
    process.arguments = [Self.script] + place + [spec]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    guard line() == "ready" else { throw SocketTrouble("pymodbus doesn't start") }
  }

  deinit { stop() }

  func stop() {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// A command of the script's, and its answer.
  func ask(_ command: String) throws -> String {
    input.fileHandleForWriting.write(Data((command + "\n").utf8))
    guard let line = line() else { throw SocketTrouble("pymodbus is gone") }
    return line
  }

  private func line(seconds: Double = 90) -> String? {
    let descriptor = output.fileHandleForReading.fileDescriptor
    while true {
      if let feed = rest.firstIndex(of: 10) {
        defer { rest.removeSubrange(...feed) }
        return String(decoding: rest[..<feed], as: UTF8.self)
      }
      var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&poller, 1, Int32(seconds * 1000)) > 0 else { return nil }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return nil }
      rest += buffer[..<count]
    }
  }

  /// What a register holds, as the script says.
  static func value(_ unit: Int, _ table: ModbusMetric.Table, _ address: Int) -> Int {
    let salt =
      switch table {
      case .coil: 1
      case .discrete: 2
      case .input: 3
      case .holding: 4
      }
    let value = (unit * 4099 + address * 31 + salt) % 65536
    return table.isBits ? value & 1 : value
  }
}

/// Blocks until it is so.
func eventually(_ what: String, seconds: Double = 90, line: Int = #line, _ isSo: () -> Bool) throws {
  let limit = Date(timeIntervalSinceNow: seconds)
  while !isSo() {
    try demand(Date() < limit, "never: \(what)", line: line)
    // Waits for what never comes, 10 ms.
    var none = pollfd(fd: -1, events: 0, revents: 0)
    poll(&none, 1, 10)
  }
}
