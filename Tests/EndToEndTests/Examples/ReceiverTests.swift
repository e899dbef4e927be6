import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// The receivers of the guide for servers' developers, with everything that may happen to them and to their link.
  ///
  /// A subscriber of the test's own has a second uplink, so that there is something to compare with.
  @Suite(
    .serialized,
    .enabled(
      if: Environment.have("gpsd", "mosquitto", "mosquitto_pub", "sqlite3")
        && ExampleProgram.has("websockets", "paho.mqtt"),
      "apt-get install gpsd mosquitto sqlite3 python3-websockets python3-paho-mqtt"))
  struct ReceiverTests {
    /// What SQLite says; before the receiver has made its table, nothing.
    @discardableResult private func query(_ query: String, _ database: String, in bench: Bench) throws -> [String] {
      let sqlite = try #require(Environment.program("sqlite3"))
      // What begins with a comment would be taken for an option.
      let result = try bench.run(sqlite, ["-cmd", ".timeout 5000", database, "\n" + query], name: "sqlite3")
      guard result.exit == .code(0) else {
        if result.errors.contains("no such table") { return [] }
        throw Failure("sqlite3: \(result.errors)")
      }
      return result.output.split(separator: "\n").map(String.init)
    }

    /// The records in a receiver's database, a line each.
    private func stored(_ database: String, in bench: Bench) throws -> [String] {
      try query("SELECT gateway || ' ' || journal || ' ' || seq || ' ' || type FROM records", database, in: bench)
    }

    private func missing(upTo low: Int, _ database: String, in bench: Bench) throws -> [String] {
      try query(ServerGuide().missing(gateway: "e2e-truck", low: low), database, in: bench)
    }

    /// Waits until what came to the test's own subscriber is in the database, then compares.
    private func compare(_ rig: ExampleRig, _ database: String) throws {
      try rig.finish()
      let (found, wanted) = try rig.compared { try stored(database, in: rig.bench) }
      #expect(wanted.subtracting(found).isEmpty, "lost: \(wanted.subtracting(found).sorted().prefix(8))")
      #expect(Set(found).subtracting(wanted).isEmpty, "invented: \(Set(found).subtracting(wanted).sorted().prefix(8))")
      #expect(found.count == Set(found).count)
      #expect(found.count > 50 && found.contains { $0.hasSuffix(" geofence_event") })
      // The guide's own way to find what is missing, with the last word of the gateway on what is settled.
      let batches = try ReceivedBatch.batches(in: rig.witness.messages)
      let low = try #require(batches.last?.low.values.min())
      #expect(low > 50)
      #expect(try missing(upTo: low, database, in: rig.bench) == [])
      let one = try #require(found.first { $0.hasSuffix(" position") }).split(separator: " ")[2]
      try query("DELETE FROM records WHERE seq = \(one)", database, in: rig.bench)
      #expect(try missing(upTo: low, database, in: rig.bench) == [String(one)])
      print("\(found.count) records, of which \(found.count { $0.hasSuffix(" geofence_event") }) crossings")
    }

    @Test(arguments: ["100", "1"]) func theWebSocketReceiverLosesNothing(batch: String) throws {
      try Bench.with { bench in
        let port = Socket.freePort()
        let link = try TCPProxy(to: port, in: bench)
        let rig = try ExampleRig(
          in: bench, perSecond: 20,
          uplink: """
            websocket: { url: "ws://127.0.0.1:\(link.port)", token: secret }
            batch: { records: \(batch), linger: 0 s }
            """)
        let database = bench.path("records.db")
        let receiver = try ExampleProgram(
          "receiver-websocket/receiver.py", [database, "\(port)", "secret"], name: "receiver", in: bench)
        try receiver.wait(forPort: port)
        try rig.gateway.start()
        rig.feed.start()
        func grow() throws {
          let count = try stored(database, in: bench).count
          try Wait.until("more records; \(receiver.child.tail)", within: 120, every: 100) {
            try stored(database, in: bench).count > count
          }
        }
        for round in 0..<(Environment.soak ? 24 : 6) {
          try grow()
          switch round % 3 {
          case 0:
            try receiver.kill()
            Wait.pass(0.5)
            try receiver.start()
          case 1: link.dropConnections()
          default: try rig.restartGateway()
          }
        }
        try grow()
        try compare(rig, database)
      }
    }

    @Test func theWebSocketReceiverSendsAStrangerAway() throws {
      try Bench.with { bench in
        let port = Socket.freePort()
        let rig = try ExampleRig(
          in: bench, perSecond: 10, uplink: "websocket: { url: \"ws://127.0.0.1:\(port)\", token: wrong }")
        let database = bench.path("records.db")
        let receiver = try ExampleProgram(
          "receiver-websocket/receiver.py", [database, "\(port)", "secret"], name: "receiver", in: bench)
        try receiver.wait(forPort: port)
        try rig.gateway.start()
        rig.feed.start()
        let gateway = try #require(rig.gateway.child)
        try Wait.until("a word of the refusal; \(gateway.tail)", within: 120) {
          gateway.errors.contains("unknown token")
        }
        #expect(try stored(database, in: bench).isEmpty)
      }
    }

    @Test(arguments: ["none", "deflate"]) func theMQTTReceiverLosesNothing(compress: String) throws {
      try Bench.with { bench in
        let rig = try ExampleRig(
          in: bench, perSecond: 20,
          uplink: """
            mqtt: { url: "mqtt://127.0.0.1:BROKER" }
            compress: \(compress)
            batch: { linger: 0 s }
            """)
        let link = try TCPProxy(to: rig.broker.port, in: bench)
        let database = bench.path("records.db")
        let receiver = try ExampleProgram(
          "receiver-mqtt/receiver.py", [database, "127.0.0.1", "\(link.port)"], name: "receiver", in: bench)
        try rig.broker.waitUntilSubscribed("receiver", to: "waypost/+/batch/z")
        try rig.gateway.start()
        rig.feed.start()
        func grow() throws {
          let count = try stored(database, in: bench).count
          try Wait.until("more records; \(receiver.child.tail)", within: 180, every: 100) {
            try stored(database, in: bench).count > count
          }
        }
        for round in 0..<(Environment.soak ? 24 : 6) {
          try grow()
          switch round % 3 {
          case 0:
            try receiver.kill()
            Wait.pass(0.5)
            try receiver.start()
          case 1: link.dropConnections()
          default: try rig.restartGateway()
          }
        }
        try grow()
        try compare(rig, database)
      }
    }

    /// What the guide says of the broker holds for the configuration that it shows: no limit of 1000, and a restart forgets nothing.
    @Test func theBrokerKeepsWhatWaitsForTheReceiver() throws {
      try Bench.with { bench in
        let port = Socket.freePort()
        let text = try String(contentsOfFile: ExampleProgram.path("receiver-mqtt/mosquitto.conf"), encoding: .utf8)
          .replacingOccurrences(of: "listener 1883", with: "listener \(port)")
          .replacingOccurrences(of: "persistence_location /tmp/", with: "persistence_location \(bench.path("broker"))/")
        try bench.write(text, to: "mosquitto.conf")
        let folder = bench.path("broker")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // As root it becomes somebody else.
        chmod(folder, 0o777)
        let program = try #require(Environment.program("mosquitto"))
        func broker(_ name: String) throws -> Child {
          let child = try Child(program, ["-c", bench.path("mosquitto.conf")], name: name, in: bench)
          try Wait.until("the broker; \(child.tail)") { Socket.answers(port: port) }
          return child
        }
        let first = try broker("first")
        let database = bench.path("records.db")
        let receiver = try ExampleProgram(
          "receiver-mqtt/receiver.py", [database, "127.0.0.1", "\(port)"], name: "receiver", in: bench)
        try receiver.wait(for: "connected: ")
        func publish(_ numbers: ClosedRange<Int>) throws {
          let lines = numbers.map { #"{"type":"device","gateway":"g","journal":"abcdef","seq":\#($0)}"# }
          try bench.write(lines.joined(separator: "\n") + "\n", to: "lines")
          let publisher = try #require(Environment.program("mosquitto_pub"))
          let result = try bench.run(
            "/bin/sh",
            [
              "-c", "exec \"$0\" -p \"$1\" -q 1 -t waypost/g/device -l < \"$2\"", publisher, "\(port)",
              bench.path("lines"),
            ],
            name: "publish")
          #expect(result.exit == .code(0), "\(result.errors)")
        }
        // What came before the subscription is nobody's.
        try Wait.until("the subscription", every: 50) {
          try publish(1...1)
          return try stored(database, in: bench).count == 1
        }
        try receiver.kill()
        try publish(2...3000)
        first.signal(SIGTERM)
        #expect(try first.wait() == .code(0))
        _ = try broker("second")
        try receiver.start()
        try Wait.until("what waited; \(receiver.child.tail)", within: 240, every: 200) {
          try stored(database, in: bench).count == 3000
        }
      }
    }

    /// The comparison can fail: a receiver that forgets its session loses what comes while it is away.
    @Test func aReceiverWithoutASessionIsFoundOut() throws {
      try Bench.with { bench in
        let rig = try ExampleRig(
          in: bench, perSecond: 20, uplink: "mqtt: { url: \"mqtt://127.0.0.1:BROKER\" }\nbatch: { linger: 0 s }")
        let program = try String(contentsOfFile: ExampleProgram.path("receiver-mqtt/receiver.py"), encoding: .utf8)
        let careless = try bench.write(
          program.replacingOccurrences(of: #""clean_session": False"#, with: #""clean_session": True"#),
          to: "careless.py")
        let database = bench.path("records.db")
        let receiver = try ExampleProgram(
          careless, [database, "127.0.0.1", "\(rig.broker.port)"], name: "receiver", in: bench)
        try rig.broker.waitUntilSubscribed("receiver", to: "waypost/+/batch/z")
        try rig.gateway.start()
        rig.feed.start()
        try Wait.until("some records", within: 120, every: 100) { try stored(database, in: bench).count > 10 }
        try receiver.kill()
        let before = try rig.lines.count
        try Wait.until("records that it misses", within: 120, every: 100) { try rig.lines.count > before + 20 }
        try receiver.start()
        try receiver.wait(for: "connected: ")
        let count = try stored(database, in: bench).count
        try Wait.until("records after that", within: 120, every: 100) { try stored(database, in: bench).count > count }
        // Until the gateway's word on what is settled is about what was missed, too.
        let head = try #require(try rig.received.map(\.identity.seq).max())
        func settled() throws -> Int { try ReceivedBatch.batches(in: rig.witness.messages).last?.low.values.min() ?? 0 }
        try Wait.until("all that to be settled", within: 120, every: 100) { try settled() > head }
        try rig.finish()
        let low = try settled()
        #expect(try !missing(upTo: low, database, in: bench).isEmpty)
      }
    }
  }
}
