import Config
import Foundation
import Model
import Testing

@testable import Inputs

/// What is in `devices/`, as it is shipped.
@Suite struct ShippedProfileTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("devices").path

  static let names: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

  static func file(_ name: String) throws -> SourceFile {
    SourceFile(path: name, bytes: Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))))
  }

  @Test func thereAreDevicesOfManyKinds() { #expect(Self.names.count >= 12) }

  @Test(arguments: names) func aShippedProfileHasNoFaultAndNamesItsSource(_ name: String) throws {
    let file = try Self.file(name)
    var diagnostics = Diagnostics()
    ProfileFormats.check(file, diagnostics: &diagnostics)
    #expect(diagnostics.isEmpty, "\(diagnostics.sorted().map { "\($0.span?.start.line ?? 0): \($0.message)" })")
    #expect(ProfileName.read(path: name, diagnostics: &diagnostics) != nil)

    let root = try #require(YAML.parse(file, diagnostics: &diagnostics))
    var reader = try #require(MappingReader(root, what: "a profile", diagnostics: &diagnostics))
    let written = try #require(reader.optional("protocol")?.scalar?.text)
    let header = try #require(ProfileHeader.read(&reader, protocol: written, diagnostics: &diagnostics))
    #expect(!header.description.isEmpty)
    #expect(!header.sources.isEmpty)
    #expect(header.verified != nil)
    #expect(header.sources.allSatisfy { $0.utf8.count > 10 })
    let text = String(decoding: file.bytes, as: UTF8.self)
    #expect(text.hasPrefix("# yaml-language-server: $schema=/usr/share/waypost/schema/profiles.json\n"))
  }

  /// What a profile says under a key of its own, as text.
  private static func text(_ key: String, of name: String) throws -> String? {
    var diagnostics = Diagnostics()
    guard case .mapping(let entries)? = YAML.parse(try file(name), diagnostics: &diagnostics)?.content else {
      return nil
    }
    return entries.first { $0.name == key }?.value.scalar?.text
  }

  /// The rows of the table of profiles in a page of the documentation.
  private func rows(_ page: String) throws -> [[String]] {
    let url = URL(fileURLWithPath: Self.folder).deletingLastPathComponent().appendingPathComponent("docs/\(page)")
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    return lines.drop { !$0.hasPrefix("| profile |") }.dropFirst(2).prefix { $0.hasPrefix("|") }.map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }

  @Test(arguments: [("devices.md", "modbus"), ("serial-profiles.md", "serial")])
  func theDocumentationsTableIsTheFolder(_ page: String, _ written: String) throws {
    let names = try Self.names.filter { try Self.text("protocol", of: $0) == written }
    #expect(try rows(page).map { $0[0] } == names.map { "`\($0.dropLast(5))`" })
  }

  @Test func theTableSaysWhatTheProfilesSay() throws {
    for row in try rows("devices.md") {
      let name = row[0].dropFirst().dropLast() + ".yaml"
      #expect(row[1] == (try Self.text("model", of: String(name))))
      #expect(row[2] == (try Self.text("description", of: String(name))))
    }
  }

  private func profile(_ name: String) throws -> ModbusProfile {
    var diagnostics = Diagnostics()
    return try #require(ModbusProfile.read(try Self.file(name + ".yaml"), name: name, diagnostics: &diagnostics))
  }

  /// The registers of a SolarEdge SE25K at night, as the tests of the Rust crate `sunspec` 0.9.0 have them (test_model103.rs).
  @Test func aRealInvertersRegistersAreUnderstood() throws {
    let registers: [UInt16] = [
      0, 0, 0, 0, 65534, 3965, 3953, 3963, 2288, 2284, 2285, 65535, 0, 0, 4998, 65534, 0, 0, 0, 0, 0, 0, 60, 8980, 0, 0,
      0, 16, 65535, 0, 0, 32768, 3927, 32768, 32768,
    ]
    var readings: [String: Value?] = [:]
    for metric in try profile("sunspec-inverter").metrics where metric.address >= 40071 {
      let start = Int(metric.address) - 40071
      guard start + metric.count <= registers.count else { continue }
      for reading in metric.decode(registers[start..<start + metric.count]) { readings[reading.metric] = reading.value }
    }
    #expect(readings["voltage_l1"] == .number(228.8))
    #expect(readings["voltage_l1_l2"] == .number(396.5))
    #expect(readings["frequency"] == .number(49.98))
    #expect(readings["power"] == .number(0))
    #expect(readings["energy"] == .number(3941.14))
    #expect(readings["dc_voltage"] == .number(1.6))
  }

  /// A meter's answer as the map's source has it: 0x0131 is 30.5 degrees, 0xFF33 is -20.5, 0x0222 is 54.6 %.
  @Test func theExampleOfATransmittersPaperIsRight() throws {
    let metrics = try profile("xy-md02").metrics
    #expect(metrics[0].decode([0x0131])[0].value == .number(30.5))
    #expect(metrics[0].decode([0xFF33])[0].value == .number(-20.5))
    #expect(metrics[1].decode([0x0222])[0].value == .number(54.6))
  }
}
