/// Why a value may not be written to a metric.
public enum WriteRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  case readOnly
  case wrongKind(SignalCatalogue.Metric.Kind)
  /// Infinite, or not a number.
  case notFinite
  case below(Double)
  case above(Double)
  case noChoice([Value])
  /// A pulse returns by itself; there is nothing to write but `true`.
  case endOfPulse

  /// In a few words, as outcome events carry it.
  public var description: String {
    switch self {
    case .readOnly: "it can't be written"
    case .wrongKind(.number): "it takes a number"
    case .wrongKind(.boolean): "it takes true or false"
    case .wrongKind(.text): "it takes a text"
    case .notFinite: "not a finite number"
    case .below(let minimum): "below \(Value.number(minimum).plainText)"
    case .above(let maximum): "above \(Value.number(maximum).plainText)"
    case .noChoice(let choices): "it takes \(Self.list(choices.map(\.plainText)))"
    case .endOfPulse: "a pulse takes true only"
    }
  }

  /// `a, b or c`; of many the first eight.
  static func list(_ words: [String]) -> String {
    guard words.count <= 8 else { return words.prefix(8).joined(separator: ", ") + ", …" }
    guard words.count > 1, let last = words.last else { return words.first ?? "" }
    return "\(words.dropLast().joined(separator: ", ")) or \(last)"
  }
}

extension SignalCatalogue.Metric {
  /// Why this value may not be written to it; `nil` where it may.
  public func refusal(of value: Value) -> WriteRefusal? {
    guard let writing else { return .readOnly }
    guard value.kind == kind else { return .wrongKind(kind) }
    if let choices = writing.choices, !choices.contains(value) { return .noChoice(choices) }
    switch value {
    case .number(let number):
      guard number.isFinite else { return .notFinite }
      if let minimum = writing.minimum, number < minimum { return .below(minimum) }
      if let maximum = writing.maximum, number > maximum { return .above(maximum) }
    case .boolean(false) where writing.pulse != nil: return .endOfPulse
    case .boolean, .text: break
    }
    return nil
  }
}
