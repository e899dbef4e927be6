import Config

extension WordOrder {
  /// Reads `order` and holds it against the type; `nil` after a diagnostic.
  static func read(_ node: YAMLNode, type: RegisterType?, diagnostics: inout Diagnostics) -> WordOrder? {
    let text = node.scalar?.text ?? ""
    let isSwapped = text.uppercased() == "BA"
    guard let order = isSwapped ? .badc : text.uppercased() == "AB" ? .abcd : WordOrder(rawValue: text.uppercased())
    else {
      let meant: String? =
        switch text.lowercased() {
        case "big", "big-endian", "bigendian", "be", "msb", "high": "`ABCD`, or leave it out"
        case "little", "little-endian", "littleendian", "le", "lsb", "low":
          "`CDAB` where the low register comes first (the usual meaning), `DCBA` where all bytes are reversed"
        case "swap", "swapped", "word", "word-swap": "`CDAB`"
        case "byte", "byte-swap": "`BADC`"
        default: nil
        }
      diagnostics.error(
        "unknown-value", "`order` must be `ABCD`, `CDAB`, `BADC` or `DCBA`, and this is \(node.description)",
        at: node.span,
        help: meant.map { "write \($0)" }
          ?? "the letters are the value's bytes from the highest to the lowest, in the order in which they come")
      return nil
    }
    guard let type else { return order }
    func impossible(_ message: String, _ help: String) -> WordOrder? {
      diagnostics.error("impossible-order", message, at: node.span, help: help)
      return nil
    }
    let isPair = text.utf8.count == 2
    switch type {
    case .bool:
      return impossible("a truth value has no order", "delete `order`")
    case .int16, .uint16:
      if isPair { return order }
      return impossible(
        "a value of one register has no order of registers",
        "delete `order`; or write `BA` if its two bytes are swapped")
    case .bits(_, let registers):
      if registers > 1, !isPair { return order }
      return impossible(
        registers == 1 ? "named bits of one register have no order" : "the order of two registers has four letters",
        registers == 1 ? "delete `order`; bit 0 is the lowest of the register" : "write `ABCD` or `CDAB`")
    case .string:
      if isPair { return order }
      return impossible(
        "a text comes in the order of its registers",
        "delete `order`; or write `BA` if the two characters in each register are swapped")
    case .int32, .uint32, .int64, .uint64, .float32, .float64:
      if !isPair { return order }
      return impossible(
        "`\(text)` is the order of the two bytes in one register", "write `ABCD`, `CDAB`, `BADC` or `DCBA`")
    }
  }
}
