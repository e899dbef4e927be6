public import Journal

/// Who carries out what servers ask for.
public protocol CommandTaker: Sendable {
  /// Does it, once for each uplink and id, and returns when what came of it is on disk. A repeat gets the same answer again.
  ///
  /// The uplink must not settle anything between the call and its end: what is to be sent again would count as delivered.
  func take(_ command: ServerCommand, from uplink: String, allowed: CommandPermission) async -> CommandOutcome
}

/// What became of a command.
public struct CommandOutcome: Hashable, Sendable {
  public var answer: CommandAnswer
  /// What is to go once more over this uplink; the journal knows already.
  public var reopening: Reopening?

  public init(_ answer: CommandAnswer, reopening: Reopening? = nil) {
    self.answer = answer
    self.reopening = reopening
  }
}
