import Config
import Model
import Uplinks

extension GatewayConfiguration {
  /// Reads `waypost.yaml`. `nil` when it can't be used; what is wrong stands in `diagnostics`.
  /// - Parameter defaultID: The gateway id where the file gives none.
  static func load(
    _ file: SourceFile, defaultID: String, diagnostics: inout Diagnostics
  ) -> GatewayConfiguration? {
    var own = Diagnostics()
    defer { diagnostics.append(contentsOf: own) }
    let configuration = read(file, defaultID: defaultID, diagnostics: &own)
    return own.hasErrors ? nil : configuration
  }

  /// As `load`, but gives also what could be read of a file with mistakes, so that others can be checked against it; `nil` when nothing
  /// could.
  static func read(_ file: SourceFile, defaultID: String, diagnostics own: inout Diagnostics) -> GatewayConfiguration? {
    var configuration = GatewayConfiguration(defaultID: defaultID)
    guard let root = YAML.parse(file, diagnostics: &own), !root.isNull else {
      // A file that is all comments is a gateway with its defaults and no uplink.
      return own.hasErrors ? nil : configuration
    }
    guard var reader = MappingReader(root, what: "the configuration", diagnostics: &own) else { return nil }
    if let node = reader.optional("gateway") { configuration.readGateway(node, &own) }
    if let node = reader.optional("journal") { configuration.readJournal(node, &own) }
    if let node = reader.optional("api") { configuration.readAPI(node, &own) }
    // Last, because topics may name the labels.
    if let node = reader.optional("uplinks") {
      configuration.uplinks = UplinkConfiguration.read(
        uplinks: node,
        context: UplinkContext(
          gateway: configuration.id,
          labels: Dictionary(configuration.labels.map { ($0.name, $0.value) }) { first, _ in first },
          folder: ConfigurationFolder(main: file.path).folder),
        diagnostics: &own)
    }
    reader.explain(["devices", "device"], "devices stand in files of the folder `devices.d`, beside this one")
    reader.explain(
      ["rules", "zones", "report", "signals", "tests"], "it stands in a file of the folder `rules.d`, beside this one")
    reader.explain(
      ["log_level", "loglevel", "log", "logging", "debug"],
      "how much is logged `waypost run --log-level debug` says, in a drop-in of the service")
    reader.explain(["mqtt"], "write it below `uplinks:` and a name: `uplinks: { central: { mqtt: … } }`")
    reader.finish(diagnostics: &own)
    return configuration
  }

  private mutating func readGateway(_ node: YAMLNode, _ diagnostics: inout Diagnostics) {
    guard var reader = MappingReader(node, what: "`gateway`", diagnostics: &diagnostics) else { return }
    if let node = reader.optional("id"),
      let id = node.name("the gateway's id", form: .label, diagnostics: &diagnostics)
    {
      self.id = id
      places.id = node.span
    }
    if let node = reader.optional("position"),
      let name = node.name("a device", form: .identifier, diagnostics: &diagnostics)
    {
      position = Named(name: name, span: node.span)
    }
    if let node = reader.optional("labels"),
      var labels = MappingReader(node, what: "`labels`", example: "{ region: north }", diagnostics: &diagnostics)
    {
      for entry in labels.remaining() {
        guard let name = entry.key.name("a label", form: .label, diagnostics: &diagnostics),
          let value = entry.value.name("a label's value", form: .label, diagnostics: &diagnostics)
        else { continue }
        self.labels.append(Label(name: name, value: value))
      }
    }
    if let node = reader.optional("health") {
      if node.scalar?.text == "off" {
        health = nil
      } else if let every = node.interval("`health`", in: .minutes(1)...Interval.days(30), diagnostics: &diagnostics) {
        health = every
      }
    }
    reader.finish(diagnostics: &diagnostics)
  }

  private mutating func readJournal(_ node: YAMLNode, _ diagnostics: inout Diagnostics) {
    guard var reader = MappingReader(node, what: "`journal`", diagnostics: &diagnostics) else { return }
    if let node = reader.optional("path"), let path = node.string("a path", diagnostics: &diagnostics) {
      if path.hasPrefix("/") {
        journal.path = path
        places.journalPath = node.span
      } else {
        diagnostics.error(
          "relative-path", "the journal's path must begin with `/`", at: node.span,
          help: "the daemon has no working directory that you could mean")
      }
    }
    if let node = reader.optional("limit") {
      // Below 4 MB a day's worst bursts would thin what just came in; above 64 GB no box has the room.
      if let limit = node.dataSize("the journal's limit", in: 4_000_000...64_000_000_000, diagnostics: &diagnostics) {
        journal.limit = limit
      }
    }
    if let node = reader.optional("flush") {
      if let flush = node.interval(
        "the flush interval", in: .milliseconds(10)...Interval.minutes(1), diagnostics: &diagnostics)
      {
        journal.flush = flush
      }
    }
    if let node = reader.optional("history") {
      if let history = node.interval("the history", in: .zero...Interval.days(366), diagnostics: &diagnostics) {
        journal.history = history
      }
    }
    reader.finish(diagnostics: &diagnostics)
  }

  private mutating func readAPI(_ node: YAMLNode, _ diagnostics: inout Diagnostics) {
    guard var reader = MappingReader(node, what: "`api`", diagnostics: &diagnostics) else { return }
    // Quietly ignored, it would leave somebody waiting for a page that never comes.
    if let entry = reader.entry("listen"), !entry.value.isNull, entry.value.scalar?.text != "off" {
      diagnostics.error(
        "later-version", "`listen` comes with a later version of Waypost", at: entry.key.span,
        help: "write `listen: off`, or take it out; `waypost status` asks by the socket")
    }
    if let node = reader.optional("socket"), let path = node.string("a path", diagnostics: &diagnostics) {
      if !path.hasPrefix("/") {
        diagnostics.error(
          "relative-path", "the control socket's path must begin with `/`", at: node.span,
          help: "write it in full, as `/run/waypost/control.sock`")
      } else if path.utf8.count > 107 {
        diagnostics.error(
          "path-too-long", "the control socket's path is longer than 107 bytes", at: node.span,
          help: "unix(7) allows no more; choose a shorter folder")
      } else {
        api.socket = path
        places.socket = node.span
      }
    }
    reader.finish(diagnostics: &diagnostics)
  }
}
