public import Model

extension RuleEngine {
  /// The commands that rules wait for, each once, in file order.
  public var commandNames: [String] { rules.commandNames }

  /// What the rules that wait for a command expect with it, each once.
  func parameters(of command: String) -> [CommandParameter] {
    var found: [CommandParameter] = []
    for case .command(command, let parameters) in rules.rules.flatMap(\.triggers) {
      for parameter in parameters where !found.contains(parameter) { found.append(parameter) }
    }
    return found
  }

  /// What is wrong with a command's arguments, and what would be right; `nil`: nothing. One that is left out is unknown to the rules.
  public func objection(to arguments: [CommandArgument], of command: String) -> String? {
    let parameters = parameters(of: command)
    for argument in arguments {
      guard let parameter = parameters.first(where: { $0.name == argument.name }) else {
        let there = parameters.map { "`\($0.name)`" }.joined(separator: ", ")
        return "`\(command)` takes \(there.isEmpty ? "no `args`" : there), and no `\(argument.name)`"
      }
      guard parameter.takes(argument.value) else {
        let what =
          switch parameter.kind {
          case .number: "a number"
          case .boolean: "true or false"
          case .text: "a text"
          }
        return "`\(argument.name)` of `\(command)` is \(what)"
      }
    }
    return nil
  }
}

extension RuleSet {
  /// The commands that rules wait for, each once, in file order.
  public var commandNames: [String] {
    var names: [String] = []
    for case .command(let name, _) in rules.flatMap(\.triggers) where !names.contains(name) { names.append(name) }
    return names
  }
}
