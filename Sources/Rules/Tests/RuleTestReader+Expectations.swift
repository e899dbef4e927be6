import Config
import Model

extension RuleTestReader {
  /// Reads an entry of `expect:`; empty after an error. A `write` or `sample` of several is as many.
  func expectations(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [RuleTest.Expectation] {
    guard var reader = MappingReader(node, what: "an expectation", diagnostics: &diagnostics) else { return [] }
    let at = reader.optional("at")?.interval("`at`", in: Self.span, diagnostics: &diagnostics)
    let kinds = RuleTest.Kind.allCases.compactMap { kind in reader.entry(kind.rawValue).map { (kind, $0) } }
    let rule = reader.optional("rule").flatMap { self.rule($0, diagnostics: &diagnostics) }
    let state = reader.optional("state")?.choice(
      "`state`", of: [("raised", GeneralEvent.State.raised), ("cleared", .cleared)], diagnostics: &diagnostics)
    let details = ["severity", "level", "args", "data"].compactMap { reader.entry($0) }
    if !reader.finish(diagnostics: &diagnostics), kinds.isEmpty {
      diagnostics.error(
        "missing-key", "an expectation says what must come, and this doesn't", at: reader.heading,
        help: "write one of \(RuleTest.Kind.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", "))")
    }
    if kinds.count > 1 {
      diagnostics.error(
        "conflicting-keys", "an expectation is of one thing, and this has several", at: kinds[1].1.key.span,
        help: "begin an item of its own for it: `- \(kinds[1].1.name): …`")
    }
    guard let (kind, entry) = kinds.first else { return [] }
    guard !entry.value.isNull else {
      diagnostics.error(
        "missing-value", "`\(entry.name)` has no value", at: entry.key.span,
        help: "write a value after `\(entry.name):`")
      return []
    }
    var expectation = RuleTest.Expectation(
      span: node.span, at: at, kind: kind, name: "", rule: rule, severity: nil, state: state, data: [])
    for detail in details { read(detail, of: kind, into: &expectation, diagnostics: &diagnostics) }
    return things(entry.value, kind, diagnostics: &diagnostics).map { name, value in
      var one = expectation
      one.name = name
      if let value { one.data.append(value) }
      return one
    }
  }

  /// Reads a key that says more of some kinds.
  private func read(
    _ entry: YAMLNode.Entry, of kind: RuleTest.Kind, into expectation: inout RuleTest.Expectation,
    diagnostics: inout Diagnostics
  ) {
    guard !entry.value.isNull else { return }
    let kinds: [RuleTest.Kind] =
      switch entry.name {
      case "severity": [.event]
      case "level": [.log]
      case "args": [.run]
      default: [.event, .run]
      }
    guard kinds.contains(kind) else {
      return diagnostics.error(
        "conflicting-keys", "`\(entry.name)` goes with \(kinds.map { "`\($0.rawValue)`" }.joined(separator: " or "))",
        at: entry.key.span, help: "take it out")
    }
    switch entry.name {
    case "severity":
      expectation.severity = entry.value.choice(
        "`severity`", of: [("info", GeneralEvent.Severity.info), ("warning", .warning), ("critical", .critical)],
        diagnostics: &diagnostics)
    case "level":
      let level = entry.value.choice(
        "`level`", of: LogLine.Level.allCases.map { ("\($0)", "\($0)") }, diagnostics: &diagnostics)
      if let level { expectation.data.append(.init(key: "level", value: .text(level))) }
    case "args":
      let items = entry.value.sequence("`args`", count: 0...32, diagnostics: &diagnostics) ?? []
      for (index, item) in items.enumerated() {
        guard let value = value(item, diagnostics: &diagnostics) else { continue }
        expectation.data.append(.init(key: "argument \(index + 1)", value: .text(value.plainText)))
      }
    default: expectation.data += data(entry.value, diagnostics: &diagnostics)
    }
  }

  private func data(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [GeneralEvent.Member] {
    guard var members = MappingReader(node, what: "`data`", diagnostics: &diagnostics) else { return [] }
    return members.remaining().compactMap { entry in
      guard let key = entry.key.name("a key of `data`", form: .label, diagnostics: &diagnostics),
        let value = value(entry.value, diagnostics: &diagnostics)
      else { return nil }
      return GeneralEvent.Member(key: key, value: value)
    }
  }

  /// Reads `sent:`: signals, and how often each must be sent.
  func sent(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [RuleTest.SentCount] {
    guard var reader = MappingReader(node, what: "`sent`", diagnostics: &diagnostics) else { return [] }
    let known = Set((catalogue.signalNames + computed).map(\.description))
    return reader.remaining().compactMap { entry in
      let count = entry.value.integer("the count of `\(entry.name)`", in: 0...Self.sentLimit, diagnostics: &diagnostics)
      guard let signal = entry.key.string("a signal", limit: 200, diagnostics: &diagnostics) else { return nil }
      guard known.contains(signal) || catalogue.devices.isEmpty else {
        diagnostics.error(
          "unknown-signal", "no device has a signal `\(signal)`", at: entry.key.span,
          help: Suggestion.closest(signal, in: known.sorted()).map { "did you mean `\($0)`?" }
            ?? "write one signal: `gps.position`, `reefer.temperature`")
        return nil
      }
      return count.map { RuleTest.SentCount(span: entry.key.span, signal: signal, count: $0) }
    }
  }

  private func rule(_ node: YAMLNode, diagnostics: inout Diagnostics) -> String? {
    guard let name = node.name("a rule", form: .identifier, diagnostics: &diagnostics) else { return nil }
    if rules.contains(name) { return name }
    diagnostics.error(
      "unknown-rule", "there is no rule `\(name)`", at: node.span,
      help: Suggestion.closest(name, in: rules.sorted()).map { "did you mean `\($0)`?" } ?? "name one of these files")
    return nil
  }

  /// As YAML's core schema has it: a number, `true`, or text.
  func value(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Value? {
    switch node.scalar?.value {
    case .integer(let number): return .number(Double(number))
    case .float(let number): return .number(number)
    case .boolean(let flag): return .boolean(flag)
    case .text, .null, nil: return node.string("a value", diagnostics: &diagnostics).map(Value.text)
    }
  }
}
