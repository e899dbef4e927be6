public import Model

/// What the command line asks of the daemon over the control socket.
///
/// One connection, one request: a line of JSON up, `{"request":"status"}`; down a line of JSON, `{"ok":true,…}` or
/// `{"ok":false,"error":"…"}`. An export goes on after that line with the bytes of the recording's file, and so do long answers about the
/// journal, line by line (`JournalRequest`). The socket's file permissions (user and
/// group `waypost`) say who may ask.
public enum ControlRequest: Sendable, Equatable {
  /// What the gateway sees, keeps and delivers.
  case status
  /// Begin a recording.
  case recordOn
  /// End it.
  case recordOff
  /// Send it.
  case recordExport
  /// Take changed files.
  case reload
  /// Tell the rules of a command, by its name, with what comes along: `{"request":"command","name":"wash","args":{"seconds":5}}`.
  case command(String, [CommandArgument] = [])
  /// Tell why a rule is up or not, by its name: `{"request":"explain","name":"cold_chain"}`.
  case explain(rule: String)
  /// About the journal.
  case journal(JournalRequest)

  /// A request line, at most so many bytes.
  static let lineLimit = 32 << 10

  var name: String {
    switch self {
    case .status: "status"
    case .recordOn: "record-on"
    case .recordOff: "record-off"
    case .recordExport: "record-export"
    case .reload: "reload"
    case .command: "command"
    case .explain: "explain"
    case .journal(let request): request.name
    }
  }

  /// - Parameters:
  ///   - argument: The member `name` of the request, which a command and an explanation have.
  ///   - arguments: What comes along with a command.
  init?(name: String, argument: String?, arguments: [CommandArgument] = []) {
    switch (name, argument) {
    case ("command", let argument?):
      self = .command(argument, arguments)
      return
    case ("explain", let argument?):
      self = .explain(rule: argument)
      return
    default: break
    }
    for request in [Self.status, .recordOn, .recordOff, .recordExport, .reload] where request.name == name {
      self = request
      return
    }
    return nil
  }
}
