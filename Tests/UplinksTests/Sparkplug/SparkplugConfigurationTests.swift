import Config
import Testing

@testable import Uplinks

@Suite struct SparkplugConfigurationTests {
  private static func read(_ mqtt: String, _ more: String = "") -> UplinkConfigurationTests.Reading {
    UplinkConfigurationTests.read("a: { mqtt: { url: mqtt://h, \(mqtt) }\(more) }")
  }

  @Test(arguments: ["", ", format: sparkplug"])
  func aGroupMakesAnEdgeNodeOfTheGateway(format: String) throws {
    let reading = Self.read("sparkplug: { group: fleet-1, primary_host: scada }", format)
    #expect(reading.places == [])
    let uplink = try #require(reading.uplinks.first)
    let options = try #require((uplink.transport as? MQTTTransport)?.options.sparkplug)
    #expect(
      options
        == SparkplugOptions(
          group: "fleet-1", node: "truck-005", primaryHost: "scada", sync: "waypost/truck-005/sync"))
    #expect(options.topic(.deviceData, device: "gps") == "spBv1.0/fleet-1/DDATA/truck-005/gps")
    #expect(uplink.format.name == "sparkplug")
    #expect(uplink.settings.singly == .all)
  }

  @Test func whereItSyncsCanBeSaid() {
    let reading = Self.read("sparkplug: { group: g, sync: \"spBv1.0/{gateway}/sync\" }")
    #expect(
      (reading.uplinks.first?.transport as? MQTTTransport)?.options.sparkplug?.sync == "spBv1.0/truck-005/sync")
  }

  @Test(arguments: [
    ("sparkplug: fleet", "1:40–45 wrong-type"),
    ("sparkplug: {}", "1:40–42 missing-key"),
    ("sparkplug: { group: 'a/b' }", "1:49–54"),
    ("sparkplug: { group: '+' }", "1:49–52"),
    ("sparkplug: { group: STATE }", "1:49–54 group"),
    ("sparkplug: { group: g, primary_host: 'a#' }", "1:66–70"),
    ("sparkplug: { group: g, sync: 'x/#' }", "1:61–62 topic"),
    ("sparkplug: { group: g, sync: 'x/{device}' }", "1:61–69 topic"),
    ("sparkplug: { group: g, node: n }", "1:52–56 unknown-key"),
    ("sparkplug: { group: g, host: h }", "1:52–56 unknown-key"),
    ("topics: { batch: x }, sparkplug: { group: g }", "1:29–35 topic"),
  ])
  func aMistakeIsToldAtItsPlace(mqtt: String, place: String) {
    let reading = Self.read(mqtt)
    #expect(reading.places.count == 1 && reading.places[0].hasPrefix(place), "\(reading.places)")
    #expect(reading.diagnostics.allSatisfy { $0.severity == .error && $0.help != nil })
  }

  @Test func otherFormatsDoNotGoWithIt() {
    let reading = Self.read("sparkplug: { group: g }", ", format: json")
    #expect(reading.diagnostics.map(\.code) == ["format"])
    let bare = Self.read("version: 5", ", format: sparkplug")
    #expect(bare.diagnostics.map(\.help) == ["add `sparkplug: { group: fleet }` to `mqtt`, for example"])
    let elsewhere = UplinkConfigurationTests.read("a: { websocket: { url: ws://h/ }, format: sparkplug }")
    #expect(elsewhere.diagnostics.contains { $0.code == "format" })
  }
}
