/// Turns byte offsets into lines and columns.
///
/// Lines end with LF, CR LF or CR. Columns count grapheme clusters, which can't be found from the middle of a text, so the last
/// cluster looked at is remembered: going forward through a file costs one pass over it, even when it is a single line of 16 MB.
/// A byte that isn't UTF-8 counts as a character. Confined to one parse; not for sharing.
final class SourceMap {
  let path: String
  private let bytes: [UInt8]
  /// Where each line begins, the first after a byte order mark.
  private let lineStarts: [Int]

  private var line = 0
  /// The start of a cluster of that line, and the number of clusters of the line before it.
  private var checkpoint: (offset: Int, clusters: Int)

  init(_ file: SourceFile) {
    path = file.path
    bytes = SourceText.repaired(file.bytes)
    var starts = [file.byteOrderMarkLength]
    file.bytes.withUnsafeBufferPointer { bytes in
      for index in bytes.indices {
        let isBreak = bytes[index] == 10 || (bytes[index] == 13 && (index + 1 == bytes.count || bytes[index + 1] != 10))
        if isBreak { starts.append(index + 1) }
      }
    }
    lineStarts = starts
    checkpoint = (starts[0], 0)
  }

  func span(_ start: Int, _ end: Int) -> SourceSpan {
    let first = location(start)
    return SourceSpan(file: path, start: first, end: end <= start ? first : location(end))
  }

  func location(_ offset: Int) -> SourceLocation {
    let offset = max(lineStarts[0], min(offset, bytes.count))
    let wanted = lineIndex(of: offset)
    if wanted != line || offset < checkpoint.offset {
      line = wanted
      checkpoint = (lineStarts[wanted], 0)
    }
    return SourceLocation(line: wanted + 1, column: clusters(before: offset) + 1, offset: offset)
  }

  /// Where the line with `offset` begins.
  func lineStart(of offset: Int) -> Int { lineStarts[lineIndex(of: offset)] }

  private func lineIndex(of offset: Int) -> Int {
    if lineStarts[line] <= offset, line + 1 == lineStarts.count || offset < lineStarts[line + 1] { return line }
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  private func clusters(before offset: Int) -> Int {
    bytes.withUnsafeBufferPointer { bytes in
      var (index, count) = checkpoint
      while index < offset {
        checkpoint = (index, count)
        // No rule of annex 29 joins two ASCII characters but CR LF, so between two of them a cluster always ends.
        if bytes[index] < 0x80, index + 1 == bytes.count || bytes[index + 1] < 0x80 {
          index += 1
          count += 1
          continue
        }
        var end = index + 1
        while end < offset, bytes[end] >= 0x80 || bytes[end - 1] >= 0x80 { end += 1 }
        for cluster in String(decoding: bytes[index..<end], as: UTF8.self) {
          checkpoint = (index, count)
          index += cluster.utf8.count
          count += 1
        }
      }
      return count
    }
  }
}
