import Certificates
import Foundation
import Model
import Testing

extension EndToEnd {
  /// TLS that fails because the box's clock is wrong, and what ends that; against mosquitto with a certificate that is valid now.
  @Suite(.serialized, .enabled(if: Environment.have("gpsd", "mosquitto", "openssl", "cc"))) struct CertificateTimeTests
  {
    private struct Secure {
      let clock: WallClock
      let feed: GPSFeed
      let subscriber: Subscriber
      let gateway: Gateway
      let authority: Authority

      /// - Parameter start: How the clock stands when the gateway is started.
      init(in bench: Bench, start: (WallClock) -> Void) throws {
        clock = try bench.wallClock()
        start(clock)
        authority = try Authority()
        let issued = try authority.issue("broker")
        let port = Socket.freePort()
        // Its keys are the test's own, which the user `mosquitto` may not read.
        let broker = try Broker(
          in: bench,
          access: """
            allow_anonymous true
            user root
            listener \(port) 127.0.0.1
            certfile \(issued.certificate)
            keyfile \(issued.key)
            """)
        subscriber = try Subscriber(port: broker.port, in: bench)
        feed = try GPSFeed(in: bench, perSecond: 5)
        var settings = Gateway.Settings()
        settings.gpsdPort = feed.port
        settings.destination = """
          mqtt:
                url: mqtts://127.0.0.1:\(port)
                tls: { ca: \(authority.certificate) }
          """
        gateway = try Gateway(settings, in: bench)
        try gateway.start()
      }

      var errors: String { gateway.child?.errors ?? "" }

      /// Waits until it has failed so often that it won't try again for some seconds; gives how long it will wait.
      func waitUntilBackedOff(_ word: String) throws -> Double {
        var lines = 0
        var found: Double?
        try Wait.until("a long back-off; \(gateway.child?.tail ?? "")", within: 240, every: 20) {
          let failures = (gateway.child?.errorLines ?? []).filter { $0.contains("uplink can't connect") }
          guard failures.count > lines, let last = failures.last else { return false }
          lines = failures.count
          guard last.contains(word) else { throw Failure("not for its time: \(last)") }
          let wait = last.firstMatch(of: /retry_in_seconds=([0-9.]+)/).flatMap { Double($0.1) } ?? 0
          found = wait
          return wait > 8
        }
        return try #require(found)
      }

      /// Waits for the first message; gives the seconds that took, by a `QuietClock`.
      @discardableResult func waitUntilHeard() throws -> Double {
        func isHeard() -> Bool { subscriber.messages.contains { !$0.topic.hasSuffix("/status") } }
        let took = try QuietClock(in: gateway.bench).wait(atMost: 60, isHeard)
        guard isHeard() else { throw Failure("no message; \(gateway.child?.tail ?? "")") }
        return took
      }
    }

    @Test(arguments: [WrongClock.Kind.in1970, .fiftyYearsAhead])
    func aClockThatIsSetLetsItTryAtOnce(_ start: WrongClock.Kind) throws {
      try Bench.with { bench in
        let box = try Secure(in: bench) { start.set($0) }
        let wait = try box.waitUntilBackedOff(start == .in1970 ? "is not yet valid" : "expired on")
        #expect(try box.gateway.status()["status"]?["uplinks"]?.elements?.first?["tls"] != nil)
        box.clock.restore()
        box.clock.vouch(.yes)
        // It would have waited for the rest of that.
        #expect(try box.waitUntilHeard() < wait - 1, "it sat out its back-off of \(wait) s")
        #expect(box.errors.contains("the clock was set"), "\(box.gateway.child?.tail ?? "")")
      }
    }

    /// No NTP, and a service may not set the system's clock: that stays wrong for ever, and certificates are judged by what GPS says.
    @Test(arguments: [WrongClock.Kind.in1970, .fiftyYearsAhead])
    func gpsIsEnoughToJudgeACertificateBy(_ start: WrongClock.Kind) throws {
      try Bench.with { bench in
        let box = try Secure(in: bench) { start.set($0) }
        let wait = try box.waitUntilBackedOff(start == .in1970 ? "is not yet valid" : "expired on")
        box.feed.start()
        #expect(try box.waitUntilHeard() < wait - 1, "it sat out its back-off of \(wait) s")
        #expect(abs(box.clock.ahead.seconds) > 1e8, "nobody has set the system's clock")
        // What waited comes with it, and the way to date it.
        try Wait.until("the time record") {
          try ReceivedRecord.records(in: box.subscriber.messages).contains { $0.type == "time" || $0.fixTime != nil }
        }
      }
    }

    /// A right clock that somebody sets wrong by hand, later: certificates go on to be judged by the time that was trusted.
    @Test func aTrustedTimeOutlivesTheSystemsClock() throws {
      try Bench.with { bench in
        let box = try Secure(in: bench) { $0.vouch(.yes) }
        try box.waitUntilHeard()
        box.clock.vouch(.no)
        box.clock.step(by: .hours(438_312))
        let before = box.errors.components(separatedBy: "uplink connected").count
        try box.gateway.command(["reload", "--config", box.gateway.configuration])
        Wait.pass(0.5)
        try bench.write(
          String(contentsOfFile: box.gateway.configuration, encoding: .utf8).replacing(
            "order: strict", with: "order: live_first"),
          to: "etc/waypost.yaml")
        // Another order makes another connection.
        try box.gateway.command(["reload", "--config", box.gateway.configuration])
        try Wait.until("another connection; \(box.gateway.child?.tail ?? "")", within: 120) {
          box.errors.components(separatedBy: "uplink connected").count > before
        }
        #expect(!box.errors.contains("expired on"), "\(box.gateway.child?.tail ?? "")")
      }
    }
  }
}
