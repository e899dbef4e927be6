import Model

/// One signal of a serial device: which field it is, and what the field means.
struct SerialMetric: Hashable, Sendable {
  enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A decimal number.
    case number
    /// A whole number of hexadecimal digits, with `0x` before it or without.
    case hexadecimal = "hex"
    case boolean
    case text
  }

  /// A factor for each unit that another field may name.
  struct Units: Hashable, Sendable {
    struct Factor: Hashable, Sendable {
      var unit: String
      var factor: Double
    }
    var field: String
    var factors: [Factor]
  }

  /// What a text of the field means.
  struct Meaning: Hashable, Sendable {
    var text: String
    var value: Value
  }

  /// Values of another field with which this one means nothing.
  struct Condition: Hashable, Sendable {
    var field: String
    var values: [String]
  }

  var name: String
  var field: String
  var kind = Kind.number
  var scale = 1.0
  var units: Units?
  var offset = 0.0
  /// What the field's texts mean; another is a bad reading.
  var map: [Meaning]?
  /// Texts or numbers, before the scale, that mean that there is no value.
  var invalid: [String] = []
  var invalidWhen: [Condition] = []
  var minimum: Double?
  var maximum: Double?
  var unit: String?
  var description: String?

  static let textLimit = 256

  enum Reading: Hashable, Sendable {
    /// The frame doesn't speak of it.
    case absent
    case good(Value)
    /// It does, and there is no value, or none that can be.
    case bad
  }

  /// What rules know of it.
  var signal: SignalCatalogue.Metric {
    let kind: SignalCatalogue.Metric.Kind =
      switch map?.first?.value {
      case .boolean: .boolean
      case .number: .number
      case .text: .text
      case nil:
        switch self.kind {
        case .number, .hexadecimal: .number
        case .boolean: .boolean
        case .text: .text
        }
      }
    return SignalCatalogue.Metric(name: name, kind: kind, unit: unit)
  }

  /// What a frame says of it.
  func read(_ fields: Fields) -> Reading {
    let raw = fields[field]
    for condition in invalidWhen {
      if let found = fields[condition.field] {
        // Also where the device then leaves out the field itself.
        if condition.values.contains(where: found.is) { return .bad }
      } else if raw != nil {
        // Without that field nothing tells whether this one holds.
        return .bad
      }
    }
    guard let raw else { return .absent }
    if raw == .null || invalid.contains(where: raw.is) { return .bad }
    if let map { return map.first { raw.is($0.text) }.map { .good($0.value) } ?? .bad }
    switch kind {
    case .number, .hexadecimal: return number(raw, fields)
    case .boolean: return raw.truth.map { .good(.boolean($0)) } ?? .bad
    case .text: return raw.words.map { .good(.text($0)) } ?? .bad
    }
  }

  private func number(_ raw: RawField, _ fields: Fields) -> Reading {
    guard let number = kind == .hexadecimal ? raw.hexadecimal : raw.decimal else { return .bad }
    var factor = scale
    if let units {
      guard let unit = fields[units.field], let found = units.factors.first(where: { unit.is($0.unit) }) else {
        return .bad
      }
      factor *= found.factor
    }
    let value = Self.scaled(number, by: factor, plus: offset)
    guard value.isFinite, value >= minimum ?? -.infinity, value <= maximum ?? .infinity else { return .bad }
    return .good(.number(value))
  }

  /// By digits: 26.3 × 0.001 is 0.0263.
  private static func scaled(_ number: Double, by scale: Double, plus offset: Double) -> Double {
    guard scale != 1 || offset != 0 else { return number }
    guard let raw = DecimalFactor(number), let factor = DecimalFactor(scale), let addend = DecimalFactor(offset) else {
      return .nan
    }
    return DecimalFactor(digits: factor.digits, exponent: factor.exponent + raw.exponent)
      .applied(to: raw.digits, plus: addend)
  }
}

extension RawField {
  /// Whether it is that text, or that number.
  func `is`(_ text: String) -> Bool {
    switch self {
    case .text(let bytes):
      if bytes.elementsEqual(text.utf8) { return true }
      guard let mine = Decimal.number(bytes), let other = Decimal.number(text.utf8) else { return false }
      return mine == other
    case .number(let number): return Decimal.number(text.utf8) == number
    case .boolean(let flag): return text == (flag ? "true" : "false")
    case .null: return false
    }
  }

  /// A decimal number; blanks may stand behind its sign.
  var decimal: Double? {
    switch self {
    case .number(let number): return number
    case .text(let bytes):
      guard let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") else {
        return Decimal.number(bytes)
      }
      return Decimal.number([sign] + bytes.dropFirst().drop { $0.isBlank })
    case .boolean, .null: return nil
    }
  }

  var hexadecimal: Double? {
    guard case .text(let bytes) = self else { return nil }
    let digits = bytes.starts(with: "0x".utf8) || bytes.starts(with: "0X".utf8) ? bytes.dropFirst(2) : bytes
    return Decimal.hexadecimal(digits).map(Double.init)
  }

  var truth: Bool? {
    switch self {
    case .boolean(let flag): return flag
    case .number(let number): return number == 1 ? true : number == 0 ? false : nil
    case .text(let bytes):
      switch String(decoding: bytes, as: UTF8.self).lowercased() {
      case "1", "true", "on", "yes": return true
      case "0", "false", "off", "no": return false
      default: return nil
      }
    case .null: return nil
    }
  }

  /// Text as it can be shown; `nil` for what isn't UTF-8, holds control characters, or is too long.
  var words: String? {
    switch self {
    case .text(let bytes):
      guard bytes.count <= SerialMetric.textLimit, bytes.allSatisfy({ $0 >= 32 && $0 != 127 }) else { return nil }
      return String(validating: bytes, as: UTF8.self)
    case .number(let number): return Int64(exactly: number).map(String.init) ?? "\(number)"
    case .boolean(let flag): return flag ? "true" : "false"
    case .null: return nil
    }
  }
}
