import Model

/// What was dropped, and why; kept with the state, so that a restart hides nothing.
struct EngineCounters: Hashable, Sendable {
  enum Cause: Int, CaseIterable, Sendable {
    case unusableFix = 0
    case fixOutOfOrder = 1
    case repeatedFix = 2
    case unreadableState = 3
    case undatedHeldReport = 4
    case signalBeyondLimit = 5
    case guardUnknown = 6
    case limitReached = 7
    case withinCooldown = 8

    /// As `waypost status` shows it.
    var name: String {
      switch self {
      case .unusableFix: "fixes dropped: no fix or impossible coordinates"
      case .fixOutOfOrder: "fixes kept out of zones: out of order or without time"
      case .repeatedFix: "fixes kept out of zones: same time as the one before"
      case .unreadableState: "state rows dropped: unreadable"
      case .undatedHeldReport: "held-back reports dropped: restart of unknown length without a trusted clock"
      case .signalBeyondLimit: "observations dropped: too many signals"
      case .guardUnknown: "rules not set off: condition unknown"
      case .limitReached: "rules not raised: limit reached"
      case .withinCooldown: "rules not set off: within the cooldown"
      }
    }
  }

  private(set) var counts = [UInt64](repeating: 0, count: Cause.allCases.count)

  subscript(cause: Cause) -> UInt64 { counts[cause.rawValue] }

  mutating func count(_ cause: Cause, _ number: Int = 1) {
    counts[cause.rawValue] &+= UInt64(number)
  }

  init() {}

  func write(to writer: inout PackedWriter) {
    writer.write(UInt64(counts.count))
    for count in counts { writer.write(count) }
  }

  /// A cause that a later version added reads as 0 here.
  init(from reader: inout PackedReader) throws(PackingError) {
    let number = try reader.unsigned()
    guard number <= UInt64(counts.count) else { throw .malformed(offset: reader.offset) }
    for index in 0..<Int(number) { counts[index] = try reader.unsigned() }
  }
}
