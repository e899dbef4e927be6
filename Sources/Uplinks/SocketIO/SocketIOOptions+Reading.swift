import Config

extension SocketIOOptions {
  private static let mostMembers = 32

  /// Reads `namespace`, `ack` and the mapping `auth` of `websocket:`; `nil` where another dialect is spoken.
  /// - Parameter auth: the entry, which may also say how the token is shown.
  static func read(
    _ reader: inout MappingReader, isSocketIO: Bool, auth: YAMLNode.Entry?, context: UplinkContext,
    _ diagnostics: inout Diagnostics
  ) -> SocketIOOptions? {
    let namespace = reader.entry("namespace")
    let acknowledgement = reader.entry("ack")
    var options = SocketIOOptions()
    if let node = auth?.value, case .mapping = node.content { options.readAuth(node, context: context, &diagnostics) }
    guard isSocketIO else {
      for entry in [namespace, acknowledgement] {
        guard let entry, !entry.value.isNull else { continue }
        diagnostics.error(
          "wrong-dialect", "`\(entry.name)` is Socket.IO's", at: entry.key.span,
          help: "add `dialect: socket.io`, or delete it")
      }
      return nil
    }
    if let node = namespace?.value, !node.isNull,
      let text = node.string("`namespace`", limit: 256, diagnostics: &diagnostics)
    {
      if text.hasPrefix("/"), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !",?#\"\\".utf8.contains($0) }) {
        options.namespace = text
      } else {
        diagnostics.error(
          "namespace", "a namespace begins with a slash and has neither blanks nor commas", at: node.span,
          help: "write `/vehicles`, for example")
      }
    }
    if let node = acknowledgement?.value, !node.isNull,
      let word = node.choice(
        "`ack`", of: Acknowledgement.allCases.map { ($0.rawValue, $0) }, diagnostics: &diagnostics)
    {
      options.acknowledgement = word
    }
    return options
  }

  private mutating func readAuth(_ node: YAMLNode, context: UplinkContext, _ diagnostics: inout Diagnostics) {
    guard var reader = MappingReader(node, what: "`auth`", diagnostics: &diagnostics) else { return }
    for entry in reader.remaining() {
      guard auth.count < Self.mostMembers else {
        diagnostics.error(
          "too-many", "`auth` may have \(Self.mostMembers) members", at: entry.key.span, help: "delete some")
        return
      }
      if case .scalar = entry.value.content {
        guard let text = entry.value.string("`\(entry.name)`", limit: 1024, diagnostics: &diagnostics) else { continue }
        if Self.soundsSecret(entry.name) {
          diagnostics.warning(
            "literal-secret", "`\(entry.name)` stands here for everyone to read who can read this file",
            at: entry.value.span, help: "write `{ credential: NAME }` for a systemd credential, or `{ file: PATH }`")
        }
        auth.append(Member(name: entry.name, value: .literal(text)))
      } else if let secret = Secret.read(entry.value, "`\(entry.name)`", context: context, &diagnostics) {
        auth.append(Member(name: entry.name, value: secret))
      }
    }
  }

  private static func soundsSecret(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["token", "secret", "password", "key"].contains { name.contains($0) }
  }
}

extension WebSocketAddress {
  /// With Engine.IO's path, where none is given, and its parameters.
  var forSocketIO: WebSocketAddress {
    var address = self
    if address.resource.first == "/", address.resource.dropFirst().first.map({ $0 == "?" }) ?? true {
      address.resource = "/socket.io/" + address.resource.dropFirst()
    }
    address.resource += (address.resource.contains("?") ? "&" : "?") + "EIO=4&transport=websocket"
    return address
  }
}
