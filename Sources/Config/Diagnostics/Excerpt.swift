/// What somebody wrote, made fit to stand within a message: one line, of bounded length, without control characters.
enum Excerpt {
  static let limit = 60

  static func quoted(_ text: some StringProtocol) -> String {
    var out = ""
    var count = 0
    for scalar in text.unicodeScalars {
      if count == limit { return out + "…" }
      count += 1
      out.unicodeScalars.append(isSafe(scalar) ? scalar : "\u{FFFD}")
    }
    return out
  }

  /// False for what looks like nothing or like a blank but is none: it comes along when text is copied from a page.
  static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0xA0, 0xAD, 0x2000...0x200F, 0x202F, 0x205F...0x2064, 0x3000, 0xFEFF: false
    default: isSafe(scalar)
    }
  }

  /// False for what a terminal might obey or use to show something else than is there: control characters, line separators and
  /// the bidirectional controls.
  static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: false
    default: true
    }
  }
}
