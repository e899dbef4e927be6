import Config

/// Bytes as they are written in a profile: `\r`, `\n`, `\t`, `\\` and `\xHH` within plain text or quotes of either kind, and the same
/// where YAML's double quotes have resolved them already. A character up to U+00FF is that byte.
enum ByteText {
  static func read(
    _ node: YAMLNode, _ what: String, count: ClosedRange<Int>, diagnostics: inout Diagnostics
  ) -> [UInt8]? {
    guard let text = node.string(what, limit: count.upperBound * 4, diagnostics: &diagnostics) else { return nil }
    var bytes: [UInt8] = []
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      guard scalar.value < 256 else {
        diagnostics.error(
          "bad-bytes", "\(what) holds a character that is no single byte", at: node.span,
          help: "write its bytes, each as `\\xHH`")
        return nil
      }
      guard scalar == "\\" else {
        bytes.append(UInt8(scalar.value))
        continue
      }
      guard let byte = escape(&rest) else {
        diagnostics.error(
          "bad-escape", "\(what) holds a `\\` that means nothing", at: node.span,
          help: "write `\\r`, `\\n`, `\\t`, `\\xHH` with two hexadecimal digits, or `\\\\` for the character itself")
        return nil
      }
      bytes.append(byte)
    }
    guard count.contains(bytes.count) else {
      diagnostics.error(
        "out-of-range",
        "\(what) must have \(count.lowerBound) to \(count.upperBound) bytes, and this has \(bytes.count)",
        at: node.span, help: bytes.isEmpty ? "write them, or delete the key" : "shorten it")
      return nil
    }
    return bytes
  }

  private static func escape(_ rest: inout ArraySlice<Unicode.Scalar>) -> UInt8? {
    switch rest.popFirst() {
    case "r": return 13
    case "n": return 10
    case "t": return 9
    case "\\": return 92
    case "x":
      guard rest.count >= 2 else { return nil }
      let digits = rest.prefix(2).map { UInt8(truncatingIfNeeded: $0.value < 128 ? $0.value : 0) }
      rest = rest.dropFirst(2)
      return Decimal.hexadecimal(digits).map(UInt8.init)
    default: return nil
    }
  }
}
