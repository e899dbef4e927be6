/// How a Socket.IO server is spoken to.
public struct SocketIOOptions: Sendable, Hashable {
  /// What the server's word for a record is.
  public enum Acknowledgement: String, Sendable, Hashable, CaseIterable {
    /// A Socket.IO acknowledgement: the handler's callback or return value.
    case required
    /// None: a WebSocket Pong for a Ping that was sent after the record tells that the server's process has read it.
    case none
  }

  /// A member of the `auth` that goes with the connection to the namespace.
  public struct Member: Sendable, Hashable {
    public var name: String
    /// Mostly no secret but a literal, such as the vehicle's name.
    public var value: Secret

    public init(name: String, value: Secret) {
      self.name = name
      self.value = value
    }
  }

  /// From the slash on.
  public var namespace = "/"
  public var auth: [Member] = []
  public var acknowledgement = Acknowledgement.required

  public init() {}
}
