import Config
import Foundation
import Model
import Testing

@testable import Inputs

/// The project's profiles of serial devices, each with what such a device says and what must come of it:
/// `Cases/PROFILE/input` (bytes, with `\r`, `\n`, `\t`, `\xHH`; line ends and lines that begin with `#` aren't the device's) and `expected`.
@Suite struct SerialDeviceTests {
  static let cases = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")
  static let devices = cases.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("devices")

  static let names: [String] = {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: cases.path).sorted()
    } catch { return [] }
  }()

  static func profile(_ name: String) throws -> SerialProfile {
    let path = devices.appendingPathComponent(name + ".yaml")
    var diagnostics = Diagnostics()
    let file = SourceFile(path: path.path, bytes: Array(try Data(contentsOf: path)))
    let profile = SerialProfile.read(file, name: name, diagnostics: &diagnostics)
    // No warnings either.
    #expect(diagnostics.isEmpty, "\(diagnostics.sorted())")
    return try #require(profile)
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    let text = try String(contentsOf: cases.appendingPathComponent("\(name)/input"), encoding: .utf8)
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    let file = SourceFile(path: "input", text: "x")
    var diagnostics = Diagnostics()
    let node = YAMLNode(
      span: file.span(0..<1), content: .scalar(.init(text: lines.joined(), isPlain: false)))
    return try #require(ByteText.read(node, "the input", count: 1...100_000, diagnostics: &diagnostics))
  }

  @Test(arguments: names) func whatADeviceSaysIsUnderstood(name: String) throws {
    let profile = try Self.profile(name)
    #expect(profile.header?.verified == .source && profile.header?.sources.isEmpty == false)
    let expected = try String(
      contentsOf: Self.cases.appendingPathComponent("\(name)/expected"), encoding: .utf8
    ).split(separator: "\n").map(String.init)
    let bytes = try Self.bytes(name)
    for size in [bytes.count, 1, 7] {
      var session = SerialSession(
        .init(device: "device", profile: profile, metrics: profile.metrics, silence: .seconds(10)), at: 0)
      _ = session.advance(to: 0)
      _ = session.opened(at: 0)
      var actions: [LineAction] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        actions += session.received(bytes[start..<min(start + size, bytes.count)], at: 0)
      }
      let readings = actions.compactMap { action -> String? in
        if case .submit(let content) = action { SerialBench.text(content) } else { nil }
      }
      #expect(readings == expected)
    }
  }

  @Test func everyProfileOfASerialDeviceHasACase() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.devices.path).filter { $0.hasSuffix(".yaml") }
    let serial = try files.filter {
      try String(contentsOf: Self.devices.appendingPathComponent($0), encoding: .utf8).contains("\nprotocol: serial\n")
    }
    #expect(serial.map { String($0.dropLast(5)) }.sorted() == Self.names)
    #expect(Self.names.count >= 8)
  }
}
