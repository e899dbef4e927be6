import Foundation
import Model
import Testing

@testable import Inputs

/// Adapters that are pulled out and put back.
@Suite(
  .serialized, .enabled(if: ModbusServer.isInstalled, "python3-pymodbus, python3-serial or socat is not installed"))
struct PluggingTests {
  private static let ranges: ModbusServer.Ranges = ["holding": [[0, 9]]]
  private static let up = Observation.Content.device(name: "u1", isUp: true, reason: nil)
  private static let unplugged = Observation.Content.device(name: "u1", isUp: false, reason: "unplugged")

  /// What is told of the device, without what is read of it.
  private static func states(_ contents: [Observation.Content]) -> [Observation.Content] {
    contents.filter { $0.metric == nil }
  }

  @Test func anAdapterThatComesBackUnderAnotherNumberIsFoundByItsName() async throws {
    let pair = try SerialPair()
    let first = try ModbusServer(path: pair.far, [1: Self.ranges])
    let sink = CollectingSink()
    // Read each minute only: the loss is seen though nothing is asked.
    let unit = BusUnit.Settings.holding("u1", 1, [0, 1], every: .minutes(1), timeout: .seconds(20))
    let input = ModbusInput(unit, over: .serial(.init(path: pair.near, baud: 115_200)))
    _ = try await whileRunning(input, into: sink) {
      try demand(sink.wait { Self.states($0) == [Self.up] && $0.count >= 3 }, "\(sink.contents)")
      first.stop()
      pair.unplug()
      let gone = BootClock.now
      try demand(sink.wait { Self.states($0).last == Self.unplugged }, "\(sink.contents)")
      let told = sink.time(of: Self.unplugged) - gone
      try demand(told < 1_000_000_000, "closed after \(told) ns")
      // Something else takes the number that was free.
      let other = try PseudoTerminal()
      var second: ModbusServer?
      try pair.plug { second = try ModbusServer(path: pair.far, [1: Self.ranges]) }
      let back = BootClock.now
      try demand(sink.wait { Self.states($0) == [Self.up, Self.unplugged, Self.up] }, "\(sink.contents)")
      let found = sink.time(of: Self.up) - back
      try demand(found < 5_000_000_000, "read after \(found) ns")
      withExtendedLifetime(other) {}
      second?.stop()
    }
    let bad = sink.contents.filter { $0.quality == .bad }
    #expect(bad.map(\.metric) == ["h0", "h1"])
  }

  @Test func aNameThatStandsForAnotherPortIsFollowed() async throws {
    let folder = try SerialPair()
    let name = folder.folder + "/by-id"
    let first = try PseudoTerminal(name: name)
    let second = try PseudoTerminal()
    let sink = CollectingSink()
    let input = ModbusInput(
      .holding("u1", 1, [0], every: .milliseconds(200), timeout: .milliseconds(100)), over: .serial(.init(path: name)))
    _ = try await whileRunning(input, into: sink) {
      var buffer = [UInt8](repeating: 0, count: 8)
      try eventually("it asks the first") { read(first.master, &buffer, 8) > 0 }
      try second.call(name)
      let moved = BootClock.now
      try eventually("it asks the second") { read(second.master, &buffer, 8) > 0 }
      try demand(BootClock.now - moved < 5_000_000_000, "after \(BootClock.now - moved) ns")
      try demand(buffer[..<2] == [1, 3], "\(buffer)")
    }
  }

  @Test(arguments: [
    ("/dev/waypost-has-none", "missing"), ("/dev/null", "not_serial"),
  ]) func aPortThatIsNoneIsTold(_ path: String, _ reason: String) async throws {
    let sink = CollectingSink()
    let input = ModbusInput(.holding("u1", 1, [0]), over: .serial(.init(path: path)))
    let ending = try await whileRunning(input, into: sink) {
      try demand(
        sink.wait { $0.contains(.device(name: "u1", isUp: false, reason: reason)) }, "\(sink.contents)")
    }
    #expect(ending < .seconds(1))
  }

  @Test func aDriverThatCannotSwitchDirectionIsTold() async throws {
    // A pseudo-terminal has no RS-485.
    let pair = try SerialPair()
    let sink = CollectingSink()
    let input = ModbusInput(.holding("u1", 1, [0]), over: .serial(.init(path: pair.near, rs485: .init())))
    _ = try await whileRunning(input, into: sink) {
      try demand(
        sink.wait { $0.contains(.device(name: "u1", isUp: false, reason: "no_rs485")) }, "\(sink.contents)")
    }
  }
}
