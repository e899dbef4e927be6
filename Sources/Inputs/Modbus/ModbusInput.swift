public import Model
import Synchronization

/// A device on a Modbus bus, which it may share with others.
public final class ModbusInput: PacedInput, WritableInput {
  public var device: String { unit.device }
  let unit: BusUnit.Settings
  let connection: ModbusConnection

  private struct State {
    var pace: Interval?
    /// While it runs.
    var seat: (bus: ModbusBus, member: BusSession.Member)?
  }
  private let state = Mutex(State())

  init(_ unit: BusUnit.Settings, over connection: ModbusConnection) {
    self.unit = unit
    self.connection = connection
  }

  public func run(into sink: any ObservationSink) async throws {
    let bus = try ModbusBuses.bus(named: connection.name)
    try await bus.serve(unit, over: connection, into: sink) { member in
      let pace = state.withLock { state in
        state.seat = (bus, member)
        return state.pace
      }
      if let pace { bus.setPace(member, pace) }
    }
    state.withLock { $0.seat = nil }
  }

  public func setPace(_ every: Interval?) {
    let seat = state.withLock { state in
      state.pace = every
      return state.seat
    }
    if let seat { seat.bus.setPace(seat.member, every) }
  }

  public func write(_ metric: String, _ value: Value, before deadline: Int64) async -> WriteOutcome {
    guard let seat = state.withLock({ $0.seat }) else { return .failed(reason: "stopped") }
    return await seat.bus.write(seat.member, metric, value, before: deadline)
  }
}
