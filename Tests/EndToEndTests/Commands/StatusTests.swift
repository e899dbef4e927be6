import Foundation
import Testing

extension EndToEnd {
  /// What `status` tells of devices and their signals, of a gateway that reads some.
  @Suite(.serialized) struct StatusTests {
    private static func gateway(in bench: Bench) throws -> Gateway {
      try bench.write(
        """
        devices:
          gps: { driver: simulator, waypoints: [[6.1432, 46.2044], [6.1484, 46.2050]], every: 200 ms }
          reefer:
            driver: simulator
            every: 200 ms
            metrics:
              temperature: { values: [-18.5], unit: Cel }
              return_air: { values: [-17.25], unit: Cel }
              setpoint: { values: [-18], unit: Cel }
              fuel_level: { values: [130], unit: l }
              door: { values: [false] }
              mode: { values: [defrost] }
          genset:
            driver: modbus
            connection: { tcp: 127.0.0.1, port: \(Socket.freePort()) }
            unit: 1
            every: 1 s
            metrics: { speed: { holding: 0, type: uint16, unit: 1/min } }

        """, to: "etc/devices.d/truck.yaml")
      return try Gateway(Gateway.Settings(), in: bench)
    }

    private static func device(_ name: String, of status: WireValue) -> WireValue? {
      status["status"]?["devices"]?.elements?.first { $0["name"]?.text == name }
    }

    @Test func devicesStandWithTheirStateAndSignalsWithTheirLatestValue() throws {
      try Bench.with { bench in
        let gateway = try Self.gateway(in: bench)
        try gateway.start()
        var status = try gateway.status()
        try Wait.until("all three to be known; \(gateway.child?.tail ?? "")", within: 30) {
          status = try gateway.status()
          let signals = Self.device("reefer", of: status)?["signals"]?.elements ?? []
          return Self.device("genset", of: status)?["state"]?.text == "down"
            && Self.device("gps", of: status)?["heard_ago"] != nil
            && signals.count == 6 && signals.allSatisfy { $0["quality"]?.text == "good" }
        }
        #expect(Self.device("gps", of: status)?["state"]?.text == "up")
        let reefer = try #require(Self.device("reefer", of: status))
        #expect(try #require(reefer["heard_ago"]?.number) < 30)
        let temperature = reefer["signals"]?.elements?.first { $0["metric"]?.text == "temperature" }
        #expect(temperature?["value"]?.number == -18.5)
        #expect(temperature?["unit"]?.text == "Cel")
        #expect(try #require(temperature?["age"]?.number) < 30)
        let genset = try #require(Self.device("genset", of: status))
        #expect(genset["reason"]?.text == "refused")
        #expect(genset["heard_ago"] == nil)
        #expect(genset["signals"]?.elements?.first?["value"] == nil)

        let text = try gateway.command(["status", "--config", gateway.configuration])
        let lines = text.split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex { $0.hasPrefix("device") })
        let shown = lines[start...].prefix { $0.hasPrefix("device") || $0.hasPrefix(" ") }
        #expect(shown.allSatisfy { $0.count <= 80 })
        #expect(shown.contains { $0.hasPrefix("device    reefer is up, heard ") })
        #expect(shown.contains { $0.hasPrefix("device    genset is down: refused, not heard since the start") })
        #expect(shown.contains { $0.contains("temperature -18.5 Cel (") })
        #expect(shown.contains { $0.contains("door false (") })
        #expect(try gateway.stop().exit == .code(0))
      }
    }
  }
}
