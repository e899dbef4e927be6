/// One row of the rule engine's state, keyed by kind and name, so that a commit writes only what changed.
public struct StateRow: Hashable, Sendable {
  /// `zone`, `rule`, `report`, `engine`, …
  public var kind: String
  public var name: String
  /// The packed state; `nil` removes the row.
  public var value: [UInt8]?

  public init(kind: String, name: String, value: [UInt8]?) {
    self.kind = kind
    self.name = name
    self.value = value
  }
}
