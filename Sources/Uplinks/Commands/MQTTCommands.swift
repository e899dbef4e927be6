import Config

/// Commands by MQTT: where they come in, and where answers go (docs/wire.md, "Commands").
///
/// Whatever client speaks to the broker subscribes to `filter` with QoS 1 once the broker has accepted it, hands in what comes, and publishes
/// answers with QoS 1, not retained.
public struct MQTTCommands: Hashable, Sendable {
  /// What comes before `/NAME` in the topic of a command.
  public var commands: String
  /// What comes before `/ID` in the topic of an answer.
  public var responses: String

  public init(commands: String, responses: String) {
    self.commands = commands
    self.responses = responses
  }

  public var filter: String { commands + "/+" }

  /// What a message is.
  ///
  /// - Parameters:
  ///   - isRetained: the broker had kept it: from whoever knows when, and again with each connection. Never carried out.
  ///   - responseTopic: MQTT 5's, where there is one.
  ///   - correlation: MQTT 5's correlation data, where there is any.
  /// - Returns: `nil` for a topic that isn't a command's.
  func event(
    topic: String, payload: [UInt8], isRetained: Bool, responseTopic: String?, correlation: [UInt8]?
  ) -> LinkEvent? {
    guard topic.hasPrefix(commands + "/") else { return nil }
    let name = String(topic.dropFirst(commands.count + 1))
    let given = responseTopic.flatMap { Self.isTopic($0) ? $0 : nil }
    let reply = given.map { CommandReply.topic($0, correlation: correlation) } ?? .message
    let outcome = CommandReading.read(payload, name: name, correlation: correlation, reply: reply)
    if isRetained {
      let id: CommandID? =
        switch outcome {
        case .command(let command): command.id
        case .refused(let id, _, _): id
        }
      return unreadable(
        reply, id, "a retained command isn't carried out; publish it without `retain`, and clear the topic")
    }
    switch outcome {
    case .command(var command):
      if case .message = reply { command.reply = .topic(answerTopic(for: command.id), correlation: correlation) }
      return .command(command)
    case .refused(let id, _, let why): return unreadable(reply, id, why)
    }
  }

  private func unreadable(_ reply: CommandReply, _ id: CommandID?, _ why: String) -> LinkEvent {
    let answer = CommandAnswer(error: why).message(id: id)
    if case .message = reply {
      guard let id else { return .notice("a command was passed over that has no `id` to answer to: \(why)") }
      return .unreadableCommand(.topic(answerTopic(for: id), correlation: nil), answer: answer)
    }
    return .unreadableCommand(reply, answer: answer)
  }

  private func answerTopic(for id: CommandID) -> String { "\(responses)/\(id.text)" }

  /// Whether an answer can be published there: it has no wildcards, isn't the broker's own, and is no longer than ours may be.
  private static func isTopic(_ text: String) -> Bool {
    (1...1024).contains(text.utf8.count) && !text.hasPrefix("$")
      && text.utf8.allSatisfy { $0 >= 32 && $0 != 127 && !"+#".utf8.contains($0) }
  }
}
