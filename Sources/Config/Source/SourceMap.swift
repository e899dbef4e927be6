/// Turns byte offsets into lines and columns, when somebody asks.
///
/// Lines end with LF, CR LF or CR. Columns count grapheme clusters, which can't be found from the middle of a text. So the file is gone
/// through once, as far as was asked for, and a mark is left every 64 KiB; from the nearest mark, or from the last place that was
/// asked for, it is not far to any other, even in a single line of 100 MB. A byte that isn't UTF-8 counts as a character. Confined to one
/// reader; not for sharing.
public final class SourceMap {
  public let path: String
  private let file: SourceFile
  private let first: Int
  private let count: Int

  /// A place where a cluster begins.
  private struct Mark {
    var offset: Int
    /// From 0.
    var line: Int
    /// Clusters of the line before the place.
    var clusters: Int
  }

  /// At the file's beginning and on; between two of them is a segment.
  private var marks: [Mark]
  private var last: Mark
  /// A stretch of the file, made well-formed.
  private var window: [UInt8] = []
  private var windowStart = 0

  private static let step = 65_536
  /// Looked at beyond a segment's least length for a place where a cluster surely ends.
  private static let slack = 65_536

  public init(_ file: SourceFile) {
    self.file = file
    path = file.path
    first = file.byteOrderMarkLength
    count = file.count
    last = Mark(offset: first, line: 0, clusters: 0)
    marks = [last]
  }

  public func span(_ range: Range<Int>) -> SourceSpan { span(range.lowerBound, range.upperBound) }

  func span(_ start: Int, _ end: Int) -> SourceSpan {
    let first = location(start)
    return SourceSpan(file: path, start: first, end: end <= start ? first : location(end))
  }

  func location(_ offset: Int) -> SourceLocation {
    let offset = max(first, min(offset, count))
    var segment = last.offset <= offset && offset - last.offset < Self.step ? nil : index(of: offset)
    // A place that was just asked for is a shorter way, unless a mark lies between.
    if let found = segment, last.offset <= offset, last.offset > marks[found].offset { segment = nil }
    var mark = segment.map { marks[$0] } ?? last
    load(mark.offset, through: offset)
    let place = walk(&mark, to: offset)
    last = mark
    return SourceLocation(line: place.line + 1, column: place.clusters + 1, offset: offset)
  }

  /// Where the line with `offset` begins.
  func lineStart(of offset: Int) -> Int {
    let offset = max(first, min(offset, count))
    load(first, through: offset)
    var start = offset
    while start > first {
      let before = window[start - 1 - windowStart]
      if before == 10 || (before == 13 && byte(start) != 10) { return start }
      start -= 1
    }
    return start
  }

  /// The number of the last mark at or before the offset; marks are made up to there.
  private func index(of offset: Int) -> Int {
    while let last = marks.last, offset - last.offset >= Self.step + Self.slack {
      var mark = last
      load(mark.offset, through: mark.offset + Self.step + Self.slack)
      let end = boundary(after: mark.offset + Self.step)
      let place = walk(&mark, to: end)
      marks.append(Mark(offset: end, line: place.line, clusters: place.clusters))
    }
    var (low, high) = (0, marks.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if marks[middle].offset <= offset { low = middle } else { high = middle }
    }
    return low
  }

  /// A place where surely a cluster ends: no rule of Unicode annex 29 joins two ASCII characters but CR LF. In a text without any such
  /// pair, a character's end has to do.
  private func boundary(after offset: Int) -> Int {
    let end = min(count, offset + Self.slack - 8)
    for place in offset..<max(offset, end) {
      let (a, b) = (window[place - 1 - windowStart], byte(place))
      if a < 0x80, b < 0x80, !(a == 13 && b == 10) { return place }
    }
    var place = end
    while place > offset, byte(place) & 0xC0 == 0x80 { place -= 1 }
    return place
  }

  /// Makes the window hold the bytes from `start` to `end`, and some more.
  private func load(_ start: Int, through end: Int) {
    if windowStart <= start, min(count, end + 8) <= windowStart + window.count { return }
    switch file.content {
    case .memory(let bytes): window = SourceText.repaired(bytes)
    case .disk:
      windowStart = start
      window = SourceText.repaired(file.bytes(in: start..<max(end, start + Self.step + Self.slack) + 8))
      // A file that changed under our hands keeps its places, with nothing at them.
      let wanted = min(count, end + 8) - start
      if window.count < wanted { window += Array(repeating: 0x1A, count: wanted - window.count) }
    }
  }

  /// 0 beyond the file's end.
  private func byte(_ offset: Int) -> UInt8 {
    let index = offset - windowStart
    return index < window.count ? window[index] : 0
  }

  /// Goes from the mark to `offset`, and leaves the mark at the last cluster on the way, which may reach further.
  private func walk(_ mark: inout Mark, to offset: Int) -> Mark {
    var here = mark
    while here.offset < offset {
      mark = here
      let current = byte(here.offset)
      let next = byte(here.offset + 1)
      if current == 10 || (current == 13 && next != 10) {
        here = Mark(offset: here.offset + 1, line: here.line + 1, clusters: 0)
      } else if current < 0x80, next < 0x80 {
        here.offset += 1
        here.clusters += 1
      } else {
        var end = here.offset + 1
        while end < offset, byte(end) >= 0x80 || byte(end - 1) >= 0x80, byte(end) != 10, byte(end) != 13 { end += 1 }
        let text = window[here.offset - windowStart..<end - windowStart]
        for cluster in String(decoding: text, as: UTF8.self) {
          mark = here
          here.offset += cluster.utf8.count
          here.clusters += 1
        }
      }
    }
    return here
  }
}
