import Config
import Model

extension TriggerReader {
  /// What comes along with a command, at most.
  static let mostParameters = 16
  static let kinds: [(String, SignalCatalogue.Metric.Kind)] = [
    ("number", .number), ("text", .text), ("boolean", .boolean),
  ]

  /// A name, a list of names, or a mapping from names to what comes along.
  func commands(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [Trigger] {
    guard case .mapping = node.content else {
      return items(node, "`command`", diagnostics: &diagnostics).compactMap { item in
        item.name("the name of a command", form: .label, diagnostics: &diagnostics).map { .command($0) }
      }
    }
    guard var reader = MappingReader(node, what: "`command`", diagnostics: &diagnostics) else { return [] }
    return reader.remaining().compactMap { entry in
      let parameters = parameters(entry.value, diagnostics: &diagnostics)
      return entry.key.name("the name of a command", form: .label, diagnostics: &diagnostics).map {
        .command($0, parameters)
      }
    }
  }

  private func parameters(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [CommandParameter] {
    if node.isNull { return [] }
    guard
      var reader = MappingReader(
        node, what: "what comes along", example: "{ seconds: number }", diagnostics: &diagnostics)
    else { return [] }
    let entries = reader.remaining()
    if entries.count > Self.mostParameters {
      diagnostics.error(
        "too-many", "a command brings \(Self.mostParameters) values at most", at: node.span, help: "make two of it")
      return []
    }
    return entries.compactMap { entry in
      let kind = entry.value.choice("what it is", of: Self.kinds, diagnostics: &diagnostics)
      guard let name = entry.key.name("a value's name", form: .identifier, diagnostics: &diagnostics), let kind else {
        return nil
      }
      if let known = expressions.vocabulary.arguments[name], known != kind.valueType {
        diagnostics.error(
          "two-types", "`\(name)` is something else with another command", at: entry.value.span,
          help: "give it a name of its own: what `trigger.args.\(name)` is has to be the same everywhere")
      }
      return CommandParameter(name: name, kind: kind)
    }
  }
}
