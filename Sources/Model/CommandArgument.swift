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
