import Config
import Foundation
import Testing

@testable import Gateway

@Suite struct FirstConfigurationTests {
  private let folder = NSTemporaryDirectory() + "waypost-init-" + UUID().uuidString
  private var main: String { folder + "/etc/waypost.yaml" }

  private func full() -> FirstConfiguration {
    var first = FirstConfiguration()
    first.id = "truck-5"
    first.broker = "mqtt://broker.example.com:1883"
    first.username = "it's: # me"
    first.password = "p w"
    first.gpsd = "127.0.0.1"
    return first
  }

  @Test func whatIsWrittenIsTakenWithoutAWord() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let paths = try ConfigurationWriter(main: main).write(full())
    #expect(
      paths.map { $0.dropFirst(folder.count) } == [
        "/etc/mqtt-password", "/etc/devices.d/gps.yaml", "/etc/rules.d/report.yaml", "/etc/waypost.yaml",
      ])
    let result = Setup.load(main: main)
    #expect(result.diagnostics.isEmpty, "\(result.diagnostics.all)")
    #expect(result.setup?.configuration.id == "truck-5")
    #expect(result.setup?.configuration.uplinks.count == 1)
  }

  @Test func answersThatNoGatewayTakesAreToldBeforeAnythingIsWritten() {
    #expect(full().mistake == nil)
    #expect(FirstConfiguration().mistake == nil)
    var first = full()
    first.id = "truck 5"
    #expect(first.mistake?.contains("write `truck-5`") == true)
    first = full()
    first.broker = "broker.example.com"
    #expect(first.mistake?.contains("write `mqtts://broker.example.com`") == true)
  }

  @Test func thePasswordIsForItsOwnerAlone() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try ConfigurationWriter(main: main).write(full())
    let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/etc/mqtt-password")
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(try !String(contentsOfFile: main, encoding: .utf8).contains("p w"))
  }

  @Test func whatSaysSomethingIsNeverWrittenOver() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder + "/etc/devices.d", withIntermediateDirectories: true)
    try "# a comment\n".write(toFile: main, atomically: true, encoding: .utf8)
    let mine = folder + "/etc/devices.d/gps.yaml"
    try "devices: {}\n".write(toFile: mine, atomically: true, encoding: .utf8)
    let writer = ConfigurationWriter(main: main)
    #expect(writer.written(of: full()) == [mine])
    #expect(throws: ConfigurationWriter.Failure.self) { try writer.write(full()) }
    #expect(try String(contentsOfFile: main, encoding: .utf8) == "# a comment\n")
    try FileManager.default.removeItem(atPath: mine)
    _ = try writer.write(full())
    #expect(try String(contentsOfFile: main, encoding: .utf8).contains("uplinks:"))
  }

  @Test(arguments: [
    ("truck-5", "truck-5"), ("mqtt://a.b:1883", "mqtt://a.b:1883"), ("true", "\"true\""), ("5", "\"5\""),
    ("a b", "\"a b\""),
    ("a\"b", "\"a\\\"b\""), ("", "\"\""), ("-a", "\"-a\""), ("a:", "\"a:\""), ("a#b", "\"a#b\""),
  ]) func textIsQuotedWhereYAMLWouldTakeItForSomethingElse(_ text: String, _ written: String) {
    #expect(FirstConfiguration.quoted(text) == written)
  }
}
