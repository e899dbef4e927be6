import Config
import Model

extension RuleTestReader {
  /// Reads `variables:`: what the rules have set on earlier days.
  func variables(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [GeneralEvent.Member] {
    guard var reader = MappingReader(node, what: "`variables`", diagnostics: &diagnostics) else { return [] }
    return reader.remaining().compactMap { entry -> GeneralEvent.Member? in
      guard let name = entry.key.name("a variable", form: .identifier, diagnostics: &diagnostics) else { return nil }
      guard let kind = variables[name] else {
        diagnostics.error(
          "unknown-variable", "no rule sets the variable `\(name)`", at: entry.key.span,
          help: Suggestion.closest(name, in: variables.keys.sorted()).map { "did you mean `\($0)`?" }
            ?? "a variable is made by an action: `set: { \(name): 0 }`")
        return nil
      }
      return value(entry.value, name, kind, diagnostics: &diagnostics).map { GeneralEvent.Member(key: name, value: $0) }
    }
  }

  private func value(
    _ node: YAMLNode, _ name: String, _ kind: SignalCatalogue.Metric.Kind, diagnostics: inout Diagnostics
  ) -> Value? {
    let what = "`\(name)`"
    return switch kind {
    case .boolean: node.boolean(what, diagnostics: &diagnostics).map(Value.boolean)
    case .text: node.string(what, limit: 1024, diagnostics: &diagnostics).map(Value.text)
    case .number: node.number(what, diagnostics: &diagnostics).map(Value.number)
    }
  }
}
