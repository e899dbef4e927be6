import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// What the world does to a gateway that is configured well: a clear word about it, and nothing committed is lost.
  @Suite(.serialized, .enabled(if: Environment.have("gpsd", "mosquitto"))) struct WorldFaultTests {
    @Test func aBrokerThatAnswersGarbage() throws {
      try Bench.with { bench in
        let rig = try Rig(in: bench, perSecond: 10)
        let garbage = try GarbageServer(in: bench)
        rig.link.lead(to: garbage.port)
        try rig.startRecording()
        try Wait.until("three attempts; \(rig.gateway.child?.tail ?? "")", within: 180) { garbage.connections >= 3 }
        let child = try #require(rig.gateway.child)
        try Wait.until("the log to name the uplink; \(child.tail)") { child.errors.contains("central") }
        #expect(child.exit == nil, "\(child.tail)")
        #expect(try rig.received.isEmpty)
        rig.link.lead(to: rig.broker.port)
        rig.link.dropConnections()
        rig.feed.pause()
        try rig.waitUntilLastFixArrived()
        let violations = try rig.violations(order: .strict)
        #expect(violations.isEmpty, "\(few(violations))")
      }
    }

    @Test func aReadOnlyDisk() throws {
      try Bench.with { bench in
        guard let disk = Mount(megabytes: 16, name: "disk", in: bench) else {
          print("skipped: no right to mount a file system")
          return
        }
        let rig = try Rig(in: bench, perSecond: 20, journal: disk.path + "/journal.db")
        rig.link.set(.cut)
        try rig.startRecording()
        Wait.pass(2)
        rig.feed.pause()
        try rig.waitUntilLastFixIsTaken()
        try rig.gateway.stop()

        try disk.remount(readOnly: true)
        let child = try rig.gateway.launch()
        let exit = try child.wait()
        #expect(exit != .code(0))
        #expect(child.errors.lowercased().contains("read-only"), "\(child.tail)")
        #expect(child.errors.contains("journal.db"), "\(child.tail)")

        try disk.remount(readOnly: false)
        rig.link.restore()
        try rig.gateway.start()
        try rig.waitUntilLastFixArrived()
        let violations = try rig.violations(order: .strict)
        #expect(violations.isEmpty, "\(few(violations))")
      }
    }

    @Test func aFullDisk() throws {
      try Bench.with { bench in
        guard let disk = Mount(megabytes: 8, name: "disk", in: bench) else {
          print("skipped: no right to mount a file system")
          return
        }
        let rig = try Rig(in: bench, perSecond: 10, flush: 0.25, journal: disk.path + "/journal.db")
        try rig.startRecording()
        Wait.pass(2)
        try disk.fill()
        let child = try #require(rig.gateway.child)
        try Wait.until("a word about the full disk; \(child.tail)") {
          child.errors.lowercased().contains("full") || child.errors.lowercased().contains("no space")
        }
        // While it is full nothing can be committed, so nothing may leave; the gateway waits.
        Wait.pass(2)
        #expect(child.exit == nil, "\(child.tail)")
        disk.makeRoom()
        Wait.pass(2)
        rig.feed.pause()
        try rig.waitUntilLastFixArrived()
        let violations = try rig.violations(order: .strict)
        #expect(violations.isEmpty, "\(few(violations))")
      }
    }

    @Test func aFullDiskAtTheKillLosesNothingCommitted() throws {
      try Bench.with { bench in
        guard let disk = Mount(megabytes: 8, name: "disk", in: bench) else {
          print("skipped: no right to mount a file system")
          return
        }
        let rig = try Rig(in: bench, perSecond: 10, flush: 0.25, journal: disk.path + "/journal.db")
        rig.link.set(.cut)
        try rig.startRecording()
        Wait.pass(2)
        let filled = Instant.now
        try disk.fill()
        Wait.pass(1)
        try rig.gateway.kill()
        disk.makeRoom()
        rig.link.restore()
        let ready = try rig.gateway.start()
        try rig.waitUntilAFixIsTaken()
        Wait.pass(2)
        rig.feed.pause()
        try rig.waitUntilLastFixArrived()
        let violations = try rig.violations(
          order: .strict, outages: [.kill(at: filled, flush: rig.flush, ready: ready)])
        #expect(violations.isEmpty, "\(few(violations))")
      }
    }

    @Test func aJournalThatIsATextFile() throws {
      try Bench.with { bench in
        let rig = try Rig(in: bench, perSecond: 10)
        let text = "This was somebody's shopping list: bread, milk, eggs.\n"
        try bench.write(text, to: "journal.db")
        let child = try rig.gateway.launch()
        try Wait.until("a word about it; \(child.tail)") {
          child.exit != nil || rig.gateway.notify?.has("READY=1") == true
        }
        let said = child.errors
        #expect(said.contains("journal.db"), "\(child.tail)")
        #expect(said.lowercased().contains("not a") || said.lowercased().contains("set aside"), "\(child.tail)")
        // Whether it stops or sets the file aside and goes on: the list is still there.
        let kept = try FileManager.default.contentsOfDirectory(atPath: bench.directory)
          .filter { $0.hasPrefix("journal.db") }
          .contains { (try? String(contentsOfFile: bench.path($0), encoding: .utf8)) == text }
        #expect(kept)
        if child.exit == nil {
          try rig.gateway.record("on")
          rig.feed.start()
          try rig.waitUntilAFixIsTaken()
          rig.feed.pause()
          try rig.waitUntilLastFixArrived()
        } else {
          #expect(child.exit != .code(0))
        }
      }
    }
  }
}
