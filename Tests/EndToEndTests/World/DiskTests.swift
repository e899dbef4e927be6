import Foundation
import Model
import Testing

extension EndToEnd {
  /// The journal's disk is full, by others' doing or our own, and room comes back: a small ext4 on a loop device.
  @Suite(.serialized, .enabled(if: Environment.have("gpsd", "mosquitto"))) struct DiskTests {
    /// Sensors that fill some 20 KB a second, with text that hardly deflates.
    private static func load(_ bench: Bench) throws {
      var random = Seeded(seed: 9)
      let alphabet = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")
      var text = "devices:\n  load:\n    driver: simulator\n    every: 100 ms\n    metrics:\n"
      for metric in 0..<10 {
        let values = (0..<8).map { _ in
          "\"" + String((0..<250).map { _ in alphabet[Int(random.next() % 64)] }) + "\""
        }
        text += "      m\(metric): { over: 100 ms, values: [\(values.joined(separator: ", "))] }\n"
      }
      try bench.write(text, to: "etc/devices.d/load.yaml")
    }

    private func rig(_ bench: Bench, journal: String? = nil, limit: String) throws -> Rig {
      let rig = try Rig(
        in: bench, perSecond: 10, flush: 0.25, rules: ClockTests.rules, journal: journal, limit: limit)
      try Self.load(bench)
      return rig
    }

    /// As `Rig.waitUntilLastFixArrived`, without reading megabytes again and again.
    private func waitUntilLastFixIsHeard(_ rig: Rig) throws {
      guard let last = rig.feed.fixes.last?.fix.milliseconds else { return }
      let word = Array("\(Timestamp(milliseconds: last))".utf8)
      var read = 0
      try Wait.until(
        "the fix of \(Timestamp(milliseconds: last)); \(rig.gateway.child?.tail ?? "")", within: 240, every: 100
      ) {
        let messages = rig.subscriber.messages
        defer { read = messages.count }
        return messages[read...].contains { $0.payload.contains(word) }
      }
    }

    /// Whatever came is what was sent, in order, and what didn't is told; of the events each one came.
    private func judge(_ rig: Rig, _ place: SourceLocation = #_sourceLocation) throws -> Holes {
      let judge = try rig.judge
      let holes = Holes(judge.firstArrivals)
      #expect(holes.isExplained, "\(holes.description)", sourceLocation: place)
      let violations = judge.identityViolations + judge.orderViolations(.strict)
      #expect(violations.isEmpty, "\(few(violations))", sourceLocation: place)
      let ticks = judge.inOrder.filter { $0.object["event"]?["type"]?.text == "tick" }.compactMap(\.fixTime)
      #expect(ticks.count > 10, sourceLocation: place)
      #expect(
        zip(ticks, ticks.dropFirst()).allSatisfy { abs($1 - $0 - 1000) < 50 }, "an event is missing",
        sourceLocation: place)
      print(holes.description)
      return holes
    }

    @Test func aDiskThatOthersFillStopsNeitherRecordingNorDelivery() throws {
      try Bench.with { bench in
        guard let disk = try SmallDisk(megabytes: 16, in: bench) else { return print("skipped: no loop file system") }
        let rig = try rig(bench, journal: disk.path + "/journal.db", limit: "4 MB")
        try rig.gateway.start()
        rig.feed.start()
        Wait.pass(4)
        // The journal may just have given some back.
        try Wait.until("the disk to be full") {
          try disk.fill()
          return disk.free == 0
        }
        // For longer than the room in the journal's own file lasts.
        for _ in 0..<(Environment.soak ? 60 : 6) {
          Wait.pass(5)
          try waitUntilLastFixIsHeard(rig)
        }
        #expect(rig.gateway.child?.exit == nil, "\(rig.gateway.child?.tail ?? "")")
        disk.makeRoom()
        Wait.pass(3)
        rig.feed.pause()
        try waitUntilLastFixIsHeard(rig)
        let holes = try judge(rig)
        #expect(holes.missing.isEmpty, "delivered history was there to give up: \(holes.description)")
        let fixes = rig.feed.fixes.map { Judge.Fix($0) }
        let violations = try rig.judge.fixViolations(given: fixes, outages: [])
        #expect(violations.isEmpty, "\(few(violations))")
      }
    }

    @Test func aFullDiskWithoutALinkKeepsWhatCountsMostAndTellsTheRest() throws {
      try Bench.with { bench in
        guard let disk = try SmallDisk(megabytes: 16, in: bench) else { return print("skipped: no loop file system") }
        let rig = try rig(bench, journal: disk.path + "/journal.db", limit: "4 MB")
        rig.link.set(.cut)
        try rig.gateway.start()
        rig.feed.start()
        Wait.pass(4)
        try disk.fill()
        try Wait.until("the first drop; \(rig.gateway.child?.tail ?? "")", within: 400, every: 1000) {
          try rig.gateway.status()["status"]?["journal"]?["given_up"]?["limit"]?.number ?? 0 > 500
        }
        #expect(rig.gateway.child?.exit == nil, "\(rig.gateway.child?.tail ?? "")")
        // The disk is as full as before: delivery must go on all the same.
        rig.link.restore()
        try waitUntilLastFixIsHeard(rig)
        disk.makeRoom()
        Wait.pass(3)
        rig.feed.pause()
        try waitUntilLastFixIsHeard(rig)
        let holes = try judge(rig)
        #expect(holes.told["limit"] ?? 0 > 300, "\(holes.description)")
      }
    }

    @Test func aJournalStartsOnADiskThatIsFullAndSendsWhatItHas() throws {
      try Bench.with { bench in
        guard let disk = try SmallDisk(megabytes: 16, in: bench) else { return print("skipped: no loop file system") }
        let rig = try rig(bench, journal: disk.path + "/journal.db", limit: "4 MB")
        rig.link.set(.cut)
        try rig.gateway.start()
        rig.feed.start()
        Wait.pass(5)
        for isKilled in [false, true] {
          if isKilled { try rig.gateway.kill() } else { try rig.gateway.stop() }
          // Also what the ballast of the start before has left.
          try disk.fill()
          #expect(disk.free == 0)
          try rig.gateway.start()
          try rig.waitUntilAFixIsTaken()
          Wait.pass(3)
        }
        rig.link.restore()
        rig.feed.pause()
        try waitUntilLastFixIsHeard(rig)
        let judge = try rig.judge
        let holes = Holes(judge.firstArrivals)
        #expect(holes.isExplained, "\(holes.description)")
        #expect(judge.identityViolations.isEmpty)
      }
    }

    /// Without a journal there is nothing to make room in: it waits, and begins by itself.
    @Test func theFirstStartWaitsForRoom() throws {
      try Bench.with { bench in
        guard let disk = try SmallDisk(megabytes: 8, in: bench) else { return print("skipped: no loop file system") }
        let rig = try rig(bench, journal: disk.path + "/journal.db", limit: "4 MB")
        try disk.fill()
        let child = try rig.gateway.launch()
        try Wait.until("a word; \(child.tail)") { child.errors.contains("no room for the journal") }
        Wait.pass(2)
        #expect(child.exit == nil, "\(child.tail)")
        #expect(rig.gateway.notify?.messages.contains { $0.line == "EXTEND_TIMEOUT_USEC=60000000" } == true)
        #expect(rig.gateway.notify?.has("READY=1") == false)
        disk.makeRoom()
        try Wait.until("READY=1; \(child.tail)") { rig.gateway.notify?.has("READY=1") == true }
        rig.feed.start()
        try Wait.until("a fix") { try rig.received.contains { $0.fixTime != nil && $0.type == "position" } }
      }
    }
  }
}
