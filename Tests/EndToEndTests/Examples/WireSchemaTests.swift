import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// Everything that the gateway says in the format `json` is as docs/schemas/messages.json has it, and everything described there is said.
  @Suite(
    .serialized,
    .enabled(
      if: Environment.have("gpsd", "mosquitto", "sqlite3") && ExampleProgram.has("websockets", "jsonschema"),
      "apt-get install gpsd mosquitto sqlite3 python3-websockets python3-jsonschema"))
  struct WireSchemaTests {
    private static let rules =
      Rig.rules() + """
          - name: warm
            when: reefer.temperature > -10
            then:
              - event: { type: cold_chain, severity: critical, data: { temperature: reefer.temperature, door: reefer.door, words: reefer.label } }
          - name: stopped
            on: { command: nonsense }
            then:
              - event: { type: nonsense, severity: info }

        """

    private static let devices = """
      devices:
        reefer:
          driver: simulator
          every: 500 ms
          metrics:
            temperature: { from: -20, to: -5, over: 3 s, unit: Cel }
            door: { values: [true, false], over: 1 s }
            label: { values: [one, "tëo \\"2\\""], over: 1 s }
        lost:
          driver: modbus
          profile: tiny
          connection: { tcp: 127.0.0.1, port: 9 }
          unit: 1
          every: 1 s

      """

    /// Wipes a block of records in a stopped gateway's journal, as a worn-out card does with a page.
    private func damage(_ journal: String, in bench: Bench) throws {
      let sqlite = try #require(Environment.program("sqlite3"))
      let middle = "SELECT rowid FROM blocks ORDER BY rowid DESC LIMIT 1 OFFSET 2"
      let result = try bench.run(
        sqlite,
        [journal, "UPDATE blocks SET data = zeroblob(length(data)) WHERE rowid = (\(middle)); SELECT changes();"],
        name: "sqlite3")
      try #require(result.exit == .code(0) && result.output == "1\n", "\(result.output)\(result.errors)")
    }

    /// A line each: `ok`, or what is wrong.
    private func verdicts(of lines: String, in bench: Bench) throws -> [Substring] {
      let result = try bench.run(
        "/bin/sh",
        [
          "-c", "exec \"$0\" \"$1\" \"$2\" < \"$3\"", "/usr/bin/python3",
          "\(Environment.packageRoot)/Tests/UplinksTests/Description/validate.py",
          "\(Environment.packageRoot)/docs/schemas/messages.json", bench.path(lines),
        ], name: "validate", within: 300)
      try #require(result.exit == .code(0), "\(result.errors)")
      return result.output.split(separator: "\n")
    }

    /// Beside Sparkplug's own messages there is one more, in JSON; and nothing else.
    @Test func whatGoesBesideSparkplugIsDescribed() throws {
      try Bench.with { bench in
        let rig = try ExampleRig(
          in: bench, perSecond: 5, uplink: "mqtt: { url: \"mqtt://127.0.0.1:BROKER\", sparkplug: { group: fleet } }")
        let host = try Subscriber(port: rig.broker.port, topic: "#", in: bench)
        try rig.gateway.start()
        rig.feed.start()
        func beside() -> [Subscriber.Message] {
          host.messages.filter { !$0.topic.hasPrefix("spBv1.0/") && !$0.topic.hasPrefix("witness/") }
        }
        try Wait.until("questions; \(rig.gateway.child?.tail ?? "")", within: 180, every: 50) { beside().count >= 3 }
        try rig.finish()
        _ = try rig.gateway.stop()
        let messages = beside()
        #expect(Set(messages.map(\.topic)) == ["waypost/e2e-truck/sync"])
        try bench.write(
          messages.flatMap { message in
            ["sync", ""].map { #"{"name":"\#($0)","value":\#(String(decoding: message.payload, as: UTF8.self))}"# }
          }.joined(separator: "\n") + "\n", to: "beside.jsonl")
        let verdicts = try verdicts(of: "beside.jsonl", in: bench)
        #expect(verdicts.count == 2 * messages.count && verdicts.allSatisfy { $0 == "ok" }, "\(verdicts)")
      }
    }

    @Test func whatIsSentIsWhatIsDescribed() throws {
      try Bench.with { bench in
        let port = Socket.freePort()
        let rig = try ExampleRig(
          in: bench, perSecond: 5,
          uplink: """
            websocket: { url: "ws://127.0.0.1:\(port)" }
            batch: { records: 1 }
            commands: [status]
            """,
          rules: Self.rules, devices: Self.devices)
        try bench.write(
          "model: Tiny\nprotocol: modbus\nmetrics: { level: { holding: 0, type: int16, unit: m } }\n",
          to: "etc/profiles.d/tiny.yaml")
        try rig.gateway.start()
        rig.feed.start()
        func kinds() throws -> Set<String> { Set(try rig.received.map(\.type)) }
        try Wait.until("the first of each kind; \(rig.gateway.child?.tail ?? "")", within: 180, every: 100) {
          try kinds().isSuperset(of: ["position", "reading", "event", "geofence_event", "device"])
        }
        // The broker says that it is gone; what it keeps meanwhile goes to nobody, and a part of it is destroyed.
        try rig.gateway.kill()
        try Wait.until("the broker's word of it") {
          rig.witness.messages.contains {
            $0.topic.hasSuffix("/status") && String(decoding: $0.payload, as: UTF8.self).contains(#""online":false"#)
          }
        }
        try rig.broker.stop()
        try rig.gateway.start()
        Wait.pass(4)
        let stopped = try rig.gateway.stop()
        #expect(stopped.exit == .code(0))
        try damage(bench.path("journal.db"), in: bench)
        try rig.broker.start()
        try rig.witness.waitUntilSubscribed()
        let listener = try ExampleProgram(
          "\(Environment.packageRoot)/Tests/EndToEndTests/Examples/listener.py", ["\(port)"], name: "listener",
          in: bench)
        try listener.wait(forPort: port)
        try rig.gateway.start()
        try Wait.until("a gap; \(rig.gateway.child?.tail ?? "")", within: 180, every: 100) {
          try kinds().contains("gap")
        }
        let spoken = { () -> [WireValue] in
          try listener.child.outputLines.map { line in
            try WireValue.parse(Array(try #require(WireValue.parse(Array(line.utf8))["text"]?.text).utf8))
          }
        }
        try Wait.until("answers to both commands, and records", within: 180, every: 100) {
          let types = try spoken().compactMap { $0["type"]?.text }
          return Set(types).isSuperset(of: ["pong", "position", "gap"]) && types.count { $0 == "response" } >= 2
        }
        try rig.finish()
        _ = try rig.gateway.stop()
        try Wait.until("the farewell") {
          rig.witness.messages.last.map { String(decoding: $0.payload, as: UTF8.self).contains(#""online":false"#) }
            ?? false
        }

        var lines: [(name: String, value: WireValue)] = try rig.witness.messages.map {
          ($0.topic.hasSuffix("/status") ? "status" : "", try WireValue.parse($0.payload))
        }
        let overMQTT = lines.count
        lines += try spoken().map { ("", $0) }
        try bench.write(
          lines.map { #"{"name":"\#($0.name)","value":\#(String(decoding: $0.value.raw, as: UTF8.self))}"# }
            .joined(separator: "\n") + "\n", to: "said.jsonl")
        let verdicts = try verdicts(of: "said.jsonl", in: bench)
        #expect(verdicts.count == lines.count)
        let wrong = zip(lines, verdicts).filter { $0.1 != "ok" }.map {
          "\(String(decoding: $0.0.value.raw.prefix(600), as: UTF8.self)): \($0.1)"
        }
        #expect(wrong.isEmpty, "\(wrong.count):\n\(wrong.prefix(5).joined(separator: "\n"))")

        // Everything that there is was said.
        let statuses = lines[..<overMQTT].filter { $0.name == "status" }.map(\.value)
        let records = try rig.received
        var wanted: Set<String> = ["position", "reading", "event", "geofence_event", "device", "gap"]
        if statuses.contains(where: { $0["clock"]?.text == "unsynchronised" }) {
          wanted.insert("time")
          #expect(records.contains { $0.object["time_quality"]?.text == "unsynchronised" })
        } else {
          print("this machine's clock is synchronised: no record without UTC, and none of the kind time")
        }
        #expect(Set(records.map(\.type)) == wanted)
        let responses = try spoken().filter { $0["type"]?.text == "response" }
        #expect(responses.contains { $0["ok"]?.flag == false && $0["commands"] != nil && $0["id"]?.text == "c-1" })
        #expect(responses.contains { $0["ok"]?.flag == true && $0["result"] != nil && $0["id"]?.number == 2 })
        #expect(records.contains { $0.object["late"]?.flag == true })
        #expect(records.contains { $0.object["event"]?["state"]?.text == "cleared" })
        #expect(records.contains { $0.object["state"]?.text == "down" })
        #expect(statuses.contains { $0["online"]?.flag == true })
        #expect(statuses.contains { $0["online"]?.flag == false && $0["head"] == nil })
        #expect(statuses.contains { $0["online"]?.flag == false && $0["head"] != nil })
        #expect(lines[..<overMQTT].contains { $0.value["type"]?.text == "batch" })
        print("\(lines.count) messages, \(records.count) records over MQTT")
      }
    }
  }
}
