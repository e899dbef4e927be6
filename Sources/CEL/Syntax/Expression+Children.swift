extension Expression.Kind {
  /// The nodes directly within, in the order of the text.
  public func forEachChild(_ body: (Expression) -> Void) {
    switch self {
    case .literal, .identifier: break
    case .select(let operand, _, _), .presence(let operand, _): body(operand)
    case .call(_, let target, let arguments):
      if let target { body(target) }
      arguments.forEach(body)
    case .list(let elements, _): elements.forEach(body)
    case .map(let entries):
      for entry in entries {
        body(entry.key)
        body(entry.value)
      }
    case .message(_, let fields): for field in fields { body(field.value) }
    case .comprehension(let fold):
      for part in [fold.range, fold.initial, fold.condition, fold.step, fold.result] { body(part) }
    }
  }
}

extension Expression {
  /// `a.b.c` as text, where it is nothing but names; with its leading dot if it has one.
  public var qualifiedName: String? {
    var fields: [String] = []
    var node = self
    while true {
      switch node.kind {
      case .identifier(let name):
        return ([name] + fields.reversed()).joined(separator: ".")
      case .select(let operand, let field, false):
        fields.append(field)
        node = operand
      default: return nil
      }
    }
  }
}
