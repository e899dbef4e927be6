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
        try rig.gateway.start(within: 60)
        rig.feed.start()
        if trouble == .stuckUplink {
          try Wait.until("a connection", within: 30) { try !rig.subscriber.messages.isEmpty }
          rig.link.set(.swallow([.toServer, .toClient]))
        }
        Wait.pass(3)
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

      /// Power has gone. After the next start everything arrives that was given before `moment`, but for what was on its way through gpsd.
      func judge(given moment: Instant) throws {
        let fixes = rig.feed.fixes.filter { $0.time < moment + -0.3 }
        rig.feed.pause()
        rig.link.restore()
        if let silent { close(silent) }
        try rig.gateway.start(within: 60)
        #expect(fixes.count > 60)
        try Wait.until("the last of \(fixes.count) fixes; \(rig.gateway.child?.tail ?? "")", within: 60, every: 50) {
          try rig.received.contains { $0.fixTime == fixes.last?.fix.milliseconds }
        }
        let arrived = Set(try rig.received.compactMap(\.fixTime))
        let missing = fixes.count { !arrived.contains($0.fix.milliseconds) }
        #expect(missing == 0, "\(missing) of \(fixes.count) fixes that were accepted are lost")
        // What is live goes first: the backlog may still be on its way.
        try Wait.until("everything before it", within: 60, every: 100) {
          let judge = try rig.judge
          return judge.holes(upTo: judge.inOrder.last?.identity.seq ?? 1).isEmpty
        }
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
        let (moment, wall) = (Instant.now, Self.wall)
        load.rig.gateway.child?.signal(SIGTERM)
        // The first commit after the signal; then the power goes, at the latest after a second.
        try? Wait.until("an end", within: 1 - (Instant.now - moment)) { load.rig.gateway.child?.exit != nil }
        try load.rig.gateway.kill()
        print(
          "SIGTERM with \(trouble.rawValue): last write \(format(load.lastWrite(after: moment, wall: wall))) s after it"
        )
        try load.judge(given: moment)
      }
    }

    @Test(arguments: [Trouble.none, .slowDisk, .deafDevice]) func whatWasAcceptedBeforeAShutdownIsOnDiskWithinASecond(
      trouble: Trouble
    ) throws {
      try Bench.with { bench in
        let load = try Load(trouble, in: bench)
        let moment = Instant.now
        let command = try Child(
          load.rig.gateway.binary, ["command", "power_fails", "--config", load.rig.gateway.configuration],
          name: "power",
          in: bench)
        try Wait.until("the word that the power may go; \(load.rig.gateway.child?.tail ?? "")", within: 5, every: 1) {
          load.rig.gateway.notify?.has("STATUS=everything is on disk, the power may go") ?? false
        }
        let took = Instant.now - moment
        try load.rig.gateway.kill()
        _ = try command.wait(within: 10)
        print("shutdown with \(trouble.rawValue): \(format(took)) s to the word that the power may go")
        #expect(took < 1)
        try load.judge(given: moment)
      }
    }
  }
}
