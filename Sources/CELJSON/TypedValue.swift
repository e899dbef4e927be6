public import CEL
public import Config

/// Values of expressions as JSON that keeps their types, as the conformance tests write them: `{"type": "int64", "value": "5"}`, whole
/// numbers as decimal strings, doubles with the bits of IEEE 754 in hexadecimal, bytes in base64, maps as pairs.
public enum TypedValue {
  /// Why a JSON text is no value.
  public struct Fault: Error, Hashable, Sendable {
    public var message: String
    public init(_ message: String) { self.message = message }
  }

  public static func read(_ node: JSONNode) throws(Fault) -> Value {
    guard let type = node["type"]?.string, let content = node["value"] else {
      throw Fault("a value is written as {\"type\": …, \"value\": …}")
    }
    let text = content.string
    switch type {
    case "null", "null_type": return .null
    case "bool":
      guard case .boolean(let flag) = content.content else { throw Fault("a bool is true or false") }
      return .bool(flag)
    case "int64", "int":
      guard let value = Int64(digits(content)) else { throw Fault("an int64 is written as a string of digits") }
      return .int(value)
    case "uint64", "uint":
      guard let value = UInt64(digits(content)) else { throw Fault("a uint64 is written as a string of digits") }
      return .uint(value)
    case "double": return .double(try double(node, content))
    case "string":
      guard let text else { throw Fault("a string is written as a string") }
      return .string(text)
    case "bytes":
      guard let bytes = text.flatMap(Base64.decoded) else { throw Fault("bytes are written in base64") }
      return .bytes(bytes)
    case "list":
      var elements: [Value] = []
      for item in content.array ?? [] { elements.append(try read(item)) }
      return .list(elements)
    case "map": return .map(try map(content))
    case "duration", "google.protobuf.Duration":
      return try evaluated { () throws(EvaluationError) in .duration(try .init(text: text ?? "")) }
    case "timestamp", "google.protobuf.Timestamp":
      return try evaluated { () throws(EvaluationError) in .timestamp(try .init(text: text ?? "")) }
    case "type":
      guard let text else { throw Fault("a type is written as its name") }
      return .type(text)
    case "optional", "optional_type":
      if case .null = content.content { return .none }
      return .some(try read(content))
    default: throw Fault("there is no type `\(type.prefix(60))` of values")
    }
  }

  private static func digits(_ node: JSONNode) -> String {
    if case .number(_, let text) = node.content { return text }
    return node.string ?? ""
  }

  private static func double(_ node: JSONNode, _ content: JSONNode) throws(Fault) -> Double {
    if let bits = node["bits"]?.string.flatMap({ UInt64($0, radix: 16) }) { return Double(bitPattern: bits) }
    if let number = content.number { return number }
    guard let value = content.string.flatMap({ Double($0) }) else {
      throw Fault("a double is written as a number or its text")
    }
    return value
  }

  private static func map(_ content: JSONNode) throws(Fault) -> Value.Map {
    var map = Value.Map()
    for pair in content.array ?? [] {
      guard let parts = pair.array, parts.count == 2 else { throw Fault("a map is written as a list of pairs") }
      let key = try read(parts[0])
      let value = try read(parts[1])
      do { try map.insert(value, for: key) } catch { throw Fault(error.message) }
    }
    return map
  }

  private static func evaluated(_ make: () throws(EvaluationError) -> Value) throws(Fault) -> Value {
    do { return try make() } catch { throw Fault(error.message) }
  }

  // MARK: Writing

  public static func write(_ value: Value, to json: inout JSONWriter) {
    json.beginObject()
    json.member("type", name(value))
    json.key("value")
    switch value {
    case .null: json.null()
    case .bool(let flag): json.boolean(flag)
    case .int(let number): json.string(String(number))
    case .uint(let number): json.string(String(number))
    case .double(let number):
      json.string(text(number))
      json.member("bits", hexadecimal(number.bitPattern))
    case .string(let text), .type(let text): json.string(text)
    case .bytes(let bytes): json.string(Base64.encoded(bytes))
    case .list(let elements):
      json.beginArray()
      for element in elements { write(element, to: &json) }
      json.endArray()
    case .map(let map):
      json.beginArray()
      for entry in map.entries {
        json.beginArray()
        write(entry.key, to: &json)
        write(entry.value, to: &json)
        json.endArray()
      }
      json.endArray()
    case .timestamp(let time): json.string(time.text)
    case .duration(let duration): json.string(duration.text)
    case .optional(let maybe):
      if let value = maybe.value { write(value, to: &json) } else { json.null() }
    }
    switch value {
    case .timestamp(let time): parts(time.seconds, Int64(time.nanoseconds), &json)
    case .duration(let duration):
      parts(duration.nanoseconds / 1_000_000_000, duration.nanoseconds % 1_000_000_000, &json)
    default: break
    }
    json.endObject()
  }

  private static func parts(_ seconds: Int64, _ nanoseconds: Int64, _ json: inout JSONWriter) {
    json.member("seconds", seconds)
    json.member("nanos", nanoseconds)
  }

  private static func name(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .int: "int64"
    case .uint: "uint64"
    case .timestamp: "timestamp"
    case .duration: "duration"
    case .optional: "optional"
    default: value.typeName
    }
  }

  private static func text(_ number: Double) -> String {
    number.isNaN ? "NaN" : number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : number.description
  }

  private static func hexadecimal(_ bits: UInt64) -> String {
    let text = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}

/// Base64 with padding (RFC 4648, section 4).
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encoded(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits = group.reduce(0) { $0 << 8 | UInt32($1) }
      bits <<= 8 * UInt32(3 - group.count)
      for place in 0..<4 {
        text.append(place <= group.count ? alphabet[Int(bits >> (18 - 6 * UInt32(place))) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  static func decoded(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    var characters = text.utf8[...]
    while characters.last == UInt8(ascii: "=") { characters.removeLast() }
    for character in characters {
      guard let value = alphabet.firstIndex(of: character) else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }
}
