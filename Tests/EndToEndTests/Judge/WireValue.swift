/// JSON that keeps the bytes of each value, for comparing byte for byte. Of the tests' own, so that the product's writer isn't judged
/// by the product's reader.
struct WireValue: Hashable, Sendable {
  indirect enum Content: Hashable, Sendable {
    case object([Member])
    case array([WireValue])
    case string(String)
    case number(Double)
    case boolean(Bool)
    case null
  }

  struct Member: Hashable, Sendable {
    var key: String
    var value: WireValue
  }

  var raw: [UInt8]
  var content: Content

  subscript(key: String) -> WireValue? {
    guard case .object(let members) = content else { return nil }
    return members.first { $0.key == key }?.value
  }

  var text: String? { if case .string(let text) = content { text } else { nil } }
  var number: Double? { if case .number(let number) = content { number } else { nil } }
  var flag: Bool? { if case .boolean(let flag) = content { flag } else { nil } }
  var elements: [WireValue]? { if case .array(let elements) = content { elements } else { nil } }
  var members: [Member]? { if case .object(let members) = content { members } else { nil } }

  /// The object's bytes without the members named, in their order.
  func without(_ keys: Set<String>, canonical isCanonical: Bool = false) -> String {
    guard let members else { return String(decoding: raw, as: UTF8.self) }
    if isCanonical {
      return WireValue(raw: [], content: .object(members.filter { !keys.contains($0.key) })).canonical
    }
    let rest = members.filter { !keys.contains($0.key) }
      .map { "\"\($0.key)\":\(String(decoding: $0.value.raw, as: UTF8.self))" }
    return "{\(rest.joined(separator: ","))}"
  }

  /// The same for two texts that mean the same: members by name, numbers as Swift writes them. A `location` is taken apart, as Socket.IO's
  /// positions have it.
  var canonical: String {
    switch content {
    case .object(let members):
      let flat = members.flatMap { member -> [Member] in
        guard member.key == "location", let place = member.value.members, self["type"]?.text == "position" else {
          return [member]
        }
        return place.map { Member(key: $0.key == "latitude" ? "lat" : "lng", value: $0.value) }
      }
      return "{\(flat.map { "\($0.key):\($0.value.canonical)" }.sorted().joined(separator: ","))}"
    case .array(let elements): return "[\(elements.map(\.canonical).joined(separator: ","))]"
    case .number(let number): return "\(number)"
    case .string(let text): return "\"\(text)\""
    case .boolean, .null: return String(decoding: raw, as: UTF8.self)
    }
  }

  static func parse(_ bytes: [UInt8]) throws -> WireValue {
    var parser = Parser(bytes: bytes)
    let value = try parser.value(depth: 0)
    parser.space()
    guard parser.offset == bytes.count else { throw parser.error("something follows the value") }
    return value
  }

  private struct Parser {
    let bytes: [UInt8]
    var offset = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    func error(_ what: String) -> Failure {
      Failure("JSON: \(what) at byte \(offset) of \(String(decoding: bytes.prefix(400), as: UTF8.self))")
    }

    var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    mutating func space() { while let byte = next, [32, 9, 10, 13].contains(byte) { offset += 1 } }

    mutating func take(_ character: Character) throws {
      guard next == character.asciiValue else { throw error("expected \(character)") }
      offset += 1
    }

    mutating func value(depth: Int) throws -> WireValue {
      guard depth < 64 else { throw error("too deep") }
      space()
      let start = offset
      let content: Content
      switch next {
      case UInt8(ascii: "{"): content = try object(depth: depth)
      case UInt8(ascii: "["): content = try array(depth: depth)
      case UInt8(ascii: "\""): content = .string(try string())
      default:
        while let byte = next, ![44, 93, 125, 32, 9, 10, 13].contains(byte) { offset += 1 }
        switch String(decoding: bytes[start..<offset], as: UTF8.self) {
        case "true": content = .boolean(true)
        case "false": content = .boolean(false)
        case "null": content = .null
        case let word:
          guard let number = Double(word), number.isFinite else { throw error("no value: \(word)") }
          content = .number(number)
        }
      }
      return WireValue(raw: Array(bytes[start..<offset]), content: content)
    }

    mutating func object(depth: Int) throws -> Content {
      try take("{")
      space()
      var members: [Member] = []
      if next == UInt8(ascii: "}") {
        offset += 1
        return .object([])
      }
      while true {
        space()
        let key = try string()
        guard !members.contains(where: { $0.key == key }) else { throw error("\(key) stands twice") }
        space()
        try take(":")
        members.append(Member(key: key, value: try value(depth: depth + 1)))
        space()
        if next == UInt8(ascii: ",") {
          offset += 1
          continue
        }
        try take("}")
        return .object(members)
      }
    }

    mutating func array(depth: Int) throws -> Content {
      try take("[")
      space()
      var elements: [WireValue] = []
      if next == UInt8(ascii: "]") {
        offset += 1
        return .array([])
      }
      while true {
        elements.append(try value(depth: depth + 1))
        space()
        if next == UInt8(ascii: ",") {
          offset += 1
          continue
        }
        try take("]")
        return .array(elements)
      }
    }

    mutating func string() throws -> String {
      try take("\"")
      var text: [UInt8] = []
      while let byte = next {
        offset += 1
        switch byte {
        case UInt8(ascii: "\""):
          guard let string = String(validating: text, as: UTF8.self) else { throw error("no UTF-8") }
          return string
        case UInt8(ascii: "\\"): try escape(into: &text)
        case 0..<32: throw error("a control character")
        default: text.append(byte)
        }
      }
      throw error("the text doesn't end")
    }

    mutating func escape(into text: inout [UInt8]) throws {
      guard let byte = next else { throw error("the text doesn't end") }
      offset += 1
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
      case UInt8(ascii: "n"): text.append(10)
      case UInt8(ascii: "t"): text.append(9)
      case UInt8(ascii: "r"): text.append(13)
      case UInt8(ascii: "b"): text.append(8)
      case UInt8(ascii: "f"): text.append(12)
      case UInt8(ascii: "u"):
        guard offset + 4 <= bytes.count,
          let code = UInt32(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16),
          let scalar = Unicode.Scalar(code)
        else { throw error("no escape (surrogates aren't used on this wire)") }
        offset += 4
        text += Array(String(Character(scalar)).utf8)
      default: throw error("no escape")
      }
    }
  }
}
