/// `text.matches(pattern)`; a pattern that is written out is compiled with the program.
final class MatchesNode: Condition {
  private let text: any Node
  private let pattern: any Node
  private let compiled: Pattern?
  private let span: Range<Int>

  init(_ text: any Node, _ pattern: any Node, compiled: Pattern?, _ span: Range<Int>) {
    self.text = text
    self.pattern = pattern
    self.compiled = compiled
    self.span = span
  }

  func bool<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Bool {
    let value = try text.value(slots, &frame)
    let source = compiled == nil ? try pattern.value(slots, &frame) : .null
    do throws(EvaluationError) {
      let text = try value.text()
      let pattern: Pattern
      if let compiled {
        pattern = compiled
      } else {
        try frame.charge(1 + 4 * source.weight)
        pattern = try Pattern.reading(source.text())
      }
      // A step of the automaton for each character and each place in the pattern at most.
      try frame.charge(1 + (text.utf8.count + 1) * pattern.size / 64)
      return pattern.matches(in: text)
    } catch {
      throw error.at(span)
    }
  }
}

extension Pattern {
  static func reading(_ text: String) throws(EvaluationError) -> Pattern {
    do throws(PatternError) {
      return try Pattern(text)
    } catch {
      throw EvaluationError(.invalidArgument, "'\(text.shortened)' is no regular expression: \(error.message)")
    }
  }
}
