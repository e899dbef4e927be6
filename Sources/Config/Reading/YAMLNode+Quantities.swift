public import Model

// Like the scalars: nil after a diagnostic at the exact span. A unit is never guessed: without one it is an error that proposes one.
// Without a range, anything from 0 on is taken, and any angle.

extension YAMLNode {
  /// A length of time: `ms`, `s`, `min`, `h`, `d`; also `1 min 12 s`, from large to small.
  public func interval(
    _ what: String, in range: ClosedRange<Interval> = .zero...Interval(nanoseconds: .max),
    diagnostics: inout Diagnostics
  ) -> Interval? {
    let bounds = Double(range.lowerBound.nanoseconds)...Double(range.upperBound.nanoseconds)
    guard let value = quantity(what, .time, in: bounds, diagnostics: &diagnostics) else { return nil }
    // Within the range, but perhaps rounded up to 2^63.
    return value >= 0x1p63 ? Interval(nanoseconds: .max) : Interval(nanoseconds: Int64(max(value.rounded(), -0x1p63)))
  }

  /// Metres, from `m`, `km`, `ft`, `mi` (statute), `nmi`.
  public func length(
    _ what: String, in range: ClosedRange<Double> = 0...Double.greatestFiniteMagnitude, diagnostics: inout Diagnostics
  ) -> Double? {
    quantity(what, .length, in: range, diagnostics: &diagnostics)
  }

  /// Metres per second, from `m/s`, `km/h`, `mph`, `kn`.
  public func speed(
    _ what: String, in range: ClosedRange<Double> = 0...Double.greatestFiniteMagnitude, diagnostics: inout Diagnostics
  ) -> Double? {
    quantity(what, .speed, in: range, diagnostics: &diagnostics)
  }

  /// Degrees, from `deg`.
  public func angle(
    _ what: String, in range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude,
    diagnostics: inout Diagnostics
  ) -> Double? {
    quantity(what, .angle, in: range, diagnostics: &diagnostics)
  }

  /// Whole bytes, from `B`, `KB`, `MB`, `GB` (decimal), `KiB`, `MiB`, `GiB`.
  public func dataSize(
    _ what: String, in range: ClosedRange<Int64> = 0...Int64.max, diagnostics: inout Diagnostics
  ) -> Int64? {
    let bounds = Double(range.lowerBound)...Double(range.upperBound)
    guard let value = quantity(what, .dataSize, in: bounds, diagnostics: &diagnostics) else { return nil }
    return value >= 0x1p63 ? .max : Int64(value.rounded())
  }

  func quantity(
    _ what: String, _ dimension: Dimension, in range: ClosedRange<Double>, diagnostics: inout Diagnostics
  ) -> Double? {
    let example = "10 \(dimension.usual)"
    guard case .scalar(let scalar) = content, !isNull else {
      wrongType(what, "\(dimension.noun) such as `\(example)`", help: "write `\(example)`, for example", &diagnostics)
      return nil
    }
    guard let value = measured(scalar.text, what, dimension, span, &diagnostics) else { return nil }
    guard range.contains(value) else {
      let low = Quantity.text(range.lowerBound, dimension)
      let high = Quantity.text(range.upperBound, dimension)
      let isOpen =
        range.upperBound
        >= (dimension.noun == Dimension.length.noun || dimension.noun == Dimension.speed.noun
          ? .greatestFiniteMagnitude : 0x1p63)
      let wanted = isOpen ? "\(low) or more" : "between \(low) and \(high)"
      diagnostics.error(
        "out-of-range", "\(what) must be \(wanted), and this is `\(Excerpt.quoted(scalar.text))`", at: span,
        help: "write \(value < range.lowerBound ? "`\(low)` or more" : "`\(high)` or less")")
      return nil
    }
    return value
  }

  /// The value in the dimension's base unit, or a diagnostic at `span`.
  func measured(
    _ text: String, _ what: String, _ dimension: Dimension, _ span: SourceSpan, _ diagnostics: inout Diagnostics
  ) -> Double? {
    let shown = Excerpt.quoted(text)
    let parts: [Quantity.Part]
    do {
      parts = try Quantity.parts(text)
    } catch .decimalComma(let point) {
      diagnostics.error(
        "decimal-comma", "`\(shown)` has a comma; decimals come after a point", at: span, help: "write `\(point)`")
      return nil
    } catch {
      diagnostics.error(
        "wrong-type", "\(what) must be \(dimension.noun), and this is the text `\(shown)`", at: span,
        help: text.contains(where: "“”„‟‘’‚«»".contains)
          ? "delete the typographic quotes" : "write a number and a unit, such as `10 \(dimension.usual)`")
      return nil
    }
    var sum = 0.0
    var lastFactor = Double.infinity
    for part in parts {
      guard !part.unit.isEmpty else {
        diagnostics.error(
          "missing-unit", "\(what) needs a unit, and `\(shown)` has none", at: span,
          help: "write `\(part.numberText) \(dimension.usual)`")
        return nil
      }
      guard let unit = dimension.unit(part.unit) else {
        unknownUnit(part, of: parts.count, what, dimension, span, &diagnostics)
        return nil
      }
      guard unit.factor < lastFactor, parts.count == 1 || (part.number >= 0 && dimension.noun == Dimension.time.noun)
      else {
        diagnostics.error(
          "wrong-type", "\(what) must be \(dimension.noun), and `\(shown)` is several", at: span,
          help:
            "write one number with a unit\(dimension.noun == Dimension.time.noun ? ", or from large to small: `1 min 12 s`" : "")"
        )
        return nil
      }
      lastFactor = unit.factor
      sum += part.number * unit.factor
    }
    guard sum.isFinite else {
      diagnostics.error("out-of-range", "\(what) is too large: `\(shown)`", at: span, help: "write a smaller number")
      return nil
    }
    return sum
  }

  private func unknownUnit(
    _ part: Quantity.Part, of count: Int, _ what: String, _ dimension: Dimension, _ span: SourceSpan,
    _ diagnostics: inout Diagnostics
  ) {
    let unit = Excerpt.quoted(part.unit)
    let multiple = dimension.multiples[part.unit.lowercased()]
    let meant =
      multiple == nil
      ? dimension.meant(part.unit) ?? Suggestion.closest(part.unit, in: dimension.units.map(\.name)) : nil
    let remedy =
      multiple.map { "write `\(Quantity.text(part.number * $0.count)) \($0.unit)`" }
      ?? meant.map { count == 1 ? "write `\(part.numberText) \($0)`" : "write `\($0)`" }
      ?? "the units are \(dimension.list)"
    if dimension.noun == Dimension.time.noun, part.unit == ":" {
      diagnostics.error(
        "wrong-unit", "\(what) must be \(dimension.noun), and is not written with `:`", at: span,
        help: "write each part with its unit: `1 h 30 min`, `5 min`, `90 s`")
      return
    }
    if let other = Dimension.all.first(where: { $0.noun != dimension.noun && $0.unit(part.unit) != nil }) {
      diagnostics.error(
        "wrong-unit",
        "\(what) must be \(dimension.noun), and `\(unit)` is a unit of \(other.measure)",
        at: span,
        help: meant == nil ? remedy : "\(remedy), if that is meant")
    } else {
      diagnostics.error(
        "wrong-unit", "\(what) must be \(dimension.noun), and `\(unit)` is no unit of it", at: span, help: remedy)
    }
  }
}
