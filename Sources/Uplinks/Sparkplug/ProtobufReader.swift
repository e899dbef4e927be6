/// Reads a message of Protocol Buffers field by field. Anything may stand there: what is cut short, runs on or has no known form is an error,
/// never more than the bytes that were given is looked at, and nothing is kept.
struct ProtobufReader {
  /// What is wrong, as the end of a sentence.
  struct Damage: Error, Hashable { var what: String }

  enum Content: Equatable {
    case varint(UInt64)
    /// As it stands, of eight bytes or four.
    case fixed(UInt64)
    /// A text, bytes or a message within.
    case bytes(ArraySlice<UInt8>)
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// The next field; `nil` at the end.
  mutating func next() throws(Damage) -> (field: UInt64, content: Content)? {
    guard !rest.isEmpty else { return nil }
    let tag = try varint()
    guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw Damage(what: "a field without a number") }
    switch tag & 7 {
    case 0: return (tag >> 3, .varint(try varint()))
    case 1: return (tag >> 3, .fixed(try fixed(8)))
    case 2:
      let count = try varint()
      guard count <= UInt64(rest.count) else { throw Damage(what: "a field that is longer than the message") }
      let bytes = rest.prefix(Int(count))
      rest = rest.dropFirst(Int(count))
      return (tag >> 3, .bytes(bytes))
    case 5: return (tag >> 3, .fixed(try fixed(4)))
    // Groups, which have been given up long ago, and what never was.
    default: throw Damage(what: "a field of an unknown form")
    }
  }

  private mutating func varint() throws(Damage) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = rest.popFirst() else { throw Damage(what: "a number that is cut short") }
      // The tenth byte has room for one bit.
      guard shift < 63 || byte <= 1 else { throw Damage(what: "a number of more than 64 bits") }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw Damage(what: "a number of more than 64 bits")
  }

  private mutating func fixed(_ count: Int) throws(Damage) -> UInt64 {
    guard rest.count >= count else { throw Damage(what: "a number that is cut short") }
    let value = rest.prefix(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    rest = rest.dropFirst(count)
    return value
  }
}
