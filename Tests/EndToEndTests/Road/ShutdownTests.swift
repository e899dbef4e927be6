import Testing

extension EndToEnd {
  /// SIGTERM: what was taken is committed, and sent as far as the link allows, within 5 s.
  @Suite(.serialized, .enabled(if: Environment.have("gpsd", "mosquitto"))) struct ShutdownTests {
    @Test func whatWasTakenIsSentBeforeItEnds() throws {
      try Bench.with { bench in
        let rig = try Rig(in: bench, perSecond: 20, flush: 1)
        try rig.gateway.start()
        rig.feed.start()
        Wait.pass(2.3)
        let signalled = Instant.now
        let stopped = try rig.gateway.stop()
        #expect(stopped.exit == .code(0))
        #expect(stopped.seconds < 5)
        print("SIGTERM to exit: \(format(stopped.seconds)) s")
        rig.feed.pause()
        let fixes = rig.feed.fixes.filter { $0.time < signalled + -0.2 }.map { Judge.Fix($0) }
        try? Wait.until("the last ones to be read", within: 2) {
          try rig.received.contains { $0.fixTime == fixes.last?.milliseconds }
        }
        let arrived = Set(try rig.received.compactMap(\.fixTime))
        #expect(fixes.allSatisfy { arrived.contains($0.milliseconds) })
        #expect(try rig.judge.holes(upTo: rig.judge.inOrder.last?.identity.seq ?? 1).isEmpty)
        let notices = rig.gateway.notify?.messages.map(\.line).filter { $0 == "READY=1" || $0 == "STOPPING=1" }
        #expect(notices == ["READY=1", "STOPPING=1"])
      }
    }

    @Test func withoutABrokerItStillEndsInTimeAndSendsItAllLater() throws {
      try Bench.with { bench in
        let rig = try Rig(in: bench, perSecond: 20, flush: 1)
        rig.link.set(.cut)
        try rig.gateway.start()
        rig.feed.start()
        Wait.pass(2.3)
        let signalled = Instant.now
        let stopped = try rig.gateway.stop()
        #expect(stopped.exit == .code(0))
        #expect(stopped.seconds < 6)
        rig.feed.pause()
        #expect(try rig.received.isEmpty)
        rig.link.restore()
        try rig.gateway.start()
        let last = rig.feed.fixes.last { $0.time < signalled + -0.2 }?.fix.milliseconds
        try Wait.until("the backlog; \(rig.gateway.child?.tail ?? "")", within: 30) {
          try rig.received.contains { $0.fixTime == last }
        }
        try rig.gateway.stop()
        let fixes = rig.feed.fixes.map { Judge.Fix($0) }
        let judge = try rig.judge
        let violations =
          judge.fixViolations(
            given: fixes, outages: [.init(killed: signalled, flush: 0.2, ready: signalled + 60)])
          + judge.identityViolations + judge.holes(upTo: judge.inOrder.last?.identity.seq ?? 1)
        #expect(violations.isEmpty, "\(few(violations))")
      }
    }
  }
}
