import Config
import Model

/// Reads `mqtt:` of an uplink.
enum MQTTReader: TransportReader {
  static let name = "mqtt"

  static func read(
    _ node: YAMLNode, uplink: String, deflate: Bool, context: UplinkContext, diagnostics: inout Diagnostics
  ) -> (any Transport)? {
    guard
      var reader = MappingReader(
        node, what: "`mqtt`",
        example:
          "{ url: \(node.scalar.map { $0.text.contains("://") ? $0.text : "mqtts://\($0.text)" } ?? "mqtts://broker.example.com") }",
        diagnostics: &diagnostics)
    else { return nil }
    let place = reader.required("url", diagnostics: &diagnostics).flatMap { MQTTURL.read($0, &diagnostics) }
    let username = reader.optional("username")?.string("`username`", limit: 256, diagnostics: &diagnostics)
    let passwordEntry = reader.entry("password")
    let password = passwordEntry.flatMap { entry in
      entry.value.isNull ? nil : Secret.read(entry.value, "`password`", context: context, &diagnostics)
    }
    let clientID = reader.optional("client_id")?.string("`client_id`", limit: 64, diagnostics: &diagnostics)
    let versions = reader.optional("version")?
      .choice("`version`", of: [("5", [MQTTVersion.v5]), ("3.1.1", [.v311])], diagnostics: &diagnostics)
    let tlsEntry = reader.entry("tls")
    var tls: TLSOptions?
    if let tlsEntry, !tlsEntry.value.isNull {
      let isMapping = if case .mapping = tlsEntry.value.content { true } else { false }
      if isMapping || place?.isSecure != false {
        tls = TLSOptions.read(tlsEntry.value, context: context, &diagnostics)
      }
      if let place, !place.isSecure {
        diagnostics.error(
          "url",
          place.path == nil
            ? "`tls` goes with `mqtts://`, and `url` begins with `mqtt://`"
            : "`tls` goes with `wss://`, and `url` begins with `ws://`", at: tlsEntry.key.span,
          help:
            "write `url: \(place.path == nil ? "mqtts" : "wss")://\(place.host)`, with the port where the broker expects TLS"
        )
      }
    }
    let proxy = reader.optional("proxy").flatMap { ProxyOptions.read($0, context: context, &diagnostics) }
    let session = readSeconds("session_expiry", &reader, &diagnostics)
    let isV5 = versions?.contains(.v5) != false
    let expiry = readSeconds("message_expiry", isV5: isV5, &reader, &diagnostics)
    let properties = readProperties(&reader, isV5: isV5, &diagnostics)
    let topicsEntry = reader.entry("topics")
    let topics = readTopics(
      topicsEntry.flatMap { $0.value.isNull ? nil : $0.value }, context: context, &diagnostics)
    let sparkplugNode = reader.optional("sparkplug")
    let sparkplug = sparkplugNode.flatMap { SparkplugOptions.read($0, context: context, &diagnostics) }
    if sparkplugNode != nil, let topicsEntry, !topicsEntry.value.isNull {
      diagnostics.error(
        "topic", "the topics of Sparkplug are its own", at: topicsEntry.key.span,
        help: "delete `topics`, or `sparkplug`")
    }
    if sparkplugNode != nil, let session = reader.entry("session_expiry"), !session.value.isNull {
      diagnostics.error(
        "session", "an edge node of Sparkplug has no session at the broker", at: session.key.span,
        help: "delete `session_expiry`")
    }
    reader.explain(
      ["host", "hostname", "port"], "host and port stand in the address: `url: mqtts://broker.example.com:8883`",
      insteadOf: "url")
    reader.explain(["qos", "retain"], "take it out: records go with QoS 1, which loses none")
    reader.explain(
      ["keepalive", "keep_alive", "reconnect"], "take it out: the gateway sees to it")
    reader.explain(
      ["clean_session", "cleansession", "clean_start"],
      "the gateway keeps what it has to say; for what is said to it while it is away, `session_expiry: 1 d` makes the broker keep it",
      insteadOf: "session_expiry")
    reader.explain(
      ["user_properties"], "write `properties: { fleet: north }`", insteadOf: "properties")
    reader.explain(
      ["insecure", "verify", "ssl"], "with `mqtts://` the broker's certificate is always checked; see `tls`")
    reader.finish(diagnostics: &diagnostics)
    if let passwordEntry, password != nil, username == nil {
      diagnostics.error(
        "missing-key", "a password goes with a user name", at: passwordEntry.key.span, help: "add `username: …`")
    }
    guard let place, let topics, sparkplugNode == nil || sparkplug != nil else { return nil }
    var options = MQTTOptions(
      host: place.host, port: place.port, clientID: clientID ?? "waypost-\(context.gateway)-\(uplink)", topics: topics)
    options.username = username
    options.password = password
    options.deflatesBatches = deflate
    options.sparkplug = sparkplug
    if place.isSecure { options.tls = tls ?? TLSOptions() }
    if let versions { options.versions = versions }
    options.webSocketPath = place.path
    options.proxy = proxy
    options.sessionExpiry = session
    options.messageExpiry = expiry
    options.userProperties = properties
    return MQTTTransport(options)
  }

  private static func readTopics(
    _ node: YAMLNode?, context: UplinkContext, _ diagnostics: inout Diagnostics
  ) -> MQTTTopics? {
    var reader: MappingReader?
    if let node {
      reader = MappingReader(
        node, what: "`topics`", example: "{ position: \"fleet/{gateway}/position\" }", diagnostics: &diagnostics)
      if reader == nil { return nil }
    }
    let usual = "waypost/{gateway}/{type}"
    var kinds: [TopicTemplate?] = []
    for kind in Record.Kind.allCases {
      var node = reader?.optional(kind.name)
      // Events of zones go with the others unless they have a topic of their own.
      if kind == .geofenceEvent, node == nil { node = reader?.optional(Record.Kind.event.name) }
      kinds.append(
        template(node, usual: usual, places: TopicTemplate.places(of: kind), context: context, &diagnostics))
    }
    let batch = template(reader?.optional("batch"), usual: usual, places: [], context: context, &diagnostics)
    let status = template(reader?.optional("status"), usual: usual, places: [], context: context, &diagnostics)
    let command = template(reader?.optional("command"), usual: usual, places: [], context: context, &diagnostics)
    let response = template(reader?.optional("response"), usual: usual, places: [], context: context, &diagnostics)
    reader?.finish(diagnostics: &diagnostics)
    guard let batch, let status, let command, let response, kinds.allSatisfy({ $0 != nil }) else { return nil }
    return MQTTTopics(
      kinds: kinds.compactMap { $0 }, batch: batch.topic(type: "batch"), status: status.topic(type: "status"),
      commands: MQTTCommands(commands: command.topic(type: "command"), responses: response.topic(type: "response")))
  }

  private static func template(
    _ node: YAMLNode?, usual: String, places: TopicTemplate.Places, context: UplinkContext,
    _ diagnostics: inout Diagnostics
  ) -> TopicTemplate? {
    var text = usual
    if let node {
      guard let given = node.string("a topic", limit: 1024, diagnostics: &diagnostics) else { return nil }
      text = given
    }
    do throws(TopicTemplate.Problem) {
      return try TopicTemplate(text, allowed: places, gateway: context.gateway, labels: context.labels)
    } catch {
      diagnostics.error("topic", error.message, at: node?.span(ofText: error.range), help: error.help)
      return nil
    }
  }
}
