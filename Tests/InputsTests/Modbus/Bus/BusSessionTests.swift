import Model
import Testing

@testable import Inputs

/// A bus in virtual time.
@Suite struct BusSessionTests {
  private let second = SimulatedBus.second
  private let millisecond = SimulatedBus.millisecond

  private func times(_ bus: SimulatedBus, _ device: String, _ metric: String = "h0") -> [Int64] {
    bus.submitted.filter { $0.content.device == device && $0.content.metric == metric && $0.content.quality == .good }
      .map(\.at)
  }

  private func median(_ times: [Int64]) -> Double {
    let periods = zip(times, times.dropFirst()).map { Double($1 - $0) }.sorted()
    return periods.isEmpty ? .infinity : periods[periods.count / 2]
  }

  @Test func eachUnitIsReadAsOftenAsItSays() {
    var bus = SimulatedBus()
    bus.session.join(1, .holding("a", 1, [0, 1]), at: 0)
    bus.session.join(2, .holding("b", 2, [0], every: .seconds(5)), at: 0)
    bus.run(until: 60 * second)
    #expect(times(bus, "a").count == 60)
    #expect(times(bus, "b").count == 12)
    #expect(bus.contents.first == .device(name: "a", isUp: true, reason: nil))
    #expect(bus.contents.filter { $0.metric == nil }.count == 2)
  }

  @Test(arguments: [1, 2, 5]) func aDeadUnitDoesNotStallTheOthers(_ dead: Int) {
    var bus = SimulatedBus()
    for n in 1...4 { bus.session.join(n, .holding("u\(n)", UInt8(n), [0, 1, 2]), at: 0) }
    for n in 1...dead { bus.session.join(10 + n, .holding("d\(n)", UInt8(100 + n), [0, 1, 2]), at: 0) }
    bus.react = { exchange, _ in exchange.unit > 100 ? .silent : .answers(after: 8 * SimulatedBus.millisecond) }
    bus.run(until: 600 * second)
    for n in 1...4 {
      let period = median(times(bus, "u\(n)"))
      #expect(abs(period - Double(second)) <= 0.05 * Double(second))
      // Also few are late at all.
      #expect(times(bus, "u\(n)").count > 500)
    }
    for n in 1...dead {
      let told = bus.contents.filter { $0.device == "d\(n)" && $0.metric == nil }
      #expect(told == [.device(name: "d\(n)", isUp: false, reason: "timeout")])
      let asked = bus.sent.filter { $0.exchange.unit == UInt8(100 + n) }.map(\.at)
      let waits = zip(asked.dropFirst(), asked.dropFirst(2)).map { ($1 - $0) / second }
      #expect(waits.first == 11 && waits.last.map { $0 >= 60 } == true)
    }
  }

  @Test func aUnitThatIsBackIsReadAtOnce() throws {
    var bus = SimulatedBus()
    bus.session.join(1, .holding("a", 1, [0, 1], every: .minutes(30)), at: 0)
    bus.react = { _, time in time < 100 * SimulatedBus.second ? .silent : .answers(after: 1_000_000) }
    bus.run(until: 300 * second)
    let first = try #require(times(bus, "a").first)
    #expect(first < 165 * second)
    #expect(bus.contents.filter { $0.metric == nil }.count == 2)
  }

  @Test func whatIsBadIsToldWithinThePollAndOnce() {
    var bus = SimulatedBus()
    bus.session.join(1, .holding("a", 1, [0, 50], every: .seconds(1), timeout: .milliseconds(200)), at: 0)
    bus.react = { exchange, time in
      if case .read(_, 50, _) = exchange.request, time > 5 * SimulatedBus.second {
        return .refuses(.illegalDataAddress, after: 1_000_000)
      }
      return .answers(after: 1_000_000)
    }
    bus.run(until: 20 * second)
    let bad = bus.submitted.filter { $0.content.quality == .bad }
    #expect(bad.map(\.content) == [.reading(device: "a", metric: "h50", value: nil, quality: .bad)])
    #expect(bad.allSatisfy { $0.at > 5 * second && $0.at < 7 * second })
    #expect(times(bus, "a").count == 20)
    #expect(bus.contents.filter { $0.metric == nil }.count == 1)
  }

  @Test func aUnitThatFallsSilentIsDownWithinThePoll() throws {
    var bus = SimulatedBus()
    bus.session.join(1, .holding("a", 1, [0, 50], every: .seconds(1), timeout: .milliseconds(300)), at: 0)
    bus.react = { _, time in time > 5 * SimulatedBus.second ? .silent : .answers(after: 1_000_000) }
    bus.run(until: 20 * second)
    let down = try #require(bus.submitted.first { $0.content.metric == nil && $0.at > second })
    #expect(down.content == .device(name: "a", isUp: false, reason: "timeout"))
    #expect(down.at <= 7 * second)
    let bad = bus.submitted.filter { $0.content.quality == .bad }
    #expect(bad.map(\.content.metric) == ["h50", "h0"])
    #expect(bad.first.map { $0.at < 6 * second } == true)
  }

  @Test func aRefusedBlockIsSplitAndNotJoinedAgain() {
    var bus = SimulatedBus()
    // 5 isn't there; 0, 4, 7 and 8 are.
    bus.session.join(1, .holding("a", 1, [0, 4, 7, 8]), at: 0)
    bus.react = { exchange, _ in
      guard case .read(_, let address, let count) = exchange.request else { return .silent }
      return (Int(address)..<Int(address) + count).contains(5)
        ? .refuses(.illegalDataAddress, after: 1_000_000) : .answers(after: 1_000_000)
    }
    bus.run(until: 10 * second)
    #expect(bus.contents.allSatisfy { $0.quality != .bad })
    #expect(Set(bus.contents.compactMap(\.metric)) == ["h0", "h4", "h7", "h8"])
    let first = bus.sent.filter { $0.at < second }.map(\.exchange.request)
    #expect(first.first == .read(.holding, address: 0, count: 9))
    let last = bus.sent.filter { $0.at >= 9 * second }.map(\.exchange.request)
    #expect(last == [0, 4, 7].map { .read(.holding, address: $0, count: $0 == 7 ? 2 : 1) })
  }

  @Test func aBlockThatTheDeviceIsSilentAboutDoesNotTakeTheRestAlong() {
    var bus = SimulatedBus()
    bus.session.join(1, .holding("a", 1, [0, 500], timeout: .milliseconds(100)), at: 0)
    bus.react = { exchange, _ in
      if case .read(_, 500, _) = exchange.request { .silent } else { .answers(after: 1_000_000) }
    }
    bus.run(until: 120 * second)
    #expect(times(bus, "a").count == 120)
    #expect(bus.contents.filter { $0.metric == nil } == [.device(name: "a", isUp: true, reason: nil)])
    #expect(bus.contents.filter { $0.metric == "h500" }.map(\.quality) == [.bad])
    // Asked less and less often.
    let asked = bus.sent.filter { if case .read(_, 500, _) = $0.exchange.request { true } else { false } }
    #expect(asked.count < 20)
  }

  @Test func pausesAreKept() {
    var bus = SimulatedBus()
    var unit = BusUnit.Settings.holding("a", 1, [0, 100, 200])
    unit.pause = .milliseconds(150)
    bus.session.join(1, unit, at: 0)
    bus.session.join(2, .holding("b", 2, [0, 100, 200]), at: 0)
    bus.run(until: 10 * second)
    let sent = bus.sent.filter { $0.exchange.unit == 1 }.map(\.at)
    #expect(zip(sent, sent.dropFirst()).allSatisfy { $1 - $0 >= 155 * millisecond })
    #expect(times(bus, "b").count == 10)
    // Frames are apart by the line's silence.
    #expect(zip(bus.sent, bus.sent.dropFirst()).allSatisfy { $1.at - $0.at >= 7 * millisecond })
  }

  @Test func aPaceHoldsForWhatHasNoneOfItsOwn() {
    var bus = SimulatedBus()
    var unit = BusUnit.Settings.holding("a", 1, [0, 1], every: .seconds(10))
    unit.metrics[1].every = .seconds(30)
    bus.session.join(1, unit, at: 0)
    bus.run(until: 60 * second)
    bus.session.setPace(1, .seconds(1), at: bus.now)
    bus.run(until: 120 * second)
    bus.session.setPace(1, nil, at: bus.now)
    bus.run(until: 180 * second)
    let all = times(bus, "a")
    #expect(all.count { $0 < 60 * second } == 6)
    #expect(all.count { $0 >= 60 * second && $0 < 120 * second } == 60)
    #expect(all.count { $0 >= 120 * second } == 6)
    #expect(times(bus, "a", "h1").count == 6)
  }

  @Test func anUnpluggedAdapterIsToldOnceAndLookedForEachSecond() {
    var bus = SimulatedBus()
    bus.session.join(1, .holding("a", 1, [0]), at: 0)
    bus.session.join(2, .holding("b", 2, [0], every: .minutes(10)), at: 0)
    let away = (5 * second)..<(65 * second)
    bus.lineTrouble = { away.contains($0) ? "unplugged" : nil }
    bus.run(until: 120 * second)
    for device in ["a", "b"] {
      let told = bus.submitted.filter { $0.content.device == device && $0.content.metric == nil }
      #expect(
        told.map(\.content) == [
          .device(name: device, isUp: true, reason: nil), .device(name: device, isUp: false, reason: "unplugged"),
          .device(name: device, isUp: true, reason: nil),
        ])
      // Read within a second of its return, also what is read every ten minutes.
      #expect(told.last.map { $0.at < 67 * second } == true)
    }
    #expect(bus.opened.count > 55 && bus.opened.count < 65)
    // One in the first minute for each, and one more after it.
    #expect(bus.notes.count <= 4)
  }

  @Test func aServerThatClosesAnIdleConnectionIsNoNews() {
    var bus = SimulatedBus(isSerial: false, gap: 0)
    bus.session.join(1, .holding("a", 1, [0], every: .seconds(30)), at: 0)
    var lastSent = 0
    bus.run(until: 300 * second) { bus in
      // Ten seconds after each request it closes, once it is looked at.
      if let last = bus.sent.last, bus.now >= last.at + 10 * second, bus.sent.count > lastSent {
        lastSent = bus.sent.count
        bus.perform(bus.session.lineFailed("closed", at: bus.now))
      }
    }
    #expect(times(bus, "a").count == 10)
    #expect(bus.contents.filter { $0.metric == nil } == [.device(name: "a", isUp: true, reason: nil)])
    #expect(bus.contents.allSatisfy { $0.quality != .bad })
  }

  @Test func aHostThatRefusesIsTriedMoreAndMoreSeldom() {
    var bus = SimulatedBus(isSerial: false, gap: 0)
    bus.session.join(1, .holding("a", 1, [0]), at: 0)
    bus.lineTrouble = { $0 < 60 * SimulatedBus.second ? "refused" : nil }
    bus.run(until: 70 * second)
    #expect(bus.contents.prefix(2).contains(.device(name: "a", isUp: false, reason: "refused")))
    #expect((10...25).contains(bus.opened.count))
    #expect(times(bus, "a").first.map { $0 < 65 * second } == true)
  }

  @Test func aDeviceLeavesWhileTheOthersGoOn() {
    var bus = SimulatedBus()
    bus.session.join(1, .holding("a", 1, [0]), at: 0)
    bus.session.join(2, .holding("b", 2, [0]), at: 0)
    bus.run(until: 10 * second + 1)
    bus.perform(bus.session.leave(1, at: bus.now))
    #expect(bus.left == [1])
    bus.run(until: 20 * second)
    #expect(times(bus, "a").allSatisfy { $0 < 11 * second })
    #expect(times(bus, "b").count == 20)
    bus.perform(bus.session.leave(2, at: bus.now))
    #expect(bus.session.isEmpty)
  }
}
