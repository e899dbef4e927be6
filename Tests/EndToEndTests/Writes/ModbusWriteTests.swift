import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// A rule reads a register, decides, and writes coils: the daemon itself, against pymodbus.
  @Suite(.serialized, .enabled(if: ModbusServer.isInstalled, "needs python3-pymodbus")) struct ModbusWriteTests {
    private static let rules = """
      rules:
        - name: full
          when: tank.level > 100
          then:
            - event: full
            - write: { relay.buzzer: true, gate.opener: true }
          clear:
            - write: { relay.buzzer: false }

      """

    /// Three units of one server; the actuators behind links that can fail. These are read once: a read that is under way when a link fails
    /// would put off what is written until its time-out, and a level is written again for ten seconds only.
    private struct Site {
      let server: ModbusServer
      let links: [TCPProxy]
      let gateway: Gateway

      init(in bench: Bench) throws {
        server = try ModbusServer(
          [1: ["holding": [[0, 0]]], 2: ["coil": [[0, 0]]], 3: ["coil": [[0, 0]]]], in: bench)
        for command in ["set 1 holding 0 5", "set 2 coil 0 0", "set 3 coil 0 0"] { try server.ask(command) }
        let port = server.port
        links = try (0..<2).map { _ in try TCPProxy(to: port, in: bench, patience: 20) }
        gateway = try Gateway(.init(flush: "100 ms", rules: ["a.yaml": ModbusWriteTests.rules]), in: bench)
        try bench.write(
          """
          devices:
            tank:
              driver: modbus
              connection: { tcp: 127.0.0.1, port: \(server.port) }
              unit: 1
              every: 100 ms
              metrics: { level: { holding: 0, type: uint16 } }
            relay:
              driver: modbus
              connection: { tcp: 127.0.0.1, port: \(links[0].port) }
              unit: 2
              every: 1 h
              timeout: 9 s
              metrics: { buzzer: { coil: 0, access: read_write } }
            gate:
              driver: modbus
              connection: { tcp: 127.0.0.1, port: \(links[1].port) }
              unit: 3
              every: 1 h
              timeout: 9 s
              metrics: { opener: { coil: 0, pulse: 300 ms } }

          """, to: "etc/devices.d/site.yaml")
      }

      func count(_ unit: Int) throws -> Int { Int(try server.ask("count \(unit) coil 0")) ?? -1 }
      func isOn(_ unit: Int) throws -> Bool { try server.ask("get \(unit) coil 0") == "1" }

      /// The devices have been read, so that what comes next is decided by what they read.
      func waitForReadings() throws {
        try Wait.until("all devices to be up; \(gateway.child?.tail ?? "")", every: 50) {
          let devices = try gateway.status()["status"]?["devices"]?.elements ?? []
          return devices.count == 3 && devices.allSatisfy { $0["state"]?.text == "up" }
        }
      }
    }

    @Test func ruleReadsARegisterAndWritesCoils() throws {
      try Bench.with { bench in
        let site = try Site(in: bench)
        try site.gateway.start()
        try site.waitForReadings()
        try site.server.ask("set 1 holding 0 500")
        try Wait.until("the coil to be on; \(site.gateway.child?.tail ?? "")") { try site.isOn(2) }
        try Wait.until("the pulse to come and go") { try site.count(3) == 2 }
        #expect(try !site.isOn(3))
        try site.server.ask("set 1 holding 0 5")
        try Wait.until("the coil to be off again") { try !site.isOn(2) }
        #expect(try site.count(2) == 2)
        #expect(try site.gateway.stop().exit == .code(0))
      }
    }

    /// The decision is on disk, and neither has reached its device.
    @Test func killedInBetweenALevelIsWrittenAgainAndAPulseNever() throws {
      try Bench.with { bench in
        let site = try Site(in: bench)
        try site.gateway.start()
        try site.waitForReadings()
        for link in site.links { link.set(.swallow([.toServer])) }
        try site.server.ask("set 1 holding 0 500")
        try Wait.until("both to be under way; \(site.gateway.child?.tail ?? "")") {
          site.gateway.child?.errors.contains("pulse is sent") == true
        }
        try site.gateway.kill()
        #expect(try site.count(2) == 0 && site.count(3) == 0, "nothing has arrived")
        for link in site.links { link.restore() }
        try site.gateway.start()
        try Wait.until("the level; \(site.gateway.child?.tail ?? "")") { try site.isOn(2) }
        try Wait.until("that the pulse is unknown to be told") {
          site.gateway.child?.errors.contains("gate.opener") == true
        }
        try Wait.until("the level's end to be told") {
          site.gateway.child?.errors.contains("relay.buzzer") == true
        }
        #expect(try site.gateway.stop().exit == .code(0))
        #expect(try site.count(2) == 1)
        #expect(try site.count(3) == 0, "at most once")
      }
    }
  }
}
