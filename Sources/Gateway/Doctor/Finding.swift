/// What `waypost doctor` found out about one thing of the box.
public struct Finding: Hashable, Sendable {
  /// How it stands.
  public enum State: String, Hashable, Sendable {
    case good
    /// It works, but somebody should look.
    case warning
    /// It doesn't work.
    case fault
  }

  /// What was looked at: `clock`, `disk`, `device gps`.
  public var topic: String
  public var state: State
  /// What was seen.
  public var text: String
  /// What to do about it, as an instruction; `nil` where there is nothing to do.
  public var remedy: String?

  static func good(_ topic: String, _ text: String) -> Finding {
    Finding(topic: topic, state: .good, text: text, remedy: nil)
  }

  static func warning(_ topic: String, _ text: String, remedy: String) -> Finding {
    Finding(topic: topic, state: .warning, text: text, remedy: remedy)
  }

  static func fault(_ topic: String, _ text: String, remedy: String) -> Finding {
    Finding(topic: topic, state: .fault, text: text, remedy: remedy)
  }
}
