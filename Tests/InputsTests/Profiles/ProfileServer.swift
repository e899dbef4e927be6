import Foundation
import Glibc
import Model

/// A server of pymodbus', which we did not write, loaded with values by a profile's own map; the script reads the profile by itself.
final class ProfileServer: @unchecked Sendable {
  /// What must be read of a signal.
  struct Expected: Sendable {
    /// `nil`: a bad reading.
    var value: Value?
    /// How far a number may be off, relatively.
    var error: Double

    func isMet(by found: Value?) -> Bool {
      guard case .number(let wanted)? = value, case .number(let number)? = found else { return value == found }
      return abs(number - wanted) <= error * max(abs(wanted), 1e-9)
    }
  }

  static let isInstalled: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: ModbusServer.python)
    process.arguments = ["-c", "import pymodbus, ruamel.yaml"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("profile_server.py").path

  let port: UInt16
  private(set) var expected: [String: Expected] = [:]
  private let process = Process()
  private let input = Pipe()

  init(profile path: String, unit: Int, seed: Int) throws {
    port = try LoopbackSocket.freePort()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: ModbusServer.python)
    process.arguments = [Self.script, String(port), path, String(unit), String(seed)]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while read(output.fileHandleForReading.fileDescriptor, &byte, 1) == 1, byte != 10 { line.append(byte) }
    guard let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: [String: Any]] else {
      throw SocketTrouble("the script says: \(String(decoding: line, as: UTF8.self))")
    }
    expected = object.mapValues { Expected(value: Self.value($0["value"]), error: $0["error"] as? Double ?? 0) }
    // It says what it has before it listens.
    try eventually("pymodbus listens") { (try? LoopbackSocket.connect(port: port)) != nil }
  }

  deinit { stop() }

  func stop() {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  private static func value(_ json: Any?) -> Value? {
    switch json {
    // A truth value is a number to Foundation; its type tells them apart.
    case let number as NSNumber where String(cString: number.objCType) == "c": .boolean(number.boolValue)
    case let number as NSNumber: .number(number.doubleValue)
    case let text as String: .text(text)
    default: nil
    }
  }
}
