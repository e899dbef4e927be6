import Config
import Inputs
import Model
import Testing

@Suite struct DeviceSetTests {
  private struct Outcome {
    var set: DeviceSet?
    var findings: [Diagnostic]
    var codes: [String] { findings.map(\.code) }
  }

  private func load(_ texts: String..., position: String? = nil) -> Outcome {
    let files = texts.enumerated().map { SourceFile(path: "devices.d/\($0).yaml", text: $1) }
    let place = SourceFile(path: "waypost.yaml", text: "position")
    var diagnostics = Diagnostics()
    let set = DeviceSet.load(
      files, positionDevice: position.map { ($0, place.span(0..<8)) }, diagnostics: &diagnostics)
    return Outcome(set: set, findings: diagnostics.sorted())
  }

  private func lines(_ finding: Diagnostic) -> String {
    guard let span = finding.span else { return "" }
    return "\(span.file):\(span.start.line):\(span.start.column)-\(span.end.column)"
  }

  @Test func aDeviceHasItsDriversDefaults() throws {
    let outcome = load("devices:\n  gps:\n    driver: gpsd\n")
    #expect(outcome.findings.isEmpty)
    let set = try #require(outcome.set)
    #expect(
      set.catalogue.devices == [.init(name: "gps", givesPosition: true, tellsTime: true, staleAfter: .seconds(5))])
    #expect(set.catalogue.positionDevice == "gps")
    #expect(set.devices.first?.input.device == "gps")
  }

  @Test func everyKeyOfGpsdIsRead() throws {
    let outcome = load(
      """
      devices:
        gps: { driver: gpsd, host: "::1", port: 2948, device: /dev/ttyACM0, stale_after: 12 s }
      """)
    #expect(outcome.findings.isEmpty)
    #expect(outcome.set?.devices.first?.declaration.staleAfter == .seconds(12))
  }

  /// rules.md: `stale_after` is the longer of three times the device's `every` and 10 s; a receiver's 5 s; or as given.
  @Test(arguments: [
    ("driver: simulator, every: 1 s, metrics: { t: { from: 1, to: 2 } }", Interval.seconds(10)),
    ("driver: simulator, every: 4 s, metrics: { t: { from: 1, to: 2 } }", .seconds(12)),
    ("driver: simulator, every: 1 s, waypoints: [[6, 46], [6.1, 46]]", .seconds(5)),
    ("driver: gpsd", .seconds(5)), ("driver: gpsd, stale_after: 12 s", .seconds(12)),
  ]) func staleAfterIsThreeIntervalsAndTenSecondsAtLeastOrAsGiven(_ device: String, _ expected: Interval) {
    #expect(load("devices:\n  a: { \(device) }\n").set?.devices.first?.declaration.staleAfter == expected)
  }

  @Test func filesWithoutDevicesDeclareNone() {
    let outcome = load("# all comments\n", "devices:\n", "devices: {}\n")
    #expect(outcome.findings.isEmpty)
    #expect(outcome.set?.devices.isEmpty == true)
    #expect(outcome.set?.positionDevice == nil)
  }

  @Test func aNameOverTwoFilesIsToldWithBothPlaces() throws {
    let outcome = load("devices:\n  gps: { driver: gpsd }\n", "devices:\n  gps: { driver: gpsd }\n")
    #expect(outcome.set == nil)
    let finding = try #require(outcome.findings.first)
    #expect(outcome.findings.count == 1)
    #expect(finding.code == "duplicate-device")
    #expect(lines(finding) == "devices.d/1.yaml:2:3-6")
    #expect(finding.message.contains("devices.d/0.yaml:2:3"))
  }

  @Test func aMisspeltDriverIsToldWithTheOneMeant() throws {
    let outcome = load("devices:\n  gps:\n    driver: gspd\n")
    let finding = try #require(outcome.findings.first)
    #expect(outcome.codes == ["unknown-driver"])
    #expect(lines(finding) == "devices.d/0.yaml:3:13-17")
    #expect(finding.help == "did you mean `gpsd`?")
  }

  @Test func aPortThatTwoDriversWantIsToldAtTheSecond() throws {
    let outcome = load(
      """
      devices:
        gps:
          driver: nmea
          connection: { port: /dev/ttyS1 }
        tank:
          driver: modbus
          unit: 1
          connection: { rtu: /dev/ttyS1 }
          metrics: { level: { input: 0, type: uint16 } }

      """)
    let finding = try #require(outcome.findings.first)
    #expect(outcome.codes == ["shared-line"])
    #expect(finding.message.contains("which `gps` has already"))
    #expect(finding.span?.start.line == 8)
  }

  @Test(arguments: ["system", "in", "true", "while", "now", "trigger", "Gps", "1gps", "my-gps"])
  func aNameThatRulesCannotUseIsRefused(_ name: String) throws {
    let outcome = load("devices:\n  \"\(name)\":\n    driver: gpsd\n")
    #expect(outcome.set == nil)
    #expect(outcome.findings.first?.span?.start.line == 2)
    #expect(outcome.findings.count == 1)
  }

  @Test func everyMistakeOfAFileIsTold() {
    let outcome = load(
      """
      devices:
        gps:
          driver: gpsd
          prot: 2947
          host: "a b"
          device: ttyACM0
          stale_after: 5
        other:
          host: x
      device: {}
      """)
    #expect(outcome.set == nil)
    let places = outcome.findings.compactMap { $0.span?.start.line }
    #expect(Set(places).isSuperset(of: [4, 5, 6, 7, 10]))
    #expect(outcome.codes.contains("unknown-key"))
    #expect(outcome.codes.contains("bad-host"))
    #expect(outcome.codes.contains("bad-path"))
  }

  @Test func aPortInTheHostIsToldWithItsKey() {
    let outcome = load("devices:\n  gps: { driver: gpsd, host: \"127.0.0.1:2948\" }\n")
    #expect(outcome.findings.first?.help == "write the port beside it: `port: 2947`")
  }

  @Test func ofSeveralReceiversOneMustBeChosen() {
    let two = "devices:\n  a: { driver: gpsd }\n  b: { driver: gpsd, port: 2948 }\n"
    #expect(load(two).codes == ["several-position-devices"])
    #expect(load(two, position: "b").set?.positionDevice == "b")
    #expect(load(two, position: "c").codes == ["unknown-device"])
  }

  @Test func devicesAreInTheOrderOfTheirFiles() {
    let outcome = load(
      "devices:\n  z: { driver: gpsd }\n  a: { driver: gpsd }\n", "devices:\n  m: { driver: gpsd }\n", position: "m")
    #expect(outcome.set?.devices.map(\.declaration.name) == ["z", "a", "m"])
  }
}
