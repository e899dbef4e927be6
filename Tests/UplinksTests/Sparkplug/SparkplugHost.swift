import Certificates
import Foundation
import Glibc

/// A host that we did not write: pysparkplug, from PyPI, with its own account of the node (`host.py`).
final class SparkplugHost: @unchecked Sendable {
  /// Where `scripts/install-packages test` puts it.
  private static let python = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../.build/sparkplug-venv/bin/python3").standardized.path
  static let isThere = FileManager.default.isExecutableFile(atPath: python)

  struct Metric {
    var name: String
    var value: Any?
    var type: String
    var isHistorical: Bool
    var properties: [String: Any]

    init(_ object: [String: Any]) {
      name = object["name"] as? String ?? ""
      value = object["value"].flatMap { $0 is NSNull ? nil : $0 }
      type = object["type"] as? String ?? ""
      isHistorical = object["historical"] as? Bool ?? false
      properties = object["properties"] as? [String: Any] ?? [:]
    }
  }

  struct Message {
    var type: String
    var device: String?
    var deathNumber: Int?
    var bytes: Int
    var qos: Int
    var isRetained: Bool
    var metrics: [Metric]

    init?(_ object: [String: Any]) {
      guard let type = object["type"] as? String else { return nil }
      self.type = type
      device = object["device"] as? String
      deathNumber = object["bdSeq"] as? Int
      bytes = object["bytes"] as? Int ?? 0
      qos = object["qos"] as? Int ?? -1
      isRetained = object["retained"] as? Bool ?? true
      metrics = (object["metrics"] as? [[String: Any]] ?? []).map(Metric.init)
    }

    /// `VERB` or `VERB/DEVICE`.
    var name: String { device.map { "\(type)/\($0)" } ?? type }
    subscript(name: String) -> Metric? { metrics.first { $0.name == name } }
    /// The number of the record in it.
    var seq: Int? { metrics.first?.properties["waypost_seq"] as? Int }
  }

  private let process = Process()
  private let input = Launch.pipe()
  private let output = Launch.pipe()
  private let lock = NSLock()
  private var rest = Data()
  private var lines: [[String: Any]] = []

  init(port: Int, group: String = "fleet", id: String? = nil) throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("host.py").path
    process.executableURL = URL(fileURLWithPath: Self.python)
    process.arguments = [script, "\(port)", group] + (id.map { [$0] } ?? [])
    process.standardInput = input
    process.standardOutput = output
    output.fileHandleForReading.readabilityHandler = { [weak self] handle in
      let data = handle.availableData
      if data.isEmpty { handle.readabilityHandler = nil } else { self?.take(data) }
    }
    try process.begin()
    let end = Date().addingTimeInterval(60)
    while process.isRunning, Date() < end {
      if connections > 0 { return }
      poll(nil, 0, 5)
    }
    throw CocoaError(.executableLoad)
  }

  deinit {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
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

  private var said: [[String: Any]] { lock.withLock { lines } }
  var connections: Int { said.count { $0["connected"] != nil } }
  var faults: [String] { said.compactMap { $0["fault"] as? String } }
  var messages: [Message] { said.compactMap(Message.init) }
  /// Numbers of records, as they came, repeats included.
  var seqs: [Int] { messages.compactMap { $0.type.hasSuffix("DATA") ? $0.seq : nil } }

  private func tell(_ words: String) { try? input.fileHandleForWriting.write(contentsOf: Data((words + "\n").utf8)) }
  func online(_ timestamp: Int? = nil) { tell("online" + (timestamp.map { " \($0)" } ?? "")) }
  func offline(_ timestamp: Int? = nil) { tell("offline" + (timestamp.map { " \($0)" } ?? "")) }
  func askForRebirth(_ node: String = "truck-005") { tell("rebirth \(node)") }
  /// Leaves in good order.
  func leave() {
    tell("leave")
    process.waitUntilExit()
  }
}
