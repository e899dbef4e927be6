import Config
import Foundation
import Model
import Testing

@testable import Inputs

/// Every shipped profile, read by the real driver from a server that holds values by the profile's own map.
@Suite(.serialized, .enabled(if: ProfileServer.isInstalled, "python3-pymodbus or python3-ruamel.yaml is not installed"))
struct ProfileServerTests {
  static let modbus: [String] = ShippedProfileTests.names.filter { name in
    guard let file = try? ShippedProfileTests.file(name) else { return false }
    return String(decoding: file.bytes, as: UTF8.self).contains("\nprotocol: modbus\n")
  }

  /// Reads the device once, and holds each signal against what the script put there.
  private func read(_ path: String, seed: Int) async throws {
    let server = try ProfileServer(profile: path, unit: 7, seed: seed)
    defer { server.stop() }
    var profiles = ProfileLibrary()
    profiles.add(try SourceFile.read(path: path), named: "it")
    let entry = """
      devices:
        it: { driver: modbus, profile: it, unit: 7, every: 1 s, connection: { tcp: 127.0.0.1, port: \(server.port) } }
      """
    var diagnostics = Diagnostics()
    let set = DeviceSet.load(
      [SourceFile(path: "devices.d/it.yaml", text: entry)], profiles: profiles, positionDevice: nil,
      diagnostics: &diagnostics)
    #expect(diagnostics.isEmpty, "\(diagnostics.all)")
    let device = try #require(set?.devices.first)
    let expected = server.expected
    #expect(Set(device.declaration.metrics.map(\.name)) == Set(expected.keys))

    let sink = CollectingSink()
    _ = try await whileRunning(device.input, into: sink) {
      // Not only once each: what the server said too late is bad until it is asked again.
      let isRead = { (contents: [Observation.Content]) in
        let readings = Self.readings(contents)
        return expected.allSatisfy { readings[$0]?.quality == ($1.value == nil ? .bad : .good) }
      }
      let missing = { expected.keys.filter { Self.readings(sink.contents)[$0] == nil }.sorted() }
      try demand(sink.wait(until: isRead), "without \(missing()): \(sink.contents.suffix(9))")
    }
    for (name, found) in Self.readings(sink.contents) {
      let wanted = try #require(expected[name], "\(name)")
      #expect(wanted.isMet(by: found.value), "\(name): \(String(describing: found.value)), not \(wanted)")
      #expect(found.quality == (wanted.value == nil ? .bad : .good), "\(name)")
      let kind = device.declaration.metrics.first { $0.name == name }?.kind
      #expect(found.value.map { Self.kind($0) == kind } != false, "\(name)")
    }
  }

  /// The last reading of each signal.
  private static func readings(_ contents: [Observation.Content]) -> [String: (value: Value?, quality: Quality)] {
    var readings: [String: (value: Value?, quality: Quality)] = [:]
    for case .reading(_, let metric, let value, let quality) in contents { readings[metric] = (value, quality) }
    return readings
  }

  private static func kind(_ value: Value) -> SignalCatalogue.Metric.Kind {
    switch value {
    case .number: .number
    case .boolean: .boolean
    case .text: .text
    }
  }

  @Test(arguments: modbus, [1, 2]) func aShippedProfileIsReadAsItsMapSays(_ name: String, _ seed: Int) async throws {
    try await read(ShippedProfileTests.folder + "/" + name, seed: seed)
  }

  /// Every type in every order that it can have, and what no shipped profile has.
  @Test(arguments: 1...3) func everyTypeAndOrderIsReadFromTheWire(_ seed: Int) async throws {
    var lines = ["model: All", "protocol: modbus", "defaults: { max_registers: 20 }", "metrics:"]
    var address = 0
    for (type, size) in [("int32", 2), ("uint32", 2), ("float32", 2), ("int64", 4), ("uint64", 4), ("float64", 4)] {
      for order in WordOrder.allCases.map(\.rawValue) {
        lines.append("  \(type)_\(order.lowercased()): { holding: \(address), type: \(type), order: \(order) }")
        address += size
      }
    }
    for (name, keys) in [
      ("swapped", "type: int16, order: BA"), ("text", "type: string(11)"),
      ("swapped_text", "type: string(6), order: BA"),
      ("flags", "type: bits32, order: CDAB, bits: { high: 31, low: 0, part: { from: 14, to: 17 } }"),
      ("offset", "type: uint16, scale: 0.1, offset: -273.15, min: -273.15, max: 1000"),
      ("register_bool", "type: bool"), ("words", "type: int16, map: { -1: down, 0: level, 1: up }, invalid: -1"),
    ] {
      lines.append("  \(name): { input: \(address), \(keys) }")
      address += 6
    }
    lines += [
      "  last: { register: 465536, type: uint16 }", "  far: { register: 165536 }",
      "  near: { register: 00001, pulse: 1 s }",
    ]
    let path = NSTemporaryDirectory() + "waypost-profile-\(UUID().uuidString).yaml"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    try await read(path, seed: seed)
  }
}
