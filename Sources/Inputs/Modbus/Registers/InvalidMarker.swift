import Config

/// The raw numbers with which a device says that it has no value.
enum InvalidMarker {
  /// Reads `invalid: 0x7FFF`, or a list of them; each as the bits in the registers, or as the whole number or fraction that they are.
  /// - Returns: those that could be read.
  static func read(_ node: YAMLNode, type: RegisterType, diagnostics: inout Diagnostics) -> [UInt64] {
    switch type {
    case .string, .bool:
      diagnostics.error(
        "either-or", "a metric of the type `\(type.name)` has no `invalid`", at: node.span, help: "delete it")
      return []
    case .int16, .uint16, .int32, .uint32, .int64, .uint64, .float32, .float64, .bits: break
    }
    guard case .sequence = node.content else { return [one(node, type, &diagnostics)].compactMap(\.self) }
    let items = node.sequence("`invalid`", count: 1...16, item: "0x7FFF", diagnostics: &diagnostics) ?? []
    return items.compactMap { one($0, type, &diagnostics) }
  }

  private static func one(_ node: YAMLNode, _ type: RegisterType, _ diagnostics: inout Diagnostics) -> UInt64? {
    let width = UInt64(type.registers * 16)
    let greatest: UInt64 = width == 64 ? .max : 1 << width - 1
    guard let text = node.scalar?.text, case .integer = kind(node) else { return fraction(node, type, &diagnostics) }
    let isHexadecimal = text.hasPrefix("0x")
    if !isHexadecimal, type == .float32 || type == .float64 { return fraction(node, type, &diagnostics) }
    if let bits = isHexadecimal ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text), bits <= greatest { return bits }
    if let number = Int64(text), number < 0, let range = type.range, range.contains(Int128(number)) {
      return UInt64(truncatingIfNeeded: number) & greatest
    }
    diagnostics.error(
      "out-of-range", "`\(type.name)` never holds \(text)", at: node.span,
      help: "write the raw number as the maker's list has it: `0x7FFF`, \(range(type, greatest))")
    return nil
  }

  private static func range(_ type: RegisterType, _ greatest: UInt64) -> String {
    "from \(min(0, type.range?.lowerBound ?? 0)) to \(greatest)"
  }

  /// Whether it is a whole number, also one beyond the 63 bits that YAML's reader has.
  private static func kind(_ node: YAMLNode) -> YAMLNode.Scalar.Value? {
    guard let scalar = node.scalar, case .float = scalar.value else { return node.scalar?.value }
    let digits = scalar.text.drop { $0 == "-" || $0 == "+" }
    let isWhole = digits.hasPrefix("0x") || digits.utf8.allSatisfy { (48...57).contains($0) }
    return isWhole ? .integer(0) : scalar.value
  }

  /// `-9999.0` for a number that isn't whole.
  private static func fraction(_ node: YAMLNode, _ type: RegisterType, _ diagnostics: inout Diagnostics) -> UInt64? {
    guard type == .float32 || type == .float64 else {
      // Says what is wrong with it.
      _ = node.integer("`invalid`", diagnostics: &diagnostics)
      return nil
    }
    guard let number = node.number("`invalid`", diagnostics: &diagnostics) else { return nil }
    return type == .float32 ? UInt64(Float(number).bitPattern) : number.bitPattern
  }
}
