/// A value that goes with a server's command.
public struct CommandArgument: Hashable, Sendable {
  /// An identifier (`Names.isIdentifier`).
  public var name: String
  public var value: Value

  public init(name: String, value: Value) {
    self.name = name
    self.value = value
  }
}

/// A value that a rule expects with a command.
public struct CommandParameter: Hashable, Sendable {
  /// An identifier (`Names.isIdentifier`).
  public var name: String
  public var kind: SignalCatalogue.Metric.Kind

  public init(name: String, kind: SignalCatalogue.Metric.Kind) {
    self.name = name
    self.kind = kind
  }

  /// Whether the value is of its kind.
  public func takes(_ value: Value) -> Bool {
    switch (kind, value) {
    case (.number, .number), (.boolean, .boolean), (.text, .text): true
    default: false
    }
  }
}
