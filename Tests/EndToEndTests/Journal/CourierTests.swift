import Foundation
import Testing

extension EndToEnd {
  /// What waits is carried by hand, and uplinks that come and go.
  @Suite(.serialized, .enabled(if: Environment.have("mosquitto"))) struct CourierTests {
    private static let rules =
      "rules:\n  - { name: note, on: { command: note }, then: [{ event: { type: note, severity: info } }] }\n"

    private func command(_ gateway: Gateway, _ arguments: String...) throws -> String {
      try gateway.command(arguments + ["--config", gateway.configuration])
    }

    private func note(_ gateway: Gateway, _ count: Int) throws {
      for _ in 0..<count { _ = try command(gateway, "command", "note") }
    }

    @Test func whatWasCarriedIsNotSentAndTheRestIs() throws {
      try Bench.with { bench in
        let broker = try Broker(in: bench)
        try broker.stop()
        var settings = Gateway.Settings()
        settings.brokerPort = broker.port
        settings.rules = ["rules.yaml": Self.rules]
        let gateway = try Gateway(settings, in: bench)
        try gateway.start()
        try note(gateway, 5)
        let file = bench.path("usb.jsonl.gz")
        let saved = try command(gateway, "journal", "export", file)
        let again = try bench.run(
          gateway.binary, ["journal", "export", file, "--config", gateway.configuration], name: "again")
        #expect(again.exit == .code(2) && again.errors.contains("--force"), "\(again.errors)")
        try note(gateway, 3)
        // What gunzip makes of it is the wire's JSON, line by line.
        let plain = try bench.run("/bin/gzip", ["-dc", file], name: "gunzip")
        let lines = try plain.output.split(separator: "\n").map { try WireValue.parse(Array($0.utf8)) }
        let carried = try lines.flatMap { try ReceivedRecord.records(in: $0, time: .now) }
        #expect(carried.count { $0.object["event"]?["type"]?.text == "note" } == 5)
        #expect(saved == "\(carried.count) records saved to \(file)\n")
        #expect(carried.allSatisfy { $0.isLate })
        try bench.write(plain.output, to: "usb.jsonl")

        let marked = try command(gateway, "journal", "mark-delivered", bench.path("usb.jsonl"))
        #expect(marked.hasPrefix("\(carried.count) marked as delivered to central; "), "\(marked)")
        let repeated = try command(gateway, "journal", "mark-delivered", file)
        #expect(repeated.hasPrefix("0 marked as delivered to central, \(carried.count) were already"), "\(repeated)")
        // A kill forgets nothing of it.
        try gateway.kill()
        try broker.start()
        let subscriber = try Subscriber(port: broker.port, in: bench)
        try gateway.start()
        func received() throws -> [ReceivedRecord] { try ReceivedRecord.records(in: subscriber.messages) }
        try Wait.until("the rest; \(gateway.child?.tail ?? "")", within: 120, every: 50) {
          try received().count { $0.object["event"]?["type"]?.text == "note" } >= 3
        }
        let seqs = Set(carried.map(\.identity.seq))
        #expect(try received().allSatisfy { !seqs.contains($0.identity.seq) })
        #expect(try received().count { $0.object["event"]?["type"]?.text == "note" } == 3)
        try gateway.stop()
      }
    }

    /// While it is connected: what is marked meanwhile is not sent either.
    @Test func aRenamedUplinkBeginsAnewAndTheOldOneIsKeptUntilItIsDropped() throws {
      try Bench.with { bench in
        let broker = try Broker(in: bench)
        let subscriber = try Subscriber(port: broker.port, in: bench)
        var settings = Gateway.Settings()
        settings.brokerPort = Socket.freePort()
        settings.uplink = "order: strict\n    from: oldest\n    keep: 30 d\n    batch: { linger: 0 s }"
        settings.rules = ["rules.yaml": Self.rules]
        let gateway = try Gateway(settings, in: bench)
        try gateway.start()
        try note(gateway, 4)
        func uplinks() throws -> [String: WireValue] {
          let summary = try WireValue.parse(Array(try command(gateway, "journal", "show", "--format", "json").utf8))
          return Dictionary(
            uniqueKeysWithValues: (summary["uplinks"]?.elements ?? []).map { ($0["name"]?.text ?? "?", $0) })
        }
        let waiting = try #require(try uplinks()["central"]?["waiting"]?.number)
        #expect(waiting >= 4)
        let refused = try bench.run(
          gateway.binary, ["journal", "drop", "central", "--config", gateway.configuration], name: "drop")
        #expect(refused.exit == .code(2) && refused.errors.contains("--even-configured"))

        // Under another name, to a broker that is there, from now on.
        let old = try String(contentsOfFile: gateway.configuration, encoding: .utf8)
        let renamed = old.replacing("central:", with: "hub:").replacing("from: oldest", with: "from: now")
          .replacing(":\(settings.brokerPort ?? 0)", with: ":\(broker.port)")
        try bench.write(renamed, to: "etc/waypost.yaml")
        _ = try command(gateway, "reload")
        var known = try uplinks()
        #expect(known["central"]?["configured"]?.flag == false)
        #expect(known["central"]?["waiting"]?.number ?? 0 >= waiting)
        #expect(try command(gateway, "journal").contains("central: not configured"))
        try note(gateway, 1)
        func notes() throws -> Int {
          try Set(
            ReceivedRecord.records(in: subscriber.messages).filter { $0.object["event"]?["type"]?.text == "note" }
              .map(\.identity)
          ).count
        }
        try Wait.until("the new event", within: 120, every: 50) { try notes() == 1 }

        // Back under its old name it goes on where it was, `from` or not.
        try bench.write(renamed.replacing("hub:", with: "central:"), to: "etc/waypost.yaml")
        _ = try command(gateway, "reload")
        try Wait.until("what had waited", within: 120, every: 50) { try notes() == 5 }

        known = try uplinks()
        #expect(known["hub"]?["configured"]?.flag == false)
        #expect(try command(gateway, "journal", "drop", "hub").contains("given up"))
        #expect(try uplinks().keys.sorted() == ["central"])
        try gateway.stop()
        // Read without a gateway.
        #expect(try command(gateway, "journal", "list", "--kind", "event").split(separator: "\n").count == 5)
        #expect(try command(gateway, "journal", "show").contains("uplink     central"))
      }
    }
  }
}
