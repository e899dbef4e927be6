import Config

/// Finds where in a file a part of a YAML scalar's text stands, however it is written: plain over several lines, in quotes with escapes,
/// literal (`|`) or folded (`>`).
struct ScalarMap {
  private let file: SourceFile
  private let node: YAMLNode
  /// For every byte of the text, and its end, the byte of the file.
  private let offsets: [Int]?

  init(_ node: YAMLNode, in file: SourceFile) {
    self.node = node
    self.file = file
    offsets = Self.align(node, file.bytes)
  }

  /// The place of a part of the text, given in UTF-8 bytes.
  func span(_ range: Range<Int>) -> SourceSpan {
    guard let offsets, range.lowerBound >= 0, range.upperBound < offsets.count else { return node.span }
    let start = offsets[range.lowerBound]
    // Behind the last byte, which may stand on another line than what follows.
    let end = range.isEmpty ? start : offsets[range.upperBound - 1] + 1
    return file.span(start..<max(start, end))
  }

  /// Goes along text and source together; `nil` where they don't agree.
  private static func align(_ node: YAMLNode, _ bytes: [UInt8]) -> [Int]? {
    guard let scalar = node.scalar, node.span.end.offset <= bytes.count, node.span.start.offset < node.span.end.offset
    else {
      return nil
    }
    var at = node.span.start.offset
    var end = node.span.end.offset
    let text = Array(scalar.text.utf8)
    let first = bytes[at]
    let quote: UInt8? = !scalar.isPlain && (first == 34 || first == 39) ? first : nil
    if quote != nil {
      at += 1
      end -= 1
    } else if !scalar.isPlain {
      // `|` or `>` with its indicators and a comment: the text begins on the next line.
      while at < end, bytes[at] != 10 { at += 1 }
    } else if first == 42 {
      return nil
    }
    var offsets: [Int] = []
    offsets.reserveCapacity(text.count + 1)
    var index = 0
    while index < text.count {
      if isBlank(text[index]) {
        // Blanks and breaks in the text are some blanks and breaks in the source, not always as many.
        offsets.append(min(at, max(node.span.start.offset, end - 1)))
        if at < end, bytes[at] == text[index] { at += 1 }
        index += 1
        continue
      }
      while at < end, isBlank(bytes[at]) || (quote == 34 && bytes[at] == 92 && isBreak(bytes, at + 1)) { at += 1 }
      guard at < end else { return nil }
      if bytes[at] == text[index], !(quote == 34 && bytes[at] == 92) {
        offsets.append(at)
        // Within single quotes a quote is written twice.
        at += quote == 39 && bytes[at] == 39 ? 2 : 1
        index += 1
      } else if quote == 34, bytes[at] == 92, at + 1 < end {
        let (length, count) = escape(bytes, at, text, index)
        for _ in 0..<count { offsets.append(at) }
        at += length
        index += count
      } else {
        return nil
      }
    }
    offsets.append(offsets.last.map { $0 + 1 } ?? at)
    return offsets.count == text.count + 1 ? offsets : nil
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }
  private static func isBreak(_ bytes: [UInt8], _ index: Int) -> Bool {
    index < bytes.count && (bytes[index] == 10 || bytes[index] == 13)
  }

  /// How long an escape is, and how many bytes of the text it stands for (YAML 1.2.2, section 5.7).
  private static func escape(_ bytes: [UInt8], _ at: Int, _ text: [UInt8], _ index: Int) -> (Int, Int) {
    let digits: Int =
      switch bytes[at + 1] {
      case UInt8(ascii: "x"): 2
      case UInt8(ascii: "u"): 4
      case UInt8(ascii: "U"): 8
      default: 0
      }
    var count = 1
    while index + count < text.count, text[index + count] & 0xC0 == 0x80 { count += 1 }
    return (2 + digits, count)
  }
}
