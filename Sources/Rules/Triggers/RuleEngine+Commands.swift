public import Model

extension RuleEngine {
  /// The commands that rules wait for, each once, in file order.
  public var commandNames: [String] {
    var names: [String] = []
    for case .command(let name) in rules.rules.flatMap(\.triggers) where !names.contains(name) { names.append(name) }
    return names
  }

  /// What is wrong with a command's arguments, and what would be right; `nil`: nothing.
  public func objection(to arguments: [CommandArgument], of command: String) -> String? {
    guard let argument = arguments.first else { return nil }
    return "`\(command)` takes no `args`, and `\(argument.name)` was given"
  }
}
