import Config
import Model

extension RuleTestReader {
  /// Reads the tests of all files, each file's together: what one of them expects of a kind, all of them must.
  func tests(_ files: [[YAMLNode]], diagnostics: inout Diagnostics) -> [RuleTest] {
    var tests: [RuleTest] = []
    for file in files {
      var own = file.compactMap { test($0, diagnostics: &diagnostics) }
      let kinds = Set(own.flatMap(\.expectations).map(\.kind)).union(RuleTest.Kind.alwaysStrict)
      for index in own.indices { own[index].strictKinds = kinds }
      tests += own
    }
    return tests
  }

  /// A name and what is asked of it.
  typealias Thing = (name: String, value: GeneralEvent.Member?)

  /// Reads the value of `event`, `write`, `run`, `log`, `sample` or `shutdown`; empty after an error.
  func things(_ node: YAMLNode, _ kind: RuleTest.Kind, diagnostics: inout Diagnostics) -> [Thing] {
    switch kind {
    case .event:
      return node.name("an event's type", form: .identifier, diagnostics: &diagnostics).map { [($0, nil)] } ?? []
    case .run: return node.name("the name of a hook", form: .label, diagnostics: &diagnostics).map { [($0, nil)] } ?? []
    case .log: return node.string("`log`", limit: 1024, diagnostics: &diagnostics).map { [($0, nil)] } ?? []
    case .write: return members(node, "`write`", "{ cab.buzzer: true }", diagnostics: &diagnostics, written)
    case .sample: return members(node, "`sample`", "{ reefer: 2 s }", diagnostics: &diagnostics, sampled)
    case .shutdown:
      guard let isMeant = node.boolean("`shutdown`", diagnostics: &diagnostics) else { return [] }
      if isMeant { return [("shutdown", nil)] }
      diagnostics.error(
        "unreachable", "that no `shutdown` comes is not expected in this way", at: node.span,
        help: "take it out: one that nobody expects fails the tests of a file that expects one elsewhere")
      return []
    }
  }

  private func members(
    _ node: YAMLNode, _ what: String, _ example: String, diagnostics: inout Diagnostics,
    _ read: (YAMLNode.Entry, inout Diagnostics) -> Thing?
  ) -> [Thing] {
    guard var reader = MappingReader(node, what: what, example: example, diagnostics: &diagnostics) else { return [] }
    let entries = reader.remaining()
    if entries.isEmpty {
      diagnostics.error("missing-value", "\(what) is empty", at: node.span, help: "write \(example), for example")
    }
    return entries.compactMap { read($0, &diagnostics) }
  }

  private func written(_ entry: YAMLNode.Entry, diagnostics: inout Diagnostics) -> Thing? {
    guard let value = value(entry.value, diagnostics: &diagnostics),
      let signal = entry.key.string("a signal", limit: 200, diagnostics: &diagnostics)
    else { return nil }
    let writable = catalogue.devices.flatMap { device in
      device.metrics.filter { $0.writing != nil }.map { ("\(device.name).\($0.name)", $0) }
    }
    if let metric = writable.first(where: { $0.0 == signal })?.1 {
      guard let refusal = metric.refusal(of: value) else { return (signal, .init(key: "value", value: value)) }
      diagnostics.error(
        "unreachable", "`\(signal)` can't be written so: \(refusal)", at: entry.value.span,
        help: "expect a value that a rule may write")
      return nil
    }
    guard !catalogue.devices.isEmpty else { return (signal, .init(key: "value", value: value)) }
    let names = writable.map(\.0)
    let list = names.prefix(20).map { "`\($0)`" }.joined(separator: ", ")
    diagnostics.error(
      "unknown-signal", "no device has a signal `\(signal)` that can be written", at: entry.key.span,
      help: Suggestion.closest(signal, in: names).map { "did you mean `\($0)`?" }
        ?? (names.isEmpty ? "these devices have nothing that can be written" : "what can be written is \(list)"))
    return nil
  }

  private func sampled(_ entry: YAMLNode.Entry, diagnostics: inout Diagnostics) -> Thing? {
    let every = entry.value.interval(
      "the interval of `\(entry.name)`", in: .milliseconds(100) ... .days(1), diagnostics: &diagnostics)
    guard let device = entry.key.name("a device", form: .identifier, diagnostics: &diagnostics) else { return nil }
    guard catalogue.devices.isEmpty || catalogue.device(device) != nil else {
      diagnostics.error(
        "unknown-device", "there is no device `\(device)`", at: entry.key.span,
        help: Suggestion.closest(device, in: catalogue.devices.map(\.name)).map { "did you mean `\($0)`?" }
          ?? "devices are declared in `devices.d`")
      return nil
    }
    return every.map { (device, .init(key: "every", value: .number($0.seconds))) }
  }
}
