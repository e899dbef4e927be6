/// Which commands a server may give by an uplink.
public enum CommandPermission: Hashable, Sendable {
  case none
  /// Those of the gateway itself, and all that a rule waits for.
  case all
  /// These, by name.
  case only([String])

  public func allows(_ name: String) -> Bool {
    switch self {
    case .none: false
    case .all: true
    case .only(let names): names.contains(name)
    }
  }
}

/// Commands that the gateway itself carries out; all others are rules' to wait for.
public enum OwnCommand: String, Hashable, Sendable, CaseIterable {
  /// How the gateway is.
  case status
  /// Delivered records once more.
  case resend
  /// Dead letters once more.
  case requeue

  /// For the reference.
  public var note: String {
    switch self {
    case .status: "how the gateway is, as a `health` record says it"
    case .resend: "delivered records once more, those numbered `from` to `to`, as far as `history` still has them"
    case .requeue: "dead letters of this uplink once more, all or those numbered `from` to `to`"
    }
  }
}
