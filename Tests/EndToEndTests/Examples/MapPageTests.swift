import Foundation
import Testing

extension EndToEnd {
  /// examples/map: the page in a real browser, on a real broker's listener for browsers, with a real gateway.
  @Suite(
    .serialized,
    .enabled(
      if: Environment.have("gpsd", "mosquitto", "chromium") && ExampleProgram.has("websockets")
        && FileManager.default.fileExists(atPath: "/usr/share/javascript/leaflet"),
      "apt-get install gpsd mosquitto chromium libjs-leaflet python3-websockets"))
  struct MapPageTests {
    /// A browser that has the page open, as it is, from its file.
    private struct Browser {
      let bench: Bench
      let port: Int
      let child: Child

      init(broker: Int, in bench: Bench) throws {
        self.bench = bench
        port = Socket.freePort()
        let chromium = try #require(Environment.program("chromium"))
        child = try Child(
          chromium,
          [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--user-data-dir=\(bench.path("profile"))", "--remote-debugging-port=\(port)", "--window-size=1100,700",
            "--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            "file://\(ExampleProgram.path("map/index.html"))?broker=ws://127.0.0.1:\(broker)/",
          ], name: "chromium", in: bench, environment: ["HOME": bench.directory])
        let port = port
        try Wait.until("the browser; \(child.tail)", within: 180, every: 100) { Socket.answers(port: port) }
      }

      /// What an expression is in the page; nothing as long as the page isn't there.
      func look(_ expression: String) throws -> WireValue? {
        try bench.write(expression + "\n", to: "expression")
        let result = try bench.run(
          "/bin/sh",
          [
            "-c", "exec \"$0\" \"$1\" \"$2\" < \"$3\"", ExampleProgram.python,
            "\(Environment.packageRoot)/Tests/EndToEndTests/Examples/look.py", "\(port)", bench.path("expression"),
          ], name: "look")
        let line = result.output.split(separator: "\n").first
        let value = try line.map { try WireValue.parse(Array($0.utf8)) }
        return value?["error"] == nil ? value : nil
      }

      /// The vehicle's row in the list.
      func row(_ key: String) throws -> String? {
        try look("document.querySelector('li[data-vehicle=\"e2e-truck\"]')?.dataset.\(key) ?? null")?.text
      }

      /// Where its marker is on the screen.
      func marker() throws -> String? {
        try look("document.querySelector('.leaflet-marker-icon.vehicle')?.style.transform ?? null")?.text
      }
    }

    @Test(arguments: ["none", "deflate"]) func theVehicleMovesAndIsSeenToGo(compress: String) throws {
      try Bench.with { bench in
        let port = Socket.freePort()
        let rig = try ExampleRig(
          in: bench, perSecond: 10, access: "allow_anonymous true\nlistener \(port) 127.0.0.1\nprotocol websockets",
          uplink: """
            mqtt: { url: "mqtt://127.0.0.1:BROKER" }
            compress: \(compress)
            batch: { linger: 0 s }
            """)
        try rig.gateway.start()
        rig.feed.start()
        let browser = try Browser(broker: port, in: bench)
        func wait(_ what: String, _ condition: () throws -> Bool) throws {
          try Wait.until("\(what); \(browser.child.tail)", within: 180, every: 100, condition)
        }
        // The status came before the page: it was retained.
        try wait("the vehicle online") { try browser.row("online") == "true" }
        try wait("the vehicle on the map") { try browser.marker() != nil }
        let (place, marker, time) = try (browser.row("latitude"), browser.marker(), browser.row("timestamp"))
        try wait("it to move") {
          try browser.row("latitude") != place && browser.marker() != marker
            && (browser.row("timestamp") ?? "") > (time ?? "")
        }
        try wait("a zone") {
          try browser.look("document.querySelector('#events li')?.textContent ?? null")?.text?.contains(
            "e2e-truck entered stop_") ?? false
        }
        try wait("a line") {
          try browser.look("vehicles.get('e2e-truck').line.getLatLngs().length")?.number ?? 0 > 5
        }
        #expect(try browser.look("document.getElementById('connection').textContent")?.text == "connected")

        // Killed: the broker says so. Away properly: it says so itself.
        try rig.gateway.kill()
        try wait("the vehicle offline") { try browser.row("online") == "false" }
        #expect(try browser.look("document.querySelector('.vehicle').classList.contains('offline')")?.flag == true)
        try rig.gateway.start()
        try wait("the vehicle online again") { try browser.row("online") == "true" }
        try rig.gateway.stop()
        try wait("the vehicle offline again") { try browser.row("online") == "false" }

        // The broker restarts: the page comes back by itself.
        try rig.broker.stop()
        try wait("no connection") {
          try browser.look("document.getElementById('connection').textContent")?.text?.contains("again in") ?? false
        }
        try rig.broker.start()
        try rig.gateway.start()
        let before = try browser.row("timestamp") ?? ""
        try wait("the vehicle to move on") {
          try (browser.row("timestamp") ?? "") > before && browser.row("online") == "true"
        }
        #expect(
          !browser.child.errors.contains("CONSOLE") || !browser.child.errors.contains("Uncaught"),
          "\(browser.child.tail)")
      }
    }

    @Test func itsBrokerListensForGatewaysAndBrowsers() throws {
      try Bench.with { bench in
        let (gateways, browsers) = (Socket.freePort(), Socket.freePort())
        let text = try String(contentsOfFile: ExampleProgram.path("map/mosquitto.conf"), encoding: .utf8)
          .replacingOccurrences(of: "listener 1883", with: "listener \(gateways)")
          .replacingOccurrences(of: "listener 9001", with: "listener \(browsers)")
        try bench.write(text, to: "mosquitto.conf")
        let child = try Child(
          try #require(Environment.program("mosquitto")), ["-c", bench.path("mosquitto.conf")], name: "mosquitto",
          in: bench)
        try Wait.until("both listeners; \(child.tail)", every: 50) {
          if let exit = child.exit { throw Failure("mosquitto: \(exit); \(child.tail)") }
          return Socket.answers(port: gateways) && Socket.answers(port: browsers)
        }
      }
    }
  }
}
