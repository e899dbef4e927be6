/// What stands before a value: `&anchor` and `!tag`, in either order, with blanks, line ends and comments between.
struct YAMLProperties {
  /// Where the value itself begins.
  private(set) var end: Int
  private(set) var tag: Range<Int>?

  init(_ bytes: [UInt8], from start: Int, to limit: Int, has properties: Bool) {
    end = start
    guard properties else { return }
    var index = start
    var lastWord = start
    while index < min(limit, bytes.count) {
      switch bytes[index] {
      case UInt8(ascii: "&"):
        index += 1
        while index < bytes.count, isAnchorByte(bytes[index]) { index += 1 }
        lastWord = index
      case UInt8(ascii: "!"):
        let word = index
        while index < bytes.count, ![9, 10, 13, 32, UInt8(ascii: ",")].contains(bytes[index]) { index += 1 }
        tag = word..<index
        lastWord = index
      case 9, 10, 13, 32: index += 1
      case UInt8(ascii: "#"): while index < bytes.count, bytes[index] != 10, bytes[index] != 13 { index += 1 }
      default:
        end = index
        return
      }
    }
    // Nothing follows: a missing value, right behind its properties.
    end = lastWord
  }

  /// What libyaml takes for a letter of an anchor; a value may follow without a blank where it begins with `:`, for example.
  private func isAnchorByte(_ byte: UInt8) -> Bool {
    (97...122).contains(byte | 32) || (48...57).contains(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }
}
