import Config
import Model

extension ValueMap {
  static let limit = 1000

  /// Reads `map: { 0: off, 1: on }`; `nil` after a diagnostic.
  /// - Parameters:
  ///   - range: The numbers that can come.
  ///   - what: whose they are, for messages: "an int16".
  ///   - isWritable: Whether each value must stand for one number.
  static func read(
    _ node: YAMLNode, range: ClosedRange<Int128>, what: String, isWritable: Bool, diagnostics: inout Diagnostics
  ) -> [Int64: Value]? {
    guard var reader = MappingReader(node, what: "`map`", example: "{ 0: off, 1: on }", diagnostics: &diagnostics)
    else { return nil }
    let entries = reader.remaining()
    guard (1...limit).contains(entries.count) else {
      diagnostics.error(
        "out-of-range", "`map` has 1 to \(limit) entries, and this has \(entries.count)", at: node.span,
        help: "as `map: { 0: off, 1: on }`")
      return nil
    }
    var map: [Int64: Value] = [:]
    var kinds: Set<SignalCatalogue.Metric.Kind> = []
    for entry in entries {
      guard let key = key(entry.key, range: range, what: what, diagnostics: &diagnostics),
        let value = value(entry.value, diagnostics: &diagnostics)
      else { continue }
      if isWritable, let first = map.first(where: { $0.value == value }) {
        diagnostics.error(
          "ambiguous-map", "\(first.key) and \(key) mean the same, and the metric is written", at: entry.value.span,
          help: "give each number a meaning of its own, so that it is known what to write")
      }
      if map.updateValue(value, forKey: key) != nil {
        diagnostics.error(
          "duplicate-key", "\(key) stands twice in `map`", at: entry.key.span, help: "delete one of them")
      }
      kinds.insert(kind([0: value]))
    }
    if kinds.count > 1 {
      diagnostics.error(
        "wrong-type", "what `map` gives must be all texts, all numbers, or all `true` or `false`", at: node.span,
        help: "put texts in quotes")
      return nil
    }
    return map.count == entries.count ? map : nil
  }

  private static func key(
    _ node: YAMLNode, range: ClosedRange<Int128>, what: String, diagnostics: inout Diagnostics
  ) -> Int64? {
    // A key is always text; here it is a number.
    let plain = YAMLNode(span: node.span, content: .scalar(.init(text: node.scalar?.text ?? "", isPlain: true)))
    let isTruth = plain.scalar?.value == .boolean(true) || plain.scalar?.value == .boolean(false)
    guard case .integer(let key)? = plain.scalar?.value else {
      diagnostics.error(
        "wrong-type", "a key of `map` is the raw whole number, and this is \(plain.description)", at: node.span,
        help: isTruth ? "write `0` for false and `1` for true" : "write the number first: `0: off`")
      return nil
    }
    guard range.contains(Int128(key)) else {
      diagnostics.error(
        "out-of-range", "\(key) can never come: \(what) holds \(range.lowerBound) to \(range.upperBound)",
        at: node.span,
        help: "check the number, and the type")
      return nil
    }
    return Int64(key)
  }

  private static func value(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Value? {
    switch node.scalar?.value {
    case .integer(let number): .number(Double(number))
    case .float(let number) where number.isFinite: .number(number)
    case .boolean(let flag): .boolean(flag)
    default: node.string("a value of `map`", limit: 256, diagnostics: &diagnostics).map(Value.text)
    }
  }
}
