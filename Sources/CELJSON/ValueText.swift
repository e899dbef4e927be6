public import CEL

/// Values as an expression would write them, for people to read.
public enum ValueText {
  public static func text(_ value: Value) -> String {
    switch value {
    case .null: return "null"
    case .bool(let flag): return String(flag)
    case .int(let number): return String(number)
    case .uint(let number): return "\(number)u"
    case .double(let number): return number.description
    case .string(let text): return quoted(text)
    case .bytes(let bytes): return "b\"" + bytes.map(escaped).joined() + "\""
    case .list(let elements): return "[" + elements.map(text).joined(separator: ", ") + "]"
    case .map(let map):
      return "{" + map.entries.map { "\(text($0.key)): \(text($0.value))" }.joined(separator: ", ") + "}"
    case .timestamp(let time): return "timestamp(\"\(time.text)\")"
    case .duration(let duration): return "duration(\"\(duration.text)\")"
    case .type(let name): return name
    case .optional(let maybe): return maybe.value.map { "optional.of(\(text($0)))" } ?? "optional.none()"
    }
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where scalar.value < 32 || (0x7F...0x9F).contains(scalar.value):
        out += "\\u00" + hexadecimal(UInt8(scalar.value))
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }

  private static func escaped(_ byte: UInt8) -> String {
    let isPlain = (32..<127).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    return isPlain ? String(UnicodeScalar(byte)) : "\\x" + hexadecimal(byte)
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    let text = String(byte, radix: 16)
    return text.utf8.count == 1 ? "0" + text : text
  }
}
