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
  /// `nil`: records go as they are, on `topics`.
  public var sparkplug: SparkplugOptions?
}

/// MQTT over libmosquitto.
///
/// Rules, from libmosquitto 2.0.11's source: each connection has a handle of its own, so that none of the library's retries sends
/// beside ours; one thread of ours does all that touches the handle, so that it needs no locks and runs unthreaded, where a publish
/// is written at once; `loop_start` and its forced stop, which cancels a thread inside a callback, are never used; it is connected
/// without blocking, to addresses that we have resolved and try one after the other, since its own blocking connect waits two minutes
/// for a host that is gone and its own non-blocking one tries the first address only.
public struct MQTTTransport: Transport {
  public let options: MQTTOptions
  /// Where it speaks as an edge node of Sparkplug.
  private let edge: SparkplugEdge?

  public init(_ options: MQTTOptions) {
    self.options = options
    edge = options.sparkplug.map(SparkplugEdge.init)
  }

  public var destination: String { "\(options.tls == nil ? "mqtt" : "mqtts")://\(options.host):\(options.port)" }
  public var singly: RecordKinds { options.topics.singly }
  public var ownFormat: (any MessageFormat)? { edge == nil ? nil : SparkplugMessages() }
  public var credentials: [Secret] { [options.password].compactMap { $0 } + (options.tls?.credentials ?? []) }

  public func taking(_ commands: CommandPermission) -> any Transport {
    var options = options
    options.commands = commands == .none ? nil : options.topics.commands
    return MQTTTransport(options)
  }
  public func learn(_ inventory: UplinkInventory) { edge?.learn(inventory) }

  public func open(for format: any MessageFormat, _ sink: @escaping @Sendable (LinkEvent) -> Void) -> any Link {
    let link = MQTTLink(options: options, edge: edge, sink: sink)
    link.start()
    return link
  }
}
