/// The line in which a span begins, as a terminal shows it, and the carets that go under it.
///
/// Of a long line (a GeoJSON file is often a single one) only the part around the span is shown.
struct SourceExcerpt {
  /// Tabs as blanks, control characters as `�`.
  private(set) var line = ""
  /// The blanks before the carets.
  private(set) var lead = ""
  private(set) var carets = ""
  /// The span reaches no further than this line's end.
  private(set) var endsWithLine = true

  /// Terminal columns shown, and how many of them before the span where the line is longer.
  private static let width = 100
  private static let before = 40
  /// Bytes looked at on either side.
  private static let window = 600
  private static let tabStop = 4

  private struct Cell {
    var text: String
    var width: Int
    var isMarked: Bool
  }

  /// - Parameter hidesMarked: What the span covers is a secret itself.
  init(_ source: SourceFile, _ span: SourceSpan, hidesMarked: Bool = false) {
    let start = min(span.start.offset, source.count)
    // A window of the file, and where the line ends and begins within it: a line may be the whole of a file of 100 MB.
    let bytes = source.bytes(in: max(0, start - Self.window - 4)..<start + Self.window + 4)
    let base = max(0, start - Self.window - 4)
    let place = min(start - base, bytes.count)
    var lineStart = place
    while lineStart > 0, !Self.isBreak(bytes[lineStart - 1]) { lineStart -= 1 }
    if base == 0, lineStart == 0 { lineStart = min(source.byteOrderMarkLength, place) }
    var lineEnd = place
    while lineEnd < bytes.count, !Self.isBreak(bytes[lineEnd]) { lineEnd += 1 }
    let isCut = lineEnd == bytes.count && base + lineEnd < source.count
    let end = min(max(span.end.offset, start), base + lineEnd)
    endsWithLine = !isCut && span.end.offset <= base + lineEnd

    var from = max(lineStart, place - Self.window)
    while from > lineStart, bytes[from] & 0xC0 == 0x80 { from -= 1 }
    var to = min(lineEnd, place + Self.window)
    while to < lineEnd, bytes[to] & 0xC0 == 0x80 { to += 1 }

    var cells = Self.cells(
      SourceText.repaired(Array(bytes[from..<to])), from: base + from, marked: start..<max(end, start + 1))
    let hidden = SecretMask.hidden(in: cells.map(\.text))
    for index in cells.indices where hidden[index] || (hidesMarked && cells[index].isMarked) {
      cells[index].text = String(repeating: "•", count: cells[index].width)
    }
    if place >= to { cells.append(Cell(text: " ", width: 1, isMarked: true)) }
    lay(
      cells, cutBefore: from > lineStart || (lineStart == 0 && base > 0), cutAfter: to < lineEnd || isCut)
  }

  private mutating func lay(_ cells: [Cell], cutBefore: Bool, cutAfter: Bool) {
    let first = cells.firstIndex(where: \.isMarked) ?? 0
    var begin = 0
    let ahead = cells[..<first].reduce(0) { $0 + $1.width }
    if cutBefore || ahead + cells[first...].prefix(20).reduce(0, { $0 + $1.width }) > Self.width {
      var columns = 0
      begin = first
      while begin > 0, columns + cells[begin - 1].width <= Self.before {
        begin -= 1
        columns += cells[begin].width
      }
    }
    if cutBefore || begin > 0 {
      line = "…"
      lead = " "
    }
    var columns = 0
    for index in cells.indices[begin...] {
      let cell = cells[index]
      guard columns + cell.width <= Self.width else {
        line += "…"
        return
      }
      columns += cell.width
      line += cell.text
      if cell.isMarked {
        carets += String(repeating: "^", count: cell.width)
      } else if carets.isEmpty {
        lead += String(repeating: " ", count: cell.width)
      }
    }
    if cutAfter { line += "…" }
  }

  private static func isBreak(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }

  private static func cells(_ bytes: [UInt8], from: Int, marked: Range<Int>) -> [Cell] {
    var cells: [Cell] = []
    var offset = from
    var column = 0
    for character in String(decoding: bytes, as: UTF8.self) {
      let length = character.utf8.count
      var text = String(character)
      var width = TerminalWidth.of(character)
      if character == "\t" {
        width = tabStop - column % tabStop
        text = String(repeating: " ", count: width)
      } else if width == 0 || !character.unicodeScalars.allSatisfy(Excerpt.isSafe) {
        text = "\u{FFFD}"
        width = 1
      }
      cells.append(
        Cell(text: text, width: width, isMarked: offset < marked.upperBound && offset + length > marked.lowerBound))
      column += width
      offset += length
    }
    return cells
  }
}
