import Foundation
import Model
import Testing

@testable import Inputs

/// The driver over a serial line that spoils pymodbus' answers: whatever it does, no wrong value comes out.
@Suite(
  .serialized, .enabled(if: ModbusServer.isInstalled, "python3-pymodbus, python3-serial or socat is not installed"))
struct FaultyLineTests {
  private static let addresses: [UInt16] = [0, 1, 2, 40, 41, 80, 120, 121, 122, 160]
  private static let ranges: ModbusServer.Ranges = ["holding": [[0, 200]]]
  /// Milliseconds.
  private static let timeout = 200

  private struct Bench {
    let pair: SerialPair
    let server: ModbusServer
    let line: FaultyLine
    let sink = CollectingSink()
    let units: [BusUnit.Settings]
    let connection: ModbusConnection

    init(every: Interval = .milliseconds(100), units: Int = 3, _ choose: @escaping @Sendable ([UInt8]) -> Fault) throws
    {
      pair = try SerialPair()
      server = try ModbusServer(path: pair.far, [1: ranges, 2: ranges, 3: ranges])
      line = try FaultyLine(name: pair.folder + "/by-id", far: pair.near, choose)
      self.units = (1...units).map {
        .holding(
          "u\($0)", UInt8($0), addresses, every: every, timeout: .milliseconds(Int64(timeout)),
          limits: .init(registers: 50))
      }
      connection = .serial(.init(path: pair.folder + "/by-id", baud: 115_200))
    }

    /// Runs all units meanwhile, and gives how long it took them to end.
    func run(_ body: @escaping @Sendable () throws -> Void) async throws -> Duration {
      defer {
        line.stop()
        server.stop()
      }
      return try await whileRunning(units.map { ModbusInput($0, over: connection) }, into: sink, body)
    }

    var wrong: [Observation.Content] { Readings.wrong(sink.contents) }

    /// Everything was read well since.
    func isGood(since count: Int, _ contents: [Observation.Content]) -> Bool {
      Readings.good(contents.dropFirst(count)) == units.count * addresses.count
    }
  }

  @Test(arguments: [1, 2] as [UInt64]) func noWrongValueComesThroughAnyFault(_ seed: UInt64) async throws {
    let chance = SharedChance(seed)
    let bench = try Bench { request in
      switch chance(0...15) {
      case 0: .silent
      case 1, 2, 3: .late(chance(0...2 * Self.timeout))
      case 4: .otherUnit
      case 5: .cut(chance(0...20))
      case 6: .flip(chance(0...400))
      case 7: .noise((0...chance(0...30)).map { _ in UInt8(chance(0...255)) })
      case 8: .twice
      case 9: .drip(chance(1...20))
      default: .none
      }
    }
    _ = try await bench.run {
      // Long enough for a few hundred of them, also where the machine has no time for us.
      let limit = BootClock.now + 6_000_000_000
      try eventually("enough faults", seconds: 300) {
        BootClock.now > limit && bench.sink.contents.count > 200 || !bench.wrong.isEmpty
      }
      try demand(bench.wrong.isEmpty, "\(bench.wrong)")
      bench.line.set { _ in .none }
      let count = bench.sink.contents.count
      try demand(bench.sink.wait(seconds: 300) { bench.isGood(since: count, $0) }, "\(bench.sink.contents.suffix(40))")
    }
    #expect(bench.wrong.isEmpty)
    #expect(bench.sink.contents.count > 200)
  }

  @Test func whatIsSilentIsBadAndDownWithinAPoll() async throws {
    let bench = try Bench(every: .seconds(2), units: 1) { _ in .none }
    _ = try await bench.run {
      try demand(bench.sink.wait { bench.isGood(since: 0, $0) }, "\(bench.sink.contents)")
      let count = bench.sink.contents.count
      bench.line.set { _ in .silent }
      let start = BootClock.now
      let down = Observation.Content.device(name: "u1", isUp: false, reason: "timeout")
      try demand(bench.sink.wait { $0.dropFirst(count).contains(down) }, "\(bench.sink.contents)")
      // The poll that was due within 2 s, and it has ended. What is bad is told before the device is.
      let told = bench.sink.time(of: down) - start
      try demand(told < 4_000_000_000, "after \(told) ns")
      let bad = bench.sink.contents.dropFirst(count).filter { $0.quality == .bad }
      try demand(bad.count == Self.addresses.count, "\(bad)")
    }
  }

  /// Where the machine is busy a byte of the one comes in the midst of the other's answer, until that is off for long, too; then it is
  /// tried again. A bus that is held is held each time.
  @Test func aByteASecondDoesNotHoldTheBusLongerThanItsTimeout() async throws {
    let isRead = { @Sendable (contents: [Observation.Content]) in
      contents.count { $0.device == "u2" && $0.metric == "h0" && $0.quality == .good } > 30
    }
    for _ in 1...4 {
      let bench = try Bench(units: 2) { request in request[0] == 1 ? .drip(1000) : .none }
      let ending = try await bench.run { _ = bench.sink.wait(seconds: 30, until: isRead) }
      #expect(bench.wrong.isEmpty)
      #expect(ending < .seconds(1))
      guard isRead(bench.sink.contents) else { continue }
      #expect(bench.sink.contents.contains(.device(name: "u1", isUp: false, reason: "timeout")))
      return
    }
    Issue.record("the bus is held")
  }

  @Test func itStopsDuringALongTimeout() async throws {
    let pair = try SerialPair()
    let unit = BusUnit.Settings.holding("u1", 1, [0], timeout: .seconds(60))
    let sink = CollectingSink()
    let input = ModbusInput(unit, over: .serial(.init(path: pair.near)))
    let far = open(pair.far, O_RDWR | O_NOCTTY | O_CLOEXEC)
    defer { close(far) }
    let ending = try await whileRunning(input, into: sink) {
      var request = [UInt8](repeating: 0, count: 8)
      try demand(read(far, &request, 8) > 0, "no request")
    }
    #expect(ending < .seconds(1))
    // And the port is closed, soon after.
    try await onThread {
      try eventually("the port is closed") {
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        let names = open.compactMap {
          try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
        }
        let port = try? FileManager.default.destinationOfSymbolicLink(atPath: pair.near)
        return !names.contains { $0 == port }
      }
    }
  }
}
