import Model
import Testing

@testable import Inputs

/// On a line without transaction ids, an answer that comes too late must never be taken for the next one.
@Suite struct LateReplyTests {
  /// Units that often answer late, by up to twice the time-out, or never, or brokenly.
  @Test(arguments: 0..<60) func noLateAnswerIsTakenForAnother(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var bus = SimulatedBus()
    let timeout = 100 * SimulatedBus.millisecond
    for n in 1...3 {
      bus.session.join(
        n,
        .holding(
          "u\(n)", UInt8(n), [0, 1, 2, 40, 41, 80, 120, 121, 122, 123], every: .milliseconds(500),
          timeout: .milliseconds(100), retries: Int(seed % 3), limits: .init(registers: Int(2 + seed % 5))), at: 0)
    }
    // A lone register leaves no other length to ask for.
    bus.session.join(4, .holding("u4", 4, [7], every: .milliseconds(200), timeout: .milliseconds(100)), at: 0)
    bus.react = { exchange, _ in
      switch Int.random(in: 0..<10, using: &random) {
      case 0: .silent
      case 1: .garbles(after: .random(in: 1...timeout, using: &random))
      case 2: .refuses(.illegalDataAddress, after: .random(in: 1...2 * timeout, using: &random))
      case 3, 4, 5: .answers(after: .random(in: 1...2 * timeout, using: &random))
      default: .answers(after: 2 * SimulatedBus.millisecond)
      }
    }
    bus.run(until: 120 * SimulatedBus.second)
    var good = 0
    for (at, content) in bus.submitted {
      guard case .reading(let device, let metric, let value?, .good) = content else { continue }
      good += 1
      let unit = UInt8(device.dropFirst()) ?? 0
      let address = Int(metric.dropFirst()) ?? 0
      #expect(value == .number(Double(bus.value(unit, .holding, address))), "\(device).\(metric) at \(at)")
    }
    #expect(good > 100)
  }

  @Test func theSameIsNotAskedAgainWhileItsAnswerMayCome() {
    var bus = SimulatedBus()
    bus.session.join(1, .holding("a", 1, [0], every: .milliseconds(100), timeout: .milliseconds(50)), at: 0)
    bus.react = { _, time in time < SimulatedBus.second ? .answers(after: 1_000_000) : .silent }
    bus.run(until: 2 * SimulatedBus.second)
    let silent = bus.sent.filter { $0.at >= SimulatedBus.second }.map(\.at)
    #expect(zip(silent, silent.dropFirst()).allSatisfy { $1 - $0 >= 150 * SimulatedBus.millisecond })
  }
}
