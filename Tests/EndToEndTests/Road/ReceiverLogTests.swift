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
      let tap = try TCPProxy(to: gpsdPort, in: bench, patience: 60, keepsWhatPassed: true)
      let broker = try Broker(in: bench)
      let subscriber = try Subscriber(port: broker.port, in: bench)
      var settings = Gateway.Settings()
      settings.gpsdPort = tap.port
      settings.brokerPort = broker.port
      if let rules { settings.rules = ["rules.yaml": rules] }
      let gateway = try Gateway(settings, in: bench)
      try gateway.start()
      let before = rules == nil ? 0 : try gateway.startRecording()
      try Wait.until("the gateway to ask for gpsd") { tap.connections > 0 }
      let fake = try GPSFake(
        log: "\(Environment.data ?? "")/gps/\(log)", port: gpsdPort, pause: 0.03, in: bench)
      try fake.wait(within: 300)
      // Who comes again has read all that gpsd said before it ended.
      try Wait.until("the gateway to come again; \(gateway.child?.tail ?? "")", every: 50) {
        tap.connections > tap.passed.last?.connection ?? 0
      }
      var predicted: [String] = []
      var head = Int.max
      if rules != nil {
        // A policy's last word belongs to it, too.
        Wait.pass(1.5)
        head = try gateway.exportRecording(to: bench.path("drive.recording"))
        predicted = try gateway.replay(bench.path("drive.recording"))
      }
      // Stopping commits and drains; what hasn't come by then never will.
      let stopped = try gateway.stop()
      guard stopped.exit == .code(0) else {
        throw Failure("waypost run: \(stopped.exit); \(gateway.child?.tail ?? "")")
      }
      try subscriber.catchUp()
      // What is said later isn't in the recording.
      let judge = Judge(
        received: try ReceivedRecord.records(in: subscriber.messages).filter { $0.identity.seq <= head })
      return Run(
        reports: GPSDReport.passed(tap.passed), seenByGPSFake: fake.reports.count, judge: judge, predicted: predicted,
        headBeforeRecording: before)
    }
  }
}
