import Config
import Model

extension ModbusDriver {
  /// A connection with what devices that share it must agree about.
  struct Reach {
    var connection: ModbusConnection
    var settings: [LineUse.Setting]
    var span: SourceSpan
  }

  /// Those that Linux' terminal drivers know by name; libmodbus takes any other for 9600, without a word.
  static let bauds = [
    300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 500_000, 576_000, 921_600,
    1_000_000, 1_152_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 3_500_000, 4_000_000,
  ]

  static func connection(_ node: YAMLNode, _ defaults: ModbusDefaults, diagnostics: inout Diagnostics) -> Reach? {
    let example = "{ rtu: /dev/serial/by-id/…, baud: 9600 }"
    guard
      var reader = MappingReader(node, what: "`connection`", example: example, diagnostics: &diagnostics)
    else { return nil }
    defer { reader.finish(diagnostics: &diagnostics) }
    reader.explain(["serial", "device", "path", "tty"], "a serial port is `rtu: /dev/serial/by-id/…`")
    reader.explain(["host", "address", "ip"], "a host is `tcp: 192.168.1.20`, its port beside it: `port: 502`")
    let tcp = reader.entry("tcp")
    let rtu = reader.entry("rtu")
    switch (rtu, tcp) {
    case (let rtu?, nil): return serial(&reader, rtu.value, defaults, diagnostics: &diagnostics)
    case (nil, let tcp?): return network(&reader, tcp.value, defaults, diagnostics: &diagnostics)
    case (_?, let tcp?):
      askForAll(&reader)
      diagnostics.error(
        "either-or", "a connection is `rtu` or `tcp`, not both", at: tcp.key.span, help: "delete one of the two")
    case (nil, nil):
      askForAll(&reader)
      diagnostics.error(
        "missing-key", "`connection` needs the key `rtu` or `tcp`", at: reader.heading,
        help: "write `\(example)` or `{ tcp: 192.168.1.20, port: 502 }`")
    }
    return nil
  }

  /// So that none of them counts as unknown.
  private static func askForAll(_ reader: inout MappingReader) {
    for key in ["port", "baud", "parity", "data_bits", "stop_bits", "rs485"] { _ = reader.entry(key) }
  }

  private static func network(
    _ reader: inout MappingReader, _ node: YAMLNode, _ defaults: ModbusDefaults, diagnostics: inout Diagnostics
  ) -> Reach? {
    let port = reader.optional("port").map { $0.integer("`port`", in: 1...65535, diagnostics: &diagnostics) }
    reader.explain(
      ["baud", "parity", "data_bits", "stop_bits", "rs485"], "that is of a serial line; a host has none")
    guard let host = host(node, diagnostics: &diagnostics), port != .some(nil) else { return nil }
    let endpoint = Endpoint(host: host, port: UInt16(port.flatMap(\.self) ?? defaults.port ?? 502))
    return Reach(connection: .tcp(endpoint), settings: [], span: node.span)
  }

  /// As RFC 1123 and RFC 4291 have it, an IPv6 address also in brackets and with a zone.
  private static func host(_ node: YAMLNode, diagnostics: inout Diagnostics) -> String? {
    guard let text = node.string("`tcp`", limit: 253, diagnostics: &diagnostics) else { return nil }
    let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
    let isHost = bare.utf8.allSatisfy {
      (48...58).contains($0) || (65...90).contains($0) || (97...122).contains($0) || [45, 46, 95, 37].contains($0)
    }
    let colons = bare.utf8.count { $0 == 58 }
    if isHost, !bare.isEmpty, colons != 1 { return bare }
    diagnostics.error(
      "bad-host", "`tcp` must be a name or an address", at: node.span,
      help: colons == 1
        ? "write the port beside it: `port: 502`" : "as `192.168.1.20`, `fe80::1` or `meter.example.com`")
    return nil
  }

  private static func serial(
    _ reader: inout MappingReader, _ node: YAMLNode, _ defaults: ModbusDefaults, diagnostics: inout Diagnostics
  ) -> Reach? {
    var found = Diagnostics()
    defer { diagnostics.append(contentsOf: found) }
    let path = path(node, diagnostics: &found)
    let baud = reader.optional("baud")
    let parity = reader.optional("parity")
    let dataBits = reader.optional("data_bits")
    let stopBits = reader.optional("stop_bits")
    let rs485 = reader.optional("rs485")
    reader.explain(["port"], "that is of a TCP connection; a serial port is named by `rtu: /dev/…`")
    var settings = ModbusConnection.SerialSettings(path: path ?? "")
    let rate = baud.map { $0.integer("`baud`", in: 300...4_000_000, diagnostics: &found) } ?? defaults.baud ?? 9600
    settings.parity =
      parity.flatMap {
        $0.choice(
          "`parity`", of: ModbusDefaults.Parity.allCases.map { ($0.rawValue, $0) }, diagnostics: &found)
      } ?? defaults.parity ?? .none
    settings.dataBits =
      dataBits.flatMap { $0.integer("`data_bits`", in: 7...8, diagnostics: &found) } ?? defaults.dataBits ?? 8
    settings.stopBits =
      stopBits.flatMap { $0.integer("`stop_bits`", in: 1...2, diagnostics: &found) } ?? defaults.stopBits ?? 1
    settings.rs485 = rs485.flatMap { Self.rs485($0, diagnostics: &found) }
    if let rate {
      settings.baud = rate
      if !bauds.contains(rate) {
        let nearest = bauds.min { abs($0 - rate) < abs($1 - rate) } ?? 9600
        found.error(
          "out-of-range", "`baud` cannot be \(rate): serial ports have no such speed", at: baud?.span ?? node.span,
          help: "write `baud: \(nearest)`, or another of the usual ones")
      }
    }
    guard !found.hasErrors else { return nil }
    return Reach(
      connection: .serial(settings),
      settings: [
        .init(name: "baud", value: "\(settings.baud)", span: baud?.span),
        .init(name: "parity", value: settings.parity.rawValue, span: parity?.span),
        .init(name: "data_bits", value: "\(settings.dataBits)", span: dataBits?.span),
        .init(name: "stop_bits", value: "\(settings.stopBits)", span: stopBits?.span),
        .init(name: "rs485", value: settings.rs485?.text ?? "none", span: rs485?.span),
      ], span: node.span)
  }

  private static func path(_ node: YAMLNode, diagnostics: inout Diagnostics) -> String? {
    // PATH_MAX, with its NUL; far more than any name in /dev has.
    guard let text = node.string("`rtu`", limit: 1023, diagnostics: &diagnostics) else { return nil }
    guard text.hasPrefix("/"), !text.hasSuffix("/"), !text.contains("//") else {
      diagnostics.error(
        "bad-path", "`rtu` must be the port's full path", at: node.span,
        help: text.hasPrefix("COM") ? "as `/dev/ttyS0`" : "as `/dev/serial/by-id/usb-…-port0`, or `/dev/ttyS0`")
      return nil
    }
    if text.hasPrefix("/dev/ttyUSB") || text.hasPrefix("/dev/ttyACM") {
      diagnostics.warning(
        "renumbered-port", "\(node.description) may be another adapter after a restart", at: node.span,
        help: "name it as `ls -l /dev/serial/by-id` shows it")
    }
    return text
  }

  private static func rs485(_ node: YAMLNode, diagnostics: inout Diagnostics) -> ModbusConnection.RS485? {
    guard
      var reader = MappingReader(
        node, what: "`rs485`", example: "{ rts_on_send: high }", diagnostics: &diagnostics)
    else { return nil }
    defer { reader.finish(diagnostics: &diagnostics) }
    var rs485 = ModbusConnection.RS485()
    if let level = reader.optional("rts_on_send") {
      rs485.rtsHighOnSend =
        level.choice("`rts_on_send`", of: [("high", true), ("low", false)], diagnostics: &diagnostics) ?? true
    }
    func milliseconds(_ key: String) -> Int {
      let delay = reader.optional(key)?.interval(
        "`\(key)`", in: .zero ... .milliseconds(100), diagnostics: &diagnostics)
      return Int((delay ?? .zero).nanoseconds / 1_000_000)
    }
    rs485.delayBefore = milliseconds("delay_before_send")
    rs485.delayAfter = milliseconds("delay_after_send")
    if let echo = reader.optional("receive_during_send") {
      rs485.receivesOwn = echo.boolean("`receive_during_send`", diagnostics: &diagnostics) ?? false
    }
    return rs485
  }
}

extension ModbusConnection.RS485 {
  /// For a comparison of two, and for people.
  fileprivate var text: String {
    "{ rts_on_send: \(rtsHighOnSend ? "high" : "low"), delay_before_send: \(delayBefore) ms, "
      + "delay_after_send: \(delayAfter) ms, receive_during_send: \(receivesOwn) }"
  }
}
