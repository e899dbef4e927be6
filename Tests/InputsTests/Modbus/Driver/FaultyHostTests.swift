import Foundation
import Model
import Testing

@testable import Inputs

/// The driver over TCP connections that spoil pymodbus' answers, or aren't there.
@Suite(
  .serialized, .enabled(if: ModbusServer.isInstalled, "python3-pymodbus, python3-serial or socat is not installed"))
struct FaultyHostTests {
  private static let addresses: [UInt16] = [0, 1, 2, 40, 41, 80, 120, 121, 122, 160]
  private static let ranges: ModbusServer.Ranges = ["holding": [[0, 200]]]
  /// Milliseconds.
  private static let timeout = 200

  private static func units(_ count: Int, every: Interval = .milliseconds(100)) -> [BusUnit.Settings] {
    (1...count).map {
      .holding(
        "u\($0)", UInt8($0), addresses, every: every, timeout: .milliseconds(Int64(timeout)),
        limits: .init(registers: 50))
    }
  }

  /// Runs them all meanwhile.
  private static func run(
    _ units: [BusUnit.Settings], at port: UInt16, into sink: CollectingSink,
    _ body: @escaping @Sendable () throws -> Void
  ) async throws {
    let tasks = units.map { unit in
      Task { try await ModbusInput(unit, over: .tcp(Endpoint(host: "127.0.0.1", port: port))).run(into: sink) }
    }
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await onThread(body)) } catch { outcome = .failure(error) }
    for task in tasks { task.cancel() }
    for task in tasks { try await task.value }
    try outcome.get()
  }

  @Test(arguments: [1, 2] as [UInt64]) func noWrongValueComesThroughAnyFault(_ seed: UInt64) async throws {
    let chance = SharedChance(seed)
    let server = try ModbusServer(
      port: try LoopbackSocket.freePort(), [1: Self.ranges, 2: Self.ranges, 3: Self.ranges])
    defer { server.stop() }
    let host = try FaultyHost(server: server.port) { _ in
      switch chance(0...19) {
      case 0: .silent
      case 1, 2: .late(chance(0...2 * Self.timeout))
      case 3, 4: .otherUnit
      case 5: .cut(chance(0...20))
      case 6, 7: .flip(chance(0...71))
      case 8: .noise((0...chance(0...30)).map { _ in UInt8(chance(0...255)) })
      case 9: .twice
      case 10: .drip(chance(1...20))
      case 11, 12: .otherTransaction
      case 13: .close
      default: .none
      }
    }
    defer { host.stop() }
    let sink = CollectingSink()
    try await Self.run(Self.units(3), at: host.port, into: sink) {
      // Five seconds, and longer where the machine has no time for us.
      let limit = BootClock.now + 5_000_000_000
      try eventually("enough faults") {
        BootClock.now > limit && host.connections.total > 5 || !Readings.wrong(sink.contents).isEmpty
      }
      host.set { _ in .none }
      let count = sink.contents.count
      try demand(
        sink.wait(seconds: 60) { Readings.good($0.dropFirst(count)) == 3 * Self.addresses.count },
        "\(sink.contents.suffix(40))")
    }
    #expect(Readings.wrong(sink.contents).isEmpty)
    // A device that takes one connection only would have served them all.
    #expect(host.connections.most == 1)
    #expect(host.connections.total > 5)
  }

  @Test func aHostThatComesLaterOrAgainIsFound() async throws {
    let port = try LoopbackSocket.freePort()
    let sink = CollectingSink()
    try await Self.run(Self.units(1), at: port, into: sink) {
      try demand(sink.wait { $0.contains(.device(name: "u1", isUp: false, reason: "refused")) }, "\(sink.contents)")
      for _ in 1...2 {
        let server = try ModbusServer(port: port, [1: Self.ranges])
        let start = BootClock.now
        let count = sink.contents.count
        try demand(
          sink.wait { Readings.good($0.dropFirst(count)) == Self.addresses.count }, "\(sink.contents.suffix(9))")
        try demand(BootClock.now - start < 5_000_000_000, "after \(BootClock.now - start) ns")
        server.stop()
        try demand(
          sink.wait { contents in
            contents.dropFirst(count).contains { if case .device(_, false, _) = $0 { true } else { false } }
          }, "\(sink.contents.suffix(9))")
      }
    }
    #expect(Readings.wrong(sink.contents).isEmpty)
  }

  @Test func aNameThatNobodyKnowsIsTold() async throws {
    let sink = CollectingSink()
    let input = ModbusInput(.holding("u1", 1, [0]), over: .tcp(Endpoint(host: "modbus.invalid", port: 502)))
    let ending = try await whileRunning(input, into: sink) {
      try demand(
        sink.wait { $0.contains(.device(name: "u1", isUp: false, reason: "unknown_host")) }, "\(sink.contents)")
    }
    #expect(ending < .seconds(1))
  }

  @Test func aSilentHostDoesNotSlowAnotherNorADeadUnitItsNeighbours() async throws {
    let server = try ModbusServer(port: try LoopbackSocket.freePort(), [1: Self.ranges, 2: Self.ranges])
    defer { server.stop() }
    let silent = try FaultyHost(server: server.port) { _ in .silent }
    defer { silent.stop() }
    // Unit 3 isn't there: pymodbus says nothing.
    let sink = CollectingSink()
    let other = CollectingSink()
    let task = Task {
      try await Self.run(Self.units(2), at: silent.port, into: other) {
        try demand(sink.wait { $0.count { $0.metric == "h0" } > 80 }, "\(sink.contents.suffix(9))")
      }
    }
    try await Self.run(Self.units(3, every: .milliseconds(200)), at: server.port, into: sink) {
      try demand(sink.wait { $0.count { $0.metric == "h0" } > 80 }, "\(sink.contents.suffix(9))")
    }
    try await task.value
    for device in ["u1", "u2"] {
      let times = sink.times(device, "h0")
      let periods = zip(times, times.dropFirst()).map { $1 - $0 }.sorted()
      let median = periods[periods.count / 2]
      #expect(abs(median - 200_000_000) <= 10_000_000, "\(device): \(median) ns")
    }
    #expect(sink.contents.contains(.device(name: "u3", isUp: false, reason: "timeout")))
    #expect(Set(other.contents.compactMap(\.device)) == ["u1", "u2"])
    #expect(other.contents.allSatisfy { $0.quality != .good })
  }
}
