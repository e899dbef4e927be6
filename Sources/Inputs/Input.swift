public import Model

/// One connected device being read: a service of its own.
///
/// To test a conformance, run it in a task against a sink that keeps a list, wait for what must come, cancel the task and wait
/// for it to end.
public protocol Input: Sendable {
  /// The device's name, as its observations carry it.
  var device: String { get }

  /// Reads the device until the task is cancelled, and returns within a second of that.
  ///
  /// A device that is missing, late, gone or broken is never an error: the input says so by a `device` observation, once per
  /// change, and tries again for ever. It returns without cancellation only where there is an end, as of a recorded drive. It
  /// throws only when it cannot work at all whatever comes (no thread to be had), which ends the gateway.
  ///
  /// A blocking C call belongs on a thread of the input's own, never on the cooperative pool.
  func run(into sink: any ObservationSink) async throws
}

/// An input that asks its device, at a pace of ours: rules can have it read more often for a while (`sample`).
public protocol PacedInput: Input {
  /// Reads at this interval from now on; `nil`: as its entry says. Called from any thread, also before `run`; never blocks.
  func setPace(_ every: Interval?)
}

/// An input whose device has actuators: rules can write to it (`write`).
public protocol WritableInput: Input {
  /// Writes the value to the metric and reads it back; a metric with a `pulse` also returns by itself. The value has been held to
  /// what the catalogue says of the metric.
  ///
  /// Called from any thread, at any time while `run` runs; waits for the bus without blocking a thread of the cooperative pool.
  /// Nothing is sent any more once `deadline` is past, and it is answered then at the latest plus the device's own time-out.
  /// - Parameter deadline: `CLOCK_BOOTTIME`, nanoseconds since the boot.
  func write(_ metric: String, _ value: Value, before deadline: Int64) async -> WriteOutcome
}

/// What became of a write.
public enum WriteOutcome: Hashable, Sendable {
  /// The device took it, and reading it back gave what was written.
  case done
  /// The device refused it, holds something else, or can't be reached; nothing may have been written. `reason` is short:
  /// `timeout`, `illegal data value`, `read back 0`.
  case failed(reason: String)
  /// The deadline passed before anything was sent.
  case expired
  /// It was sent, and nobody knows whether it arrived.
  case unknown(reason: String)
}
