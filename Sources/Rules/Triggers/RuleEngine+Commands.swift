extension RuleEngine {
  /// The commands that rules wait for, each once, in file order.
  public var commandNames: [String] {
    var names: [String] = []
    for case .command(let name) in rules.rules.flatMap(\.triggers) where !names.contains(name) { names.append(name) }
    return names
  }
}
