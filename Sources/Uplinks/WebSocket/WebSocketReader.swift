import Config
import Model

/// Reads `websocket:` of an uplink.
enum WebSocketReader: TransportReader {
  static let name = "websocket"

  static func read(
    _ node: YAMLNode, uplink: String, deflate: Bool, context: UplinkContext, diagnostics: inout Diagnostics
  ) -> (any Transport)? {
    guard
      var reader = MappingReader(
        node, what: "`websocket`",
        example:
          "{ url: \(node.scalar.map { $0.text.contains("://") ? $0.text : "wss://\($0.text)" } ?? "wss://hub.example.com/gateway") }",
        diagnostics: &diagnostics)
    else { return nil }
    let address = reader.required("url", diagnostics: &diagnostics).flatMap { readAddress($0, &diagnostics) }
    let token = reader.optional("token").flatMap { Secret.read($0, "`token`", context: context, &diagnostics) }
    let isSocketIO =
      reader.optional("dialect")?
      .choice("`dialect`", of: [("waypost", false), ("socket.io", true)], diagnostics: &diagnostics) ?? false
    let authEntry = reader.entry("auth")
    let authentication = readAuthentication(authEntry?.value, isSocketIO: isSocketIO, &diagnostics)
    let socketIO = SocketIOOptions.read(
      &reader, isSocketIO: isSocketIO, auth: authEntry, context: context, &diagnostics)
    let proxy = reader.optional("proxy").flatMap { ProxyOptions.read($0, context: context, &diagnostics) }
    let tls = readTLS(&reader, address, context: context, &diagnostics)
    reader.explain(
      ["host", "hostname", "port", "path"],
      "all of it stands in the address: `url: wss://hub.example.com:8443/gateway`", insteadOf: "url")
    reader.explain(
      ["username", "password"], "a server over WebSocket knows the gateway by its `token`")
    reader.explain(
      ["ping", "ping_interval", "heartbeat", "reconnect", "timeout"], "take it out: the gateway sees to it")
    reader.explain(
      ["insecure", "verify", "ssl"], "with `wss://` the server's certificate is always checked; see `tls`")
    reader.explain(["compress", "compression"], "it stands beside `websocket:`, as `compress: deflate`")
    reader.finish(diagnostics: &diagnostics)
    if let authEntry, authentication != nil, token == nil, !reader.contains("token") {
      diagnostics.error(
        "missing-key", "`auth` says how the token is shown, and there is none", at: authEntry.key.span,
        help: "add `token: { credential: NAME }`")
    }
    guard let address else { return nil }
    var options = WebSocketOptions(address: address)
    options.token = token
    if let authentication { options.authentication = authentication }
    if let socketIO {
      options.dialect = .socketIO(socketIO)
      options.address = address.forSocketIO
    }
    options.proxy = proxy
    options.offersDeflate = deflate
    if address.isSecure { options.tls = tls ?? TLSOptions() }
    return WebSocketTransport(options)
  }

  /// How the token is shown; a mapping is Socket.IO's.
  private static func readAuthentication(
    _ node: YAMLNode?, isSocketIO: Bool, _ diagnostics: inout Diagnostics
  ) -> WebSocketOptions.Authentication? {
    guard let node, !node.isNull else { return nil }
    if case .mapping = node.content {
      if !isSocketIO {
        diagnostics.error(
          "wrong-type", "`auth` with keys of its own is Socket.IO's", at: node.span,
          help: "add `dialect: socket.io`; or write `token: …`, and `auth: header`")
      }
      return nil
    }
    return node.choice(
      "`auth`", of: WebSocketOptions.Authentication.allCases.map { ($0.rawValue, $0) }, diagnostics: &diagnostics)
  }

  private static func readAddress(_ node: YAMLNode, _ diagnostics: inout Diagnostics) -> WebSocketAddress? {
    guard
      let url = ServerURL.read(
        node, "`url`", schemes: [.init(name: "wss", port: 443), .init(name: "ws", port: 80)],
        example: "wss://hub.example.com/gateway", others: ["https": "wss", "http": "ws"],
        account: "write `token: { credential: NAME }`", &diagnostics)
    else { return nil }
    let resource = url.resource.first == "/" ? String(url.resource) : "/" + url.resource
    if let query = url.resource.firstRange(of: "token=") {
      diagnostics.warning(
        "literal-secret", "a token stands here for everyone to read who can read this file", at: node.span,
        help:
          "take `\(url.resource[query.lowerBound...].prefix { $0 != "=" })=…` out, and write `token: { credential: NAME }` with `auth: query`"
      )
    }
    return WebSocketAddress(host: url.host, port: url.port, isSecure: url.scheme == "wss", resource: resource)
  }

  private static func readTLS(
    _ reader: inout MappingReader, _ address: WebSocketAddress?, context: UplinkContext,
    _ diagnostics: inout Diagnostics
  ) -> TLSOptions? {
    guard let entry = reader.entry("tls"), !entry.value.isNull else { return nil }
    var tls: TLSOptions?
    let isMapping = if case .mapping = entry.value.content { true } else { false }
    if isMapping || address?.isSecure != false { tls = TLSOptions.read(entry.value, context: context, &diagnostics) }
    if let address, !address.isSecure {
      diagnostics.error(
        "url", "`tls` goes with `wss://`, and `url` begins with `ws://`", at: entry.key.span,
        help: "write `url: wss://\(address.host)…`, with the port where the server expects TLS")
    }
    return tls
  }

  static var keys: [Schema.Key] {
    [
      .init(
        "url", .text(pattern: "^wss?://.+$"), isRequired: true,
        "The server, as `wss://hub.example.com/gateway`; `ws://` goes without TLS"),
      .init(
        "token", Secret.schema, "The token by which the server knows this gateway; stands in a credential or a file"),
      .init(
        "auth",
        .either([
          .choice(WebSocketOptions.Authentication.allCases.map(\.rawValue)), .table(names: .any, Secret.schema),
        ]), standard: "`header`",
        "How the token is shown: `Authorization: Bearer`, the subprotocol pair `access_token, TOKEN`, or the query's `access_token`; for Socket.IO also a mapping: what goes with the connection to the namespace"
      ),
      .init("dialect", .choice(["waypost", "socket.io"]), standard: "`waypost`", "What is spoken; see docs/wire.md"),
      .init("namespace", .text(pattern: "^/.*$"), standard: "`/`", "Socket.IO's namespace"),
      .init(
        "ack", .choice(SocketIOOptions.Acknowledgement.allCases.map(\.rawValue)), standard: "`required`",
        "Whether the Socket.IO server acknowledges each event, or a record counts as delivered once the server's process has read it"
      ),
      .init(
        "proxy", ProxyOptions.schema,
        "A proxy on the way: `socks5://HOST:1080`, or `http://HOST:8080` for HTTP's CONNECT"),
      .init(
        "tls", TLSOptions.schema, standard: "the system's authorities", "Whom to trust and what to show; for `wss://`"),
    ]
  }
}
