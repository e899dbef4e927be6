import Foundation
import Testing

extension EndToEnd {
  /// Commands through mosquitto to a gateway that is killed between a command and its answer.
  @Suite(.serialized, .enabled(if: Environment.have("mosquitto", "mosquitto_pub"))) struct CommandTests {
    private static let rules = """
      rules:
        - name: door
          on: { command: { open_door: { number: number } } }
          then:
            - event: { type: door_opened, severity: info, data: { number: trigger.args.number } }
      """

    private struct Setting {
      let bench: Bench
      let broker: Broker
      let subscriber: Subscriber
      let gateway: Gateway

      init(in bench: Bench, commands: String, access: String = "allow_anonymous true") throws {
        self.bench = bench
        broker = try Broker(in: bench, access: access)
        subscriber = try Subscriber(port: broker.port, in: bench)
        try subscriber.waitUntilSubscribed()
        var settings = Gateway.Settings()
        settings.brokerPort = broker.port
        settings.uplink = "from: oldest\n    batch: { records: 1 }\n    commands: \(commands)"
        settings.rules = ["door.yaml": CommandTests.rules]
        gateway = try Gateway(settings, in: bench)
      }

      func give(_ name: String, _ payload: String) throws {
        _ = try bench.run(
          try #require(Environment.program("mosquitto_pub")),
          [
            "-h", "127.0.0.1", "-p", "\(broker.port)", "-q", "1", "-t", "waypost/e2e-truck/command/\(name)", "-m",
            payload,
          ], name: "give")
      }

      func answers(to id: String) throws -> [WireValue] {
        try subscriber.messages.filter { $0.topic == "waypost/e2e-truck/response/\(id)" }.map {
          try WireValue.parse($0.payload)
        }
      }

      /// As a server does it: again and again until there is an answer.
      func ask(_ name: String, _ id: String, _ arguments: String = "{}") throws -> WireValue {
        let known = try answers(to: id).count
        for _ in 0..<60 {
          try give(name, "{\"id\":\"\(id)\",\"args\":\(arguments)}")
          for _ in 0..<20 {
            if let answer = try answers(to: id).dropFirst(known).last { return answer }
            Wait.pass(0.05)
          }
        }
        throw Failure("no answer to \(id); \(gateway.child?.tail ?? "")")
      }

      /// Events by the number of the command that caused them, with the identities that they came under.
      func doors() throws -> [Int: Set<String>] {
        var found: [Int: Set<String>] = [:]
        for message in subscriber.messages where message.topic == "waypost/e2e-truck/event" {
          let event = try WireValue.parse(message.payload)["event"]
          let number = try #require(event?["data"]?["number"]?.number)
          found[Int(number), default: []].insert(try #require(event?["id"]?.text))
        }
        return found
      }
    }

    @Test func killedBetweenCommandAndAnswerEachIsCarriedOutOnce() throws {
      try Bench.with { bench in
        let setting = try Setting(in: bench, commands: "[open_door]")
        try setting.gateway.start()
        _ = try setting.ask("open_door", "first", "{\"number\":0}")
        let count = 12
        var kept: [Int: String] = [:]
        for number in 1...count {
          try setting.give("open_door", "{\"id\":\"c-\(number)\",\"args\":{\"number\":\(number)}}")
          // Before it is taken, while it is, or after its answer has gone.
          Wait.pass(Double(number % 6) * 0.004)
          try setting.gateway.kill()
          if let answer = try setting.answers(to: "c-\(number)").last { kept[number] = answer.without([]) }
          try setting.gateway.start()
          let answer = try setting.ask("open_door", "c-\(number)", "{\"number\":\(number)}")
          #expect(answer["ok"]?.flag == true, "\(answer.without([]))")
          if let before = kept[number] { #expect(before == answer.without([])) }
        }
        try Wait.until("the events; \(setting.gateway.child?.tail ?? "")") {
          try setting.doors().count == count + 1
        }
        for (number, ids) in try setting.doors() { #expect(ids.count == 1, "door \(number): \(ids)") }
        print("answered before the kill: \(kept.count) of \(count)")
        try setting.gateway.stop()
      }
    }

    /// The broker takes nothing above a size until somebody mends it; then the server asks for what it has refused.
    @Test func requeueBringsWhatWasRefusedOnceTheServerIsMended() throws {
      try Bench.with { bench in
        let limit = "message_size_limit 700"
        let setting = try Setting(
          in: bench, commands: "[requeue, open_door, note]", access: "allow_anonymous true\n\(limit)")
        let text = String(repeating: "x", count: 250)
        let data = (0..<4).map { "t\($0): trigger.args.text" }.joined(separator: ", ")
        try bench.write(
          """
          rules:
            - name: note
              on: { command: { note: { text: text } } }
              then: [{ event: { type: note, severity: info, data: { \(data) } } }]

          """, to: "etc/rules.d/note.yaml")
        try setting.gateway.start()
        #expect(try setting.ask("note", "n-1", "{\"text\":\"\(text)\"}")["ok"]?.flag == true)
        func dead() throws -> Int {
          try setting.gateway.command([
            "journal", "dead", "--format", "json", "--config", setting.gateway.configuration,
          ])
          .split(separator: "\n").count
        }
        try Wait.until("a dead letter; \(setting.gateway.child?.tail ?? "")", within: 180, every: 300) {
          // A broker that hangs up must have taken others for that.
          _ = try setting.ask("open_door", "d-\(UInt64.random(in: 0...UInt64.max))", "{\"number\":1}")
          return try dead() == 1
        }
        try setting.broker.stop()
        let configuration = bench.path("mosquitto.conf")
        let mended = try String(contentsOfFile: configuration, encoding: .utf8).replacing("\(limit)\n", with: "")
        try bench.write(mended, to: "mosquitto.conf")
        try setting.broker.start()
        try setting.subscriber.waitUntilSubscribed()
        let answer = try setting.ask("requeue", "again")
        #expect(answer["result"]?["requeued"]?.number == 1, "\(answer.without([]))")
        try Wait.until("the record; \(setting.gateway.child?.tail ?? "")", within: 120, every: 50) {
          try setting.subscriber.messages.contains {
            guard $0.topic == "waypost/e2e-truck/event" else { return false }
            let record = try WireValue.parse($0.payload)
            return record["again"]?.flag == true && record["event"]?["type"]?.text == "note"
          }
        }
        try Wait.until("no dead letter to be left", within: 60, every: 300) {
          try setting.gateway.command(["journal", "dead", "--config", setting.gateway.configuration])
            == "no dead letters\n"
        }
        #expect(try setting.ask("requeue", "again").without([]) == answer.without([]))
        try setting.gateway.stop()
      }
    }

    @Test func theDeskGivesWhatTheServerMayGive() throws {
      try Bench.with { bench in
        let setting = try Setting(in: bench, commands: "none")
        try setting.gateway.start()
        func give(_ arguments: String...) throws -> (exit: Child.Exit, errors: String) {
          let result = try bench.run(
            setting.gateway.binary, ["command"] + arguments + ["--config", setting.gateway.configuration],
            name: "desk-\(UInt64.random(in: 0...UInt64.max))")
          return (result.exit, result.errors)
        }
        #expect(try give("open_door", "number=7").exit == .code(0))
        try Wait.until("the event; \(setting.gateway.child?.tail ?? "")") { try setting.doors()[7] != nil }
        for (argument, words) in [
          ("number=seven", "`number` of `open_door` is a number"),
          ("seven=7", "`open_door` takes `number`, and no `seven`"),
        ] {
          let refused = try give("open_door", argument)
          #expect(refused.exit == .code(2) && refused.errors.contains(words), "\(refused)")
        }
        #expect(try give("open_door", "7").errors.contains("`seconds=5`"))
        #expect(try setting.doors().count == 1)
        try setting.gateway.stop()
      }
    }

    @Test func resendBringsTheSameRecordsAgainLate() throws {
      try Bench.with { bench in
        let setting = try Setting(in: bench, commands: "[resend, status, open_door]")
        try setting.gateway.start()
        for number in 1...10 { _ = try setting.ask("open_door", "c-\(number)", "{\"number\":\(number)}") }
        func records() throws -> [WireValue] {
          try setting.subscriber.messages.filter { $0.topic.hasSuffix("/event") }.map {
            try WireValue.parse($0.payload)
          }
        }
        try Wait.until("ten events") { try records().count == 10 }
        let first = try records()
        let seqs = try first.map { try #require($0["seq"]?.number) }
        let (from, to) = (Int(seqs[3]), Int(seqs[6]))
        let answer = try setting.ask("resend", "again", "{\"from\":\(from),\"to\":\(to)}")
        #expect(answer["ok"]?.flag == true, "\(answer.without([]))")
        #expect(try #require(answer["result"]?["records"]?.number) >= 4)
        try Wait.until("four more; \(setting.gateway.child?.tail ?? "")") { try records().count == 14 }
        let again = try records().dropFirst(10)
        #expect(again.map { $0.without(["late"]) } == first[3...6].map { $0.without(["late"]) })
        #expect(again.allSatisfy { $0["late"]?.flag == true })
        // The repeated command is answered and sends nothing.
        #expect(try setting.ask("resend", "again", "{\"from\":\(from),\"to\":\(to)}").without([]) == answer.without([]))
        let status = try setting.ask("status", "how")
        #expect(status["result"]?["version"]?.text?.isEmpty == false)
        #expect(try setting.ask("reboot", "no")["ok"]?.flag == false)
        try setting.gateway.stop()
        #expect(try records().count == 14)
      }
    }
  }
}
