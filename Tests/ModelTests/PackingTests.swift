import Model
import Testing

@Suite struct PackingTests {
  static let observations: [Observation] = [
    Observation(
      time: EngineTime(nanoseconds: .max),
      content: .position(
        device: "gps",
        Position(
          latitude: -89.999999999, longitude: 180, mode: .twoD, time: Timestamp(milliseconds: -5),
          altitude: 0, speed: .leastNonzeroMagnitude, course: 359.9, accuracy: 4.2, hdop: 0.9,
          eph: 19, satellites: 11))),
    Observation(time: .zero, content: .position(device: "", Position(latitude: 0, longitude: -0.0))),
    Observation(time: .seconds(1), content: .positionLost(device: "gps")),
    Observation(
      time: .seconds(2),
      content: .reading(
        device: "reefer", metric: "temperature", value: .number(-17.5), quality: .good)),
    Observation(
      time: .seconds(2),
      content: .reading(device: "door", metric: "open", value: .boolean(true), quality: .stale)),
    Observation(
      time: .seconds(2),
      content: .reading(device: "tag", metric: "id", value: .text("é\u{0}"), quality: .bad)),
    Observation(
      time: .seconds(2),
      content: .reading(device: "tag", metric: "id", value: nil, quality: .never)),
    Observation(time: .seconds(3), content: .device(name: "gps", isUp: false, reason: "timeout")),
    Observation(time: .seconds(4), content: .system(.start(downtime: nil))),
    Observation(time: .seconds(4), content: .system(.start(downtime: .hours(2)))),
    Observation(
      time: .seconds(4), content: .system(.clock(utcAtZero: Timestamp(milliseconds: 1)))),
    Observation(time: .seconds(4), content: .system(.clockLost)),
    Observation(time: .seconds(4), content: .system(.tick)),
    Observation(time: .seconds(4), content: .system(.link(uplink: "central", isUp: true))),
    Observation(time: .seconds(4), content: .system(.command(name: "unlock", id: "7"))),
    Observation(
      time: .seconds(4),
      content: .system(
        .outcome(
          ActionOutcome(
            id: "abc123-7", rule: "late", action: "run", target: "notify", result: .failed, reason: "exit code 3")))),
    Observation(
      time: .seconds(14),
      content: .system(
        .outcome(
          ActionOutcome(
            id: "abc123-8", rule: "late", action: "write", target: "cab.fan", value: .text("low"), result: .done)))),
  ]

  @Test func aHookRunComesBackUnchanged() throws {
    let run = HookRun(
      id: "abc123-7", time: .seconds(5), timestamp: Timestamp(milliseconds: 6), rule: "late", state: .cleared,
      hook: "notify", arguments: ["--loud", "é"], timeout: .seconds(5),
      trigger: [.init(key: "zone", value: .text("depot"))], data: [.init(key: "n", value: .number(2))])
    var writer = PackedWriter()
    writer.write(run)
    var reader = PackedReader(writer.bytes)
    #expect(try reader.hookRun() == run)
    #expect(reader.isAtEnd)
    for length in 0..<writer.bytes.count {
      var cut = PackedReader(Array(writer.bytes.prefix(length)))
      #expect(throws: PackingError.self) { _ = try cut.hookRun() }
    }
  }

  @Test func aWriteComesBackUnchanged() throws {
    let write = ActuatorWrite(
      id: "abc123-7", time: .seconds(5), timestamp: Timestamp(milliseconds: 6), rule: "late", state: .cleared,
      device: "cab", metric: "fan", value: .text("low"), isPulse: true, maxAge: .seconds(3))
    var writer = PackedWriter()
    writer.write(write)
    var reader = PackedReader(writer.bytes)
    #expect(try reader.actuatorWrite() == write)
    #expect(reader.isAtEnd)
    for length in 0..<writer.bytes.count {
      var cut = PackedReader(Array(writer.bytes.prefix(length)))
      #expect(throws: PackingError.self) { _ = try cut.actuatorWrite() }
    }
  }

  @Test(arguments: observations)
  func anObservationComesBackUnchanged(_ observation: Observation) throws {
    var writer = PackedWriter()
    writer.write(observation)
    var reader = PackedReader(writer.bytes)
    #expect(try reader.observation() == observation)
    #expect(reader.isAtEnd)
  }

  @Test(arguments: observations)
  func everyTruncationIsAnErrorNotATrap(_ observation: Observation) {
    var writer = PackedWriter()
    writer.write(observation)
    for length in 0..<writer.bytes.count {
      var reader = PackedReader(Array(writer.bytes.prefix(length)))
      #expect(throws: PackingError.self) { _ = try reader.observation() }
    }
  }

  @Test func integersKeepTheirExtremes() throws {
    var writer = PackedWriter()
    let signed: [Int64] = [0, -1, 1, 63, 64, -64, -65, .min, .max]
    for value in signed { writer.write(value) }
    writer.write(UInt64.max)
    var reader = PackedReader(writer.bytes)
    for value in signed { #expect(try reader.signed() == value) }
    #expect(try reader.unsigned() == .max)
  }

  @Test func anOverlongVarintIsMalformed() {
    var reader = PackedReader(Array(repeating: 0xff, count: 11))
    #expect(throws: PackingError.self) { _ = try reader.unsigned() }
  }
}
