import Config
import Inputs
import Model
import Testing

/// What `check` says of serial devices and their profiles.
@Suite struct SerialDriverTests {
  private struct Outcome {
    var set: DeviceSet?
    var findings: [Diagnostic]
    /// `3:5 unknown-key`
    var places: [String] {
      findings.map { "\($0.span.map { "\($0.start.line):\($0.start.column)" } ?? "") \($0.code)" }
    }
  }

  private func load(_ entry: String, profile: String? = nil) -> Outcome {
    var library = ProfileLibrary()
    if let profile { library.add(SourceFile(path: "profiles.d/scale.yaml", text: profile), named: "scale") }
    var diagnostics = Diagnostics()
    let set = DeviceSet.load(
      [SourceFile(path: "devices.d/a.yaml", text: "devices:\n  scale:\n    driver: serial\n" + entry)],
      profiles: library, positionDevice: nil, diagnostics: &diagnostics)
    return Outcome(set: set, findings: diagnostics.sorted())
  }

  private static let profile = """
    model: Scale
    protocol: serial
    defaults: { baud: 4800, parity: even, data_bits: 7, stale_after: 1 min }
    format: "{status},{weight:number}{unit}"
    poll: { send: "Q\\r\\n", every: 2 s }
    metrics:
      weight: { unit: kg }
      stable: { field: status, map: { ST: true, US: false } }
    """

  @Test func aDeviceHasWhatItsProfileSays() throws {
    let outcome = load("    profile: scale\n    connection: { port: /dev/ttyS1 }\n", profile: Self.profile)
    #expect(outcome.findings.isEmpty, "\(outcome.findings)")
    let device = try #require(outcome.set?.devices.first)
    #expect(
      device.declaration
        == .init(
          name: "scale", givesPosition: false,
          metrics: [.init(name: "weight", kind: .number, unit: "kg"), .init(name: "stable", kind: .boolean)],
          staleAfter: .minutes(1), isPaced: true))
    #expect(device.input is any PacedInput)
    #expect(device.identity.contains("Scale") && device.identity.contains("/dev/ttyS1"))
  }

  @Test func theEntryWinsOverTheProfile() throws {
    let outcome = load(
      "    profile: scale\n    connection: { tcp: 10.0.0.5, port: 4001 }\n    metrics: [stable]\n    every: 20 s\n    stale_after: 90 s\n",
      profile: Self.profile)
    #expect(outcome.findings.isEmpty, "\(outcome.findings)")
    let device = try #require(outcome.set?.devices.first)
    #expect(device.declaration.metrics.map(\.name) == ["stable"])
    #expect(device.declaration.staleAfter == .seconds(90))
  }

  @Test func aDeviceCanDoWithoutAProfile() throws {
    let outcome = load(
      "    connection: { port: /dev/ttyS1 }\n    format: json\n    metrics: { t: { field: a.b, unit: Cel } }\n")
    #expect(outcome.findings.isEmpty, "\(outcome.findings)")
    #expect(outcome.set?.devices.first?.declaration.isPaced == false)
    #expect(outcome.set?.devices.first?.declaration.staleAfter == .seconds(10))
  }

  @Test(arguments: [
    ("    profile: scael\n    connection: { port: /dev/ttyS1 }", "4:14 unknown-profile", "did you mean `scale`?"),
    ("    connection: { port: /dev/ttyS1 }", "3:5 missing-key", "add `profile: …`"),
    (
      "    profile: scale\n    port: /dev/ttyS1", "5:5 unknown-key",
      "it stands within `connection`: `connection: { port: /dev/ttyS0, baud: 9600 }`"
    ),
    ("    profile: scale\n    connection: { port: ttyS1 }", "5:25 bad-path", "write `/dev/ttyS1`"),
    (
      "    profile: scale\n    connection: { port: 502 }", "5:25 wrong-type",
      "write `port: /dev/ttyS0`; for a serial server also `tcp: HOST`"
    ),
    (
      "    profile: scale\n    connection: { rtu: /dev/ttyS1 }", "5:19 unknown-key",
      "with this driver write `port: /dev/…`"
    ),
    (
      "    profile: scale\n    connection: { port: /dev/ttyS1, baud: 9 }", "5:43 out-of-range",
      "write a whole number from 50 to 4000000"
    ),
    (
      "    profile: scale\n    connection: { port: /dev/ttyS1, baudrate: 9600 }", "5:37 unknown-key",
      "write `baud: 9600`"
    ),
    (
      "    profile: scale\n    connection: { port: /dev/ttyS1, parity: evne }", "5:45 unknown-value",
      "did you mean `even`?"
    ),
    (
      "    profile: scale\n    connection: { tcp: 10.0.0.5, port: 4001, baud: 9600 }", "5:46 unknown-key",
      "the serial server sets the line, not the gateway; delete it"
    ),
    (
      "    profile: scale\n    connection: { port: /dev/ttyS1 }\n    metrics: [wieght]", "6:15 unknown-metric",
      "did you mean `weight`?"
    ),
    (
      "    profile: scale\n    connection: { port: /dev/ttyS1 }\n    format: json\n    metrics: { a: {} }",
      "4:14 either-or", "delete one of the two"
    ),
    (
      "    profile: scale\n    connection: { port: /dev/ttyS1 }\n    frame: { start: a }", "6:5 unknown-key",
      "it stands in the profile; or write `format` here, too, and no `profile`"
    ),
  ]) func aMistakeInAnEntryIsToldWithItsPlaceAndRemedy(entry: String, place: String, help: String) {
    let outcome = load(entry + "\n", profile: Self.profile)
    #expect(outcome.places == [place])
    #expect(outcome.findings.first?.help == help)
  }

  @Test(arguments: [
    ("format: \"{a}{b}\"\nmetrics: { a: {} }", "3:10 bad-pattern"), ("metrics: { a: {} }", "1:1 missing-key"),
    ("format: \"{a},{b}\"\nmetrics: { c: {} }", "4:12 unknown-field"),
    ("format: \"{a},{b}\"\nmetrics: { a: { scale: { by: c, kg: 1 } } }", "4:30 unknown-field"),
    ("format: csv\nmetrics: { a: {} }", "4:12 unknown-field"), ("format: json\nmetrics: {}", "4:10 out-of-range"),
    ("format: json\nmetrics: { a: { type: int } }", "4:23 unknown-value"),
    ("format: json\nmetrics: { a: { scale: 0 } }", "4:24 out-of-range"),
    ("format: json\nmetrics: { a: { type: text, scale: 2 } }", "4:36 either-or"),
    ("format: json\nmetrics: { a: { map: { x: 1, y: true } } }", "4:22 wrong-type"),
    ("format: json\nmetrics: { a: { min: 5, max: 1 } }", "4:30 out-of-range"),
    ("format: json\nmetrics: { a: { fild: b } }", "4:17 unknown-key"),
    ("format: { xml: {} }\nmetrics: { a: {} }", "3:9 missing-key"),
    ("format: json\nframe: { end: a, length: 5 }\nmetrics: { a: {} }", "4:15 either-or"),
    ("format: json\nframe: { after: 2 }\nmetrics: { a: {} }", "4:17 missing-key"),
    ("format: json\nframe: { start: '\\q' }\nmetrics: { a: {} }", "4:17 bad-escape"),
    ("format: json\nframe: { start: '…' }\nmetrics: { a: {} }", "4:17 bad-bytes"),
    ("format: json\nframe: { limit: 99999999 }\nmetrics: { a: {} }", "4:17 out-of-range"),
    ("format: json\nchecksum: { type: crc32 }\nmetrics: { a: {} }", "4:19 unknown-value"),
    (
      "format: json\nframe: { end: a, after: 1 }\nchecksum: { type: xor }\nmetrics: { a: {} }",
      "5:11 impossible-checksum"
    ),
    ("format: json\npoll: { every: 1 s }\nmetrics: { a: {} }", "4:7 missing-key"),
    ("format: json\npoll: { send: W, every: 1 }\nmetrics: { a: {} }", "4:25 missing-unit"),
  ]) func aMistakeInAProfileIsToldWithItsPlace(body: String, place: String) throws {
    let outcome = load(
      "    profile: scale\n    connection: { port: /dev/ttyS1 }\n",
      profile: "model: A\nprotocol: serial\n" + body + "\n")
    #expect(outcome.set == nil)
    #expect(
      outcome.findings.first.map { outcome.places[0] + " \($0.span?.file ?? "")" } == place + " profiles.d/scale.yaml")
    #expect(outcome.findings.first?.help?.isEmpty == false)
  }

  @Test func aProfileOfAnotherDriverIsToldAsSuch() {
    let outcome = load(
      "    profile: scale\n    connection: { port: /dev/ttyS1 }\n",
      profile: "model: A\nprotocol: modbus\nmetrics: { a: { input: 1, type: int16 } }\n")
    #expect(outcome.findings.contains { $0.code == "wrong-protocol" })
  }
}
