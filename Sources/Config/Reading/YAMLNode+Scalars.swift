// Every function here returns nil after adding a diagnostic at the node's exact span. `what` names the value as the subject of a
// sentence: "`port`", "the radius of a zone".

extension YAMLNode {
  /// Text. A number or truth value is refused: it may not come out as it was written, so it belongs in quotes.
  /// - Parameter limit: bytes of UTF-8.
  public func string(_ what: String, limit: Int = 4096, diagnostics: inout Diagnostics) -> String? {
    guard let scalar, scalar.value == .text else {
      let remedy: String? =
        switch content {
        case .scalar(let scalar):
          scalar.value == .null ? "write it after the `:`" : "put it in quotes: `\"\(Excerpt.quoted(scalar.text))\"`"
        case .mapping: "if the braces belong to the text, put it in quotes"
        case .sequence: "write one value; if the brackets belong to the text, put it in quotes"
        }
      wrongType(what, "text", help: remedy, &diagnostics)
      return nil
    }
    guard scalar.text.utf8.count <= limit else {
      diagnostics.error(
        "too-long", "\(what) may have \(limit) bytes, and this has \(scalar.text.utf8.count)", at: span,
        help: "shorten it")
      return nil
    }
    guard !scalar.text.utf8.contains(0) else {
      diagnostics.error("control-character", "\(what) may not hold a NUL character", at: span, help: "delete the `\\0`")
      return nil
    }
    return scalar.text
  }

  /// `true` or `false`.
  public func boolean(_ what: String, diagnostics: inout Diagnostics) -> Bool? {
    if case .boolean(let value)? = scalar?.value { return value }
    let remedy =
      switch scalar?.text.lowercased() {
      case "yes", "on", "y", "true", "1": "write `true`"
      case "no", "off", "n", "false", "0": "write `false`"
      default: "write `true` or `false`"
      }
    wrongType(what, "`true` or `false`", help: remedy, &diagnostics)
    return nil
  }

  /// A whole number; decimal, `0x…` or `0o…`.
  public func integer(
    _ what: String, in range: ClosedRange<Int> = Int.min...Int.max, diagnostics: inout Diagnostics
  ) -> Int? {
    let bounds =
      range == Int.min...Int.max ? "a whole number" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    switch scalar?.value {
    case .integer(let value):
      guard range.contains(value) else {
        outOfRange(what, bounds, &diagnostics)
        return nil
      }
      return value
    case .float(let value):
      if value.rounded() == value, value.magnitude > 9e18 {
        outOfRange(what, bounds, &diagnostics)
      } else {
        wrongType(what, bounds, help: "write a number without fraction", &diagnostics)
      }
    default: wrongType(what, bounds, help: numberRemedy, &diagnostics)
    }
    return nil
  }

  /// A number, whole or not; never infinite or "not a number".
  public func number(
    _ what: String, in range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude,
    diagnostics: inout Diagnostics
  ) -> Double? {
    let isFree = range.upperBound >= .greatestFiniteMagnitude && range.lowerBound <= -.greatestFiniteMagnitude
    let bounds =
      isFree
      ? "a number"
      : range.upperBound >= .greatestFiniteMagnitude
        ? "a number, \(Quantity.text(range.lowerBound)) or more"
        : "a number from \(Quantity.text(range.lowerBound)) to \(Quantity.text(range.upperBound))"
    let value: Double
    switch scalar?.value {
    case .integer(let whole): value = Double(whole)
    case .float(let number): value = number
    default:
      wrongType(what, bounds, help: numberRemedy, &diagnostics)
      return nil
    }
    guard value.isFinite, range.contains(value) else {
      outOfRange(what, bounds, &diagnostics)
      return nil
    }
    return value
  }

  /// A list, in brackets or with dashes.
  /// - Parameter item: how an item is written, for the remedy: "{ at: 0 s, value: 5 }".
  public func sequence(
    _ what: String, count: ClosedRange<Int> = 0...Int.max, item: String? = nil, diagnostics: inout Diagnostics
  ) -> [YAMLNode]? {
    guard case .sequence(let items) = content else {
      let remedy =
        scalar.map { scalar in
          item.map { "write `[\($0)]`, for example" }
            ?? (scalar.text.isEmpty ? "write `[…]`" : "write `[\(Excerpt.quoted(scalar.text))]`")
        } ?? "begin each item with `- `"
        + (firstName.map { ": `- name: \($0)`, and the rest of it indented below" } ?? "")
      wrongType(what, "a list", help: remedy, &diagnostics)
      return nil
    }
    guard count.contains(items.count) else {
      let wanted =
        count.lowerBound == count.upperBound
        ? "exactly \(count.lowerBound)"
        : items.count < count.lowerBound ? "at least \(count.lowerBound)" : "at most \(count.upperBound)"
      diagnostics.error(
        "count", "\(what) must have \(wanted) item\(wanted.hasSuffix(" 1") ? "" : "s"), and this has \(items.count)",
        at: span,
        help: items.count < count.lowerBound
          ? "write \(wanted)" + (item.map { ", each as `\($0)`" } ?? "") : "leave some out")
      return nil
    }
    return items
  }

  /// The name that somebody gave as a key where a list of items with names should stand.
  private var firstName: String? {
    guard case .mapping(let entries) = content, let first = entries.first, case .mapping = first.value.content else {
      return nil
    }
    return Excerpt.quoted(first.name)
  }

  /// One of several words.
  public func choice<T>(_ what: String, of choices: [(String, T)], diagnostics: inout Diagnostics) -> T? {
    let words = choices.map(\.0)
    let list = words.map { "`\($0)`" }.joined(separator: ", ")
    guard let scalar, !isNull || words.contains(scalar.text) else {
      wrongType(what, "one of \(list)", help: nil, &diagnostics)
      return nil
    }
    if let found = choices.first(where: { $0.0 == scalar.text }) { return found.1 }
    diagnostics.error(
      "unknown-value", "\(what) cannot be `\(Excerpt.quoted(scalar.text))`", at: span,
      help: (Suggestion.closest(scalar.text, in: words) ?? Self.abbreviated(scalar.text, words)).map {
        "did you mean `\($0)`?"
      } ?? "it may be one of \(list)")
    return nil
  }

  /// The word that begins with what was written, or the other way round: `warn`, `criticality`.
  private static func abbreviated(_ text: String, _ words: [String]) -> String? {
    let text = text.lowercased()
    guard text.utf8.count >= 3 else { return nil }
    return words.first { $0.lowercased().hasPrefix(text) || ($0.utf8.count >= 3 && text.hasPrefix($0.lowercased())) }
  }

  func wrongType(_ what: String, _ wanted: String, help: String?, _ diagnostics: inout Diagnostics) {
    if isNull {
      diagnostics.error("missing-value", "\(what) must be \(wanted), and there is nothing", at: span, help: help)
    } else {
      diagnostics.error("wrong-type", "\(what) must be \(wanted), and this is \(description)", at: span, help: help)
    }
  }

  private func outOfRange(_ what: String, _ wanted: String, _ diagnostics: inout Diagnostics) {
    diagnostics.error(
      "out-of-range", "\(what) must be \(wanted), and this is \(description)", at: span, help: "write \(wanted)")
  }

  /// What to do about a text that should be a number.
  private var numberRemedy: String? {
    guard let scalar else { return "write one number" }
    if !scalar.isPlain, case .integer = Scalar(text: scalar.text, isPlain: true).value {
      return "write it without quotes"
    }
    if !scalar.isPlain, case .float = Scalar(text: scalar.text, isPlain: true).value {
      return "write it without quotes"
    }
    if let point = Quantity.withDecimalPoint(scalar.text) { return "write `\(point)`: decimals come after a point" }
    do throws(Quantity.Failure) {
      let parts = try Quantity.parts(scalar.text)
      if parts.count == 1, !parts[0].unit.isEmpty { return "write `\(parts[0].numberText)`, without a unit" }
    } catch {
      // No number at all.
      return "write a number"
    }
    return "write a number"
  }
}
