import Config
import Foundation
import Testing

@testable import Gateway

/// What a JSON Schema library that we didn't write makes of ours: python3-jsonschema, with ruamel for YAML 1.2.
@Suite(.timeLimit(.minutes(10))) struct JSONSchemaTests {
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func validate(_ kind: FileKind, _ files: [String]) async throws -> CommandLineTests.Ending {
    let schema = NSTemporaryDirectory() + "waypost-schema-\(UUID().uuidString).json"
    defer { try? FileManager.default.removeItem(atPath: schema) }
    try JSONSchemaWriter.document(kind.schema, name: "\(kind.rawValue).json", title: kind.title)
      .write(toFile: schema, atomically: true, encoding: .utf8)
    let script = Self.package.appendingPathComponent("Tests/GatewayTests/Schema/validate.py").path
    return try await CommandLineTests.run([script, schema] + files, program: "/usr/bin/python3")
  }

  private func validate(_ kind: FileKind, text: String) async throws -> CommandLineTests.Ending {
    let path = NSTemporaryDirectory() + "waypost-schema-\(UUID().uuidString).yaml"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try await validate(kind, [path])
  }

  @Test func everyShippedRuleFileIsValid() async throws {
    let folder = Self.package.appendingPathComponent("rules").path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }
    #expect(!files.isEmpty)
    let ending = try await validate(.rules, files.map { folder + "/" + $0 })
    #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
  }

  @Test func everyShippedProfileIsValid() async throws {
    let folder = Self.package.appendingPathComponent("devices").path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(!files.isEmpty)
    let ending = try await validate(.profiles, files.map { folder + "/" + $0 })
    #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
  }

  @Test func whatInitWritesIsValid() async throws {
    var first = FirstConfiguration()
    first.id = "truck-5"
    first.broker = "mqtt://broker.example.com:1883"
    first.username = "truck"
    first.password = "secret"
    first.gpsd = "10.0.0.2"
    for (path, kind) in [
      ("waypost.yaml", FileKind.config), ("devices.d/gps.yaml", .devices), ("rules.d/report.yaml", .rules),
    ] {
      let text = try #require(first.files.first { $0.path == path }?.text)
      let ending = try await validate(kind, text: text)
      #expect(ending.code == 0, "\(path): \(ending.output)\(ending.errors)")
    }
  }

  @Test(arguments: [
    (FileKind.rules, "rules: [{ name: a, when: gps.speed > 3, then: [{ evnt: b }] }]"),
    (.rules, "report: [{ signals: [gps.position], every: 10 }]"),
    (.rules, "zones: { a: { circle: [1, 2], radius: 5 parsec } }"),
    (.config, "uplinks: { a: { mqtt: { username: b } } }"), (.config, "journal: { limit: lots }"),
    (.profiles, "{ protocol: modbus, model: A, metrics: { a: { holding: 1, type: float } } }"),
    (.profiles, "{ protocol: modbus, model: A, metrics: { a: { holding: 65536, type: int16 } } }"),
    (.devices, "devices: { GPS: { driver: gpsd } }"), (.devices, "devices: { gps: { driver: gpsd, port: 99999 } }"),
  ]) func aMistakeIsUnderlinedWhileTyping(_ kind: FileKind, _ text: String) async throws {
    let ending = try await validate(kind, text: text)
    #expect(ending.code == 1, "\(ending.output)\(ending.errors)")
  }
}
