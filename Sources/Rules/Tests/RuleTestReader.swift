import Config
import Geo
import Model

/// Reads an entry of `tests:`.
struct RuleTestReader {
  let catalogue: SignalCatalogue
  /// Names of rules, to which expectations may refer.
  let rules: Set<String>
  /// Names of rules by the file that they stand in.
  let rulesOfFiles: [String: Set<String>]
  /// What rules set.
  let variables: [String: SignalCatalogue.Metric.Kind]
  /// Those that are computed, beside the devices'.
  let computed: [SignalName]

  /// More than anybody writes by hand.
  static let limit = 10_000
  /// More records than any test gives.
  static let sentLimit = 1_000_000
  static let span = Interval.zero...Interval.days(7)

  /// `nil` after an error.
  func test(_ node: YAMLNode, diagnostics: inout Diagnostics) -> RuleTest? {
    var found = Diagnostics()
    defer { diagnostics.append(contentsOf: found) }
    guard var reader = MappingReader(node, what: "a test", diagnostics: &found) else { return nil }
    let name = reader.required("name", diagnostics: &found)
    let text = name?.string("the test's name", limit: 200, diagnostics: &found)
    var test = RuleTest(name: text ?? "", span: name?.span ?? node.span)
    test.ownRules = rulesOfFiles[node.span.file] ?? rules
    if let node = reader.optional("track"), let path = node.string("`track`", diagnostics: &found) {
      test.track = RuleTest.Placed(value: path, span: node.span)
    }
    if let entry = reader.entry("drive"), !entry.value.isNull {
      test.drive = drive(entry.value, diagnostics: &found)
      if test.track != nil {
        found.error(
          "either-or", "a test has either `track` or `drive`", at: entry.key.span, help: "delete one of the two")
      }
    }
    if let node = reader.optional("signals"),
      var signals = MappingReader(node, what: "`signals`", diagnostics: &found)
    {
      test.signals = signals.remaining().compactMap { script($0, diagnostics: &found) }
    }
    if let node = reader.optional("links") { test.happenings += links(node, diagnostics: &found) }
    if let node = reader.optional("commands") { test.happenings += commands(node, diagnostics: &found) }
    if let node = reader.optional("start") { test.start = start(node, diagnostics: &found) }
    test.duration = reader.optional("for")?.interval("`for`", in: Self.span, diagnostics: &found)
    if let node = reader.optional("variables") { test.variables = variables(node, diagnostics: &found) }
    if let partial = reader.optional("partial")?.boolean("`partial`", diagnostics: &found) { test.isPartial = partial }
    if let node = reader.required("expect", diagnostics: &found) {
      let items = node.sequence("`expect`", count: 0...Self.limit, diagnostics: &found) ?? []
      test.expectations = items.flatMap { expectations($0, diagnostics: &found) }
    }
    if let node = reader.optional("sent") { test.sent = sent(node, diagnostics: &found) }
    reader.finish(diagnostics: &found)
    if (test.track != nil || !test.drive.isEmpty), catalogue.positionDevice == nil, !catalogue.devices.isEmpty {
      found.error(
        "no-position", "no device gives positions that could follow this drive", at: test.span,
        help: "declare a receiver in devices.d")
    }
    return found.hasErrors ? nil : test
  }

  private func drive(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [RuleTest.Stop] {
    list(node, "`drive`", "a place of the drive", diagnostics: &diagnostics) { at, reader, diagnostics in
      guard
        let place = reader.required("position", diagnostics: &diagnostics)?.coordinate(
          "`position`", diagnostics: &diagnostics)
      else { return nil }
      return RuleTest.Stop(at: at, latitude: place.latitude, longitude: place.longitude)
    }
  }

  private func script(_ entry: YAMLNode.Entry, diagnostics: inout Diagnostics) -> RuleTest.Script? {
    let signal = signal(entry.key, diagnostics: &diagnostics)
    // Mistakes in the readings are told also where the signal isn't known.
    let steps = list(
      entry.value, "a signal's readings", "a reading",
      example: "{ at: 0 s, value: \(entry.value.scalar?.text.prefix(40) ?? "-18") }", diagnostics: &diagnostics
    ) { at, reader, found in
      reading(signal?.metric.kind, &reader, diagnostics: &found).map { RuleTest.Step(at: at, reading: $0) }
    }
    return signal.map { RuleTest.Script(device: $0.device, metric: $0.metric.name, steps: steps) }
  }

  private func signal(
    _ key: YAMLNode, diagnostics: inout Diagnostics
  ) -> (device: String, metric: SignalCatalogue.Metric)? {
    guard let name = key.string("a signal", limit: 200, diagnostics: &diagnostics) else { return nil }
    let sides = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if sides.count == 2, let metric = catalogue.device(sides[0])?.metrics.first(where: { $0.name == sides[1] }) {
      return (sides[0], metric)
    }
    let known = catalogue.devices.flatMap { device in device.metrics.map { "\(device.name).\($0.name)" } }
    let closest = Suggestion.closest(name, in: known)
    let list = known.prefix(20).map { "`\($0)`" }.joined(separator: ", ")
    diagnostics.error(
      "unknown-signal", "no device gives the signal `\(name)`", at: key.span,
      help: closest.map { "did you mean `\($0)`?" }
        ?? (known.isEmpty
          ? "no device with readings is declared; check it together with its device file" : "the signals are: \(list)"))
    return nil
  }

  /// - Parameter kind: `nil`: not known.
  private func reading(
    _ kind: SignalCatalogue.Metric.Kind?, _ reader: inout MappingReader, diagnostics: inout Diagnostics
  ) -> RuleTest.Reading? {
    let value = reader.optional("value")
    let quality = reader.optional("quality")?.choice(
      "`quality`", of: [("bad", RuleTest.Reading.bad), ("stale", .silent)], diagnostics: &diagnostics)
    if let quality { return quality }
    guard let value else {
      diagnostics.error(
        "missing-key", "a reading needs `value` or `quality`", at: reader.span,
        help: "write `value: -18`, or `quality: stale`")
      return nil
    }
    switch kind {
    case .number: return value.number("`value`", diagnostics: &diagnostics).map { .value(.number($0)) }
    case .boolean: return value.boolean("`value`", diagnostics: &diagnostics).map { .value(.boolean($0)) }
    case .text: return value.string("`value`", diagnostics: &diagnostics).map { .value(.text($0)) }
    case nil: return nil
    }
  }

  private func links(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [RuleTest.Happening] {
    list(node, "`links`", "a change of a link", diagnostics: &diagnostics) { at, reader, diagnostics in
      let name = reader.required("uplink", diagnostics: &diagnostics)?.name(
        "an uplink", form: .label, diagnostics: &diagnostics)
      let state = reader.required("state", diagnostics: &diagnostics)?
        .choice("`state`", of: [("up", true), ("down", false)], diagnostics: &diagnostics)
      guard let name, let state else { return nil }
      return RuleTest.Happening(at: at, content: .system(.link(uplink: name, isUp: state)))
    }
  }

  private func commands(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [RuleTest.Happening] {
    list(node, "`commands`", "a command", diagnostics: &diagnostics) { at, reader, diagnostics in
      let arguments = reader.optional("args").map { self.arguments($0, diagnostics: &diagnostics) } ?? []
      return reader.required("command", diagnostics: &diagnostics)?
        .name("a command", form: .label, diagnostics: &diagnostics)
        .map { RuleTest.Happening(at: at, content: .system(.command(name: $0, id: "test", arguments: arguments))) }
    }
  }

  private func arguments(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [CommandArgument] {
    guard var reader = MappingReader(node, what: "`args`", example: "{ seconds: 5 }", diagnostics: &diagnostics) else {
      return []
    }
    return reader.remaining().compactMap { entry in
      guard let value = value(entry.value, diagnostics: &diagnostics),
        let name = entry.key.name("a value's name", form: .identifier, diagnostics: &diagnostics)
      else { return nil }
      return CommandArgument(name: name, value: value)
    }
  }

  private func start(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Timestamp? {
    guard let text = node.string("`start`", limit: 64, diagnostics: &diagnostics) else { return nil }
    if let time = Timestamp(rfc3339: text) { return time }
    diagnostics.error(
      "bad-time", "`start` must be a moment in UTC", at: node.span, help: "as `2026-05-04T22:00:00Z` (RFC 3339)")
    return nil
  }

  /// A list of mappings that all have `at`, in the order of time.
  private func list<Item>(
    _ node: YAMLNode, _ what: String, _ item: String, example: String? = nil, diagnostics: inout Diagnostics,
    _ read: (Interval, inout MappingReader, inout Diagnostics) -> Item?
  ) -> [Item] {
    var last = Interval.zero
    let items = node.sequence(what, count: 1...Self.limit, item: example, diagnostics: &diagnostics) ?? []
    return items.compactMap { node in
      guard var reader = MappingReader(node, what: item, diagnostics: &diagnostics) else { return nil }
      let place = reader.required("at", diagnostics: &diagnostics)
      let at = place?.interval("`at`", in: Self.span, diagnostics: &diagnostics)
      let made = read(at ?? last, &reader, &diagnostics)
      reader.finish(diagnostics: &diagnostics)
      guard let at, let place else { return nil }
      guard at >= last else {
        diagnostics.error(
          "not-in-order", "`at` goes back in time", at: place.span, help: "put the entries in the order of time")
        return nil
      }
      last = at
      return made
    }
  }
}
