/// Which MQTT is spoken: 5 (OASIS, 2019) or 3.1.1 (OASIS, 2014; ISO/IEC 20922).
public enum MQTTVersion: Sendable, Hashable {
  case v5
  case v311
}

/// Where and as whom to connect.
public struct MQTTOptions: Sendable, Hashable {
  public var host: String
  public var port: Int
  public var clientID: String
  public var username: String?
  public var password: Secret?
  /// `nil`: without TLS.
  public var tls: TLSOptions?
  /// In the order in which they are tried; the next is tried where the broker knows not the first.
  public var versions: [MQTTVersion] = [.v5, .v311]
  /// Seconds, 5…65535.
  public var keepalive = 20
  public var topics: MQTTTopics
  /// Where commands come in; `nil`: none do.
  public var commands: MQTTCommands?
  /// Batches go as raw DEFLATE (RFC 1951) on the batch topic with `/z` behind it.
  public var deflatesBatches = false
  /// MQTT over WebSocket (MQTT 5.0, section 6): the path and query to ask for; `nil`: over TCP.
  public var webSocketPath: String?
  public var proxy: ProxyOptions?
  /// So many seconds the broker keeps the session when we are away; `nil`: not at all, since the gateway keeps what it has to say itself.
  public var sessionExpiry: UInt32?
  /// So many seconds the broker keeps a message for receivers that are away; `nil`: as long as it likes. MQTT 5 only.
  public var messageExpiry: UInt32?
  /// Go with the connection and with each message of records. MQTT 5 only.
  var userProperties: [MQTTProperties.UserProperty] = []
  /// Of the format's batches (RFC 6838).
  var contentType = "application/json"
  /// `nil`: records go as they are, on `topics`.
  public var sparkplug: SparkplugOptions?

  /// For messages: `broker.example.com:8883`.
  var authority: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}

/// MQTT over SwiftNIO, with TLS by `Trust` (docs/adr/0035-mqtt.md).
///
/// One event loop serves all uplinks of the process. What may block, reading secrets, keys in tokens and resolving names, happens on a
/// thread of its own for each attempt. What is on its way is bounded by the delivery's window and the broker's receive maximum.
public struct MQTTTransport: Transport {
  public let options: MQTTOptions
  /// Where it speaks as an edge node of Sparkplug.
  private let edge: SparkplugEdge?

  public init(_ options: MQTTOptions) {
    self.options = options
    edge = options.sparkplug.map(SparkplugEdge.init)
  }

  public var destination: String {
    let isSecure = options.tls != nil
    guard let path = options.webSocketPath else { return "\(isSecure ? "mqtts" : "mqtt")://\(options.authority)" }
    return WebSocketAddress(host: options.host, port: options.port, isSecure: isSecure, resource: path).description
  }
  public var singly: RecordKinds { options.topics.singly }
  public var ownFormat: (any MessageFormat)? { edge == nil ? nil : SparkplugMessages() }
  public var numbersConnections: Bool { edge != nil }
  public var credentials: [Secret] {
    [options.password, options.proxy?.password].compactMap { $0 } + (options.tls?.credentials ?? [])
  }

  public func taking(_ commands: CommandPermission) -> any Transport {
    var options = options
    options.commands = commands == .none ? nil : options.topics.commands
    return MQTTTransport(options)
  }
  public func learn(_ inventory: UplinkInventory) { edge?.learn(inventory) }

  public func metered() -> any Transport {
    var options = options
    options.keepalive = MeteredUplink.keepaliveSeconds
    return MQTTTransport(options)
  }

  public func open(for format: any MessageFormat, number: UInt64, _ sink: @escaping @Sendable (LinkEvent) -> Void)
    -> any Link
  {
    let link = EventLoopLink(sink: sink)
    link.start(thread: "mqtt") { self.prepare(number: number, sink) }
    return link
  }

  private func prepare(number: UInt64, _ sink: @Sendable (LinkEvent) -> Void) -> EventLoopLink.Prepared {
    let password: String?
    do throws(Secret.Failure) {
      password = try options.password?.read()
    } catch {
      return .failed(.local(error.text))
    }
    switch ApproachPlan.make(
      host: options.host, port: options.port, authority: options.authority, proxy: options.proxy, tls: options.tls,
      limits: ApproachLimits(), sink: sink)
    {
    case .ready(let plan):
      return .ready {
        MQTTConnection($0, self.options, edge: self.edge, number: number, password: password, plan)
      }
    case .failed(let closure): return .failed(closure)
    }
  }
}
