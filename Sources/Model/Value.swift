/// The value of a signal. All numeric signals are doubles.
public enum Value: Hashable, Sendable {
  case number(Double)
  case boolean(Bool)
  case text(String)

  public var kind: SignalCatalogue.Metric.Kind {
    switch self {
    case .number: .number
    case .boolean: .boolean
    case .text: .text
    }
  }

  /// As it stands in an argument or a line of the log: numbers without a needless fraction.
  public var plainText: String {
    switch self {
    case .number(let number) where number.rounded() == number && abs(number) < 1e15: "\(Int64(number))"
    case .number(let number): "\(number)"
    case .boolean(let flag): "\(flag)"
    case .text(let text): text
    }
  }
}

/// How far a signal's value can be relied on.
public enum Quality: UInt8, Sendable, CaseIterable {
  /// Read from the device, and believed.
  case good = 0
  /// The last good value is older than the signal's `stale_after`.
  case stale = 1
  /// The device answered with an error or an invalid marker, or doesn't answer.
  case bad = 2
  /// Nothing was read yet since the start.
  case never = 3

  /// As it stands on the wire.
  public var name: String {
    switch self {
    case .good: "good"
    case .stale: "stale"
    case .bad: "bad"
    case .never: "never"
    }
  }
}
