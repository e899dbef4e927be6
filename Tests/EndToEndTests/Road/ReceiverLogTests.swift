import Foundation
import Testing

extension EndToEnd {
  /// Logs of real receivers through Debian's gpsd: what gpsd reports to the gateway arrives, in its order, once.
  @Suite(.serialized, .enabled(if: Environment.have("gpsfake", "gpsd", "mosquitto"))) struct ReceiverLogTests {
    /// `WAYPOST_LOG` alone where it is set. All of them in `make verify`; otherwise some that differ: fix loss, several constellations, bad sentences, week roll-over.
    static let logs: [String] = {
      guard let data = Environment.data,
        let names = try? FileManager.default.contentsOfDirectory(atPath: "\(data)/gps")
      else { return [] }
      if let log = Environment["WAYPOST_LOG"] { return [log] }
      let all = names.filter { $0.hasSuffix(".log") }.sorted()
      let some = [
        "GPSmap-76S.log", "bu353-glonass.log", "garmin-10x.log", "mtk-3301.log", "nmea-fuzzy-cases.log",
        "tomtom-mkII.log",
      ]
      return Environment.soak ? all : all.filter(some.contains)
    }()

    @Test func theRecordedDataIsThere() {
      if Self.logs.isEmpty { print("skipped: no receiver logs; set WAYPOST_TEST_DATA") }
    }

    @Test(arguments: logs)
    func everyFixThatGpsdReportsArrivesOnceAndInOrder(_ log: String) throws {
      try Bench.with { bench in
        let run = try Self.run(log, rules: nil, in: bench)
        // The gateway was there from the beginning, so gpsd told it no less than gpsfake's own client.
        #expect(run.reports.count >= run.seenByGPSFake)
        #expect(!run.reports.isEmpty)
        let judge = run.judge
        let violations =
          judge.reportViolations(run.reports) + judge.repeats + judge.identityViolations
          + judge.orderViolations(.strict)
        #expect(violations.isEmpty, "\(log): \(few(violations))")
        print("\(log): \(run.reports.count) fixes")
      }
    }

    @Test(
      .enabled(if: !logs.isEmpty),
      arguments: Environment.soak ? logs : logs.filter(["garmin-10x.log", "mtk-3301.log"].contains))
    func withReportPoliciesExactlyWhatTheReplayPredictsArrives(_ log: String) throws {
      let rules = """
        report:
          - signals: [gps.position]
            every: 500 ms
            or_moved: 25 m
            or_turned: 20 deg
            at_least: 2 s

        """
      try Bench.with { bench in
        let run = try Self.run(log, rules: rules, in: bench)
        let violations = try run.judge.replayViolations(predicted: run.predicted, skipping: run.headBeforeRecording)
        #expect(violations.isEmpty, "\(log): \(few(violations))")
        #expect(run.judge.repeats.isEmpty)
        let positions = run.judge.received.count { $0.type == "position" }
        #expect(positions < run.reports.count || run.reports.count < 5)
        print("\(log): \(positions) of \(run.reports.count) fixes reported")
      }
    }

    struct Run {
      var reports: [GPSDReport]
      var seenByGPSFake: Int
      var judge: Judge
      var predicted: [String]
      var headBeforeRecording: Int
    }

    static func run(_ log: String, rules: String?, in bench: Bench) throws -> Run {
      let gpsdPort = Socket.freePort()
      // The gateway is at the proxy before gpsd is there, so that it misses nothing.
      let tap = try TCPProxy(to: gpsdPort, in: bench, patience: 20, keepsWhatPassed: true)
      let broker = try Broker(in: bench)
      let subscriber = try Subscriber(port: broker.port, in: bench)
      var settings = Gateway.Settings()
      settings.gpsdPort = tap.port
      settings.brokerPort = broker.port
      if let rules { settings.rules = ["rules.yaml": rules] }
      let gateway = try Gateway(settings, in: bench)
      try gateway.start()
      if rules != nil { try gateway.record("on") }
      let before = try Judge(received: ReceivedRecord.records(in: subscriber.messages)).inOrder.last?.identity.seq ?? 0
      try Wait.until("the gateway to ask for gpsd") { tap.connections > 0 }
      let fake = try GPSFake(
        log: "\(Environment.data ?? "")/gps/\(log)", port: gpsdPort, pause: 0.03, in: bench)
      try fake.wait(within: 120)
      var predicted: [String] = []
      if rules != nil {
        // The export holds what was committed: a policy's last word may still wait for its flush.
        Wait.pass(1.5)
        try gateway.record("export", bench.path("drive.recording"))
        predicted = try gateway.replay(bench.path("drive.recording"))
      }
      // Stopping commits and drains; what hasn't come by then never will.
      let stopped = try gateway.stop()
      guard stopped.exit == .code(0) else {
        throw Failure("waypost run: \(stopped.exit); \(gateway.child?.tail ?? "")")
      }
      var count = -1
      try Wait.until("the broker to be done", every: 100) {
        defer { count = subscriber.messages.count }
        return count == subscriber.messages.count
      }
      let judge = Judge(received: try ReceivedRecord.records(in: subscriber.messages))
      return Run(
        reports: GPSDReport.passed(tap.passed), seenByGPSFake: fake.reports.count, judge: judge, predicted: predicted,
        headBeforeRecording: before)
    }
  }
}
