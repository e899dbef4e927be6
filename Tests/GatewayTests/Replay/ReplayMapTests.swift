import Config
import Foundation
import Geo
import Model
import Rules
import Testing

@testable import Gateway

/// The page that `waypost replay --map` writes; Tests/EndToEndTests/Replay opens it in a browser.
@Suite struct ReplayMapTests {
  static let rules = """
    zones:
      depot: { circle: [6.1432, 46.2044], radius: 120 m, name: "Depot <script>alert(1)</script>", tags: [site] }
      yard: { polygon: [[6.15, 46.20], [6.16, 46.20], [6.16, 46.21]] }
    rules:
      - name: visit
        on: { enter: depot, exit: depot }
        then:
          - event: geofence_event
      - name: fast
        when: gps.speed_kmh > 100
        then:
          - event: { type: speeding, severity: critical, data: { note: "'</script><script>alert(2)</script><!--" } }
    report:
      - signals: [gps.position]
        every: 20 s
    """

  static let track = """
    t,lat,lon,speed_mps
    1771000000,46.2044,6.1300,5
    1771000010,46.2044,6.1432,30
    1771000020,46.2044,6.1432,30
    1771000030,46.2044,6.1600,5
    1771000040,46.2044,6.1610,5
    1771000100,46.2045,6.1611,5

    """

  static func trace(_ track: String = track, rules: String = rules) throws -> (ReplayTrace, RuleSet) {
    let path = NSTemporaryDirectory() + "wp-track-\(UUID().uuidString).csv"
    try Data(track.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let set = try Box.ruleSet(rules)
    var run = try ReplayRun(track: path, rules: set, catalogue: Setup.defaultCatalogue)
    var trace = ReplayTrace(name: "drives/</title>yesterday.csv", device: "gps")
    while let step = try run.next() { trace.add(step) }
    trace.finish()
    #expect(run.share == 1)
    return (trace, set)
  }

  static func map(_ track: String = track, rules: String = rules, with other: String? = nil) throws -> ReplayMap {
    let (trace, set) = try trace(track, rules: rules)
    let second = try other.map { try Self.trace(track, rules: $0) }
    return ReplayMap(
      ReplayMap.Run(name: "rules.yaml", rules: set, traces: [trace]),
      comparedWith: second.map { ReplayMap.Run(name: "rules2.yaml", rules: $0.1, traces: [$0.0]) })
  }

  private static func data(_ map: ReplayMap) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(map.json)) as? [String: Any])
  }

  private static func list(_ value: Any?) -> [[String: Any]] { value as? [[String: Any]] ?? [] }

  @Test func dataHoldsTheDriveAsItWas() throws {
    let drive = try #require(Self.list(try Self.data(Self.map())["drives"]).first)
    #expect(drive["start"] as? Int == 1_771_000_000_000)
    #expect(drive["fixes"] as? Int == 6)
    #expect(drive["lat"] as? [Int] == [46_204_400, 0, 0, 0, 0, 100])
    #expect(drive["lon"] as? [Int] == [6_130_000, 13_200, 0, 16_800, 1000, 100])
    #expect(drive["t"] as? [Int] == [0, 10_000, 10_000, 10_000, 10_000, 60_000])
    #expect(drive["v"] as? [Int] == [180, 1080, 1080, 180, 180, 180])
    #expect(drive["breaks"] as? [Int] == [5])
  }

  @Test func dataHoldsWhatWasSentAndRaised() throws {
    let data = try Self.data(Self.map())
    let sent = try #require((data["sent"] as? [[[String: Any]]])?.first?.first)
    // At 0, 20 and 100 s as they came; those of 30 and 40 s when `every` ended.
    #expect(sent["lon"] as? [Int] == [6_130_000, 13_200, 16_800, 1000, 100])
    let events = Self.list(data["events"])
    #expect(events.map { $0["kind"] as? String } == ["entry", "raised", "exit", "cleared"])
    // The border is 898 m into the 1,018 m of the first ten seconds.
    #expect(abs(try #require(events[0]["t"] as? Int) - 8_821) < 5)
    #expect(events[1]["severity"] as? String == "critical")
    #expect(events[1]["data"] as? [[String]] == [["note", "'</script><script>alert(2)</script><!--"]])
    #expect(data["eventCount"] as? Int == 4)
  }

  @Test func circleIsTrueToItsRadius() throws {
    for center in [Coordinate(latitude: 46.2, longitude: 6.1), Coordinate(latitude: -75, longitude: 179.999)] {
      let outline = ZoneOutline(try Shape.circle(center: center, radius: 250))
      for point in outline.shapes[0][0] { #expect(abs(Geodesic.distance(center, point) - 250) < 0.01) }
    }
  }

  @Test func corridorIsItsLinesAndItsWidth() throws {
    let line = [Coordinate(latitude: 46, longitude: 6), Coordinate(latitude: 46.1, longitude: 6.1)]
    let outline = ZoneOutline(try Shape.corridor(lines: [line, line.reversed()], width: 30))
    #expect(outline.kind == .corridor)
    #expect(outline.width == 30)
    #expect(outline.shapes == [[line, line.reversed()]])
  }

  @Test func textsOfFilesCannotEndTheirElement() throws {
    let page = String(decoding: try Self.map().page(Self.leaflet()), as: UTF8.self)
    // The three of the page itself: data, Leaflet, ours.
    #expect(page.components(separatedBy: "<script").count == 4)
    #expect(page.components(separatedBy: "</script").count == 4)
    #expect(page.components(separatedBy: "</title").count == 2)
    #expect(!page.contains("alert(1)</script"))
  }

  @Test func policyAllowsNoRequestAndNoScriptButThePagesOwn() throws {
    let page = String(decoding: try Self.map().page(Self.leaflet()), as: UTF8.self)
    let policy = try #require(page.firstMatch(of: /Content-Security-Policy" content="([^"]*)"/)).output.1
    #expect(policy.hasPrefix("default-src 'none'; img-src data:; script-src 'sha256-"))
    #expect(!policy.contains("unsafe"))
    #expect(policy.components(separatedBy: "'sha256-").count == 5)
    // Of the empty string, by RFC 6234's implementations: the hash is of the right kind.
    #expect(ContentHash.source([]) == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='")
  }

  @Test func zonesAcrossTheAntimeridianStandBesideTheTrack() throws {
    let track = "t,lat,lon\n1,0,179.99\n2,0,-179.99\n"
    let rules = """
      zones:
        east: { circle: [-179.995, 0], radius: 100 m }
        west: { circle: [179.995, 0], radius: 100 m }
      """
    let data = try Self.data(Self.map(track, rules: rules))
    #expect(Self.list(data["drives"]).first?["lon"] as? [Int] == [179_990_000, 20_000])
    for zone in Self.list(data["zones"]) {
      let ring = try #require((zone["shapes"] as? [[[String: Any]]])?.first?.first)
      let first = try #require((ring["lon"] as? [Int])?.first)
      #expect(abs(first - 180_000_000) < 10_000, "\(zone["id"] ?? "")")
    }
  }

  @Test func tooManyZonesAreLessAndThePageSaysSo() throws {
    let zones = (0..<2100).map { "  z\($0): { circle: [\(20 + Double($0) / 100), 10], radius: 100 m }" }
    let rules = "zones:\n" + (zones + ["  depot: { circle: [6.1432, 46.2044], radius: 120 m }"]).joined(separator: "\n")
    let data = try Self.data(Self.map(rules: rules))
    #expect(Self.list(data["zones"]).count == ReplayMap.zoneLimit)
    #expect(Self.list(data["zones"]).first?["id"] as? String == "depot")
    #expect(
      data["notes"] as? [String] == ["Of 2101 zones 2000 are drawn: those with events, then those near the track."])
  }

  @Test func hundredThousandFixesAreThinnedAndThePageSaysSo() throws {
    let lines = DrivenTrackTests.winding(100_000).map {
      "\($0.milliseconds / 1000 + 1_771_000_000),\($0.coordinate.latitude),\($0.coordinate.longitude)"
    }
    let map = try Self.map("t,lat,lon\n" + lines.joined(separator: "\n") + "\n", rules: "zones: {}\n")
    let data = try Self.data(map)
    let drive = try #require(Self.list(data["drives"]).first)
    #expect(drive["fixes"] as? Int == 100_000)
    #expect(try #require(drive["lat"] as? [Int]).count <= DrivenTrack.limit)
    let notes = try #require(data["notes"] as? [String])
    #expect(notes.contains { $0.hasPrefix("Of 100000 fixes ") && $0.hasSuffix(" m from the line.") }, "\(notes)")
    #expect(map.json.count < 2_000_000)
  }

  @Test func comparisonMarksWhatOnlyOneHas() throws {
    let other = Self.rules.replacingOccurrences(of: "radius: 120 m", with: "radius: 150 m")
      .replacingOccurrences(of: "name: fast", with: "name: slow")
    let data = try Self.data(Self.map(with: other))
    #expect(data["runs"] as? [String] == ["rules.yaml", "rules2.yaml"])
    #expect(Self.list(data["zones"]).map { "\($0["id"] ?? "") \($0["run"] ?? "")" } == ["depot a", "depot b", "yard "])
    let events = Self.list(data["events"])
    #expect(events.contains { $0["rule"] as? String == "slow" && $0["run"] as? String == "b" })
    #expect(events.contains { $0["rule"] as? String == "fast" && $0["run"] as? String == "a" })
    #expect(
      events.contains { $0["rule"] as? String == "visit" && ($0["moved"] as? Double).map { abs($0) > 0.1 } ?? false })
  }

  /// A Leaflet of two lines, in a folder of its own.
  static func leaflet(
    script: String = "window.L = {};\n//# sourceMappingURL=x.map\n",
    style: String = ".a { background: url(images/a.png) }"
  ) throws -> LeafletFiles {
    let folder = NSTemporaryDirectory() + "wp-leaflet-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder + "/images", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data(script.utf8).write(to: URL(fileURLWithPath: folder + "/leaflet.js"))
    try Data(style.utf8).write(to: URL(fileURLWithPath: folder + "/leaflet.css"))
    try Data([1, 2, 3, 4]).write(to: URL(fileURLWithPath: folder + "/images/a.png"))
    return try LeafletFiles(folder: folder)
  }

  @Test func leafletNeedsNothingButItself() throws {
    let files = try Self.leaflet()
    #expect(String(decoding: files.style, as: UTF8.self) == ".a { background: url(data:image/png;base64,AQIDBA==) }")
    #expect(String(decoding: files.script, as: UTF8.self) == "window.L = {};\n")
    let strange =
      "a{b:url('https://example.com/a.png')} c{d:url(../../etc/passwd)} e{f:url(#default#VML)} g{h:url(images/none.png)}"
    let style = String(decoding: try Self.leaflet(style: strange).style, as: UTF8.self)
    #expect(style == "a{b:url(data:,)} c{d:url(data:,)} e{f:url(#default#VML)} g{h:url(data:,)}")
  }

  @Test func leafletThatIsMissingOrUnusableNamesTheRemedy() throws {
    #expect(throws: Diagnostic.self) { try Self.leaflet(script: "\"</SCRIPT>\"") }
    #expect(throws: Diagnostic.self) { try Self.leaflet(style: "</style>") }
    #expect {
      try LeafletFiles(folder: "/nowhere")
    } throws: { error in
      (error as? Diagnostic)?.help?.contains("apt install libjs-leaflet") ?? false
    }
  }
}
