import Foundation
import Testing

extension EndToEnd {
  /// examples/socketio: the server, and who watches, python-socketio's own client.
  @Suite(
    .serialized,
    .enabled(
      if: Environment.have("gpsd", "mosquitto", "sqlite3") && ExampleProgram.has("socketio", "aiohttp"),
      "apt-get install gpsd mosquitto sqlite3 python3-socketio python3-aiohttp"))
  struct SocketIOExampleTests {
    /// What a dashboard was told: the event, and its JSON.
    private struct Told {
      var event: String
      var data: WireValue

      static func all(_ dashboard: ExampleProgram) throws -> [Told] {
        try dashboard.child.outputLines.map { line in
          let parts = line.split(separator: " ", maxSplits: 1)
          return Told(event: String(parts[0]), data: try WireValue.parse(Array(parts[1].utf8)))
        }
      }
    }

    @Test func dashboardsSeeVehiclesAndNothingIsLost() throws {
      try Bench.with { bench in
        let port = Socket.freePort()
        let link = try TCPProxy(to: port, in: bench)
        let rig = try ExampleRig(
          in: bench, perSecond: 10,
          uplink: """
            websocket: { url: "ws://127.0.0.1:\(link.port)", dialect: socket.io, namespace: /vehicles, auth: { vehicleId: lorry } }
            batch: { linger: 0 s }
            """)
        let database = bench.path("fleet.db")
        let server = try ExampleProgram("socketio/server.py", [database, "\(port)"], name: "server", in: bench)
        try server.wait(forPort: port)
        let early = try ExampleProgram("socketio/dashboard.py", ["http://127.0.0.1:\(port)"], name: "early", in: bench)
        try early.wait(for: "vehicles:init []")
        try rig.gateway.start()
        rig.feed.start()
        func told(_ event: String) throws -> [WireValue] {
          try Told.all(early).filter { $0.event == event }.map(\.data)
        }
        try Wait.until("vehicles that move; \(early.child.tail)", within: 120, every: 100) {
          let places = Set(try told("vehicle:update").compactMap { $0["lng"]?.number })
          return places.count > 5
        }
        try Wait.until("a zone entered", within: 120, every: 100) { try !told("geofence:enter").isEmpty }
        let update = try #require(try told("vehicle:update").last)
        #expect(update["vehicleId"]?.text == "lorry" && update["online"]?.flag == true)
        #expect(update["lat"]?.number != nil && update["speed"]?.number != nil && update["heading"]?.number != nil)
        let entered = try #require(try told("geofence:enter").first)
        #expect(entered["vehicleId"]?.text == "lorry")
        #expect(entered["geofenceId"]?.text?.hasPrefix("stop_") ?? false)

        // Who comes later is told how things are.
        let later = try ExampleProgram("socketio/dashboard.py", ["http://127.0.0.1:\(port)"], name: "later", in: bench)
        // What moved in that moment may have come before it.
        func vehicles() throws -> [WireValue]? {
          try Told.all(later).first { $0.event == "vehicles:init" }?.data.elements
        }
        try Wait.until("the vehicles as they are; \(later.child.tail)", within: 120) {
          try vehicles()?.isEmpty == false
        }
        let known = try #require(try vehicles()?.first)
        #expect(known["vehicleId"]?.text == "lorry" && known["lng"]?.number != nil)

        link.set(.cut)
        try Wait.until("the vehicle to be offline", within: 120, every: 100) { try !told("vehicle:offline").isEmpty }
        Wait.pass(2)
        link.restore()
        let before = try told("vehicle:update").count
        try Wait.until("the vehicle to be back", within: 120, every: 100) {
          try told("vehicle:update").count > before + 5
        }

        // The server and the gateway die in the middle of it.
        try server.kill()
        Wait.pass(1)
        try server.start()
        try server.wait(forPort: port)
        try rig.restartGateway()
        Wait.pass(2)
        try rig.finish()
        func stored() throws -> Set<String> {
          let sqlite = try #require(Environment.program("sqlite3"))
          let result = try bench.run(
            sqlite,
            [
              "-cmd", ".timeout 5000", database,
              "SELECT gateway || ' ' || journal || ' ' || seq || ' ' || type FROM records",
            ], name: "sqlite3")
          return Set(result.output.split(separator: "\n").map(String.init))
        }
        let (found, wanted) = try rig.compared { Array(try stored()) }
        #expect(Set(found) == wanted)
        // The live vehicle never went back by what was late.
        let times = try told("vehicle:update").compactMap { $0["timestamp"]?.text }
        #expect(times == times.sorted())
        // A crossing is told once.
        let crossings = try (told("geofence:enter") + told("geofence:exit")).map {
          String(decoding: $0.raw, as: UTF8.self)
        }
        #expect(crossings.count == Set(crossings).count)
      }
    }

    @Test func aVehicleWithoutANameIsRefused() throws {
      try Bench.with { bench in
        let port = Socket.freePort()
        let rig = try ExampleRig(
          in: bench, perSecond: 10,
          uplink: "websocket: { url: \"ws://127.0.0.1:\(port)\", dialect: socket.io, namespace: /vehicles }")
        let server = try ExampleProgram(
          "socketio/server.py", [bench.path("fleet.db"), "\(port)"], name: "server", in: bench)
        try server.wait(forPort: port)
        try rig.gateway.start()
        let gateway = try #require(rig.gateway.child)
        try Wait.until("a word of the refusal; \(gateway.tail)", within: 120) {
          gateway.errors.contains("auth.vehicleId is missing")
        }
      }
    }
  }
}
