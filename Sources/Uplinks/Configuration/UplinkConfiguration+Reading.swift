public import Config
import Journal
import Model

extension UplinkConfiguration {
  /// Reads `uplinks:`, in the order of the file. What is wrong comes to `diagnostics`; an entry with an error is left out.
  public static func read(
    uplinks node: YAMLNode, context: UplinkContext, diagnostics: inout Diagnostics
  ) -> [UplinkConfiguration] {
    guard var reader = MappingReader(node, what: "`uplinks`", diagnostics: &diagnostics) else { return [] }
    return reader.remaining().compactMap { entry in
      guard let name = entry.key.name("the name of an uplink", form: .label, diagnostics: &diagnostics) else {
        return nil
      }
      return read(name: name, entry.value, context: context, diagnostics: &diagnostics)
    }
  }

  /// Reads one entry; `nil` after an error.
  public static func read(
    name: String, _ node: YAMLNode, context: UplinkContext, diagnostics: inout Diagnostics
  ) -> UplinkConfiguration? {
    guard var reader = MappingReader(node, what: "an uplink", diagnostics: &diagnostics) else { return nil }
    let allowance = reader.optional("metered").flatMap { MeteredUplink.read($0, &diagnostics) }
    // Deflating costs the box next to nothing, and on such a link it saves most of the bill.
    let deflate =
      reader.optional("compress")?
      .choice("`compress`", of: [("deflate", true), ("none", false)], diagnostics: &diagnostics) ?? (allowance != nil)
    let transport = readTransport(name, &reader, deflate: deflate, context: context, &diagnostics)
    let format = readFormat(&reader, own: transport?.ownFormat, &diagnostics)
    let settings = readSettings(&reader, format, allowance: allowance, &diagnostics)
    let from = reader.optional("from")?
      .choice("`from`", of: [("now", CursorOrigin.now), ("oldest", .oldest)], diagnostics: &diagnostics)
    let keep = reader.optional("keep")?
      .interval("`keep`", in: .minutes(1)...Interval.days(3650), diagnostics: &diagnostics)
    let commandsNode = reader.optional("commands")
    let commands = commandsNode.map { CommandPermission.read($0, &diagnostics) } ?? .none
    reader.explain(
      ["url", "host", "broker", "username", "password", "tls"],
      "it stands below `mqtt:`, and that below the uplink's name: `central: { mqtt: { url: … } }`")
    reader.explain(
      ["proxy"], "it stands below `mqtt:` or `websocket:`, and that below the uplink's name")
    reader.explain(
      ["token", "auth", "dialect"],
      "it stands below `websocket:`, and that below the uplink's name: `office: { websocket: { url: … } }`")
    let hasStrangers = reader.finish(diagnostics: &diagnostics)
    if transport == nil, !hasStrangers, !Self.kinds.contains(where: reader.contains) {
      diagnostics.error(
        "missing-key", "the uplink `\(name)` doesn't say where it goes", at: reader.span,
        help: "add `mqtt: { url: \"mqtts://…\" }` or `websocket: { url: \"wss://…\" }`")
    }
    guard let transport, let format else { return nil }
    var configuration = UplinkConfiguration(
      name: name, transport: (allowance == nil ? transport : transport.metered()).taking(commands), format: format)
    configuration.commands = commands
    configuration.commandPlaces = commandsNode.map(CommandPermission.places) ?? []
    configuration.settings = settings
    configuration.settings.singly = transport.singly.union(format.singly)
    let labels = context.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    configuration.identity = "\(context.folder)\n\(context.gateway)\n\(labels)\n\(node.canonical)"
    if let from { configuration.from = from }
    if let keep { configuration.keep = keep }
    return configuration
  }

  private static func readTransport(
    _ name: String, _ reader: inout MappingReader, deflate: Bool, context: UplinkContext,
    _ diagnostics: inout Diagnostics
  ) -> (any Transport)? {
    var found: (key: String, transport: (any Transport)?)?
    for kind in Transports.all {
      guard let entry = reader.entry(kind.name) else { continue }
      if let found {
        diagnostics.error(
          "two-transports", "an uplink goes one way, and this has `\(found.key)` and `\(kind.name)`",
          at: entry.key.span,
          help: "make two uplinks of it")
        continue
      }
      found = (
        kind.name,
        kind.read(entry.value, uplink: name, deflate: deflate, context: context, diagnostics: &diagnostics)
      )
    }
    return found?.transport
  }

  /// The keys that say where an uplink goes.
  private static var kinds: [String] { Transports.all.map { $0.name } }

  private static func readFormat(
    _ reader: inout MappingReader, own: (any MessageFormat)?, _ diagnostics: inout Diagnostics
  ) -> (any MessageFormat)? {
    guard let node = reader.optional("format") else { return own ?? Formats.all.first }
    if let own, node.scalar?.text == own.name { return own }
    if let own {
      diagnostics.error(
        "format", "what goes there has a form of its own, that of `\(own.name)`", at: node.span, help: "delete `format`"
      )
      return nil
    }
    if node.scalar?.text == SparkplugMessages().name {
      diagnostics.error(
        "format", "Sparkplug goes over MQTT, and needs to know its group", at: node.span,
        help: "add `sparkplug: { group: fleet }` to `mqtt`, for example")
      return nil
    }
    return node.choice("`format`", of: Formats.all.map { ($0.name, $0) }, diagnostics: &diagnostics)
  }

  private static func readSettings(
    _ reader: inout MappingReader, _ format: (any MessageFormat)?, allowance: Double?,
    _ diagnostics: inout Diagnostics
  ) -> DeliverySettings {
    var settings = DeliverySettings()
    if let allowance { MeteredUplink.apply(allowance, to: &settings) }
    settings.kinds = format?.kinds ?? .all
    if let node = reader.optional("send") { settings.kinds = readKinds(node, format, &diagnostics) }
    if let node = reader.optional("order"),
      let order = node.choice(
        "`order`", of: [("live_first", DeliverySettings.Order.liveFirst), ("strict", .strict)],
        diagnostics: &diagnostics)
    {
      settings.order = order
      if order == .strict, allowance != nil {
        diagnostics.error(
          "metered", "with `order: strict` an event would wait for what the allowance holds back", at: node.span,
          help: "take out `order`, or `metered`")
      }
    }
    if let node = reader.optional("catch_up") {
      if node.scalar?.text == "unlimited" {
        settings.catchUp = nil
      } else if let rate = node.dataRate("`catch_up`", diagnostics: &diagnostics) {
        settings.catchUp = rate.bytesPerSecond
      }
    }
    if let node = reader.optional("window"),
      let window = node.integer("`window`", in: 1...100_000, diagnostics: &diagnostics)
    {
      settings.window = window
    }
    if let node = reader.optional("batch") { readBatch(node, into: &settings, &diagnostics) }
    return settings
  }

  private static func readBatch(
    _ node: YAMLNode, into settings: inout DeliverySettings, _ diagnostics: inout Diagnostics
  ) {
    guard var reader = MappingReader(node, what: "`batch`", example: "{ records: 100 }", diagnostics: &diagnostics)
    else { return }
    if let records = reader.optional("records")?.integer("`records`", in: 1...10_000, diagnostics: &diagnostics) {
      settings.batchRecords = records
    }
    if let bytes = reader.optional("bytes")?.dataSize("`bytes`", in: 200...10_000_000, diagnostics: &diagnostics) {
      settings.batchBytes = Int(bytes)
    }
    if let linger = reader.optional("linger")?.interval(
      "`linger`", in: .zero...Interval.hours(1), diagnostics: &diagnostics)
    {
      settings.linger = linger
    }
    reader.finish(diagnostics: &diagnostics)
  }

  private static func readKinds(
    _ node: YAMLNode, _ format: (any MessageFormat)?, _ diagnostics: inout Diagnostics
  ) -> RecordKinds {
    let words = Record.Kind.allCases.map { kind -> (String, RecordKinds) in
      // Who asks for events means those of zones too.
      (kind.name, kind == .event ? RecordKinds([.event, .geofenceEvent]) : RecordKinds(kind))
    }
    let sayable = format?.kinds ?? .all
    guard let items = node.sequence("`send`", count: 1...Int.max, diagnostics: &diagnostics) else { return sayable }
    return items.reduce(into: []) { kinds, item in
      guard let kind = item.choice("a kind of record", of: words, diagnostics: &diagnostics) else { return }
      if let format, kind.isDisjoint(with: sayable) {
        let names = Record.Kind.allCases.filter { sayable.contains($0) }.map { "`\($0.name)`" }
        diagnostics.error(
          "format", "the format `\(format.name)` can't say that", at: item.span,
          help: "it knows \(names.joined(separator: ", ")); use `json` for the rest")
      }
      kinds.formUnion(kind.intersection(sayable))
    }
  }
}
