import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// `waypost reload`: changed files whole or not at all.
  @Suite(.serialized) struct ReloadTests {
    static let rules = """
      zones:
        depot: { circle: [6.1432, 46.2044], radius: 120 m }
      rules:
        - name: visit
          on: { enter: depot, exit: depot }
          then: [{ event: geofence_event }]

      """

    static func simulator(every: String = "100 ms") -> String {
      "devices: { gps: { driver: simulator, waypoints: [[6.1432, 46.2044], [6.1484, 46.2050]], every: \(every), seed: 7 } }\n"
    }

    private func start(_ settings: Gateway.Settings = .init(), in bench: Bench) throws -> Gateway {
      let gateway = try Gateway(settings, in: bench)
      try bench.write(Self.simulator(), to: "etc/devices.d/truck.yaml")
      try gateway.start()
      return gateway
    }

    private func reload(_ gateway: Gateway, _ more: String...) throws -> (
      exit: Child.Exit, output: String, errors: String
    ) {
      return try gateway.bench.run(
        gateway.binary, ["reload", "--config", gateway.configuration] + more, name: "reload")
    }

    @Test func takesWhatChangedAndSaysSo() throws {
      try Bench.with { bench in
        let gateway = try start(in: bench)
        #expect(try reload(gateway).output.hasPrefix("reloaded, nothing has changed; configuration "))
        try bench.write(Self.rules, to: "etc/rules.d/a.yaml")
        try bench.write(Self.simulator(every: "200 ms"), to: "etc/devices.d/truck.yaml")
        let taken = try reload(gateway)
        #expect(taken.exit == .code(0), "\(taken.errors)")
        for line in ["rule added: visit", "zone added: depot", "device changed: gps"] {
          #expect(taken.output.contains(line), "\(taken.output)")
        }
        let status = try gateway.status()
        #expect(status["status"]?["rules"]?.elements?.first?["name"]?.text == "visit")
        #expect(status["status"]?["configuration"]?["reloads"]?.number == 2)
        #expect(taken.output.contains(status["status"]?["configuration"]?["fingerprint"]?.text ?? "none"))
        let fixes = status["status"]?["journal"]?["last"]?.number ?? 0
        try Wait.until("the exchanged device to be read") {
          try gateway.status()["status"]?["journal"]?["last"]?.number ?? 0 > fixes
        }
        let heard = gateway.notify?.messages.map(\.line) ?? []
        #expect(heard.count { $0 == "RELOADING=1" } == 2 && heard.contains { $0.hasPrefix("MONOTONIC_USEC=") })
        #expect(heard.last { $0.hasSuffix("=1") } == "READY=1")
        #expect(try gateway.stop().exit == .code(0))
      }
    }

    @Test func changedFilesAreTakenByAReloadOnlyAndAreThereWhenItReturns() throws {
      try Bench.with { bench in
        let gateway = try start(in: bench)
        try bench.write("rules:\n  - name: vis", to: "etc/rules.d/a.yaml")
        let before = try gateway.status()["status"]?["journal"]?["last"]?.number ?? 0
        try Wait.until("some more fixes") {
          try gateway.status()["status"]?["journal"]?["last"]?.number ?? 0 > before + 20
        }
        let status = try gateway.status()["status"]
        #expect(status?["rules"]?.elements?.isEmpty == true && status?["configuration"]?["refused"] == nil)
        try bench.write(Self.rules, to: "etc/rules.d/a.yaml")
        #expect(try reload(gateway).exit == .code(0))
        #expect(try gateway.status()["status"]?["rules"]?.elements?.first?["name"]?.text == "visit")
      }
    }

    @Test func mistakeIsShownAsCheckShowsItAndNothingChanges() throws {
      try Bench.with { bench in
        let gateway = try start(.init(rules: ["a.yaml": Self.rules]), in: bench)
        try bench.write("ruls: []\nzones: { x: { circle: [1, 2], radius: 5 } }\n", to: "etc/rules.d/b.yaml")
        let refused = try reload(gateway)
        let check = try bench.run(gateway.binary, ["check", "--config", gateway.configuration], name: "check")
        #expect(refused.exit == .code(1) && refused.output == "")
        #expect(refused.errors == check.errors + "waypost: nothing was changed; the gateway runs on as before\n")
        let status = try gateway.status()["status"]
        #expect(status?["rules"]?.elements?.first?["name"]?.text == "visit")
        #expect(status?["configuration"]?["refused"]?["reason"]?.text?.contains("b.yaml:1:1") == true)
        // Gone with the next that is taken.
        unlink(bench.path("etc/rules.d/b.yaml"))
        #expect(try reload(gateway).exit == .code(0))
        #expect(try gateway.status()["status"]?["configuration"]?["refused"] == nil)
      }
    }

    @Test(arguments: ["gateway:\n  id: another\n", "journal: { path: /tmp/another.db }\n"])
    func whatNeedsARestartIsRefusedAtItsPlace(_ text: String) throws {
      try Bench.with { bench in
        let gateway = try start(in: bench)
        var main = try String(contentsOfFile: gateway.configuration, encoding: .utf8)
        main =
          text.hasPrefix("gateway")
          ? main.replacingOccurrences(of: "id: e2e-truck", with: "id: another")
          : main.replacingOccurrences(of: "journal.db", with: "another.db")
        try bench.write(main, to: "etc/waypost.yaml")
        let refused = try reload(gateway)
        #expect(refused.exit == .code(1))
        #expect(refused.errors.contains("can't be changed while the gateway runs"))
        #expect(refused.errors.contains("waypost.yaml:") && refused.errors.contains("^"))
      }
    }

    @Test func withoutAGatewayItCouldNotBeDone() throws {
      try Bench.with { bench in
        let gateway = try Gateway(.init(), in: bench)
        let result = try reload(gateway)
        #expect(result.exit == .code(2) && result.errors.contains("no gateway answers"))
      }
    }

    @Test func hangUpSignalReloadsToo() throws {
      try Bench.with { bench in
        let gateway = try start(in: bench)
        try bench.write(Self.rules, to: "etc/rules.d/a.yaml")
        gateway.child?.signal(SIGHUP)
        try Wait.until("the rule to be there") {
          try gateway.status()["status"]?["rules"]?.elements?.first?["name"]?.text == "visit"
        }
        try Wait.until("a word of it; \(gateway.child?.tail ?? "")") {
          gateway.child?.errors.contains("configuration reloaded changed=\"rules 1, zones 1\"") == true
        }
      }
    }

    /// Reloads of good and bad files, some at once: no descriptor and no thread is left behind.
    @Test func reloadsLeakNothing() throws {
      try Bench.with { bench in
        let gateway = try start(.init(rules: ["a.yaml": Self.rules]), in: bench)
        let main = try String(contentsOfFile: gateway.configuration, encoding: .utf8)
        func change(_ number: Int) throws {
          let every = number % 2 == 0 ? "100 ms" : "120 ms"
          try bench.write(Self.simulator(every: every), to: "etc/devices.d/truck.yaml")
          try bench.write(
            main + "uplinks: { up\(number % 3): { mqtt: { url: \"mqtt://127.0.0.1:1\" } } }\n", to: "etc/waypost.yaml")
          try bench.write(
            number % 5 == 4 ? "ruls: 1" : Self.rules.replacingOccurrences(of: "visit", with: "v\(number)"),
            to: "etc/rules.d/a.yaml")
        }
        func held() throws -> (descriptors: Int, threads: Int) {
          let pid = gateway.child?.pid ?? 0
          return (
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count,
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task").count
          )
        }
        for number in 0..<6 {
          try change(number)
          _ = try reload(gateway)
        }
        let before = try held()
        let rounds = Environment.soak ? 1000 : 50
        for number in 0..<rounds {
          try change(number)
          #expect(try reload(gateway).exit == .code(number % 5 == 4 ? 1 : 0))
        }
        try change(5)
        _ = try reload(gateway)
        // The threads of links that just ended go by themselves.
        try Wait.until("descriptors and threads to be as before: \(before), now \((try? held()) ?? (0, 0))") {
          let now = try held()
          return now.descriptors <= before.descriptors + 1 && now.threads <= before.threads + 1
        }
        #expect(try gateway.stop().exit == .code(0))
      }
    }

    @Test func reloadsAtOnceComeOneAfterTheOther() throws {
      try Bench.with { bench in
        let gateway = try start(in: bench)
        try bench.write(Self.rules, to: "etc/rules.d/a.yaml")
        let children = try (0..<8).map {
          try Child(gateway.binary, ["reload", "--config", gateway.configuration], name: "reload-\($0)", in: bench)
        }
        for child in children { #expect(try child.wait() == .code(0)) }
        #expect(children.count { $0.output.contains("rule added: visit") } == 1)
        #expect(try gateway.status()["status"]?["configuration"]?["reloads"]?.number == 8)
      }
    }

    /// The process has no descriptor left for a while: the socket answers again afterwards.
    @Test(.enabled(if: Environment.have("prlimit"))) func controlSocketOutlivesALackOfDescriptors() throws {
      try Bench.with { bench in
        let gateway = try start(in: bench)
        let pid = gateway.child?.pid ?? 0
        func limit(_ count: String) throws {
          let program = try #require(Environment.program("prlimit"))
          #expect(try bench.run(program, ["--pid", "\(pid)", "--nofile=\(count)"], name: "prlimit").exit == .code(0))
        }
        _ = try gateway.status()
        try limit("3:4096")
        let blocked = try Child(
          gateway.binary, ["status", "--config", gateway.configuration], name: "blocked", in: bench)
        Wait.pass(1.5)
        #expect(blocked.exit != .code(0))
        try limit("1024:4096")
        try Wait.until("the socket to answer; \(gateway.child?.tail ?? "")", every: 100) {
          try bench.run(gateway.binary, ["status", "--config", gateway.configuration], name: "again").exit == .code(0)
        }
      }
    }
  }

  /// What a reload does to connections.
  @Suite(.serialized, .enabled(if: Environment.have("mosquitto"))) struct ReloadConnectionTests {
    private func main(_ gateway: Gateway, port: Int, password: String?, more: String = "") throws -> String {
      var text = try String(contentsOfFile: gateway.configuration, encoding: .utf8)
      text = text.components(separatedBy: "uplinks:")[0]
      let secret = password.map { ", username: box, password: { file: \($0) }" } ?? ""
      return text + "uplinks:\n  central:\n    mqtt: { url: \"mqtt://127.0.0.1:\(port)\"\(secret) }\n\(more)"
    }

    private func connects(_ gateway: Gateway, _ uplink: String) -> Int {
      (gateway.child?.errors ?? "").split(separator: "\n").count {
        $0.contains("uplink connected") && $0.contains("uplink=\(uplink)")
      }
    }

    @Test func connectionsThatNothingChangedForStay() throws {
      try Bench.with { bench in
        let broker = try Broker(in: bench)
        let gateway = try Gateway(.init(brokerPort: broker.port), in: bench)
        try bench.write(ReloadTests.simulator(), to: "etc/devices.d/truck.yaml")
        let secret = try bench.write("first\n", to: "etc/password")
        chmod(secret, 0o600)
        try bench.write(try main(gateway, port: broker.port, password: secret), to: "etc/waypost.yaml")
        try gateway.start()
        try Wait.until("the connection") { connects(gateway, "central") == 1 }
        let more = "  second:\n    mqtt: { url: \"mqtt://127.0.0.1:\(broker.port)\" }\n"
        try bench.write(try main(gateway, port: broker.port, password: secret, more: more), to: "etc/waypost.yaml")
        #expect(try gateway.command(["reload", "--config", gateway.configuration]).contains("uplink added: second"))
        try Wait.until("the second connection") { connects(gateway, "second") == 1 }
        #expect(connects(gateway, "central") == 1, "untouched")

        // The same file name, another secret.
        try bench.write("second\n", to: "etc/password")
        let rotated = try gateway.command(["reload", "--config", gateway.configuration])
        #expect(rotated.contains("connected anew with changed credentials: central"), "\(rotated)")
        try Wait.until("the connection with the new secret") { connects(gateway, "central") == 2 }
        #expect(connects(gateway, "second") == 1)

        try bench.write(try main(gateway, port: broker.port, password: secret), to: "etc/waypost.yaml")
        #expect(try gateway.command(["reload", "--config", gateway.configuration]).contains("uplink removed: second"))
        try Wait.until("a word of it; \(gateway.child?.tail ?? "")") {
          gateway.child?.errors.contains("uplink stopped") == true
        }
        #expect(try gateway.stop().exit == .code(0))
      }
    }
  }
}
