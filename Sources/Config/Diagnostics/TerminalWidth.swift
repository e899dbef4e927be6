/// How many columns of a terminal a character takes.
enum TerminalWidth {
  /// 2 for what East Asian Width (Unicode annex 11) calls wide or full-width and for emoji, 0 for what has no width of its own, else 1.
  static func of(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      if scalar.value < 0x300 {
        width = max(width, scalar.value == 0xAD ? 0 : 1)
      } else if isWide(scalar.value) || scalar.properties.isEmojiPresentation || scalar.value == 0xFE0F {
        return 2
      } else {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: continue
        default: width = max(width, 1)
        }
      }
    }
    return width
  }

  private static func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
      0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18CFF, 0x1B000...0x1B2FF, 0x1F300...0x1F64F,
      0x1F900...0x1F9FF,
      0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
