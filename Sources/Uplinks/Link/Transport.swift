/// A way to a server. A transport opens links; what goes over them, when and again, is `Delivery`'s to decide, so that a
/// transport keeps nothing but what is on its way.
///
/// To test a conformance, run it against a real server of its kind: every link that was opened must report `down` exactly once, last,
/// whatever happens, and `acknowledged` only on the server's word.
public protocol Transport: Sendable {
  /// Where it goes, for people and logs; without secrets.
  var destination: String { get }
  /// Kinds that are addressed by what is in them and so can't go in batches.
  var singly: RecordKinds { get }
  /// What each connection reads anew: secrets, and files such as certificates. Where one of them holds something else at a reload, the
  /// connection is made anew.
  var credentials: [Secret] { get }
  /// Whether the server tells one connection from the next by its number, which must then go on over restarts.
  var numbersConnections: Bool { get }
  /// The one form that records have on it, where it has its own.
  var ownFormat: (any MessageFormat)? { get }
  /// The same way to the same server, on which commands may come as the permission says. Without it no transport takes any.
  func taking(_ commands: CommandPermission) -> any Transport
  /// Takes what records may speak of: before the first connection, and whenever a reload has changed it.
  func learn(_ inventory: UplinkInventory)
  /// The same way to the same server, where each byte is paid for: it says nothing that isn't needed.
  func metered() -> any Transport
  /// Begins a connection for messages of a format and returns at once.
  ///
  /// - Parameters:
  ///   - number: how many the uplink began before it; over restarts only with `numbersConnections`.
  ///   - sink: called from any thread; must not block.
  func open(for format: any MessageFormat, number: UInt64, _ sink: @escaping @Sendable (LinkEvent) -> Void) -> any Link
}

extension Transport {
  public var numbersConnections: Bool { false }
  public var ownFormat: (any MessageFormat)? { nil }
  public func taking(_ commands: CommandPermission) -> any Transport { self }
  public func learn(_ inventory: UplinkInventory) {}
  public func metered() -> any Transport { self }
}

/// One connection, or the attempt at one. Never used again after `down`.
public protocol Link: Sendable {
  /// Hands over a message; the answer is `acknowledged` or `refused` with its id, or `down`. Never blocks.
  func send(_ message: OutgoingMessage, payload: [UInt8])
  /// Makes known how the gateway is; the newest replaces one that has not gone yet.
  func publish(status: [UInt8])
  /// Answers a command that came by `LinkEvent.command`, if it still can: what is lost on the way the server asks for again.
  func respond(_ message: [UInt8], to reply: CommandReply)
  /// Ends the connection; `down` follows. With a `farewell` it ends in good order with that as the last status, else at once, so that
  /// the server finds out by itself.
  func close(reason: String, farewell: [UInt8]?)
}

extension Link {
  /// For transports that report no commands.
  public func respond(_ message: [UInt8], to reply: CommandReply) {}
}

/// What happens on a link.
public enum LinkEvent: Sendable, Hashable {
  /// The server has accepted us. `detail` is for the log.
  case up(LinkCapabilities, detail: String)
  /// It has accepted us, but nothing may go before something else is so, as the text says: "waits for the primary host scada".
  case held(String)
  /// It has the message; `unheard`: it had nobody to pass it to.
  case acknowledged(UInt64, unheard: Bool)
  case refused(UInt64, Refusal)
  /// It has these records, whatever messages they were in. Every such event must settle one at least, so that there are never more of
  /// them than records in flight.
  case acknowledgedRecords(ClosedRange<UInt64>)
  /// It doesn't take this record and has said nothing of the others in its message.
  case refusedRecord(UInt64, reason: String)
  /// So many answers fitted nothing that is out; to be told in sums, not one by one.
  case strays(Int)
  /// The server asks for something. More of them than the loop takes are dropped on the way to it.
  case command(ServerCommand)
  /// It asked for something that can't be understood: the answer, for where it says.
  case unreadableCommand(CommandReply, answer: [UInt8])
  /// So many bytes went over its socket since it was last told, TLS and handshakes included; told once in ten seconds at most, and before `down`.
  case carried(sent: UInt64, received: UInt64)
  /// How its TLS is; each replaces the one before.
  case secured(TLSStatus)
  /// Worth a line in the log.
  case notice(String)
  /// The last event.
  case down(Closure)
}
