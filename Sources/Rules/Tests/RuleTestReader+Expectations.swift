import Config
import Model

extension RuleTestReader {
  /// Reads an entry of `expect:`; `nil` after an error.
  func expectation(_ node: YAMLNode, diagnostics: inout Diagnostics) -> RuleTest.Expectation? {
    guard var reader = MappingReader(node, what: "an expectation", diagnostics: &diagnostics) else { return nil }
    let at = reader.optional("at")?.interval("`at`", in: Self.span, diagnostics: &diagnostics)
    let type = reader.required("event", diagnostics: &diagnostics)?
      .name("an event's type", form: .identifier, diagnostics: &diagnostics)
    let rule = reader.optional("rule").flatMap { self.rule($0, diagnostics: &diagnostics) }
    let severity = reader.optional("severity")?.choice(
      "`severity`", of: [("info", GeneralEvent.Severity.info), ("warning", .warning), ("critical", .critical)],
      diagnostics: &diagnostics)
    let state = reader.optional("state")?.choice(
      "`state`", of: [("raised", GeneralEvent.State.raised), ("cleared", .cleared)], diagnostics: &diagnostics)
    var data: [GeneralEvent.Member] = []
    if let node = reader.optional("data"), var members = MappingReader(node, what: "`data`", diagnostics: &diagnostics)
    {
      data = members.remaining().compactMap { entry in
        guard let key = entry.key.name("a key of `data`", form: .label, diagnostics: &diagnostics),
          let value = value(entry.value, diagnostics: &diagnostics)
        else { return nil }
        return GeneralEvent.Member(key: key, value: value)
      }
    }
    reader.finish(diagnostics: &diagnostics)
    guard let type else { return nil }
    return RuleTest.Expectation(
      span: node.span, at: at, type: type, rule: rule, severity: severity, state: state, data: data)
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
  private func value(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Value? {
    switch node.scalar?.value {
    case .integer(let number): return .number(Double(number))
    case .float(let number): return .number(number)
    case .boolean(let flag): return .boolean(flag)
    case .text, .null, nil: return node.string("a value", diagnostics: &diagnostics).map(Value.text)
    }
  }
}
