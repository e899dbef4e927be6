import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// Dead letters from the refusal to the delivery, against real servers.
  @Suite(.serialized, .enabled(if: Environment.have("mosquitto"))) struct DeadLetterTests {
    /// Eight texts of 200 bytes.
    private static let texts = (0..<8).map { "t\($0): \"'\(String(repeating: "x", count: 200))'\"" }.joined(
      separator: ", ")

    /// Events on a command, one of them larger than the broker takes.
    private static let rules = """
      rules:
        - name: note
          on: { command: note }
          then: [{ event: { type: note, severity: info } }]
        - name: huge
          on: { command: huge }
          then: [{ event: { type: huge, severity: info, data: { \(texts) } } }]

      """

    private func command(_ gateway: Gateway, _ arguments: String...) throws -> String {
      try gateway.command(arguments + ["--config", gateway.configuration])
    }

    private func letters(_ gateway: Gateway) throws -> [WireValue] {
      try command(gateway, "journal", "dead", "--format", "json").split(separator: "\n").map {
        try WireValue.parse(Array($0.utf8))
      }
    }

    @Test func whatTheBrokerNeverTakesIsKeptAndSentOnceTheBrokerIsMended() throws {
      try Bench.with { bench in
        let limit = "message_size_limit 1500"
        let broker = try Broker(in: bench, access: "allow_anonymous true\n\(limit)")
        let subscriber = try Subscriber(port: broker.port, in: bench)
        var settings = Gateway.Settings()
        settings.brokerPort = broker.port
        settings.uplink = "order: strict\n    from: oldest\n    batch: { records: 10, linger: 0 s }"
        settings.rules = ["rules.yaml": Self.rules]
        let gateway = try Gateway(settings, in: bench)
        try gateway.start()
        for name in ["note", "huge", "note"] { _ = try command(gateway, "command", name) }
        func received() throws -> [ReceivedRecord] { try ReceivedRecord.records(in: subscriber.messages) }
        func events(_ type: String) throws -> [ReceivedRecord] {
          try received().filter { $0.object["event"]?["type"]?.text == type }
        }
        try Wait.until("a dead letter; \(gateway.child?.tail ?? "")", within: 180, every: 300) {
          try letters(gateway).count == 1
        }
        try Wait.until("what isn't refused", within: 120, every: 50) {
          Set(try events("note").map(\.identity)).count == 2
        }
        #expect(try events("huge").isEmpty)
        let letter = try #require(try letters(gateway).first)
        #expect(letter["uplink"]?.text == "central")
        #expect(letter["reason"]?.text?.isEmpty == false)
        #expect(letter["record"]?["event"]?["type"]?.text == "huge")
        #expect(try command(gateway, "journal", "dead").contains("event huge raised"))
        #expect(try command(gateway, "status").contains("1 dead letter"))
        #expect(try command(gateway, "journal").contains("1 dead letter,"))

        // Neither a kill nor a stop loses it.
        try gateway.kill()
        try gateway.start()
        #expect(try letters(gateway).count == 1)
        #expect(try gateway.stop().exit == .code(0))
        // Without a gateway its journal can be looked into, and nothing else.
        let seq = try #require(letter["seq"]?.number).description
        #expect(try letters(gateway).count == 1)
        let refused = try bench.run(
          gateway.binary, ["journal", "requeue", "--all", "--config", gateway.configuration], name: "requeue")
        #expect(refused.exit == .code(2))
        #expect(refused.errors.contains("systemctl start waypost"))
        try gateway.start()

        // Requeued in vain: the broker is as it was.
        #expect(try command(gateway, "journal", "requeue", "\(Int(Double(seq) ?? 0))") == "1 requeued\n")
        try Wait.until("it to be dead again", within: 180, every: 300) {
          let now = try letters(gateway)
          return now.count == 1 && now[0]["requeued"]?.flag == false
        }
        #expect(try events("huge").isEmpty)

        try broker.stop()
        let configuration = bench.path("mosquitto.conf")
        let mended = try String(contentsOfFile: configuration, encoding: .utf8).replacing("\(limit)\n", with: "")
        try bench.write(mended, to: "mosquitto.conf")
        try broker.start()
        try subscriber.waitUntilSubscribed()
        #expect(try command(gateway, "journal", "requeue", "--all") == "1 requeued\n")
        // It is on disk: killed before it was sent, it goes all the same.
        try gateway.kill()
        try gateway.start()
        try Wait.until("the requeued record; \(gateway.child?.tail ?? "")", within: 120, every: 50) {
          !(try events("huge").isEmpty)
        }
        let delivered = try #require(try events("huge").first)
        #expect(delivered.identity.seq == Int(Double(seq) ?? 0))
        #expect(delivered.object["again"]?.flag == true)
        #expect(delivered.isLate)
        try Wait.until("no dead letter to be left", within: 60, every: 300) { try letters(gateway).isEmpty }
        #expect(try command(gateway, "journal", "dead") == "no dead letters\n")
        #expect(try gateway.stop().exit == .code(0))
      }
    }

    @Test func whatAWebSocketServerRefusesIsKeptAndSentAgain() throws {
      try Bench.with { bench in
        let server = try ScriptReceiver(.waypost, in: bench)
        try server.refuse(true)
        var settings = Gateway.Settings()
        settings.destination = server.destination(port: server.port)
        let gateway = try Gateway(settings, in: bench)
        try bench.write(ReloadTests.simulator(), to: "etc/devices.d/truck.yaml")
        try gateway.start()
        try Wait.until("two dead letters; \(gateway.child?.tail ?? "")", within: 180, every: 300) {
          try letters(gateway).count >= 2
        }
        try bench.write("{}\n", to: "etc/devices.d/truck.yaml")
        try server.refuse(false)
        try gateway.kill()
        try gateway.start()
        let dead = try letters(gateway)
        #expect(dead.allSatisfy { $0["reason"]?.text == "poison" })
        let seqs = Set(dead.compactMap { $0["seq"]?.number.map { Int($0) } })
        #expect(seqs.allSatisfy { $0 % 40 == 7 })
        #expect(try server.received.allSatisfy { !seqs.contains($0.identity.seq) })
        #expect(
          try command(gateway, "journal", "requeue", "--all", "--uplink", "central") == "\(dead.count) requeued\n")
        try Wait.until("the requeued records; \(gateway.child?.tail ?? "")", within: 120, every: 50) {
          try Set(server.received.filter { $0.object["again"]?.flag == true }.map(\.identity.seq)) == seqs
        }
        try Wait.until("no dead letter to be left", within: 60, every: 300) { try letters(gateway).isEmpty }
        #expect(try gateway.stop().exit == .code(0))
      }
    }
  }
}
