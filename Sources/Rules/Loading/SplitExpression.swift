import Config

/// `{ a: max(x, 5) }`: between braces a comma ends a value, also one within an expression's own parentheses.
struct SplitExpression {
  private let value: YAMLNode
  private let rest: YAMLNode
  private let key: String

  /// `nil` where no value is cut off within parentheses, or what follows it isn't the rest of one.
  init?(_ entries: [YAMLNode.Entry]) {
    for (entry, next) in zip(entries, entries.dropFirst()) {
      guard let scalar = entry.value.scalar, scalar.isPlain, Self.isOpen(scalar.text), next.value.isNull,
        next.key.span.start.line == entry.value.span.start.line
      else { continue }
      (value, rest, key) = (entry.value, next.key, entry.name)
      return
    }
    return nil
  }

  func tell(diagnostics: inout Diagnostics) {
    let text = value.scalar?.text ?? ""
    diagnostics.error(
      "split-expression", "between braces the comma ends `\(text)`", at: value.span,
      help:
        "write it on a line of its own, indented below the key that the braces belong to: `\(key): \(text), \(rest.scalar?.text ?? "")`"
    )
  }

  private static func isOpen(_ text: String) -> Bool {
    var depth = 0
    var quote: Character?
    for character in text {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == "(" {
        depth += 1
      } else if character == ")" {
        depth -= 1
      }
    }
    return depth > 0
  }
}
