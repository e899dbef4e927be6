import Config
import Model

/// Reads a command as it stands in a message: `{"id":"c-1","name":"resend","args":{"from":900,"to":950}}`. Anything may stand there.
enum CommandReading {
  /// What became of a message that should hold a command.
  enum Outcome: Hashable {
    case command(ServerCommand)
    /// It can't be taken; the answer goes to `id`, where there is one.
    case refused(CommandID?, CommandReply, String)
  }

  /// Bytes of a message that holds nothing but a command.
  static let mostBytes = 16_384

  private static let limits: JSONLimits = {
    var limits = JSONLimits()
    limits.bytes = mostBytes
    limits.depth = 4
    limits.nodes = 200
    return limits
  }()

  /// Reads a message of its own.
  ///
  /// - Parameters:
  ///   - name: what the topic says; the message needn't repeat it.
  ///   - correlation: what MQTT 5's request carries; an id where the message gives none.
  static func read(_ bytes: [UInt8], name: String?, correlation: [UInt8]? = nil, reply: CommandReply) -> Outcome {
    let usual = correlation.flatMap { CommandID(correlation: $0) }
    guard bytes.count <= mostBytes else {
      return .refused(usual, reply, "a command has \(mostBytes) bytes at most")
    }
    if bytes.isEmpty, let usual, let name { return finish(usual, name: name, [], reply) }
    var diagnostics = Diagnostics()
    guard
      let message = JSON.parse(SourceFile(path: "command", bytes: bytes), limits: limits, diagnostics: &diagnostics),
      message.object != nil
    else { return .refused(usual, reply, "a command is a JSON object such as {\"id\":\"c-1\",\"args\":{}}") }
    return read(message, name: name, usual: usual, reply: reply)
  }

  /// Reads what stands in a larger message.
  /// - Parameter usual: the id where the object gives none.
  static func read(_ message: JSONNode, name: String?, usual: CommandID? = nil, reply: CommandReply) -> Outcome {
    var id = usual
    if let member = message["id"] {
      if let number = member.wholeNumber {
        id = CommandID(number: number)
      } else if let text = member.string, let read = CommandID(text: text) {
        id = read
      } else {
        return .refused(
          usual, reply, "`id` is a text of 1 to 64 characters without blanks and / + # \" \\, or a whole number")
      }
    }
    guard let id else {
      return .refused(nil, reply, "a command needs an `id`, by which a repeat is told from another")
    }
    let given = message["name"]
    if let given, given.string == nil { return .refused(id, reply, "`name` is a text") }
    guard let name = name ?? given?.string else { return .refused(id, reply, "a command needs a `name`") }
    if let text = given?.string, text != name {
      return .refused(id, reply, "the topic and the message name different commands")
    }
    switch [CommandArgument].read(message["args"]) {
    case .success(let arguments): return finish(id, name: name, arguments, reply)
    case .failure(let problem): return .refused(id, reply, problem.text)
    }
  }

  private static func finish(
    _ id: CommandID, name: String, _ arguments: [ServerCommand.Argument], _ reply: CommandReply
  ) -> Outcome {
    guard Names.isLabel(name) else {
      return .refused(id, reply, "a command is named by letters, digits and `_.-`, at most 64")
    }
    return .command(ServerCommand(id: id, name: name, arguments: arguments, reply: reply))
  }
}
