import Inputs
import Logging
import Model

/// Carries out the writes that rules decided and the journal has: for each device one after the other in the order in which they were
/// decided, devices beside each other, so that one that doesn't answer keeps nobody waiting but its own.
///
/// A pulse is marked as started by a commit of its own before it is sent, and never sent again. A level needs no mark: a gateway that is
/// killed meanwhile writes it again. What became of each goes back to the rules as an observation.
actor WriteDesk {
  /// Writes that wait for one device; one beyond them fails at once. With a device that takes 100 ms for each it is ten seconds, after
  /// which they expire anyway.
  static let queueLimit = 100

  private struct Waiting {
    var id: Int64
    var write: ActuatorWrite
    /// On the boot clock, nanoseconds.
    var deadline: Int64
  }

  private let actuators: any Actuators
  private let ledger: any ActionLedger
  private let now: @Sendable () -> Int64
  private let logger: Logger
  private var waiting: [String: [Waiting]] = [:]
  /// By device.
  private var atWork: [String: Task<Void, Never>] = [:]
  private var isStopping = false

  /// - Parameter now: The boot clock, nanoseconds.
  init(
    actuators: any Actuators, ledger: any ActionLedger, now: @escaping @Sendable () -> Int64, logger: Logger
  ) {
    self.actuators = actuators
    self.ledger = ledger
    self.now = now
    self.logger = logger
  }

  /// Takes a decided write.
  func submit(_ id: Int64, _ write: ActuatorWrite, before deadline: Int64) async {
    guard !isStopping else { return }
    var queue = waiting[write.device] ?? []
    let superseded = Self.supersede(&queue, by: write)
    let isFull = queue.count >= Self.queueLimit
    if !isFull { queue.append(Waiting(id: id, write: write, deadline: deadline)) }
    waiting[write.device] = queue
    startNext(write.device)
    if let superseded {
      await end(superseded, .expired, "a newer write took its place")
    }
    if isFull {
      await end(Waiting(id: id, write: write, deadline: deadline), .failed, "\(Self.queueLimit) writes wait already")
    }
  }

  /// Ends what is at work, and begins nothing more. What was not begun is, after the restart, if that comes in time.
  func finish() async {
    isStopping = true
    waiting = [:]
    for task in atWork.values { await task.value }
  }

  /// Takes out the level that a newer one to the same metric makes pointless. Not past a pulse: what that does may depend on the level
  /// before it, as a step does on the direction.
  private static func supersede(_ queue: inout [Waiting], by write: ActuatorWrite) -> Waiting? {
    guard !write.isPulse else { return nil }
    let first = queue.lastIndex(where: \.write.isPulse).map { $0 + 1 } ?? 0
    return queue[first...].firstIndex { $0.write.metric == write.metric }.map { queue.remove(at: $0) }
  }

  private func startNext(_ device: String) {
    guard !isStopping, atWork[device] == nil, waiting[device]?.isEmpty == false else { return }
    atWork[device] = Task {
      while let next = self.takeNext(of: device) { await self.carryOut(next) }
      self.atWork[device] = nil
      self.startNext(device)
    }
  }

  private func takeNext(of device: String) -> Waiting? {
    guard waiting[device]?.isEmpty == false else {
      waiting[device] = nil
      return nil
    }
    return waiting[device]?.removeFirst()
  }

  private func carryOut(_ next: Waiting) async {
    guard now() <= next.deadline else { return await end(next, .expired, nil) }
    if next.write.isPulse {
      switch await ledger.begin(next.id) {
      case .started:
        logger.info("pulse is sent", metadata: ["signal": "\(next.write.signal)", "rule": "\(next.write.rule)"])
      case .expired: return await end(next, .expired, nil)
      case .notNow:
        // Those behind it must not overtake it.
        return await ledger.giveBack((waiting.removeValue(forKey: next.write.device) ?? []).map(\.id))
      }
    }
    guard let outcome = await actuators.carryOut(next.write, before: next.deadline) else { return }
    switch outcome {
    case .done: await end(next, .done, nil)
    case .failed(let reason): await end(next, .failed, reason)
    case .expired: await end(next, .expired, nil)
    case .unknown(let reason): await end(next, .unknown, reason)
    }
  }

  private func end(_ ended: Waiting, _ result: ActionOutcome.Result, _ reason: String?) async {
    let write = ended.write
    var metadata: Logger.Metadata = [
      "signal": "\(write.signal)", "value": "\(write.value.plainText)", "rule": "\(write.rule)", "id": "\(write.id)",
      "result": "\(result.name)",
    ]
    if let reason { metadata["reason"] = "\(reason)" }
    if result == .done {
      logger.info("written", metadata: metadata)
    } else {
      logger.error("not written as a rule wants it", metadata: metadata)
    }
    await ledger.ended(ended.id, write.outcome(result, reason))
  }
}

/// Who has the devices: the running inputs.
protocol Actuators: Sendable {
  /// Writes a value to a device.
  /// - Parameter deadline: On the boot clock, nanoseconds; nothing is sent after it.
  /// - Returns: `nil` where the gateway ends before it was begun; then it stays decided.
  func carryOut(_ write: ActuatorWrite, before deadline: Int64) async -> WriteOutcome?
}
