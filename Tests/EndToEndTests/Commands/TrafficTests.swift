import Foundation
import Testing

extension EndToEnd {
  /// What `status` says that an uplink cost, against what a proxy on the way has seen.
  @Suite(.serialized, .enabled(if: Environment.have("mosquitto"))) struct TrafficTests {
    private static func gateway(_ port: Int, _ uplink: String, _ every: String, in bench: Bench) throws -> Gateway {
      var settings = Gateway.Settings()
      settings.brokerPort = port
      settings.uplink = uplink
      settings.rules = [
        "ticks.yaml": """
        rules:
          - name: ticks
            on: { every: \(every) }
            then:
              - event: { type: tick, severity: info }
        """
      ]
      return try Gateway(settings, in: bench)
    }

    private static func total(_ gateway: Gateway) throws -> (sent: Int, received: Int) {
      let days = try gateway.status()["status"]?["uplinks"]?.elements?.first?["bytes_per_day"]?.elements ?? []
      func sum(_ key: String) -> Int { days.reduce(0) { $0 + Int($1[key]?.number ?? 0) } }
      return (sum("sent"), sum("received"))
    }

    @Test func bytesOfTheDayAreThoseOfTheSocketAlsoAcrossRestarts() throws {
      try Bench.with { bench in
        let broker = try Broker(in: bench)
        let proxy = try TCPProxy(to: broker.port, in: bench)
        let gateway = try Self.gateway(proxy.port, "batch: { records: 1 }", "1 s", in: bench)
        for run in 1...2 {
          try gateway.start()
          let before = proxy.carried(.toServer)
          try Wait.until("some traffic; \(gateway.child?.tail ?? "")", within: 120) {
            proxy.carried(.toServer) - before > 2000
          }
          // It is told every ten seconds; meanwhile more has gone, and a little may be on its way to the proxy.
          let known = (sent: proxy.carried(.toServer), received: proxy.carried(.toClient))
          try Wait.until("the count of run \(run); \(gateway.child?.tail ?? "")", within: 120, every: 100) {
            let counted = try Self.total(gateway)
            return (known.sent...proxy.carried(.toServer) + 600).contains(counted.sent)
              && (known.received...proxy.carried(.toClient) + 200).contains(counted.received)
          }
          try gateway.stop()
          try Wait.until("the proxy to have read its last word") { proxy.isIdle }
        }
        // The last word of each connection is counted, too: nothing is missing, and nothing counted twice.
        // Asked where nobody listens: the first bytes of another connection would be counted as well.
        let after = try Self.gateway(Socket.freePort(), "batch: { records: 1 }", "1 s", in: bench)
        try after.start()
        let counted = try Self.total(after)
        let (sent, received) = (proxy.carried(.toServer), proxy.carried(.toClient))
        print("status: \(counted.sent) B up, \(counted.received) B down; proxy: \(sent) B, \(received) B")
        #expect(abs(counted.sent - sent) <= 16 && abs(counted.received - received) <= 16)
        try after.stop()
      }
    }

    @Test func aMeteredUplinkSaysNothingThatIsNotNeeded() throws {
      try Bench.with { bench in
        let broker = try Broker(in: bench)
        let subscriber = try Subscriber(port: broker.port, in: bench)
        try subscriber.waitUntilSubscribed()
        var cost: [String: Int] = [:]
        let metered = "metered: { budget: 1 KB per day }\n    compress: none"
        for (name, uplink) in [("plain", "order: live_first"), ("metered", metered)] {
          let proxy = try TCPProxy(to: broker.port, in: bench)
          let gateway = try Self.gateway(proxy.port, uplink, "5 s", in: bench)
          try bench.write(
            """
            devices:
              gps: { driver: simulator, waypoints: [[6.1432, 46.2044], [6.1484, 46.2050]], every: 200 ms, seed: 7 }
            """, to: "etc/devices.d/gps.yaml")
          let known = subscriber.messages.count
          func said(_ text: String) -> Int {
            subscriber.messages.dropFirst(known).count { String(decoding: $0.payload, as: UTF8.self).contains(text) }
          }
          try gateway.start()
          try Wait.until("five events; \(gateway.child?.tail ?? "")", within: 120) { said("\"tick\"") >= 5 }
          cost[name] = proxy.carried(.toServer) + proxy.carried(.toClient)
          let positions = said("\"type\":\"position\"")
          if name == "metered" {
            #expect(positions == 0, "positions wait for the allowance")
            let uplink = try gateway.status()["status"]?["uplinks"]?.elements?.first
            #expect(try #require(uplink?["waiting"]?.number) > 50)
          } else {
            #expect(positions > 0)
          }
          try gateway.stop()
        }
        print("bytes for five events: \(cost)")
        #expect(try #require(cost["metered"]) * 3 < #require(cost["plain"]))
      }
    }
  }
}
