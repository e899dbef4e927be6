import Config

extension LineEndpoint {
  /// Reads an entry's `connection`, asking for all of its keys.
  /// - Parameters:
  ///   - driver: its name.
  ///   - defaults: how the line is set where the entry doesn't say.
  ///   - allowsAuto: whether the driver can find the speed.
  /// - Returns: `nil` after at least one error in `diagnostics`. `use`: what other devices can't have; of a port of this box.
  static func read(
    _ entry: inout MappingReader, driver: String, defaults: LineSetup = LineSetup(), allowsAuto: Bool = false,
    diagnostics: inout Diagnostics
  ) -> (endpoint: LineEndpoint, searchesBaud: Bool, use: LineUse?)? {
    entry.explain(
      ["port", "tcp", "baud", "parity", "data_bits", "stop_bits", "flow"],
      "it stands within `connection`: `connection: { port: /dev/ttyS0, baud: 9600 }`", insteadOf: "connection")
    guard let node = entry.required("connection", diagnostics: &diagnostics),
      var mapping = MappingReader(
        node, what: "`connection`", example: "connection: { port: /dev/ttyS0, baud: 9600 }", diagnostics: &diagnostics)
    else { return nil }
    defer { mapping.finish(diagnostics: &diagnostics) }
    mapping.explain(["rtu"], "with this driver write `port: /dev/…`", insteadOf: "port")
    mapping.explain(["device", "path", "file"], "write `port: /dev/…`", insteadOf: "port")
    if let host = mapping.optional("tcp") {
      return tcp(host, &mapping, diagnostics: &diagnostics).map { ($0, false, nil) }
    }
    let port = mapping.required("port", diagnostics: &diagnostics)
    let path = port.flatMap { Self.path($0, diagnostics: &diagnostics) }
    let setup = LineSetup.read(&mapping, allowsAuto: allowsAuto, diagnostics: &diagnostics)
    guard let port, let path, let setup = setup?.over(defaults) else { return nil }
    let use = LineUse(line: path, driver: driver, address: nil, span: port.span)
    return (.serial(path, setup.settings), setup.searchesBaud, use)
  }

  private static func tcp(
    _ host: YAMLNode, _ mapping: inout MappingReader, diagnostics: inout Diagnostics
  ) -> LineEndpoint? {
    let host = Endpoint.host(host, "`tcp`", port: 4001, diagnostics: &diagnostics)
    let port = mapping.required("port", diagnostics: &diagnostics).flatMap {
      $0.integer("`port`", in: 1...65535, diagnostics: &diagnostics)
    }
    mapping.explain(
      ["baud", "parity", "data_bits", "stop_bits", "flow"],
      "the serial server sets the line, not the gateway; delete it")
    guard let host, let port else { return nil }
    return .tcp(Endpoint(host: host, port: UInt16(port)))
  }

  private static func path(_ node: YAMLNode, diagnostics: inout Diagnostics) -> String? {
    if case .integer? = node.scalar?.value {
      diagnostics.error(
        "wrong-type", "`port` must be the path of a serial port, and this is \(node.description)", at: node.span,
        help: "write `port: /dev/ttyS0`; for a serial server also `tcp: HOST`")
      return nil
    }
    guard let text = node.string("`port`", limit: 255, diagnostics: &diagnostics) else { return nil }
    if text.hasPrefix("/"), text.utf8.allSatisfy({ $0 > 32 && $0 != 127 }) { return text }
    let folder = text.hasPrefix("tty") ? "/dev/" : text.hasPrefix("dev/") ? "/" : nil
    let isPlain = text.utf8.count <= 64 && text.utf8.allSatisfy { (33...126).contains($0) && $0 != 96 }
    diagnostics.error(
      "bad-path", "`port` must be the full path of a serial port, and this is \(node.description)", at: node.span,
      help: (isPlain ? folder.map { "write `\($0)\(text)`" } : nil)
        ?? "as `/dev/ttyS0`, or an adapter's lasting name from `ls /dev/serial/by-id/`")
    return nil
  }

  /// The schema of what `read` reads.
  static func connection(allowsAuto: Bool = false, baud: String = "9600") -> Schema {
    .either([
      .object(
        [
          .init(
            "port", .text(pattern: "/.*"), isRequired: true,
            "The serial port; of an adapter best its lasting name in `/dev/serial/by-id`")
        ] + LineSetup.keys(allowsAuto: allowsAuto, baud: baud)),
      .object([
        .init("tcp", .text(), isRequired: true, "A serial server, its name or address"),
        .init("port", .integer(1...65535), isRequired: true, "The port where it passes the line on"),
      ]),
    ])
  }
}
