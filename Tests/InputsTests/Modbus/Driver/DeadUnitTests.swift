import Foundation
import Model
import Testing

@testable import Inputs

/// A unit that doesn't answer, on a serial line with others. With `WAYPOST_SOAK` for two minutes at the pace of real devices.
@Suite(
  .serialized, .enabled(if: ModbusServer.isInstalled, "python3-pymodbus, python3-serial or socat is not installed"))
struct DeadUnitTests {
  private static let isSoak = ProcessInfo.processInfo.environment["WAYPOST_SOAK"] != nil
  private static let every = isSoak ? Interval.seconds(1) : .milliseconds(200)
  private static let timeout = isSoak ? Interval.seconds(1) : .milliseconds(200)
  private static let periods = isSoak ? 120 : 60

  @Test func theHealthyAreReadAsOftenAsWithoutIt() async throws {
    let pair = try SerialPair()
    let ranges: ModbusServer.Ranges = ["holding": [[0, 99]]]
    let server = try ModbusServer(path: pair.far, [1: ranges, 2: ranges, 3: ranges])
    defer { server.stop() }
    let sink = CollectingSink()
    let connection = ModbusConnection.serial(.init(path: pair.near, baud: 115_200))
    let inputs = [1, 2, 3, 9].map { unit in
      ModbusInput(
        .holding("u\(unit)", UInt8(unit), [0, 1, 2, 50], every: Self.every, timeout: Self.timeout), over: connection)
    }
    let tasks = inputs.map { input in Task { try await input.run(into: sink) } }
    let outcome = await Task {
      try await onThread {
        try demand(
          sink.wait(seconds: 300) { contents in
            contents.count { $0.device == "u3" && $0.metric == "h0" } > Self.periods
          }, "\(sink.contents.suffix(9))")
      }
    }.result
    for task in tasks { task.cancel() }
    for task in tasks { try await task.value }
    try outcome.get()
    for device in ["u1", "u2", "u3"] {
      let times = sink.times(device, "h0")
      let periods = zip(times, times.dropFirst()).map { Double($1 - $0) }.sorted()
      let median = periods[periods.count / 2] / Double(Self.every.nanoseconds)
      #expect((0.95...1.05).contains(median), "\(device): \(median) of its period")
    }
    let states = sink.contents.filter { $0.device == "u9" }
    #expect(states.filter { $0.metric == nil } == [.device(name: "u9", isUp: false, reason: "timeout")])
    #expect(states.count { $0.quality == .bad } == 4)
  }
}
