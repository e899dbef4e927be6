public import Config
import Model

/// The topics of MQTT and the channels of WebSocket and Socket.IO, in both directions, as AsyncAPI 3.0 (asyncapi.com/docs/reference/specification/v3.0.0).
///
/// The application that it describes is the gateway: what it sends, a server receives.
public enum AsyncAPIDocument {
  private static let prefix = "#/components/schemas/"

  /// A message, its schema's name, and who says it.
  private struct Message {
    var name: String
    var schema: String
    var summary: String
    var contentType = "application/json"
  }

  private struct Channel {
    var name: String
    var address: String
    var server: String
    var what: String
    var parameters: [(name: String, what: String)] = []
    var sent: [Message] = []
    var received: [Message] = []
    var bindings: JSONText?
    /// QoS 1 and retained, of MQTT.
    var operation: JSONText?
  }

  /// The document; its version is that of what goes over the wire, which is older than this version of Waypost.
  public static var document: JSONText {
    let definitions = MessageSchemas.definitions(prefix)
    return .object([
      ("asyncapi", .string("3.0.0")),
      (
        "info",
        .object([
          ("title", .string("Waypost")), ("version", .string("1.0.0")),
          (
            "description",
            .string(
              """
              What a Waypost gateway sends to a server and takes from it. Every record arrives at least once, and (gateway, journal, seq) tells \
              it from its repeat. Topics and addresses are the defaults; a configuration may have others. Described is the format json; the messages \
              of owntracks, senml, geojson and sparkplug are as those specifications have them.
              """)
          ),
          (
            "license",
            .object([
              ("name", .string("Apache 2.0")), ("url", .string("https://www.apache.org/licenses/LICENSE-2.0")),
            ])
          ),
        ])
      ), ("defaultContentType", .string("application/json")), ("servers", servers),
      ("channels", .object(channels.map { ($0.name, json($0)) })),
      ("operations", .object(channels.flatMap(operations))),
      ("components", .object([("schemas", .object(definitions.map { ($0.name, $0.schema) }))])),
    ])
  }

  private static var servers: JSONText {
    func server(_ host: String, _ scheme: String, _ what: String) -> JSONText {
      .object([("host", .string(host)), ("protocol", .string(scheme)), ("description", .string(what))])
    }
    return .object([
      ("broker", server("broker.example.com:8883", "secure-mqtt", "MQTT 5, or 3.1.1 where it has no better. QoS 1")),
      ("hub", server("hub.example.com", "wss", "A WebSocket server, which the gateway connects to")),
    ])
  }

  private static var channels: [Channel] { mqtt + webSocket }

  private static let qos = JSONText.object([
    ("mqtt", .object([("qos", .number(1)), ("bindingVersion", .string("0.2.0"))]))
  ])
  private static let retained = JSONText.object([
    ("mqtt", .object([("qos", .number(1)), ("retain", .boolean(true)), ("bindingVersion", .string("0.2.0"))]))
  ])

  private static var mqtt: [Channel] {
    let gateway = ("gateway", "The gateway's name")
    let records = MessageSchemas.recordNames.map {
      Message(name: $0, schema: $0, summary: "A record of the kind `\($0)`, alone")
    }
    return [
      Channel(
        name: "batches", address: "waypost/{gateway}/batch", server: "broker", what: "Several records in one message",
        parameters: [gateway], sent: [Message(name: "batch", schema: "batch", summary: "Records, in order")],
        operation: qos),
      Channel(
        name: "deflatedBatches", address: "waypost/{gateway}/batch/z", server: "broker",
        what: "The same as raw DEFLATE (RFC 1951), with `compress: deflate`", parameters: [gateway],
        sent: [
          Message(
            name: "deflatedBatch", schema: "batch",
            summary: "Records, in order; the schema is that of the inflated bytes",
            contentType: "application/json; encoding=deflate")
        ], operation: qos),
      Channel(
        name: "records", address: "waypost/{gateway}/{type}", server: "broker",
        what: "Single records: with `batch: { records: 1 }`, or of kinds whose topic names the device or metric",
        parameters: [gateway, ("type", "The record's `type`")], sent: records, operation: qos),
      Channel(
        name: "status", address: "waypost/{gateway}/status", server: "broker",
        what: "Retained: how the gateway is. The broker itself says that it is gone", parameters: [gateway],
        sent: [Message(name: "status", schema: "status", summary: "How the gateway is")], operation: retained),
      Channel(
        name: "commands", address: "waypost/{gateway}/command/{name}", server: "broker",
        what: "What a server asks for, where the uplink's `commands` allow it. Retained ones are refused",
        parameters: [gateway, ("name", "The command's name")],
        received: [Message(name: "command", schema: "request", summary: "Something to do")], operation: qos),
      Channel(
        name: "responses", address: "waypost/{gateway}/response/{id}", server: "broker",
        what: "What came of a command; or on the MQTT 5 response topic with the correlation data",
        parameters: [gateway, ("id", "The command's id")],
        sent: [Message(name: "response", schema: "response", summary: "What came of it")], operation: qos),
    ] + sparkplug
  }

  private static var sparkplug: [Channel] {
    [
      Channel(
        name: "sync", address: "waypost/{gateway}/sync", server: "broker",
        what: "With `sparkplug`, behind data of QoS 0: the broker's acknowledgement of it stands for theirs",
        parameters: [("gateway", "The gateway's name")],
        sent: [Message(name: "sync", schema: "sync", summary: "What went before it is there")], operation: qos),
      Channel(
        name: "hostState", address: "spBv1.0/STATE/{host}", server: "broker",
        what: "With `sparkplug` and a `primary_host`: whether that host is there. While it isn't, nothing is sent",
        parameters: [("host", "The host's id")],
        received: [Message(name: "hostState", schema: "host_state", summary: "Whether the host is there")],
        operation: retained),
    ]
  }

  private static var webSocket: [Channel] {
    let upgrade = JSONText.object([
      ("ws", .object([("method", .string("GET")), ("bindingVersion", .string("0.1.0"))]))
    ])
    let records = MessageSchemas.recordNames
    return [
      Channel(
        name: "socket", address: "/", server: "hub",
        what:
          "One text message each, under the subprotocol `waypost.v1`. A server that doesn't want the gateway answers the handshake with HTTP 401 or 403, or closes with 4003; one that goes for reasons of its own closes with 1001, 1012 or 1013",
        sent: [
          Message(name: "batch", schema: "batch", summary: "Records, in order; to be answered"),
          Message(name: "record", schema: "message", summary: "A record, alone; to be answered"),
          Message(name: "pong", schema: "pong", summary: "The answer to a ping"),
          Message(name: "response", schema: "response", summary: "What came of a command"),
        ],
        received: [
          Message(name: "ack", schema: "ack", summary: "These are stored"),
          Message(name: "nack", schema: "nack", summary: "This one isn't taken"),
          Message(name: "ping", schema: "ping", summary: "Are you there?"),
          Message(name: "command", schema: "command", summary: "Something to do"),
        ], bindings: upgrade),
      Channel(
        name: "socketIO", address: "/socket.io/", server: "hub",
        what: "With `dialect: socket.io`: each record is an event of its type's name, and is acknowledged as such",
        sent: records.map { type in
          Message(
            name: type, schema: type == "position" ? "flat_position" : type,
            summary: "The argument of the event `\(type)`")
        } + [
          Message(
            name: "response", schema: "response", summary: "What came of a command that asked for no acknowledgement")
        ],
        received: [Message(name: "command", schema: "request", summary: "Something to do")], bindings: upgrade),
    ]
  }

  private static func json(_ channel: Channel) -> JSONText {
    var object = JSONText.object([
      ("address", .string(channel.address)), ("description", .string(channel.what + ".")),
      ("servers", .array([reference("#/servers/\(channel.server)")])),
      ("messages", .object((channel.sent + channel.received).map { ($0.name, json($0)) })),
    ])
    if !channel.parameters.isEmpty {
      object.append(
        .object([
          (
            "parameters",
            .object(channel.parameters.map { ($0.name, .object([("description", .string($0.what + "."))])) })
          )
        ]))
    }
    if let bindings = channel.bindings { object.append(.object([("bindings", bindings)])) }
    return object
  }

  private static func json(_ message: Message) -> JSONText {
    .object([
      ("name", .string(message.name)), ("summary", .string(message.summary + ".")),
      ("contentType", .string(message.contentType)), ("payload", reference(prefix + message.schema)),
    ])
  }

  private static func operations(_ channel: Channel) -> [(String, JSONText)] {
    [("send", channel.sent), ("receive", channel.received)].filter { !$0.1.isEmpty }.map { action, messages in
      var object = JSONText.object([
        ("action", .string(action)), ("channel", reference("#/channels/\(channel.name)")),
        ("messages", .array(messages.map { reference("#/channels/\(channel.name)/messages/\($0.name)") })),
      ])
      if let operation = channel.operation { object.append(.object([("bindings", operation)])) }
      return (action + channel.name.prefix(1).uppercased() + channel.name.dropFirst(), object)
    }
  }

  private static func reference(_ place: String) -> JSONText { .object([("$ref", .string(place))]) }
}
