extension Value {
  /// As `format`'s `%s` writes it: text without quotes, lists and maps by their elements, a map's entries sorted by their keys' text.
  public var formatted: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .uint(let value): String(value)
    case .double(let value): value.shortestText
    case .string(let value): value
    case .bytes(let value): String(decoding: value, as: UTF8.self)
    case .list(let values): "[" + values.map(\.formatted).joined(separator: ", ") + "]"
    case .map(let map): "{" + map.sortedTexts.joined(separator: ", ") + "}"
    case .timestamp(let value): value.text
    case .duration(let value): value.text
    case .type(let name): name
    case .optional(let maybe): maybe.value.map { "optional(\($0.formatted))" } ?? "optional.none()"
    }
  }
}

extension Value.Map {
  fileprivate var sortedTexts: [String] {
    entries.map { (key: $0.key.formatted, value: $0.value.formatted) }
      .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { "\($0.key): \($0.value)" }
  }
}

extension Double {
  /// The shortest digits that read back as this number: `1`, `123.456`, `1e+21`, `NaN`, `Infinity`.
  var shortestText: String {
    if isNaN { return "NaN" }
    if isInfinite { return self < 0 ? "-Infinity" : "Infinity" }
    // Swift's description has the shortest digits, as `1.0`, `1e-05` or `1.5e+16`.
    let text = magnitude.description
    let parts = text.split(separator: "e", maxSplits: 1)
    let halves = parts[0].split(separator: ".", maxSplits: 1)
    var digits = halves.joined()[...]
    // Where the point stands among the digits, counted from the first that isn't 0.
    var point = halves[0].count + (parts.count == 2 ? Int(parts[1]) ?? 0 : 0)
    while digits.hasPrefix("0") {
      digits.removeFirst()
      point -= 1
    }
    while digits.hasSuffix("0") { digits.removeLast() }
    let sign = self.sign == .minus ? "-" : ""
    if digits.isEmpty { return sign + "0" }
    // Written out within the same bounds as ECMAScript's numbers; beyond, with an exponent.
    if point >= digits.count, point <= 21 { return sign + digits + String(repeating: "0", count: point - digits.count) }
    if point > 0, point <= 21 { return sign + digits.prefix(point) + "." + digits.dropFirst(point) }
    if point > -6, point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    let rest = digits.dropFirst()
    let exponent = point - 1
    return sign + digits.prefix(1) + (rest.isEmpty ? "" : "." + rest) + "e" + (exponent < 0 ? "-" : "+")
      + String(abs(exponent))
  }
}
