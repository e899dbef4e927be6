import Foundation
import Inputs
import Model
import Synchronization

@testable import Gateway

/// A device that takes writes as the test says, which real ones can't be made to do: it answers at once, or keeps each until it is told.
final class ScriptedActuator: WritableInput {
  struct State {
    var written: [String] = []
    var answers: [WriteOutcome] = []
    var isHolding = false
    var held: [CheckedContinuation<Void, Never>] = []
  }

  let device: String
  let metrics: [SignalCatalogue.Metric]
  let state = Mutex(State())

  init(_ device: String = "cab", metrics: [SignalCatalogue.Metric] = ScriptedActuator.metrics) {
    self.device = device
    self.metrics = metrics
  }

  static let metrics: [SignalCatalogue.Metric] = [
    .init(name: "buzzer", kind: .boolean, writing: .init()),
    .init(name: "setpoint", kind: .number, writing: .init(minimum: 0, maximum: 1000)),
    .init(name: "horn", kind: .boolean, writing: .init(pulse: .seconds(1))),
    .init(name: "door", kind: .boolean),
  ]

  func run(into sink: any ObservationSink) async throws {
    let (stream, _) = AsyncStream<Void>.makeStream()
    for await _ in stream {}
  }

  func write(_ metric: String, _ value: Value, before deadline: Int64) async -> WriteOutcome {
    let isHeld = state.withLock { state in
      state.written.append("\(metric)=\(value.plainText)")
      return state.isHolding
    }
    if isHeld { await withCheckedContinuation { waiter in state.withLock { $0.held.append(waiter) } } }
    return state.withLock { $0.answers.isEmpty ? .done : $0.answers.removeFirst() }
  }

  var written: [String] { state.withLock(\.written) }

  func hold() { state.withLock { $0.isHolding = true } }

  /// Answers what it kept, and from now on at once.
  func release() {
    let held = state.withLock { state in
      state.isHolding = false
      defer { state.held = [] }
      return state.held
    }
    for waiter in held { waiter.resume() }
  }

  func answer(_ outcomes: WriteOutcome...) { state.withLock { $0.answers += outcomes } }

  var configured: ConfiguredDevice {
    ConfiguredDevice(
      declaration: .init(name: device, givesPosition: false, metrics: metrics, staleAfter: .seconds(5)), input: self)
  }
}
