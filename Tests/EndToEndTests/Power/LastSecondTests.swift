import Foundation
import Glibc
import Journal
import Model
import Testing

extension EndToEnd {
  /// A second after SIGTERM, or after a rule's `shutdown`, the power goes: all that was accepted before is on disk, whatever else takes its
  /// time. What power leaves of an fsync is the journal's own matter; here the process is killed.
  @Suite(.serialized, .enabled(if: Environment.have("gpsd", "mosquitto", "cc"))) struct LastSecondTests {
    enum Trouble: String, CaseIterable {
      case none = "nothing else"
      case stuckUplink = "a link that swallows everything"
      case backlog = "20,000 records that wait"
      case slowDisk = "a disk that takes 150 ms for an fsync"
      case deafDevice = "a device that is waited for, 20 s"
    }

    /// Nothing is committed by itself in a test's time.
    private static let flush = 60.0
    private static let rules =
      Rig.rules() + """
          - name: power
            on: { command: power_fails }
            then:
              - shutdown: true

        """

    /// A gateway under load that has committed nothing for a while, and the fixes that it has got so far.
    private struct Load {
      let rig: Rig
      let silent: Int32?

      init(_ trouble: Trouble, in bench: Bench) throws {
        let environment = trouble == .slowDisk ? try SlowDisk.environment(milliseconds: 150, in: bench) : [:]
        rig = try Rig(
          in: bench, perSecond: 40, flush: LastSecondTests.flush, rules: LastSecondTests.rules, environment: environment
        )
        var sensors = "devices:\n  genset:\n    driver: simulator\n    every: 1 s\n    metrics:\n"
        for index in 0..<100 { sensors += "      value_\(index): { from: 0, to: 1000, over: \(20 + index) s }\n" }
        try bench.write(sensors, to: "etc/devices.d/genset.yaml")
        var silent: Int32?
        if trouble == .deafDevice {
          // It takes connections and never says a word.
          let listener = try Socket.listen()
          silent = listener.descriptor
          try bench.write(
            """
            devices:
              deaf:
                driver: modbus
                connection: { tcp: 127.0.0.1, port: \(listener.port) }
                unit: 1
                every: 100 ms
                timeout: 20 s
                metrics: { level: { holding: 0, type: uint16 } }

            """, to: "etc/devices.d/deaf.yaml")
        }
        self.silent = silent
        if trouble == .backlog {
          rig.link.set(.cut)
          try Self.fill(bench.path("journal.db"))
        }
        try rig.gateway.start()
        rig.feed.start()
        if trouble == .stuckUplink {
          try Wait.until("a connection") { !rig.subscriber.messages.isEmpty }
          rig.link.set(.swallow([.toServer, .toClient]))
        }
        Wait.pass(3)
        try Wait.until("100 fixes to be taken; \(rig.gateway.child?.tail ?? "")", every: 100) {
          try rig.accepted().count > 100
        }
      }

      /// Records that wait for the uplink, as another run of the gateway has left them.
      private static func fill(_ path: String) throws {
        let clock = JournalClock(bootTime: 0, wallTime: Timestamp(seconds: 1_790_000_000), isWallTrusted: false)
        let journal = try Journal.open(path: path, options: .init(bootID: "before", machineID: "before"), now: clock)
        try journal.openCursor(uplink: "central", from: .oldest)
        for second in 1...200 {
          let records = (0..<100).map { index in
            Record(
              time: .seconds(Double(second)), timestamp: nil,
              body: .reading(
                device: "genset", metric: "value_\(index)", value: .number(Double(second * index)), unit: nil,
                quality: .good))
          }
          try journal.commit(Commit(time: .seconds(Double(second)), clock: clock, records: records))
        }
        try journal.closeCleanly(time: .seconds(200), clock: clock)
      }

      /// Power has gone. After the next start everything arrives that was accepted before.
      func judge(_ fixes: [GPSFeed.Sent]) throws {
        rig.feed.pause()
        rig.link.restore()
        if let silent { close(silent) }
        try rig.gateway.start()
        try Wait.until("the last of \(fixes.count) fixes; \(rig.gateway.child?.tail ?? "")", within: 120, every: 50) {
          try rig.received.contains { $0.fixTime == fixes.last?.fix.milliseconds }
        }
        // What is live goes first: the backlog may still be on its way.
        try Wait.until("everything before it", within: 120, every: 100) {
          let judge = try rig.judge
          return judge.holes(upTo: judge.inOrder.last?.identity.seq ?? 1).isEmpty
        }
        let arrived = Set(try rig.received.compactMap(\.fixTime))
        let missing = fixes.count { !arrived.contains($0.fix.milliseconds) }
        #expect(missing == 0, "\(missing) of \(fixes.count) fixes that were accepted are lost")
      }

      /// When the log was written last: seconds after `moment`.
      func lastWrite(after moment: Instant, wall: Double) -> Double {
        var status = stat()
        guard stat(rig.bench.path("journal.db-wal"), &status) == 0 else { return .nan }
        return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9 - wall
      }
    }

    private static var wall: Double { Date().timeIntervalSince1970 }

    @Test(arguments: Trouble.allCases) func whatWasAcceptedBeforeSIGTERMIsOnDiskWithinASecond(trouble: Trouble) throws {
      try Bench.with { bench in
        let load = try Load(trouble, in: bench)
        let clock = try QuietClock(in: bench)
        let fixes = try load.rig.accepted()
        let (moment, wall) = (Instant.now, Self.wall)
        load.rig.gateway.child?.signal(SIGTERM)
        // The first commit after the signal; then the power goes, at the latest after a second.
        _ = clock.wait(atMost: 1) { load.rig.gateway.child?.exit != nil }
        try load.rig.gateway.kill()
        print(
          "SIGTERM with \(trouble.rawValue): last write \(format(load.lastWrite(after: moment, wall: wall))) s after it"
        )
        try load.judge(fixes)
      }
    }

    @Test(arguments: [Trouble.none, .slowDisk, .deafDevice]) func whatWasAcceptedBeforeAShutdownIsOnDiskWithinASecond(
      trouble: Trouble
    ) throws {
      try Bench.with { bench in
        let load = try Load(trouble, in: bench)
        let clock = try QuietClock(in: bench)
        let fixes = try load.rig.accepted()
        let command = try Child(
          load.rig.gateway.binary, ["command", "power_fails", "--config", load.rig.gateway.configuration],
          name: "power",
          in: bench)
        let took = clock.wait(atMost: 60) {
          load.rig.gateway.notify?.has("STATUS=everything is on disk, the power may go") ?? false
        }
        try load.rig.gateway.kill()
        _ = try command.wait()
        print("shutdown with \(trouble.rawValue): \(format(took)) s to the word that the power may go")
        #expect(took < 1, "\(load.rig.gateway.child?.tail ?? "")")
        try load.judge(fixes)
      }
    }
  }
}
