public import CEL
import Config

extension EvaluationRequest {
  /// What the expression asks of values that were given as objects and don't have it: `reefer.temprature` where `reefer` has
  /// `temperature`. The language leaves that to evaluation, which says only that a key is missing, and nothing where it isn't evaluated.
  ///
  /// What `has(…)` asks for may be missing, here and wherever the expression reads it.
  public func missingMembers() -> [Problem] {
    let nodes = Self.nodes(of: Parser.parse(expression, environment).root)
    var asked: Set<String> = []
    // Variables of macros hide those of the same name.
    var locals: Set<String> = []
    for node in nodes {
      switch node.kind {
      case .presence(let operand, let field):
        if let name = operand.qualifiedName { asked.insert(name + "." + field) }
      case .comprehension(let fold):
        locals.formUnion([fold.variable, fold.accumulator])
        if let second = fold.secondVariable { locals.insert(second) }
      default: break
      }
    }
    var problems: [Problem] = []
    for node in nodes {
      guard case .select(let operand, let field, false) = node.kind, let path = operand.qualifiedName,
        !locals.contains(String(path.prefix { $0 != "." })), !asked.contains(path + "." + field),
        environment.variables[path + "." + field] == nil, let value = value(at: path)
      else { continue }
      guard case .map(let map) = value else {
        let end = node.span.upperBound
        problems.append(
          Problem(
            span: max(node.span.lowerBound, end - field.utf8.count)..<end, code: .unknownName,
            message: "`\(path)` has no parts", help: "delete `.\(field)`"))
        continue
      }
      let names = map.entries.compactMap { entry in if case .string(let name) = entry.key { name } else { nil } }
      guard !names.contains(field) else { continue }
      let end = node.span.upperBound
      problems.append(
        Problem(
          span: max(node.span.lowerBound, end - field.utf8.count)..<end, code: .unknownName,
          message: "`\(path)` has no \(environment.memberNoun) `\(field)`",
          help: Suggestion.closest(field, in: names).map { "did you mean `\($0)`?" } ?? Self.listed(names, of: path)))
    }
    return problems.sorted { $0.span.lowerBound < $1.span.lowerBound }
  }

  /// Every node of a tree, however deep it is.
  private static func nodes(of root: Expression) -> [Expression] {
    var nodes: [Expression] = []
    var rest = [root]
    while let node = rest.popLast() {
      nodes.append(node)
      node.kind.forEachChild { rest.append($0) }
    }
    return nodes
  }

  private static func listed(_ names: [String], of path: String) -> String {
    guard !names.isEmpty else { return "give `\(path)` one among the values" }
    let shown = names.sorted().prefix(8).map { "`\($0)`" }.joined(separator: ", ")
    return "`\(path)` has \(shown)\(names.count > 8 ? " and \(names.count - 8) more" : "")"
  }

  /// What a name, or a path into objects, stands for among the values; nil where they have no such thing.
  private func value(at path: String) -> Value? {
    var value: Value?
    for (depth, part) in path.split(separator: ".").enumerated() {
      if depth == 0 {
        guard let slot = environment.variables[String(part)]?.slot, values.indices.contains(slot) else { return nil }
        value = values[slot]
      } else {
        guard case .map(let map)? = value else { return nil }
        value = map[.string(String(part))]
      }
    }
    return value
  }
}
