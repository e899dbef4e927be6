/// Writes JSON (RFC 8259) into bytes, without blanks and without a tree. Commas and colons come by themselves.
///
/// It doesn't check that objects and arrays are closed or that keys and values take turns; that is the caller's.
public struct JSONWriter: Sendable {
  public private(set) var bytes: [UInt8]
  private var needsComma = false

  /// - Parameter capacity: bytes to make room for at once.
  public init(capacity: Int = 256) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// What was written, and begins anew with room for a little more than that: the next is about as long, and would else outgrow its room, which
  /// doubles it.
  public mutating func take() -> [UInt8] {
    defer { self = JSONWriter(capacity: bytes.count + bytes.count / 8) }
    return bytes
  }

  /// Forgets what was written and keeps the room.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }

  public mutating func beginObject() { begin(UInt8(ascii: "{")) }
  public mutating func endObject() { end(UInt8(ascii: "}")) }
  public mutating func beginArray() { begin(UInt8(ascii: "[")) }
  public mutating func endArray() { end(UInt8(ascii: "]")) }

  public mutating func key(_ key: String) {
    comma()
    quote(key)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Quotes, backslashes and control characters are escaped; all else stands as UTF-8.
  public mutating func string(_ value: String) {
    comma()
    quote(value)
  }

  /// The shortest text that reads back as the same number, `5` for 5.0; `null` for what is not finite, which JSON can't say.
  public mutating func number(_ value: Double) {
    guard value.isFinite else { return null() }
    if value.rounded() == value, value.magnitude < 1e15, value != 0 || value.sign == .plus {
      return number(Int64(value))
    }
    comma()
    bytes.append(contentsOf: value.description.utf8)
    if bytes[bytes.count - 1] == UInt8(ascii: "0"), bytes[bytes.count - 2] == UInt8(ascii: ".") { bytes.removeLast(2) }
  }

  /// Rounded to so many decimals, 0 to 15, without trailing zeros; never with an exponent where `value` × 10^`decimals` is below 2^53.
  public mutating func number(_ value: Double, decimals: Int) {
    var scale: Int64 = 1
    for _ in 0..<max(0, min(15, decimals)) { scale *= 10 }
    let scaled = (value * Double(scale)).rounded()
    guard value.isFinite, scaled.magnitude < 0x1p53 else { return number(value) }
    var units = Int64(scaled.magnitude)
    comma()
    if units != 0, value < 0 { bytes.append(UInt8(ascii: "-")) }
    while scale > 1, units % 10 == 0 {
      units /= 10
      scale /= 10
    }
    digits(UInt64(units / scale))
    guard scale > 1 else { return }
    bytes.append(UInt8(ascii: "."))
    var rest = units % scale
    while scale > 1 {
      scale /= 10
      bytes.append(48 + UInt8(rest / scale))
      rest %= scale
    }
  }

  public mutating func number(_ value: Int64) {
    comma()
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    digits(value.magnitude)
  }

  public mutating func number(_ value: UInt64) {
    comma()
    digits(value)
  }

  public mutating func number(_ value: Int) { number(Int64(value)) }

  public mutating func boolean(_ value: Bool) { raw(value ? "true".utf8 : "false".utf8) }

  public mutating func null() { raw("null".utf8) }

  /// A value that is JSON already.
  public mutating func raw(_ value: some Collection<UInt8>) {
    comma()
    bytes.append(contentsOf: value)
  }

  private mutating func begin(_ bracket: UInt8) {
    comma()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func end(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func comma() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func digits(_ value: UInt64) {
    guard value >= 10 else { return bytes.append(48 + UInt8(value)) }
    let start = bytes.count
    var rest = value
    while rest > 0 {
      bytes.append(48 + UInt8(rest % 10))
      rest /= 10
    }
    bytes[start...].reverse()
  }

  private mutating func quote(_ value: String) {
    bytes.append(UInt8(ascii: "\""))
    var value = value
    value.withUTF8 { text in
      var start = 0
      for index in text.indices {
        let byte = text[index]
        guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
        escape(byte)
        start = index + 1
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 8: bytes.append(UInt8(ascii: "b"))
    case 9: bytes.append(UInt8(ascii: "t"))
    case 10: bytes.append(UInt8(ascii: "n"))
    case 12: bytes.append(UInt8(ascii: "f"))
    case 13: bytes.append(UInt8(ascii: "r"))
    case 0..<0x20:
      bytes.append(contentsOf: "u00".utf8)
      bytes.append(48 + byte / 16)
      let low = byte % 16
      bytes.append(low < 10 ? 48 + low : 87 + low)
    default: bytes.append(byte)
    }
  }
}
