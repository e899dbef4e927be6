import Model
import Testing

@testable import Inputs

/// Writes on a bus in virtual time.
@Suite struct WriteTests {
  private let second = SimulatedBus.second
  private let millisecond = SimulatedBus.millisecond

  private static let bits: RegisterType = .bits(
    [BitField(name: "fan", bit: 0), BitField(name: "stage", bit: 4, width: 4)], registers: 1)

  private func unit(_ address: UInt8 = 1, timeout: Interval = .milliseconds(200)) -> BusUnit.Settings {
    let metrics = [
      ModbusMetric(name: "relay", table: .coil, address: 3, type: .bool, access: .readWrite),
      ModbusMetric(name: "horn", table: .coil, address: 4, type: .bool, pulse: .milliseconds(500), access: .readWrite),
      ModbusMetric(name: "level", table: .holding, address: 7, type: .int16, scale: 0.1, access: .readWrite),
      ModbusMetric(name: "power", table: .holding, address: 10, type: .float32, access: .readWrite),
      ModbusMetric(name: "modes", table: .holding, address: 20, type: Self.bits, access: .readWrite),
      ModbusMetric(name: "reset", table: .holding, address: 30, type: .uint16, access: .write),
      ModbusMetric(name: "plain", table: .input, address: 0, type: .uint16),
    ]
    return BusUnit.Settings(
      device: "u\(address)", unit: address, metrics: metrics, map: metrics, every: .seconds(1), timeout: timeout)
  }

  private func bus(_ units: Int = 1) -> SimulatedBus {
    var bus = SimulatedBus()
    for n in 1...units { bus.session.join(n, unit(UInt8(n)), at: 0) }
    return bus
  }

  private func writes(_ bus: SimulatedBus) -> [ModbusRequest] { bus.sent.map(\.exchange.request).filter(\.isWrite) }

  @Test(arguments: [
    ("relay", Value.boolean(true), ModbusRequest.writeCoil(address: 3, true)),
    ("level", .number(-1.5), .writeRegister(address: 7, 0xFFF1)),
    ("power", .number(1.5), .writeRegisters(address: 10, [0x3FC0, 0])),
    ("fan", .boolean(true), .writeRegister(address: 20, 0b1000_0001)),
    ("stage", .number(3), .writeRegister(address: 20, 0b0011_0000)),
    ("reset", .number(1), .writeRegister(address: 30, 1)),
  ]) func aLevelIsWrittenAndReadBack(_ signal: String, _ value: Value, _ request: ModbusRequest) {
    var bus = bus()
    bus.written[SimulatedBus.key(1, .holding, 20)] = 0b1000_0000
    bus.run(until: 500 * millisecond)
    bus.perform(bus.session.write(9, 1, signal, value, deadline: bus.now + 10 * second))
    bus.run(until: 900 * millisecond)
    #expect(bus.outcomes[9]?.outcome == .done)
    #expect(writes(bus) == [request])
    // What was read back is news.
    if signal != "reset" {
      #expect(bus.contents.contains(.reading(device: "u1", metric: signal, value: value, quality: .good)))
    }
  }

  @Test func aWriteGoesBeforeReads() {
    var bus = bus(4)
    bus.run(until: second + 1)
    bus.perform(bus.session.write(1, 4, "relay", .boolean(true), deadline: bus.now + second))
    let before = bus.sent.count
    bus.run(until: bus.now + 50 * millisecond)
    #expect(bus.sent[before].exchange.request.isWrite)
  }

  @Test func aWriteThatCannotBeHeldOrIsNoneFails() {
    var bus = bus()
    bus.perform(bus.session.write(1, 1, "level", .number(1e9), deadline: second))
    bus.perform(bus.session.write(2, 1, "plain", .number(1), deadline: second))
    bus.perform(bus.session.write(3, 7, "relay", .boolean(true), deadline: second))
    bus.run(until: millisecond)
    #expect(bus.outcomes[1]?.outcome == .failed(reason: "can't hold that"))
    #expect(bus.outcomes[2]?.outcome == .failed(reason: "not writable"))
    #expect(bus.outcomes[3]?.outcome == .failed(reason: "stopped"))
    #expect(writes(bus).isEmpty)
  }

  @Test func whatTheUnitRefusesFailsWithItsReason() {
    var bus = bus()
    bus.react = { exchange, _ in
      exchange.request.isWrite ? .refuses(.illegalDataValue, after: 1_000_000) : .answers(after: 1_000_000)
    }
    bus.perform(bus.session.write(1, 1, "relay", .boolean(true), deadline: 5 * second))
    bus.run(until: second)
    #expect(bus.outcomes[1]?.outcome == .failed(reason: "illegal data value"))
    #expect(writes(bus).count == 1)
  }

  @Test func aUnitThatKnowsOneFunctionOnlyGetsThat() {
    var bus = bus()
    bus.react = { exchange, _ in
      [5, 6].contains(exchange.request.function)
        ? .refuses(.illegalFunction, after: 1_000_000) : .answers(after: 1_000_000)
    }
    bus.perform(bus.session.write(1, 1, "relay", .boolean(true), deadline: 5 * second))
    bus.run(until: second)
    #expect(bus.outcomes[1]?.outcome == .done)
    #expect(writes(bus) == [.writeCoil(address: 3, true), .writeCoils(address: 3, [true])])
  }

  @Test func aLevelWithoutAnAnswerIsSentAgainUntilItsDeadline() {
    var bus = bus()
    bus.react = { exchange, time in
      exchange.request.isWrite && time < SimulatedBus.second ? .silent : .answers(after: 1_000_000)
    }
    bus.perform(bus.session.write(1, 1, "relay", .boolean(true), deadline: 5 * second))
    bus.run(until: 3 * second)
    #expect(bus.outcomes[1]?.outcome == .done)
    #expect(writes(bus).count > 3)

    var dead = self.bus()
    dead.react = { exchange, _ in exchange.request.isWrite ? .silent : .answers(after: 1_000_000) }
    dead.perform(dead.session.write(1, 1, "relay", .boolean(true), deadline: 2 * second))
    dead.run(until: 10 * second)
    #expect(dead.outcomes[1]?.outcome == .unknown(reason: "timeout"))
    #expect(dead.outcomes[1].map { $0.at <= 2 * second + 210 * millisecond } == true)
    #expect(dead.sent.filter { $0.exchange.request.isWrite }.allSatisfy { $0.at < 2 * second })
  }

  @Test func whatReadsBackDifferentFails() {
    var bus = bus()
    bus.react = { exchange, _ in .answers(after: 1_000_000) }
    bus.perform(bus.session.write(1, 1, "level", .number(5), deadline: 5 * second))
    bus.run(until: 3 * second) { $0.written[SimulatedBus.key(1, .holding, 7)] = 30 }
    #expect(bus.outcomes[1]?.outcome == .failed(reason: "read back 3"))
  }

  @Test func aWriteWithoutALineFailsAtItsDeadline() {
    var bus = bus()
    bus.lineTrouble = { _ in "unplugged" }
    bus.run(until: second / 2)
    bus.perform(bus.session.write(1, 1, "relay", .boolean(true), deadline: 3 * second))
    bus.run(until: 10 * second)
    #expect(bus.outcomes[1]?.outcome == .failed(reason: "unplugged"))
    #expect(bus.outcomes[1]?.at == 3 * second)
    // One that is past its deadline isn't even begun.
    var late = self.bus()
    late.perform(late.session.write(1, 1, "relay", .boolean(true), deadline: 0))
    late.run(until: second)
    #expect(late.outcomes[1]?.outcome == .expired)
    #expect(writes(late).isEmpty)
  }

  @Test func aPulseIsSentOnceAndTakenBackInTime() throws {
    var bus = bus(3)
    bus.run(until: 700 * millisecond)
    bus.perform(bus.session.write(1, 1, "horn", .boolean(true), deadline: bus.now + 10 * second))
    bus.run(until: 3 * second)
    #expect(bus.outcomes[1]?.outcome == .done)
    let sent = bus.sent.filter { $0.exchange.request.isWrite }
    #expect(sent.map(\.exchange.request) == [.writeCoil(address: 4, true), .writeCoil(address: 4, false)])
    let length = try #require(sent.last).at - sent[0].at
    #expect(length >= 500 * millisecond && length < 540 * millisecond)
    // The bus reads on meanwhile.
    #expect(bus.sent.contains { $0.at > sent[0].at && $0.at < sent[1].at && !$0.exchange.request.isWrite })
  }

  @Test func aPulseWithoutAnAnswerIsNeverSentTwice() {
    var bus = bus()
    bus.react = { exchange, _ in
      exchange.request == .writeCoil(address: 4, true) ? .silent : .answers(after: 1_000_000)
    }
    bus.perform(bus.session.write(1, 1, "horn", .boolean(true), deadline: 10 * second))
    bus.run(until: 20 * second)
    #expect(bus.outcomes[1]?.outcome == .unknown(reason: "timeout"))
    #expect(writes(bus) == [.writeCoil(address: 4, true), .writeCoil(address: 4, false)])
  }

  @Test func aPulseIsTakenBackHoweverOftenThatTakes() {
    var bus = bus()
    bus.react = { exchange, time in
      exchange.request == .writeCoil(address: 4, false) && time < 3 * SimulatedBus.second
        ? .silent : .answers(after: 1_000_000)
    }
    bus.perform(bus.session.write(1, 1, "horn", .boolean(true), deadline: second))
    bus.run(until: 10 * second)
    #expect(bus.outcomes[1]?.outcome == .done)
    #expect(writes(bus).count { $0 == .writeCoil(address: 4, true) } == 1)
    #expect(bus.written[SimulatedBus.key(1, .coil, 4)] == 0)
  }

  @Test func aPulseThatALostLineLeftOnIsToldAndTakenBackOnItsReturn() {
    var bus = bus()
    bus.perform(bus.session.write(1, 1, "horn", .boolean(true), deadline: second))
    bus.lineTrouble = { time in
      (100_000_000..<60 * SimulatedBus.second).contains(time) ? "unplugged" : nil
    }
    bus.run(until: 30 * second)
    #expect(bus.outcomes[1]?.outcome == .unknown(reason: "not taken back: unplugged"))
    #expect(bus.outcomes[1].map { $0.at <= 7 * second } == true)
    #expect(bus.written[SimulatedBus.key(1, .coil, 4)] == 1)
    bus.run(until: 70 * second)
    #expect(bus.written[SimulatedBus.key(1, .coil, 4)] == 0)
  }

  @Test func aDeadUnitDoesNotKeepAPulseFromItsEnd() throws {
    var bus = bus(2)
    bus.session.join(3, unit(3, timeout: .seconds(3)), at: 0)
    bus.react = { exchange, _ in exchange.unit == 3 ? .silent : .answers(after: 1_000_000) }
    var longest: Int64 = 0
    for n in 1...100 {
      bus.run(until: Int64(n) * 7 * second)
      bus.perform(bus.session.write(UInt64(n), 1, "horn", .boolean(true), deadline: bus.now + 10 * second))
    }
    bus.run(until: 800 * second)
    let sent = bus.sent.filter { $0.exchange.request.isWrite }.map(\.at)
    #expect(sent.count == 200)
    for index in stride(from: 0, to: sent.count - 1, by: 2) { longest = max(longest, sent[index + 1] - sent[index]) }
    #expect(longest < 550 * millisecond)
  }

  @Test func aDeviceThatLeavesTakesItsPulseBackFirst() {
    var bus = bus(2)
    bus.perform(bus.session.write(1, 1, "horn", .boolean(true), deadline: 10 * second))
    bus.perform(bus.session.write(2, 1, "relay", .boolean(true), deadline: 10 * second))
    bus.run(until: 100 * millisecond)
    bus.perform(bus.session.leave(1, at: bus.now))
    #expect(!bus.left.contains(1))
    bus.run(until: 130 * millisecond)
    #expect(bus.left.contains(1))
    #expect(bus.written[SimulatedBus.key(1, .coil, 4)] == 0)
    #expect(Set(bus.outcomes.keys) == [1, 2])
  }

  @Test func whatALeavingDeviceStillHadToWriteIsTold() {
    var bus = bus()
    bus.lineTrouble = { _ in "unplugged" }
    bus.perform(bus.session.write(1, 1, "relay", .boolean(true), deadline: 10 * second))
    bus.run(until: second)
    bus.perform(bus.session.leave(1, at: bus.now))
    #expect(bus.outcomes[1]?.outcome == .failed(reason: "stopped"))
    #expect(bus.left == [1])
  }

  @Test func oneWriteTooManyIsRefused() {
    var bus = bus()
    for n in 0...BusSession.writeLimit {
      bus.perform(bus.session.write(UInt64(n), 1, "relay", .boolean(true), deadline: 10 * second))
    }
    #expect(bus.outcomes[UInt64(BusSession.writeLimit)]?.outcome == .failed(reason: "too many writes"))
    bus.run(until: 9 * second)
    #expect(bus.outcomes.values.count { $0.outcome == .done } == BusSession.writeLimit)
  }
}
