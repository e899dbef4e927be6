import Config
import Foundation
import Journal
import Model
import Testing

@testable import Uplinks

@Suite struct UplinkConfigurationTests {
  struct Reading {
    var uplinks: [UplinkConfiguration]
    var diagnostics: [Diagnostic]

    /// `line:column–column code` of each.
    var places: [String] {
      diagnostics.map { diagnostic in
        guard let span = diagnostic.span else { return "nowhere \(diagnostic.code)" }
        return "\(span.start.line):\(span.start.column)–\(span.end.column) \(diagnostic.code)"
      }
    }
  }

  static func read(_ text: String) -> Reading {
    var diagnostics = Diagnostics()
    let file = SourceFile(path: "waypost.yaml", text: text)
    let context = UplinkContext(
      gateway: "truck-005", labels: ["region": "geneva"], folder: FileManager.default.temporaryDirectory.path)
    var uplinks: [UplinkConfiguration] = []
    if let node = YAML.parse(file, diagnostics: &diagnostics) {
      uplinks = UplinkConfiguration.read(uplinks: node, context: context, diagnostics: &diagnostics)
    }
    return Reading(uplinks: uplinks, diagnostics: diagnostics.sorted())
  }

  static func options(_ uplink: UplinkConfiguration?) -> MQTTOptions? { (uplink?.transport as? MQTTTransport)?.options }

  @Test func theWholeOfAnUplinkIsRead() throws {
    let reading = Self.read(
      """
      central:
        mqtt:
          url: mqtt://broker.example.com:8883
          username: truck-005
          password: { credential: mqtt-password }
          client_id: lorry
          version: 3.1.1
          topics: { position: "waypost/{gateway}/position", reading: "sensors/{label.region}/{metric}/{device}", batch: "b/{type}" }
        format: json
        send: [position, reading, event]
        from: oldest
        keep: 7 d
        order: strict
        catch_up: 10 KB per second
        batch: { records: 50, bytes: 20 KB, linger: 500 ms }
        compress: deflate
        window: 200
      """)
    #expect(reading.places == [])
    let uplink = try #require(reading.uplinks.first)
    #expect(uplink.name == "central")
    #expect(uplink.from == .oldest)
    #expect(uplink.keep == .days(7))
    #expect(uplink.settings.order == .strict)
    #expect(uplink.settings.kinds == RecordKinds([.position, .reading, .event, .geofenceEvent]))
    #expect(uplink.settings.singly == RecordKinds(.reading))
    #expect(uplink.settings.catchUp == 10_000)
    #expect(uplink.settings.batchRecords == 50)
    #expect(uplink.settings.batchBytes == 20_000)
    #expect(uplink.settings.linger == .milliseconds(500))
    #expect(uplink.settings.window == 200)
    let options = try #require(Self.options(uplink))
    #expect(options.host == "broker.example.com")
    #expect(options.port == 8883)
    #expect(options.username == "truck-005")
    #expect(options.password == .credential("mqtt-password"))
    #expect(options.clientID == "lorry")
    #expect(options.versions == [.v311])
    #expect(options.deflatesBatches)
    #expect(options.topics.batch == "b/batch")
    #expect(options.topics.status == "waypost/truck-005/status")
  }

  @Test func theShortestUplinkHasTheDefaults() throws {
    let reading = Self.read("central: { mqtt: { url: mqtt://localhost } }")
    #expect(reading.places == [])
    let uplink = try #require(reading.uplinks.first)
    #expect(uplink.settings == DeliverySettings())
    #expect(uplink.from == .now)
    #expect(uplink.keep == .days(30))
    let options = try #require(Self.options(uplink))
    #expect(options.port == 1883)
    #expect(options.clientID == "waypost-truck-005-central")
    #expect(options.versions == [.v5, .v311])
    #expect(options.topics.batch == "waypost/truck-005/batch")
  }

  @Test(arguments: [
    ("mqtt://h", "h", 1883), ("mqtt://h:1", "h", 1), ("mqtt://[::1]", "::1", 1883),
    ("mqtt://[fe80::1]:9", "fe80::1", 9),
    ("mqtt://10.0.0.1:1883/", "10.0.0.1", 1883),
  ])
  func addressesAreRead(url: String, host: String, port: Int) throws {
    let options = try #require(Self.options(Self.read("a: { mqtt: { url: '\(url)' } }").uplinks.first))
    #expect(options.host == host)
    #expect(options.port == port)
  }

  @Test(arguments: [
    ("ssl://h", "1:20–26 url"), ("tcp://h", "1:20–26 url"), ("h:1883", "1:20–26 url"),
    ("mqtt://", "1:20–27 url"), ("mqtt://h:0", "1:29–30 url"), ("mqtt://h:x", "1:29–30 url"),
    ("mqtt://u:p@h", "1:27–31 url"), ("mqtt://h/path", "1:28–33 url"), ("mqtt://a b", "1:27–30 url"),
  ])
  func aWrongAddressIsToldAtItsPlace(url: String, place: String) {
    let reading = Self.read("a: { mqtt: { url: '\(url)' } }")
    #expect(reading.uplinks.isEmpty)
    #expect(reading.places == [place])
  }

  @Test(arguments: [
    ("tcp://h.example:1883", "write `mqtt://h.example:1883`"), ("h.example:1883", "write `mqtt://h.example:1883`"),
    ("h.example", "write `mqtts://h.example`, or `mqtt://` where the broker has no TLS"),
    ("https://h.example", "write `mqtts://h.example`, or `mqtt://` where the broker has no TLS"),
    ("ssl://h.example:8883", "write `mqtts://h.example:8883`"),
    ("a b", "write `mqtts://broker.example.com`, for example"),
  ])
  func theRemedyOfAWrongAddressNamesTheBroker(url: String, help: String) {
    #expect(Self.read("a: { mqtt: { url: '\(url)' } }").diagnostics.map(\.help) == [help])
  }

  @Test(arguments: [
    // As other products have it.
    ("a: { mqtt: { host: h, port: 1883 } }", "1:14–18 unknown-key"),
    ("a: { mqtt: { broker: mqtt://h } }", "1:14–20 unknown-key"),
    ("a: { mqtt: { url: mqtt://h, qos: 2 } }", "1:29–32 unknown-key"),
    ("mqtt: { url: mqtt://h }", "1:9–12 unknown-key"),
    ("a: { mqtt: { url: mqtt://h, tls: true } }", "1:29–32 url"),
    ("a: { mqtt: { url: mqtts://h, tls: { insecure: true } } }", "1:37–45 unknown-key"),
    ("a: { mqtt: { url: mqtt://h, topics: { position: 'x/${gateway}' } } }", "1:52–53 topic"),
    // Misspelt.
    ("a: { mqtt: { url: mqtt://h }, formt: json }", "1:31–36 unknown-key"),
    ("a: { mqtt: { ulr: mqtt://h, url: mqtt://h } }", "1:14–17 unknown-key"),
    ("a: { mqtt: { url: mqtt://h, topics: { positoin: x } } }", "1:39–47 unknown-key"),
    ("a: { mqtt: { url: mqtt://h }, batch: { record: 1 } }", "1:40–46 unknown-key"),
    ("a: { mqtt: { url: mqtt://h, password: { fle: x, credential: y }, username: u } }", "1:41–44 unknown-key"),
    // Of the wrong type or unit.
    ("a: { mqtt: { url: mqtt://h }, window: many }", "1:39–43 wrong-type"),
    ("a: { mqtt: { url: mqtt://h }, window: 0 }", "1:39–40 out-of-range"),
    ("a: { mqtt: { url: mqtt://h }, send: position }", "1:37–45 wrong-type"),
    ("a: { mqtt: { url: mqtt://h }, send: [postion] }", "1:38–45 unknown-value"),
    ("a: { mqtt: { url: mqtt://h }, order: random }", "1:38–44 unknown-value"),
    ("a: { mqtt: mqtt://h }", "1:12–20 wrong-type"),
    ("a: 5", "1:4–5 wrong-type"),
    // Not yet, or not together.
    ("a: { mqtt: { url: mqtt://h }, format: sparkplug }", "1:39–48 format"),
    ("a: { mqtt: { url: mqtt://h, tls: {} } }", "1:29–32 url"),
    ("a: { mqtt: { url: mqtt://h, password: { credential: x } } }", "1:29–37 missing-key"),
    ("a: { mqtt: { username: u } }", "1:12–27 missing-key"),
    ("a: { format: json }", "1:4–20 missing-key"),
    ("a: { mqtt: { url: mqtt://h, topics: { position: 'x/{metric}' } } }", "1:52–60 topic"),
    ("a: { mqtt: { url: mqtt://h, topics: { batch: 'x/#' } } }", "1:49–50 topic"),
    ("a/b: { mqtt: { url: mqtt://h } }", "1:1–4"),
  ])
  func aMistakeIsToldAtItsPlace(text: String, place: String) {
    let reading = Self.read(text)
    #expect(reading.places.count == 1 && reading.places[0].hasPrefix(place), "\(reading.places)")
    #expect(reading.diagnostics.allSatisfy { $0.severity == .error })
  }

  @Test(arguments: ["keep: 30", "catch_up: 100 KB", "batch: { linger: 1 }", "batch: { bytes: 100 }", "keep: 30 km"])
  func aQuantityWithoutItsUnitIsRefused(setting: String) {
    let reading = Self.read("a: { mqtt: { url: mqtt://h }, \(setting) }")
    #expect(reading.diagnostics.count == 1)
    #expect(reading.diagnostics.allSatisfy { $0.severity == .error && $0.help != nil })
  }

  @Test func aLiteralPasswordIsAWarning() throws {
    let reading = Self.read("a: { mqtt: { url: mqtt://h, username: u, password: secret } }")
    #expect(reading.places == ["1:52–58 literal-secret"])
    #expect(reading.diagnostics[0].severity == .warning)
    #expect(Self.options(reading.uplinks.first)?.password == .literal("secret"))
    #expect(
      !reading.diagnostics[0].message.contains("secret ") && reading.diagnostics[0].help?.contains("credential") == true
    )
  }

  @Test func aPasswordFileThatOthersCanReadIsAWarning() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("waypost-secret-\(UUID().uuidString)")
    try "x\n".write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    chmod(file.path, 0o644)
    let text = "a: { mqtt: { url: mqtt://h, username: u, password: { file: \(file.lastPathComponent) } } }"
    #expect(Self.read(text).diagnostics.map(\.code) == ["exposed-secret"])
    chmod(file.path, 0o600)
    let reading = Self.read(text)
    #expect(reading.diagnostics.isEmpty)
    #expect(Self.options(reading.uplinks.first)?.password == .file(file.path))
    #expect(try Self.options(reading.uplinks.first)?.password?.read() == "x")
  }
}
