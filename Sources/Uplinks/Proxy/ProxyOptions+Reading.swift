import Config

extension ProxyOptions {
  /// Reads `proxy:`, an address or a mapping with `url`, `username` and `password`.
  static func read(
    _ node: YAMLNode, context: UplinkContext, _ diagnostics: inout Diagnostics
  ) -> ProxyOptions? {
    guard case .mapping = node.content else { return address(node, "`proxy`", &diagnostics) }
    guard var reader = MappingReader(node, what: "`proxy`", diagnostics: &diagnostics) else { return nil }
    var options = reader.required("url", diagnostics: &diagnostics).flatMap { address($0, "`url`", &diagnostics) }
    let username = reader.optional("username")
    let password = reader.entry("password")
    // Before they are assigned, so that both are read also where the address is no good.
    let name = username?.string("`username`", limit: 255, diagnostics: &diagnostics)
    let secret = password.flatMap { entry in
      entry.value.isNull ? nil : Secret.read(entry.value, "`password`", context: context, &diagnostics)
    }
    options?.username = name
    options?.password = secret
    reader.explain(
      ["host", "port", "type"], "all of it stands in the address: `url: socks5://proxy.example.com:1080`",
      insteadOf: "url")
    reader.finish(diagnostics: &diagnostics)
    if let password, username == nil {
      diagnostics.error(
        "missing-key", "a password goes with a user name", at: password.key.span, help: "add `username: …`")
    }
    return options
  }

  private static func address(_ node: YAMLNode, _ what: String, _ diagnostics: inout Diagnostics) -> ProxyOptions? {
    guard
      let url = ServerURL.read(
        node, what, schemes: [.init(name: "socks5", port: 1080), .init(name: "http", port: 8080)],
        example: "socks5://proxy.example.com:1080", others: ["socks": "socks5", "socks5h": "socks5", "https": "http"],
        account: "write `proxy: { url: …, username: …, password: { credential: NAME } }`", &diagnostics)
    else { return nil }
    guard url.resource.isEmpty || url.resource == "/" else {
      diagnostics.error("url", "the address of a proxy has no path", at: node.span, help: "delete it")
      return nil
    }
    return ProxyOptions(kind: url.scheme == "http" ? .http : .socks, host: url.host, port: url.port)
  }

  static let schema = Schema.either([
    .text(pattern: "^(socks5|http)://.+$"),
    .object([
      .init(
        "url", .text(pattern: "^(socks5|http)://.+$"), isRequired: true,
        "The proxy: `socks5://HOST:1080`, or `http://HOST:8080` for HTTP's CONNECT"),
      .init("username", .text(), "The name to log in with at the proxy"),
      .init("password", Secret.schema, "The password to log in with; stands in a credential or a file"),
    ]),
  ])
}
