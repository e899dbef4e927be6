import Config

extension RegisterType {
  /// Reads `type`; of named bits the fields are still to come. `nil` after a diagnostic.
  static func read(_ node: YAMLNode, diagnostics: inout Diagnostics) -> RegisterType? {
    guard let scalar = node.scalar, !node.isNull else {
      diagnostics.error(
        "wrong-type", "`type` must be one of \(list), and this is \(node.description)", at: node.span,
        help: "write `type: uint16`, for example")
      return nil
    }
    if let type = plain.first(where: { $0.name == scalar.text }) { return type }
    if scalar.text.hasPrefix("string") || scalar.text.hasPrefix("char") || scalar.text.hasPrefix("text") {
      return string(scalar.text, node, diagnostics: &diagnostics)
    }
    let meant = synonyms[scalar.text.lowercased()] ?? Suggestion.closest(scalar.text, in: plain.map(\.name))
    let help =
      if ["uint8", "int8", "byte", "u8", "s8"].contains(scalar.text.lowercased()) {
        "a register has 16 bits; for a byte of it write `type: bits` and `bits: { high: { from: 8, to: 15 } }`"
      } else {
        meant.map { "did you mean `\($0)`?" } ?? "it may be one of \(list)"
      }
    diagnostics.error(
      "unknown-value", "there is no type \(node.description.dropFirst("the text ".count))", at: node.span, help: help)
    return nil
  }

  private static let plain: [RegisterType] = [
    .bool, .int16, .uint16, .int32, .uint32, .int64, .uint64, .float32, .float64, .bits([], registers: 1),
    .bits([], registers: 2),
  ]

  private static var list: String { (plain.map { "`\($0.name)`" } + ["`string(16)`"]).joined(separator: ", ") }

  /// As makers and other products call them.
  private static let synonyms: [String: String] = [
    "int": "int16", "short": "int16", "s16": "int16", "i16": "int16", "sint16": "int16", "signed": "int16",
    "uint": "uint16", "word": "uint16", "u16": "uint16", "ushort": "uint16", "unsigned": "uint16", "register": "uint16",
    "long": "int32", "dint": "int32", "s32": "int32", "i32": "int32", "sint32": "int32", "dword": "uint32",
    "u32": "uint32", "udint": "uint32", "ulong": "uint32", "s64": "int64", "i64": "int64", "lint": "int64",
    "u64": "uint64", "qword": "uint64", "float": "float32", "real": "float32", "single": "float32", "f32": "float32",
    "ieee754": "float32", "double": "float64", "lreal": "float64", "f64": "float64", "bit": "bool", "boolean": "bool",
    "coil": "bool", "bitfield": "bits", "bitmap": "bits", "flags": "bits", "enum": "uint16", "bitfield16": "bits",
    "bitfield32": "bits32", "enum16": "uint16", "acc32": "uint32", "acc64": "uint64", "sunssf": "int16",
  ]

  private static func string(_ text: String, _ node: YAMLNode, diagnostics: inout Diagnostics) -> RegisterType? {
    let inner = text.dropFirst("string(".count).dropLast()
    guard text.hasPrefix("string("), text.hasSuffix(")"), let bytes = Int(inner) else {
      diagnostics.error(
        "unknown-value", "the type of a text needs its length in bytes", at: node.span,
        help: "write `string(16)` for 16 bytes, which are 8 registers")
      return nil
    }
    guard (1...250).contains(bytes) else {
      diagnostics.error(
        "out-of-range", "a text has 1 to 250 bytes, and this has \(bytes)", at: node.span,
        help: "one answer holds 125 registers of two bytes; split it")
      return nil
    }
    return .string(bytes: bytes)
  }
}
