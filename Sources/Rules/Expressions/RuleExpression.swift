import CEL
import Model

/// A compiled expression of a rule file: a condition, or what gives a value for an event, a variable or a computed signal.
struct RuleExpression: Condition {
  /// What it gives, as far as rule files care.
  enum Kind: Hashable, Sendable {
    case boolean, number, text
    /// Known only when it is evaluated, or nothing that a record could carry.
    case other
  }

  /// The expression as it is written, without blanks around it.
  let text: String
  /// As it stands in the file; spans of the tree are into this.
  let source: String
  let reads: [Slot]
  let kind: Kind
  private let program: Program
  let checked: CheckedExpression

  init(text: String, source: String, checked: CheckedExpression, program: Program, reads: [Slot]) {
    self.text = text
    self.source = source
    self.checked = checked
    self.program = program
    self.reads = reads
    kind =
      switch checked.resultType {
      case .bool: .boolean
      case .double, .int, .uint: .number
      case .string: .text
      default: .other
      }
  }

  /// With blanks and line breaks evened out, so that a file may be written anew.
  var canonical: String {
    if text.utf8.contains(34) || text.utf8.contains(39) { return text }
    return text.split { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "\r" || $0 == "\r\n" }.joined(separator: " ")
  }

  /// `unknown` where a signal that decides is missing, stale or bad, and after any error of evaluation.
  func outcome(in situation: Situation) -> Outcome {
    do { return try program.evaluateBool(situation) ? .holds : .fails } catch { return .unknown }
  }

  /// A number, truth value or text; `nil` where it is unknown, or a number that is not finite.
  func value(in situation: Situation) -> Model.Value? {
    do { return Self.value(try program.evaluate(situation)) } catch { return nil }
  }

  static func value(_ value: CEL.Value) -> Model.Value? {
    switch value {
    case .double(let number): number.isFinite ? .number(number) : nil
    case .int(let number): .number(Double(number))
    case .uint(let number): .number(Double(number))
    case .bool(let flag): .boolean(flag)
    case .string(let text): .text(text)
    default: nil
    }
  }
}

extension Situation: Slots {
  func value(_ slot: Int) throws(EvaluationError) -> CEL.Value {
    if let value: CEL.Value = lookUp(slot) { return value }
    throw EvaluationError(.unknown, "the signal is missing, stale or bad")
  }
}
