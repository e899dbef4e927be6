import Certificates
import Foundation
import Glibc

/// `receiver.py` on a loopback port: a server on a library that we did not write, ended with the object.
final class WebSocketReceiver: @unchecked Sendable {
  /// Debian's Python, which has Debian's libraries.
  private static let python = "/usr/bin/python3"
  static let isThere = has("websockets")

  static func has(_ modules: String...) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = ["-c", "import \(modules.joined(separator: ", "))"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.begin()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  let port: Int
  private let process = Process()
  private let input = Launch.pipe()
  private let output = Launch.pipe()
  private let lock = NSLock()
  private var rest = Data()
  private var lines: [[String: Any]] = []

  init(port: Int = ServerPort.next(), script: String = "receiver.py", _ arguments: [String] = []) throws {
    self.port = port
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(script).path
    process.executableURL = URL(fileURLWithPath: Self.python)
    process.arguments = [file, "\(port)"] + arguments
    process.standardInput = input
    process.standardOutput = output
    output.fileHandleForReading.readabilityHandler = { [weak self] handle in
      let data = handle.availableData
      if data.isEmpty { handle.readabilityHandler = nil } else { self?.take(data) }
    }
    try process.begin()
    let end = Date().addingTimeInterval(60)
    while process.isRunning, Date() < end {
      if said.contains(where: { $0["listening"] != nil }) { return }
      poll(nil, 0, 5)
    }
    throw CocoaError(.executableLoad)
  }

  deinit { kill() }

  func kill() {
    guard process.isRunning else { return }
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  private func take(_ data: Data) {
    lock.withLock {
      rest += data
      while let end = rest.firstIndex(of: 10) {
        let line = rest[rest.startIndex..<end]
        rest = Data(rest[(end + 1)...])
        if let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any] { lines.append(object) }
      }
    }
  }

  /// What it has said, in order.
  var said: [[String: Any]] { lock.withLock { lines } }

  /// What it has stored, in the order in which it came, repeats included.
  var stored: [Int] { said.flatMap { $0["stored"] as? [Int] ?? [] } }
  var batches: [Int] { said.compactMap { $0["batch"] as? Int } }
  var connections: Int { said.compactMap { $0["connected"] as? Int }.max() ?? 0 }
  /// What it was told that is no record.
  var answers: [[String: Any]] { said.compactMap { $0["answer"] as? [String: Any] } }
  var headers: [String: String] { said.compactMap { $0["headers"] as? [String: String] }.last ?? [:] }
  var path: String { said.compactMap { $0["path"] as? String }.last ?? "" }
}
