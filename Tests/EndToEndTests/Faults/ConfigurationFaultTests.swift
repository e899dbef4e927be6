import Foundation
import Testing

extension EndToEnd {
  /// Files that cannot be right: refused at once with exit 78, the place and the reason.
  @Suite(.serialized) struct ConfigurationFaultTests {
    static let openRing = """
      {"type":"Feature","id":"yard","properties":{},"geometry":{"type":"Polygon","coordinates":
        [[[6.1,46.2],[6.2,46.2],[6.2,46.3],[6.1,46.3]]]}}
      """
    /// Seattle with latitude first: −122° is no latitude.
    static let swappedAxes = """
      {"type":"Feature","id":"yard","properties":{},"geometry":{"type":"Polygon","coordinates":
        [[[47.6,-122.3],[47.7,-122.3],[47.7,-122.2],[47.6,-122.2],[47.6,-122.3]]]}}
      """

    private func refused(
      by gateway: Gateway, naming words: [String], _ place: SourceLocation = #_sourceLocation
    ) throws {
      let child = try gateway.launch()
      let exit = try child.wait()
      #expect(exit == .code(78), "\(child.tail)", sourceLocation: place)
      for word in words {
        #expect(child.errors.lowercased().contains(word), "no \(word): \(child.tail)", sourceLocation: place)
      }
      #expect(gateway.notify?.has("READY=1") == false, sourceLocation: place)
    }

    @Test func aConfigurationThatIsADirectory() throws {
      try Bench.with { bench in
        let gateway = try Gateway(.init(), in: bench)
        try FileManager.default.removeItem(atPath: gateway.configuration)
        try FileManager.default.createDirectory(atPath: gateway.configuration, withIntermediateDirectories: false)
        try refused(by: gateway, naming: ["waypost.yaml", "directory"])
      }
    }

    @Test func aConfigurationThatIsNotThere() throws {
      try Bench.with { bench in
        let gateway = try Gateway(.init(), in: bench)
        try FileManager.default.removeItem(atPath: gateway.configuration)
        try refused(by: gateway, naming: ["waypost.yaml", "no such file"])
      }
    }

    @Test(arguments: ["etc/waypost.yaml", "etc/rules.d/big.yaml", "etc/devices.d/big.yaml"])
    func aYAMLOfTwoGigabytes(_ name: String) throws {
      try Bench.with { bench in
        let gateway = try Gateway(.init(), in: bench)
        try bench.write("# big\n", to: name)
        // Sparse: it takes no room, but read as a whole it would.
        #expect(truncate(bench.path(name), 2 << 30) == 0)
        try refused(by: gateway, naming: [(name as NSString).lastPathComponent, "2.1 gb", "at most"])
      }
    }

    @Test(arguments: [("open ring", openRing, ["open"]), ("swapped axes", swappedAxes, ["latitude"])])
    func aZoneThatIsNone(_ what: String, _ text: String, _ words: [String]) throws {
      try Bench.with { bench in
        let gateway = try Gateway(.init(), in: bench)
        try bench.write(text, to: "etc/zones.d/yard.geojson")
        try refused(by: gateway, naming: ["yard.geojson:2:"] + words)
        let check = try bench.run(
          gateway.binary, ["check", "--config", gateway.configuration, "--format", "json"], name: "check")
        #expect(check.exit == .code(1), "\(what): \(check.errors)")
        let finding = try #require(check.output.split(separator: "\n").first)
        let object = try WireValue.parse(Array(String(finding).utf8))
        #expect(object["line"]?.number == 2)
        #expect(object["file"]?.text?.hasSuffix("yard.geojson") == true)
        #expect(object["severity"]?.text == "error")
      }
    }

    @Test func severalFaultsAreAllToldAtOnce() throws {
      try Bench.with { bench in
        let gateway = try Gateway(.init(), in: bench)
        try bench.write("devices:\n  gps:\n    drivr: gpsd\n", to: "etc/devices.d/a.yaml")
        try bench.write("ruls: []\n", to: "etc/rules.d/a.yaml")
        try refused(by: gateway, naming: ["drivr", "driver", "ruls", "rules"])
      }
    }
  }
}
