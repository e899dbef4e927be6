import Glibc
public import Model
import Synchronization

/// Reads simulated sensors in real time.
public final class SimulatedSensorsInput: PacedInput, WritableInput {
  public let device: String
  private let state: Mutex<State>

  private struct State {
    var plant: SimulatedPlant
    /// What waits for the next reading.
    var sleep: Task<Void, any Error>?
  }

  private let start = ContinuousClock.now

  init(device: String, sensors: [SimulatedSensor], every: Interval) {
    self.device = device
    state = Mutex(State(plant: SimulatedPlant(sensors, every: every)))
  }

  public func run(into sink: any ObservationSink) async throws {
    sink.submit(.now(.device(name: device, isUp: true, reason: nil)))
    while !Task.isCancelled {
      let (readings, due) = state.withLock { state in
        let readings = state.plant.due <= offset ? state.plant.read() : []
        return (readings, state.plant.due)
      }
      for (metric, value) in readings {
        sink.submit(.now(.reading(device: device, metric: metric, value: value, quality: .good)))
      }
      await sleep(until: due)
    }
  }

  public func setPace(_ every: Interval?) {
    state.withLock { state in
      state.plant.setPace(every)
      state.sleep?.cancel()
    }
  }

  public func write(_ metric: String, _ value: Value, before deadline: Int64) async -> WriteOutcome {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    guard Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) <= deadline else { return .expired }
    let isTaken = state.withLock { $0.plant.write(value, to: metric, at: offset) }
    return isTaken ? .done : .failed(reason: "no such actuator")
  }

  /// Since it was made.
  private var offset: Interval {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Interval(nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }

  /// Until then, or until the pace is another, or the input is to end.
  private func sleep(until due: Interval) async {
    let task = Task { [start] in try await Task.sleep(until: start + due.duration, clock: .continuous) }
    // A pace that changed between the reading and here has found nobody to wake.
    let isStale = state.withLock { state in
      state.sleep = task
      return state.plant.due != due
    }
    if isStale { task.cancel() }
    await withTaskCancellationHandler {
      _ = await task.result
    } onCancel: {
      task.cancel()
    }
  }
}
