import Config
import Model

/// What the rules of all files declare by using it: variables that some action sets, and types of events that some action raises. Found
/// before any rule is read, since a rule may speak of what a later one declares.
struct RuleDeclarations {
  struct Assignment {
    var name: String
    var node: YAMLNode
    /// The name's place.
    var span: SourceSpan
  }

  private(set) var assignments: [Assignment] = []
  private(set) var eventTypes: Set<String> = []
  /// What commands bring along, by the first declaration of each name.
  private(set) var parameters: [String: SignalCatalogue.Metric.Kind] = [:]

  /// Whatever is not as it should be is passed over; the readers tell it.
  init(_ rules: [YAMLNode]) {
    for rule in rules {
      readCommands(rule)
      for key in ["then", "clear"] {
        guard let actions = rule.value(key), case .sequence(let items) = actions.content else { continue }
        for item in items { read(item) }
      }
    }
  }

  private mutating func readCommands(_ rule: YAMLNode) {
    guard let commands = rule.value("on")?.value("command"), case .mapping(let entries) = commands.content else {
      return
    }
    for entry in entries {
      guard case .mapping(let parameters) = entry.value.content else { continue }
      for parameter in parameters where parameters.count <= TriggerReader.mostParameters {
        guard let kind = TriggerReader.kinds.first(where: { $0.0 == parameter.value.scalar?.text })?.1 else { continue }
        if self.parameters[parameter.name] == nil { self.parameters[parameter.name] = kind }
      }
    }
  }

  private mutating func read(_ action: YAMLNode) {
    if let event = action.value("event") {
      if let type = (event.value("type") ?? event).scalar?.text { eventTypes.insert(type) }
    }
    guard let set = action.value("set"), case .mapping(let entries) = set.content else { return }
    for entry in entries where Names.isIdentifier(entry.name) {
      assignments.append(Assignment(name: entry.name, node: entry.value, span: entry.key.span))
    }
  }
}

extension YAMLNode {
  /// The value of a key of a mapping.
  fileprivate func value(_ key: String) -> YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.name == key }?.value
  }
}
