import Model

/// A write on its way to a unit: what to ask next, and what has become of it. A pure value.
///
/// A level write is sent again until its deadline where it got no answer, since twice the same level is the same; then it is read back.
/// A pulse is sent exactly once, whatever comes of it, and taken back after its time: that is tried until it is answered, since a
/// coil that stays on is worse than one that is switched off twice.
struct WriteJob: Sendable {
  enum Step: Hashable, Sendable {
    /// Reads what the registers hold, since other bits of them must stay as they are.
    case fetch
    case send
    case readBack
    /// Waits for the end of the pulse.
    case hold(until: Int64)
    case release
  }

  let id: UInt64
  /// Whose device it is, by its number on the bus.
  let member: Int
  let metric: ModbusMetric
  /// The metric's name, or that of one of its bits.
  let signal: String
  let value: Value
  let deadline: Int64
  private let multiple: Bool

  private(set) var step: Step
  private var registers: [UInt16] = []
  private(set) var wasSent = false
  /// How the pulse's beginning went, until its end is known.
  private var pulseOutcome = WriteOutcome.done
  private var usesMultiple = false
  private var failure: String?
  private var mismatches = 0
  /// The outcome was told, and the pulse is still to be taken back.
  private(set) var isTold = false
  /// When whoever waits is told though the pulse couldn't be taken back.
  private var tellAt: Int64 = .max
  private var releases = 0
  /// Not before then.
  private(set) var readyAt: Int64 = 0

  /// How often a value that differs is read again: some devices take a moment.
  private static let mismatchLimit = 3
  private static let mismatchWait: Int64 = 200_000_000
  /// How long the end of a pulse is tried.
  private static let releaseLimit = 20
  /// How long after the end of a pulse whoever waits is kept waiting, nanoseconds.
  private static let patience: Int64 = 5_000_000_000
  private static let releaseWait: Int64 = 500_000_000

  init(
    id: UInt64, member: Int, metric: ModbusMetric, signal: String, value: Value, deadline: Int64, writesMultiple: Bool
  ) {
    self.id = id
    self.member = member
    self.metric = metric
    self.signal = signal
    self.value = value
    self.deadline = deadline
    multiple = writesMultiple
    step = metric.writesOverCurrent ? .fetch : .send
    if !metric.writesOverCurrent { registers = metric.encode(value, for: signal, over: []) ?? [] }
  }

  /// True where it is a deed, done at most once.
  var isPulse: Bool { metric.pulse != nil && registers.contains { $0 != 0 } }

  /// True from when a pulse was sent until it was taken back: the one thing that is still sent past the deadline.
  var mustRelease: Bool {
    switch step {
    case .hold, .release: true
    case .fetch, .send, .readBack: false
    }
  }

  /// When it has something to ask.
  var nextAsk: Int64 {
    if case .hold(let until) = step { return until }
    return readyAt
  }

  /// When `outcome` has something to tell though nothing came.
  var settlesAt: Int64 {
    if step == .send, registers.isEmpty { return 0 }
    guard mustRelease else { return deadline }
    return isTold ? .max : tellAt
  }

  /// Nothing is asked before then.
  mutating func delay(until time: Int64) { readyAt = max(readyAt, time) }

  /// What became of it without another request: the deadline has passed, or it can't be done at all.
  func outcome(at time: Int64) -> WriteOutcome? {
    if step == .send, registers.isEmpty { return .failed(reason: "can't hold that") }
    if mustRelease {
      // Who waits is told; the coil is still switched off as soon as that can be done.
      return isTold || time < tellAt ? nil : .unknown(reason: "not taken back: \(failure ?? "line busy")")
    }
    guard time >= deadline else { return nil }
    if wasSent { return .unknown(reason: failure ?? "not read back") }
    return failure.map { .failed(reason: $0) } ?? .expired
  }

  /// What to send now; `nil`: nothing yet.
  mutating func request(at time: Int64) -> ModbusRequest? {
    if case .hold(let until) = step, until <= time { step = .release }
    guard readyAt <= time else { return nil }
    switch step {
    case .hold: return nil
    case .fetch, .readBack: return .read(metric.table, address: metric.address, count: metric.count)
    case .send:
      wasSent = true
      return write(registers)
    case .release: return write(registers.map { _ in 0 })
    }
  }

  private func write(_ registers: [UInt16]) -> ModbusRequest {
    let isMultiple = multiple || usesMultiple || registers.count > 1
    if metric.table.isBits {
      return isMultiple
        ? .writeCoils(address: metric.address, registers.map { $0 != 0 })
        : .writeCoil(address: metric.address, registers[0] != 0)
    }
    return isMultiple
      ? .writeRegisters(address: metric.address, registers)
      : .writeRegister(address: metric.address, registers[0])
  }

  /// The write was done as far as its request goes.
  /// - Returns: What became of the whole; `nil` while it goes on.
  mutating func written(at time: Int64) -> WriteOutcome? {
    failure = nil
    switch step {
    case .send where isPulse:
      hold(from: time)
      return nil
    case .send:
      guard metric.access.isReadable else { return .done }
      step = .readBack
      return nil
    case .release: return pulseOutcome
    case .fetch, .readBack, .hold: return nil
    }
  }

  /// What was asked for, `count` registers of the metric.
  mutating func read(_ found: [UInt16], at time: Int64) -> WriteOutcome? {
    switch step {
    case .fetch:
      guard let wanted = metric.encode(value, for: signal, over: Array(found.prefix(metric.writeCount))) else {
        return .failed(reason: "can't hold that")
      }
      registers = wanted
      failure = nil
      step = .send
      return nil
    case .readBack:
      let wanted = reading(registers + found.dropFirst(metric.writeCount))
      let held = reading(found)
      if let held, held == wanted { return .done }
      mismatches += 1
      guard mismatches < Self.mismatchLimit, time + Self.mismatchWait < deadline else {
        return .failed(reason: "read back \(held.map(Self.text) ?? "nothing")")
      }
      readyAt = time + Self.mismatchWait
      return nil
    case .send, .hold, .release: return nil
    }
  }

  private func reading(_ registers: [UInt16]) -> Value? {
    metric.decode(registers[...]).first { $0.metric == signal }?.value
  }

  private static func text(_ value: Value) -> String {
    switch value {
    case .number(let number): Int64(exactly: number).map { "\($0)" } ?? "\(number)"
    case .boolean(let flag): flag ? "true" : "false"
    case .text(let text): String(text.prefix(32))
    }
  }

  /// The unit refused the request.
  mutating func refused(_ exception: ModbusException, at time: Int64) -> WriteOutcome? {
    failure = exception.reason
    switch step {
    case .release: return releaseFailed(at: time)
    case .send:
      // It says that nothing was written.
      wasSent = false
      if exception == .illegalFunction, !usesMultiple, !multiple, registers.count == 1 {
        usesMultiple = true
        return nil
      }
      if exception.isGateways {
        wasSent = true
        if isPulse { return pulseUnsure(exception.reason, at: time) }
        return nil
      }
      fallthrough
    case .fetch:
      guard exception.isPassing || exception.isGateways else { return .failed(reason: exception.reason) }
      readyAt = time + Self.mismatchWait
      return nil
    case .readBack:
      guard exception.isPassing || exception.isGateways else { return .unknown(reason: exception.reason) }
      readyAt = time + Self.mismatchWait
      return nil
    case .hold: return nil
    }
  }

  /// No answer came, or a broken one, or the line was lost meanwhile.
  mutating func unanswered(_ reason: String, at time: Int64) -> WriteOutcome? {
    failure = reason
    switch step {
    case .send where isPulse: return pulseUnsure(reason, at: time)
    case .release: return releaseFailed(at: time)
    case .fetch, .send, .readBack, .hold: return nil
    }
  }

  /// The request never left: the line wasn't there.
  mutating func notSent(_ reason: String) { failure = reason }

  mutating func told() { isTold = true }

  /// The device is taken out, or the gateway stops.
  /// - Returns: What became of it; `nil` where a pulse must be taken back first, which is due at once.
  mutating func end(at time: Int64) -> WriteOutcome? {
    guard mustRelease else { return wasSent ? .unknown(reason: "stopped") : .failed(reason: "stopped") }
    if case .hold = step { step = .release }
    readyAt = time
    releases = Self.releaseLimit - 1
    return nil
  }

  private mutating func hold(from time: Int64) {
    let until = time + (metric.pulse?.nanoseconds ?? 0)
    step = .hold(until: until)
    tellAt = min(max(deadline, until), .max - Self.patience) + Self.patience
  }

  /// Nobody knows whether the pulse began: it is taken back as if it had.
  private mutating func pulseUnsure(_ reason: String, at time: Int64) -> WriteOutcome? {
    pulseOutcome = .unknown(reason: reason)
    hold(from: time)
    return nil
  }

  private mutating func releaseFailed(at time: Int64) -> WriteOutcome? {
    releases += 1
    guard releases < Self.releaseLimit else { return .unknown(reason: "not taken back: \(failure ?? "")") }
    readyAt = time + Self.releaseWait
    return nil
  }
}
