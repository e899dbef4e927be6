import Config
import Model
import Testing

@testable import Inputs

/// What an entry of `devices.d` says, and what is wrong with it.
@Suite struct ModbusDriverTests {
  private static let profile = """
    model: XY-MD02
    description: Temperature and humidity transmitter, RS-485
    protocol: modbus
    source: https://example.com/xy-md02.pdf
    verified: source
    defaults: { baud: 4800, parity: even, timeout: 2 s, every: 20 s, max_registers: 40, pause: 30 ms }
    metrics:
      temperature: { input: 1, type: int16, scale: 0.1, unit: Cel }
      humidity: { input: 2, type: uint16, scale: 0.1, unit: "%RH", every: 1 min }
      relay: { coil: 4, access: read_write }
    """

  private struct Outcome {
    var set: DeviceSet?
    var findings: [Diagnostic]

    var settings: [BusUnit.Settings] { inputs.map(\.unit) }
    var inputs: [ModbusInput] { self.set?.devices.compactMap { $0.input as? ModbusInput } ?? [] }
    /// As `CODE line:column`.
    var places: [String] {
      findings.map { "\($0.code) \($0.span.map { "\($0.start.line):\($0.start.column)" } ?? "-")" }
    }
  }

  private func load(_ text: String) -> Outcome {
    var profiles = ProfileLibrary()
    profiles.add(SourceFile(path: "profiles.d/xy-md02.yaml", text: Self.profile), named: "xy-md02")
    var diagnostics = Diagnostics()
    let set = DeviceSet.load(
      [SourceFile(path: "devices.d/a.yaml", text: text)], profiles: profiles, positionDevice: nil,
      diagnostics: &diagnostics)
    return Outcome(set: set, findings: diagnostics.sorted())
  }

  private func serial(_ more: String = "") -> Outcome {
    load(
      "devices:\n  a: { driver: modbus, profile: xy-md02, unit: 1, connection: { rtu: /dev/serial/by-id/usb-x-port0 }\(more) }\n"
    )
  }

  @Test func aDeviceHasItsProfilesDefaults() throws {
    let outcome = serial()
    #expect(outcome.findings.isEmpty)
    let settings = try #require(outcome.settings.first)
    #expect(settings.metrics.map(\.name) == ["temperature", "humidity", "relay"])
    #expect(settings.every == .seconds(20))
    #expect(settings.timeout == .seconds(2))
    #expect(settings.pause == .milliseconds(30) && settings.pauseAfterWrite == .milliseconds(30))
    #expect(settings.limits == .init(registers: 40, bits: 2000, gap: 16))
    guard case .serial(let line)? = outcome.inputs.first?.connection else {
      Issue.record("no serial line")
      return
    }
    #expect(line == .init(path: "/dev/serial/by-id/usb-x-port0", baud: 4800, parity: .even))
    let declaration = try #require(outcome.set?.devices.first?.declaration)
    #expect(declaration.isPaced)
    #expect(declaration.staleAfter == .seconds(180))
    #expect(
      declaration.metrics == [
        .init(name: "temperature", kind: .number, unit: "Cel"), .init(name: "humidity", kind: .number, unit: "%RH"),
        .init(name: "relay", kind: .boolean, writing: .init()),
      ])
  }

  @Test func everyKeyIsReadAndWinsOverTheProfile() throws {
    let outcome = load(
      """
      devices:
        a:
          driver: modbus
          profile: xy-md02
          unit: 247
          every: 500 ms
          metrics: [humidity, relay]
          stale_after: 5 s
          timeout: 300 ms
          pause: 5 ms
          pause_after_write: 50 ms
          retries: 0
          max_registers: 10
          max_bits: 16
          max_gap: 0
          connection:
            rtu: /dev/ttyS1
            baud: 115200
            parity: odd
            data_bits: 7
            stop_bits: 2
            rs485: { rts_on_send: low, delay_before_send: 1 ms, delay_after_send: 2 ms, receive_during_send: true }
      """)
    #expect(outcome.findings.isEmpty)
    let settings = try #require(outcome.settings.first)
    #expect(settings.metrics.map(\.name) == ["humidity", "relay"])
    #expect(settings.map.count == 3)
    #expect(settings.limits == .init(registers: 10, bits: 16, gap: 0))
    #expect(settings.pauseAfterWrite == .milliseconds(50) && settings.retries == 0)
    guard case .serial(let line)? = outcome.inputs.first?.connection else {
      Issue.record("no serial line")
      return
    }
    // struct serial_rs485: enabled, RTS after sending, hears itself; delays in ms.
    #expect(line.rs485?.bytes == [1 | 4 | 16, 1, 2, 0, 0, 0, 0, 0])
    #expect(outcome.set?.devices.first?.declaration.staleAfter == .seconds(5))
  }

  @Test func aHostHasPort502AndItselfAsItsUnit() throws {
    let outcome = load("devices:\n  a: { driver: modbus, profile: xy-md02, connection: { tcp: \"[fe80::1]\" } }\n")
    #expect(outcome.findings.isEmpty)
    #expect(outcome.inputs.first?.connection == .tcp(Endpoint(host: "fe80::1", port: 502)))
    #expect(outcome.settings.first?.unit == 255)
  }

  @Test func aMapMayStandInTheEntry() throws {
    let outcome = load(
      """
      devices:
        a:
          driver: modbus
          connection: { tcp: 10.0.0.1, port: 1502 }
          unit: 0
          metrics:
            level: { holding: 7, type: float32, order: CDAB, unit: l }
      """)
    #expect(outcome.findings.isEmpty)
    #expect(outcome.settings.first?.metrics.first?.order == .cdab)
    #expect(outcome.settings.first?.every == .seconds(10))
  }

  @Test(arguments: [
    (", unit: 3 }", "duplicate-key"), (", every: 10 }", "missing-unit"), (", timeout: 2 min }", "out-of-range"),
    (", metrics: [temprature] }", "unknown-metric"), (", metrics: [] }", "count"),
    (", max_registers: 126 }", "out-of-range"),
    (", evry: 1 s }", "unknown-key"), (", baud: 9600 }", "unknown-key"),
    (", metrics: { a: { input: 0, type: int16 } } }", "either-or"),
  ]) func mistakesAreToldAtTheirPlace(_ more: String, _ code: String) {
    let outcome = serial(more.replacingSuffix(" }"))
    #expect(outcome.set == nil || outcome.findings.allSatisfy { $0.severity == .error })
    #expect(outcome.findings.map(\.code) == [code])
    #expect(outcome.findings.first?.span?.start.line == 2)
    #expect(outcome.findings.first?.help != nil)
  }

  @Test(arguments: [
    ("{ rtu: /dev/ttyS1, baud: 9601 }", "out-of-range"), ("{ rtu: COM3 }", "bad-path"),
    ("{ rtu: /dev/ttyS1, tcp: a }", "either-or"), ("{ baud: 9600 }", "missing-key"), ("{ tcp: \"a:502\" }", "bad-host"),
    ("{ tcp: a, baud: 9600 }", "unknown-key"), ("{ rtu: /dev/ttyS1, port: 1 }", "unknown-key"),
    ("{ rtu: /dev/ttyS1, parity: mark }", "unknown-value"), ("/dev/ttyS1", "wrong-type"),
    ("{ rtu: /dev/ttyUSB0 }", "renumbered-port"), ("{ rtu: /dev/ttyS1, rs485: { rts_on_send: up } }", "unknown-value"),
    ("{ tcp: a, port: 0 }", "out-of-range"),
  ]) func connectionsAreChecked(_ connection: String, _ code: String) {
    let outcome = load(
      "devices:\n  a: { driver: modbus, profile: xy-md02, unit: 1, connection: \(connection) }\n")
    #expect(outcome.findings.map(\.code) == [code])
    #expect(outcome.findings.first?.span?.start.line == 2)
    #expect(outcome.findings.first?.help != nil)
  }

  @Test func aProfileThatIsNotThereAndAUnitThatIsMissing() {
    let outcome = load(
      "devices:\n  a:\n    driver: modbus\n    profile: xy-md2\n    connection: { rtu: /dev/ttyS1 }\n")
    #expect(outcome.places == ["missing-key 3:5", "unknown-profile 4:14"])
  }

  @Test func aSerialLineHasNoUnitZero() {
    let outcome = load(
      "devices:\n  a: { driver: modbus, profile: xy-md02, connection: { rtu: /dev/ttyS1 }, unit: 0 }\n")
    #expect(outcome.findings.map(\.code) == ["out-of-range"])
  }

  @Test func devicesOfALineMustAgree() {
    let outcome = load(
      """
      devices:
        a: { driver: modbus, profile: xy-md02, unit: 1, connection: { rtu: /dev/ttyS1, baud: 9600 } }
        b: { driver: modbus, profile: xy-md02, unit: 2, connection: { rtu: /dev/ttyS1, baud: 19200, parity: even } }
        c: { driver: modbus, profile: xy-md02, unit: 3, connection: { rtu: /dev/ttyS1 } }
        d: { driver: modbus, profile: xy-md02, unit: 1, connection: { rtu: /dev/ttyS2 } }
        e: { driver: modbus, profile: xy-md02, unit: 1, connection: { tcp: Meter } }
        f: { driver: modbus, profile: xy-md02, unit: 1, connection: { tcp: meter } }
      """)
    // The second by its key; the third, whose speed is the profile's, by its line.
    #expect(outcome.places == ["shared-line 3:88", "shared-line 4:70", "shared-unit 7:70"])
    #expect(outcome.findings.map(\.severity) == [.error, .error, .warning])
  }

  @Test func theProfilesTextIsPartOfTheIdentity() throws {
    let identity = try #require(serial().set?.devices.first?.identity)
    var profiles = ProfileLibrary()
    profiles.add(
      SourceFile(path: "p.yaml", text: Self.profile + "\n  more: { input: 9, type: uint16 }\n"), named: "xy-md02")
    var diagnostics = Diagnostics()
    let text =
      "devices:\n  a: { driver: modbus, profile: xy-md02, unit: 1, connection: { rtu: /dev/serial/by-id/usb-x-port0 } }\n"
    let other = DeviceSet.load(
      [SourceFile(path: "devices.d/a.yaml", text: text)], profiles: profiles, positionDevice: nil,
      diagnostics: &diagnostics)
    #expect(other?.devices.first?.identity != identity)
    #expect(serial().set?.devices.first?.identity == identity)
  }
}

extension String {
  fileprivate func replacingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
