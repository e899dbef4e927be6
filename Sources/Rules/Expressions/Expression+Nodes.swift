import CEL

extension Expression {
  /// The nodes directly within, in the order of the text.
  var children: [Expression] {
    switch kind {
    case .literal, .identifier: []
    case .select(let operand, _, _), .presence(let operand, _): [operand]
    case .call(_, let target, let arguments): (target.map { [$0] } ?? []) + arguments
    case .list(let elements, _): elements
    case .map(let entries): entries.flatMap { [$0.key, $0.value] }
    case .message(_, let fields): fields.map(\.value)
    case .comprehension(let fold): [fold.range, fold.initial, fold.condition, fold.step, fold.result]
    }
  }

  /// Every node of the tree, from the root down.
  func forEachNode(_ body: (Expression) -> Void) {
    body(self)
    for child in children { child.forEachNode(body) }
  }
}
