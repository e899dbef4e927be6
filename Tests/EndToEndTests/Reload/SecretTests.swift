import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// A password is in nothing that the gateway says, keeps or sends.
  @Suite(.serialized, .enabled(if: Environment.have("mosquitto", "mosquitto_passwd"))) struct SecretTests {
    static let secret = "pl4nted-Secret"

    private func broker(in bench: Bench, password: String) throws -> Broker {
      let program = try #require(Environment.program("mosquitto_passwd"))
      let file = bench.path("broker-passwords")
      let made = try bench.run(program, ["-b", "-c", file, "box", password], name: "mosquitto_passwd")
      #expect(made.exit == .code(0), "\(made.errors)")
      chmod(file, 0o644)
      return try Broker(in: bench, access: "allow_anonymous false\npassword_file \(file)")
    }

    /// Everything that the gateway wrote or said: files of its folder, and what commands gave.
    private func search(_ gateway: Gateway, except own: Set<String>) throws -> [String] {
      let bench = gateway.bench
      var found: [String] = []
      let needle = Data(Self.secret.utf8)
      for case let name as String in FileManager.default.enumerator(atPath: bench.directory) ?? .init() {
        guard !own.contains(name), let data = FileManager.default.contents(atPath: bench.path(name)) else { continue }
        if data.range(of: needle) != nil { found.append(name) }
      }
      return found
    }

    @Test(arguments: ["file", "literal", "credential"], [true, false])
    func plantedSecretIsNowhere(_ how: String, isRight: Bool) throws {
      try Bench.with { bench in
        let broker = try broker(in: bench, password: isRight ? Self.secret : "another")
        let gateway = try Gateway(.init(brokerPort: broker.port), in: bench)
        try bench.write(ReloadTests.simulator(), to: "etc/devices.d/truck.yaml")
        let secret = try bench.write(Self.secret + "\n", to: "credentials/box")
        chmod(secret, 0o600)
        let password =
          switch how {
          case "file": "{ file: \(secret) }"
          case "literal": Self.secret
          default: "{ credential: box }"
          }
        let text = try String(contentsOfFile: gateway.configuration, encoding: .utf8)
          .replacingOccurrences(
            of: "url: mqtt://127.0.0.1:\(broker.port)",
            with: "{ url: \"mqtt://127.0.0.1:\(broker.port)\", username: box, password: \(password) }"
          )
          .replacingOccurrences(of: "mqtt:\n", with: "mqtt:\n        ")
        try bench.write(text, to: "etc/waypost.yaml")
        let notify = try NotifySocket(in: bench, name: "notify")
        let child = try Child(
          gateway.binary, ["run", "--config", gateway.configuration, "--log-level", "debug"], name: "run", in: bench,
          environment: ["NOTIFY_SOCKET": notify.path, "CREDENTIALS_DIRECTORY": bench.path("credentials")])
        try Wait.until("READY=1; \(child.tail)") { notify.has("READY=1") }
        try gateway.record("on")
        if isRight {
          try Wait.until("a record to be delivered; \(child.tail)") {
            try gateway.status()["status"]?["uplinks"]?.elements?.first?["acknowledged"]?.number ?? 0 > 0
          }
        } else {
          try Wait.until("the refusal; \(child.tail)") {
            child.errors.contains("needs attention") || child.errors.contains("not authori")
          }
        }
        // A mistake in the very line of the password, told by check, by the log and over the socket.
        try bench.write(text.replacingOccurrences(of: "username: box", with: "usrname: box"), to: "etc/waypost.yaml")
        for (index, command) in [
          ["reload"], ["reload", "--format", "json"], ["check"], ["check", "--format", "json"], ["status"],
          ["status", "--format", "json"], ["doctor"],
        ].enumerated() {
          try bench.run(gateway.binary, command + ["--config", gateway.configuration], name: "said-\(index)")
        }
        try bench.write(text, to: "etc/waypost.yaml")
        try gateway.command(["reload", "--config", gateway.configuration])
        try gateway.record("export", bench.path("drive.recording"))
        child.signal(SIGTERM)
        #expect(try child.wait() == .code(0))
        let own: Set = ["etc/waypost.yaml", "credentials/box", "broker-passwords"]
        #expect(try search(gateway, except: how == "literal" ? own : own.subtracting(["etc/waypost.yaml"])) == [])
      }
    }

    @Test func fileThatOthersCanReadIsWarnedOfByCheckAndByRun() throws {
      try Bench.with { bench in
        let gateway = try Gateway(.init(brokerPort: 1), in: bench)
        let secret = try bench.write(Self.secret, to: "etc/password")
        chmod(secret, 0o644)
        let text = try String(contentsOfFile: gateway.configuration, encoding: .utf8)
          .replacingOccurrences(
            of: "url: mqtt://127.0.0.1:1",
            with: "url: mqtt://127.0.0.1:1\n      username: box\n      password: { file: password }")
        try bench.write(text, to: "etc/waypost.yaml")
        let check = try bench.run(gateway.binary, ["check", "--config", gateway.configuration], name: "check")
        #expect(check.exit == .code(1) && check.errors.contains("chmod 600 \(secret)"), "\(check.errors)")
        let child = try gateway.start()
        _ = child
        #expect(gateway.child?.errors.components(separatedBy: "can read or write").count == 2, "once")
        #expect(try gateway.stop().exit == .code(0))
      }
    }
  }
}
