import Model

@testable import Inputs

/// A serial line in virtual time, with units of our own making: frames come when they come, and whatever answers the request that waits
/// is taken for its answer, as on a real line.
struct SimulatedBus {
  static let second: Int64 = 1_000_000_000
  static let millisecond: Int64 = 1_000_000

  /// What a unit does with a request.
  enum Reaction {
    /// Answers by its own values after so long.
    case answers(after: Int64)
    case refuses(ModbusException, after: Int64)
    case garbles(after: Int64)
    case silent
  }

  private struct Frame {
    var arrival: Int64
    var unit: UInt8
    var bytes: [UInt8]
    var isBroken = false
  }

  struct Sent {
    var at: Int64
    var exchange: BusSession.Exchange
  }

  var now: Int64 = 0
  var session: BusSession
  /// Asked at each request.
  var react: (BusSession.Exchange, Int64) -> Reaction = { _, _ in .answers(after: 5 * millisecond) }
  /// Why the line can't be opened or breaks, at that time.
  var lineTrouble: (Int64) -> String? = { _ in nil }
  /// What was written, by unit, table and address.
  var written: [String: UInt16] = [:]
  private(set) var sent: [Sent] = []
  private(set) var submitted: [(at: Int64, content: Observation.Content)] = []
  private(set) var outcomes: [UInt64: (at: Int64, outcome: WriteOutcome)] = [:]
  private(set) var left: Set<Int> = []
  private(set) var notes: [(at: Int64, note: BusSession.Note)] = []
  private(set) var opened: [Int64] = []
  private var frames: [Frame] = []

  init(isSerial: Bool = true, gap: Int64 = 2 * millisecond) {
    session = BusSession(.init(isSerial: isSerial, gap: gap), at: 0)
  }

  static func key(_ unit: UInt8, _ table: ModbusMetric.Table, _ address: Int) -> String {
    "\(unit) \(table.rawValue) \(address)"
  }

  func value(_ unit: UInt8, _ table: ModbusMetric.Table, _ address: Int) -> UInt16 {
    written[Self.key(unit, table, address)] ?? UInt16(ModbusServer.value(Int(unit), table, address))
  }

  var contents: [Observation.Content] { submitted.map(\.content) }

  /// Goes on until then; `meanwhile` is called between any two steps.
  mutating func run(until end: Int64, meanwhile: (inout SimulatedBus) -> Void = { _ in }) {
    var steps = 0
    while now < end {
      meanwhile(&self)
      let actions = session.advance(to: now)
      steps += 1
      precondition(steps < 3_000_000, "it spins")
      if actions.isEmpty {
        // Never twice at the same time for nothing.
        now = min(end, max(session.deadline, now + 1))
      } else {
        perform(actions)
      }
    }
  }

  mutating func perform(_ actions: [BusSession.Action]) {
    var actions = actions
    while !actions.isEmpty {
      switch actions.removeFirst() {
      case .open:
        opened.append(now)
        if let trouble = lineTrouble(now) {
          actions += session.lineFailed(trouble, at: now)
        } else {
          actions += session.opened(at: now)
        }
      case .close: break
      case .exchange(let exchange): actions += self.exchange(exchange)
      case .submit(_, let content): submitted.append((now, content))
      case .finish(let write, let outcome): outcomes[write] = (now, outcome)
      case .left(let member): left.insert(member)
      case .note(_, let note): notes.append((now, note))
      }
    }
  }

  private mutating func exchange(_ exchange: BusSession.Exchange) -> [BusSession.Action] {
    sent.append(Sent(at: now, exchange: exchange))
    frames.removeAll { $0.arrival <= now }
    if let trouble = lineTrouble(now) { return session.lineFailed(trouble, at: now) }
    let before = now
    let unit = exchange.unit
    switch react(exchange, now) {
    case .silent: break
    case .answers(let delay):
      store(exchange)
      frames.append(Frame(arrival: now + delay, unit: unit, bytes: answer(exchange)))
    case .refuses(let exception, let delay):
      frames.append(
        Frame(arrival: now + delay, unit: unit, bytes: [exchange.request.function | 0x80, exception.code]))
    case .garbles(let delay): frames.append(Frame(arrival: now + delay, unit: unit, bytes: [], isBroken: true))
    }
    frames.sort { $0.arrival < $1.arrival }
    while let frame = frames.first, frame.arrival <= before + exchange.timeout {
      frames.removeFirst()
      now = frame.arrival
      if let trouble = lineTrouble(now) { return session.lineFailed(trouble, at: now) }
      if frame.isBroken { return session.finished(.garbled, at: now) }
      if frame.unit == unit, let answer = exchange.request.answer(in: frame.bytes[...]) {
        return session.finished(.answer(answer), at: now)
      }
    }
    now = before + exchange.timeout
    if let trouble = lineTrouble(now) { return session.lineFailed(trouble, at: now) }
    return session.finished(.timeout, at: now)
  }

  private mutating func store(_ exchange: BusSession.Exchange) {
    let unit = exchange.unit
    switch exchange.request {
    case .read: break
    case .writeCoil(let address, let isOn): written[Self.key(unit, .coil, Int(address))] = isOn ? 1 : 0
    case .writeRegister(let address, let value): written[Self.key(unit, .holding, Int(address))] = value
    case .writeCoils(let address, let bits):
      for (offset, bit) in bits.enumerated() { written[Self.key(unit, .coil, Int(address) + offset)] = bit ? 1 : 0 }
    case .writeRegisters(let address, let values):
      for (offset, value) in values.enumerated() { written[Self.key(unit, .holding, Int(address) + offset)] = value }
    }
  }

  private func answer(_ exchange: BusSession.Exchange) -> [UInt8] {
    let request = exchange.request
    guard case .read(let table, let address, let count) = request else { return Array(request.bytes.prefix(5)) }
    let values = (0..<count).map { value(exchange.unit, table, Int(address) + $0) }
    guard table.isBits else {
      return [request.function, UInt8(count * 2)] + values.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }
    var bytes = [UInt8](repeating: 0, count: (count + 7) / 8)
    for (index, value) in values.enumerated() where value != 0 { bytes[index / 8] |= 1 << UInt8(index % 8) }
    return [request.function, UInt8(bytes.count)] + bytes
  }
}

extension BusUnit.Settings {
  /// A unit with registers at these addresses, named by them.
  static func holding(
    _ device: String, _ unit: UInt8, _ addresses: [UInt16], every: Interval = .seconds(1),
    timeout: Interval = .seconds(1), retries: Int = 1, limits: ReadPlanner.Limits = .init()
  ) -> Self {
    let metrics = addresses.map { ModbusMetric(name: "h\($0)", table: .holding, address: $0, type: .uint16) }
    return BusUnit.Settings(
      device: device, unit: unit, metrics: metrics, map: metrics, every: every, timeout: timeout, retries: retries,
      limits: limits)
  }
}

extension Observation.Content {
  /// Of a reading.
  var metric: String? { if case .reading(_, let metric, _, _) = self { metric } else { nil } }
  var quality: Quality? { if case .reading(_, _, _, let quality) = self { quality } else { nil } }
  var value: Value? { if case .reading(_, _, let value, _) = self { value } else { nil } }
  var device: String? {
    switch self {
    case .reading(let device, _, _, _), .device(let device, _, _): device
    case .position(let device, _), .positionLost(let device): device
    case .system: nil
    }
  }
}
