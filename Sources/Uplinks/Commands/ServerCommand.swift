public import Model

/// Something that a server asks this gateway to do (docs/wire.md, "Commands").
public struct ServerCommand: Hashable, Sendable {
  /// A named value that goes with it.
  public typealias Argument = CommandArgument

  public var id: CommandID
  /// As the server wrote it, made fit for a message to people; at most 64 characters.
  public var name: String
  /// In the server's order; no name twice.
  public var arguments: [Argument]
  /// How the transport finds the way back.
  public var reply: CommandReply

  public init(id: CommandID, name: String, arguments: [Argument] = [], reply: CommandReply = .message) {
    self.id = id
    self.name = name
    self.arguments = arguments
    self.reply = reply
  }

  public subscript(argument: String) -> Value? { arguments.first { $0.name == argument }?.value }
}

/// Where an answer goes.
public enum CommandReply: Hashable, Sendable {
  /// A message of its own on the same connection.
  case message
  /// A message on this topic; with what MQTT 5's request said as correlation data.
  case topic(String, correlation: [UInt8]?)
  /// Socket.IO's acknowledgement with this number.
  case acknowledgement(UInt64)
}
