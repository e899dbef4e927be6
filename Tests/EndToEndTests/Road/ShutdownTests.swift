import Testing

extension EndToEnd {
  /// SIGTERM: what was taken is committed, and sent as far as the link allows, within 5 s.
  @Suite(.serialized, .enabled(if: Environment.have("gpsd", "mosquitto"))) struct ShutdownTests {
    @Test func whatWasTakenIsSentBeforeItEnds() throws {
      try Bench.with { bench in
        let rig = try Rig(in: bench, perSecond: 20, flush: 1)
        try rig.gateway.start()
        rig.feed.start()
        // Connected, so that there is somebody to send it to.
        try Wait.until("the first fixes; \(rig.gateway.child?.tail ?? "")") {
          try rig.received.contains { $0.type == "position" }
        }
        Wait.pass(1.3)
        let fixes = try rig.accepted()
        let stopped = try rig.gateway.stop()
        #expect(stopped.exit == .code(0))
        #expect(stopped.seconds < 5)
        print("SIGTERM to exit: \(format(stopped.seconds)) s")
        rig.feed.pause()
        try rig.subscriber.catchUp()
        let arrived = Set(try rig.received.compactMap(\.fixTime))
        #expect(!fixes.isEmpty && fixes.allSatisfy { arrived.contains($0.fix.milliseconds) })
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
        try Wait.until("20 fixes to be taken; \(rig.gateway.child?.tail ?? "")", every: 100) {
          try rig.accepted().count > 20
        }
        let accepted = try rig.accepted()
        let stopped = try rig.gateway.stop()
        #expect(stopped.exit == .code(0))
        #expect(stopped.seconds < 6)
        rig.feed.pause()
        #expect(try rig.received.isEmpty)
        rig.link.restore()
        try rig.gateway.start()
        let head = try rig.gateway.lastNumber
        try Wait.until("the backlog; \(rig.gateway.child?.tail ?? "")") {
          try rig.judge.holes(upTo: head).isEmpty
        }
        try rig.gateway.stop()
        try rig.subscriber.catchUp()
        // What came while it was stopped, and what was on its way, is nobody's loss.
        let last = try #require(accepted.last)
        let fixes = rig.feed.fixes.map { Judge.Fix($0) }
        let judge = try rig.judge
        let violations =
          judge.fixViolations(
            given: fixes, outages: [.init(from: last.time + 0.001, to: .now, lastsUntilAFixArrives: false)])
          + judge.identityViolations + judge.holes(upTo: judge.inOrder.last?.identity.seq ?? 1)
        #expect(violations.isEmpty, "\(few(violations))")
      }
    }
  }
}
