import Inputs
import Model
import Synchronization

/// The inputs at work. A reload exchanges those whose device changed; the others go on without a gap.
actor RunningInputs {
  private struct Running {
    var device: ConfiguredDevice
    var gate: Gate
    /// `nil` until the gateway has started.
    var task: Task<Void, Never>?
  }

  /// What an input puts its arrivals through: shut, nothing of it comes in any more, so that none of an old set's inputs speaks to the
  /// new set's rules.
  private final class Gate: ObservationSink {
    private let inbox: Inbox
    private let isOpen = Mutex(true)

    init(_ inbox: Inbox) { self.inbox = inbox }

    func set(open: Bool) { isOpen.withLock { $0 = open } }

    @discardableResult func submit(_ arrival: Arrival) -> Bool {
      // Within the lock: once it is shut, nothing that passed before is still on its way.
      isOpen.withLock { $0 && inbox.submit(arrival) }
    }
  }

  private let inbox: Inbox
  private var running: [Running]
  /// What rules asked for.
  private var paces: [String: Interval] = [:]
  private var hasStarted = false
  private var hasStopped = false
  /// A reload is stopping some and starting others.
  private var isExchanging = false
  /// Writes that came while inputs were not running.
  private var waiters: [CheckedContinuation<Void, Never>] = []
  private let failed: AsyncThrowingStream<Never, any Error>.Continuation
  /// Ends with the error of an input that can't go on.
  nonisolated let failures: AsyncThrowingStream<Never, any Error>

  init(_ devices: [ConfiguredDevice], inbox: Inbox) {
    self.inbox = inbox
    running = devices.map { Running(device: $0, gate: Gate(inbox)) }
    (failures, failed) = AsyncThrowingStream.makeStream()
  }

  func start() {
    guard !hasStarted, !hasStopped else { return }
    hasStarted = true
    for index in running.indices { launch(index) }
    resumeWaiters()
  }

  /// Ends them all; returns when they have.
  func stop() async {
    hasStopped = true
    resumeWaiters()
    let tasks = running.compactMap(\.task)
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }

  /// Shuts out, or lets in again, what the named devices say.
  func setGates(of devices: Set<String>, open: Bool) {
    for entry in running where devices.contains(entry.device.declaration.name) { entry.gate.set(open: open) }
  }

  /// Stops the devices in `replaced`, all at once, and starts those of `devices` that aren't running.
  func exchange(stopping replaced: Set<String>, for devices: [ConfiguredDevice]) async {
    isExchanging = true
    defer {
      isExchanging = false
      resumeWaiters()
    }
    let leaving = running.filter { replaced.contains($0.device.declaration.name) }
    for entry in leaving {
      entry.gate.set(open: false)
      entry.task?.cancel()
    }
    for entry in leaving { await entry.task?.value }
    let staying = running.filter { !replaced.contains($0.device.declaration.name) }
    running = devices.map { device in
      staying.first { $0.device.declaration.name == device.declaration.name }
        ?? Running(device: device, gate: Gate(inbox))
    }
    guard hasStarted, !hasStopped else { return }
    for index in running.indices where running[index].task == nil { launch(index) }
  }

  /// Has a device read at another pace; `nil`: its own. It holds until the next, also for an input that a reload puts in its place.
  /// - Returns: False where the device isn't there or has a pace that isn't ours.
  func setPace(of device: String, every: Interval?) -> Bool {
    paces[device] = every
    guard let input = running.first(where: { $0.device.declaration.name == device })?.device.input as? any PacedInput
    else { return false }
    input.setPace(every)
    return true
  }

  private func resumeWaiters() {
    for waiter in waiters { waiter.resume() }
    waiters = []
  }

  private func launch(_ index: Int) {
    let (input, gate, failed) = (running[index].device.input, running[index].gate, failed)
    if let pace = paces[input.device], let paced = input as? any PacedInput { paced.setPace(pace) }
    running[index].task = Task {
      do {
        try await input.run(into: gate)
      } catch {
        // Cancelled, it may end as it likes.
        if !Task.isCancelled { failed.finish(throwing: error) }
      }
    }
  }
}

extension RunningInputs: Actuators {
  /// Held to what the device takes now: after a reload it may be another than the one for which it was decided.
  func carryOut(_ write: ActuatorWrite, before deadline: Int64) async -> WriteOutcome? {
    // An input is written to while it runs; its start, and a reload, take a moment.
    while !hasStopped, !hasStarted || isExchanging { await withCheckedContinuation { waiters.append($0) } }
    guard !hasStopped else { return nil }
    guard let device = running.first(where: { $0.device.declaration.name == write.device })?.device else {
      return .failed(reason: "no such device")
    }
    guard let metric = device.declaration.metrics.first(where: { $0.name == write.metric }) else {
      return .failed(reason: "no such signal")
    }
    if let refusal = metric.refusal(of: write.value) { return .failed(reason: refusal.description) }
    guard (metric.writing?.pulse != nil) == write.isPulse else {
      return .failed(reason: write.isPulse ? "it is no pulse any more" : "it has become a pulse")
    }
    guard let input = device.input as? any WritableInput else { return .failed(reason: "it can't be written") }
    return await input.write(write.metric, write.value, before: deadline)
  }
}
