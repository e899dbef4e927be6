/// A JSON value and all that is in it, flat, in the order of the file: 24 bytes for each value, whatever it is, and the text that it was
/// read from.
final class JSONTape: Sendable {
  enum Kind: UInt8 {
    case null, no, yes, number, string, escapedString, array, object
    /// The name of a member, its value behind it; the second kind is one that its object has already.
    case name, escapedName, doubledName
  }

  struct Entry {
    /// Where it stands, from the beginning of `bytes`.
    var start: UInt32
    /// Behind its last byte.
    var end: UInt32
    /// The number of the entry behind all that is in this one.
    var next: UInt32
    var kind: Kind
    var number: Double
  }

  let entries: [Entry]
  let bytes: [UInt8]
  /// Where `bytes` begins in the file.
  let base: Int

  init(entries: [Entry], bytes: [UInt8], base: Int) {
    self.entries = entries
    self.bytes = bytes
    self.base = base
  }

  /// The text of a name or a string.
  func text(_ index: Int) -> String {
    let entry = entries[index]
    let inner = bytes[Int(entry.start) + 1..<Int(entry.end) - 1]
    switch entry.kind {
    case .string, .name: return String(decoding: inner, as: UTF8.self)
    default: return JSONEscapes.decode(inner)
    }
  }

  func range(_ index: Int) -> Range<Int> { base + Int(entries[index].start)..<base + Int(entries[index].end) }
}
