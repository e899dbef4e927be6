import Foundation
import Inputs
import Model
import Synchronization
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(10))) struct RunningInputsTests {
  /// Says once that it runs, and then waits.
  final class Probe: PacedInput {
    struct State {
      var starts = 0
      var ends = 0
      var paces: [Interval?] = []
      var sink: (any ObservationSink)?
    }
    let device: String
    let state = Mutex(State())
    init(_ device: String) { self.device = device }

    func setPace(_ every: Interval?) { state.withLock { $0.paces.append(every) } }

    func run(into sink: any ObservationSink) async throws {
      state.withLock {
        $0.starts += 1
        $0.sink = sink
      }
      let (stream, _) = AsyncStream<Void>.makeStream()
      for await _ in stream {}
      state.withLock { $0.ends += 1 }
    }

    func say() -> Bool {
      state.withLock { $0.sink }?.submit(.now(.device(name: device, isUp: true, reason: nil))) ?? false
    }

    func started(_ count: Int = 1) async throws {
      while state.withLock({ $0.starts }) < count { try await ControlSocketTests.offPool { _ = poll(nil, 0, 5) } }
    }

    var configured: ConfiguredDevice {
      ConfiguredDevice(
        declaration: .init(name: device, givesPosition: false, metrics: [], staleAfter: .seconds(5)), input: self)
    }
  }

  @Test func exchangeLeavesTheOthersAlone() async throws {
    let (a, b, other) = (Probe("a"), Probe("b"), Probe("b"))
    let inputs = RunningInputs([a.configured, b.configured], inbox: Inbox())
    await inputs.start()
    try await a.started()
    try await b.started()
    await inputs.exchange(stopping: ["b"], for: [a.configured, other.configured])
    try await other.started()
    #expect(a.state.withLock { ($0.starts, $0.ends) } == (1, 0))
    #expect(b.state.withLock { ($0.starts, $0.ends) } == (1, 1))
    #expect(a.say() && other.say())
    #expect(!b.say(), "it has left")
    await inputs.stop()
    #expect(a.state.withLock { $0.ends } == 1 && other.state.withLock { $0.ends } == 1)
  }

  @Test func shutOutDeviceIsHeardAgainWhereNothingCameOfIt() async throws {
    let a = Probe("a")
    let inputs = RunningInputs([a.configured], inbox: Inbox())
    await inputs.start()
    try await a.started()
    await inputs.setGates(of: ["a"], open: false)
    #expect(!a.say())
    await inputs.setGates(of: ["a"], open: true)
    #expect(a.say())
    await inputs.stop()
  }

  @Test func paceThatRulesAskedForHoldsForTheOneThatTakesItsPlace() async throws {
    let (a, next) = (Probe("a"), Probe("a"))
    let inputs = RunningInputs([a.configured], inbox: Inbox())
    await inputs.start()
    #expect(await inputs.setPace(of: "a", every: .seconds(2)))
    #expect(await !inputs.setPace(of: "none", every: .seconds(2)))
    await inputs.exchange(stopping: ["a"], for: [next.configured])
    try await next.started()
    #expect(next.state.withLock { $0.paces } == [.seconds(2)])
    #expect(await inputs.setPace(of: "a", every: nil))
    #expect(next.state.withLock { $0.paces } == [.seconds(2), nil])
    await inputs.stop()
  }
}
