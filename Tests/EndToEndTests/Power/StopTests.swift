import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// systemd kills a gateway that hasn't ended in the unit's `TimeoutStopSec`. It ends well before, cleanly, whatever doesn't answer.
  @Suite(.serialized, .enabled(if: Environment.have("gpsd", "mosquitto"))) struct StopTests {
    private static let rules =
      Rig.rules() + """
          - name: stuck
            on: { command: stick }
            then:
              - write: { valve.open: true }
              - write: { horn.sound: true }
              - run: { hook: stubborn, timeout: 60 s }

        """

    /// `TimeoutStopSec` of the unit, seconds.
    private static func limit() throws -> Double {
      let unit = try String(contentsOfFile: "\(Environment.packageRoot)/systemd/waypost.service", encoding: .utf8)
      let value = unit.split(separator: "\n").first { $0.hasPrefix("TimeoutStopSec=") }?.split(separator: "=").last
      return try #require(value.flatMap { Double($0) })
    }

    /// Three devices that take connections and never say a word, each waited for as long as one may be, 20 s; a hook that doesn't listen
    /// to SIGTERM; a link that swallows everything.
    private static func stuck(in bench: Bench) throws -> Rig {
      let rig = try Rig(in: bench, perSecond: 20, flush: 1, rules: rules)
      let ports = try (0..<3).map { _ in
        let listener = try Socket.listen()
        bench.atEnd { close(listener.descriptor) }
        return listener.port
      }
      try bench.write(
        """
        devices:
          level:
            driver: modbus
            connection: { tcp: 127.0.0.1, port: \(ports[0]) }
            unit: 1
            every: 100 ms
            timeout: 20 s
            metrics: { level: { holding: 0, type: uint16 } }
          valve:
            driver: modbus
            connection: { tcp: 127.0.0.1, port: \(ports[1]) }
            unit: 1
            every: 1 h
            timeout: 20 s
            metrics: { open: { coil: 0, access: read_write } }
          horn:
            driver: modbus
            connection: { tcp: 127.0.0.1, port: \(ports[2]) }
            unit: 1
            every: 1 h
            timeout: 20 s
            metrics: { sound: { coil: 0, pulse: 10 s } }

        """, to: "etc/devices.d/deaf.yaml")
      let hook = try bench.write(
        "#!/bin/sh\ntrap '' TERM\ntouch \(bench.path("hook-runs"))\nsleep 60\n", to: "etc/hooks.d/stubborn")
      chmod(hook, 0o755)
      try rig.gateway.start()
      rig.feed.start()
      try Wait.until("a connection") { !rig.subscriber.messages.isEmpty }
      rig.link.set(.swallow([.toServer, .toClient]))
      try rig.gateway.command(["command", "stick", "--config", rig.gateway.configuration])
      try Wait.until("the hook; \(rig.gateway.child?.tail ?? "")") {
        access(bench.path("hook-runs"), F_OK) == 0
      }
      Wait.pass(2)
      return rig
    }

    private func end(_ rig: Rig) throws {
      let limit = try Self.limit()
      let stopped = try rig.gateway.stop(within: 60)
      print("SIGTERM to exit: \(format(stopped.seconds)) s of \(Int(limit))")
      #expect(stopped.exit == .code(0), "\(rig.gateway.child?.tail ?? "")")
      #expect(stopped.seconds < limit * 2 / 3)
    }

    @Test func itEndsInTimeWhateverDoesNotAnswer() throws {
      try Bench.with { bench in try end(Self.stuck(in: bench)) }
    }

    /// A reload that exchanges the uplink, which has something to settle, and a device that is waited for.
    @Test func itEndsInTimeInTheMiddleOfAReload() throws {
      try Bench.with { bench in
        let rig = try Self.stuck(in: bench)
        let file = rig.gateway.configuration
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try bench.write(text.replacingOccurrences(of: "records: 100", with: "records: 99"), to: "etc/waypost.yaml")
        let devices = try String(contentsOfFile: bench.path("etc/devices.d/deaf.yaml"), encoding: .utf8)
        try bench.write(
          devices.replacingOccurrences(of: "every: 1 h", with: "every: 2 h"), to: "etc/devices.d/deaf.yaml")
        rig.gateway.child?.signal(SIGHUP)
        Wait.pass(0.5)
        try end(rig)
      }
    }
  }
}
