/// A place in a source file: before the byte at `offset`, or at the file's end.
///
/// Ordered by `offset`. Kept in 32 bits each, since a tree has two per node and no file above 4 GB is ever read.
public struct SourceLocation: Hashable, Sendable, Comparable {
  private let line32: UInt32
  private let column32: UInt32
  private let offset32: UInt32

  /// From 1; 0 only in a span that means the whole file.
  public var line: Int { Int(line32) }
  /// From 1, in characters as a person counts them (extended grapheme clusters, Unicode annex 29): a tab is one, `é` is one
  /// however it is encoded, a byte order mark is none.
  public var column: Int { Int(column32) }
  /// Bytes from the file's beginning, a byte order mark included.
  public var offset: Int { Int(offset32) }

  /// Values outside of `UInt32` are clamped to it.
  public init(line: Int, column: Int, offset: Int) {
    line32 = UInt32(clamping: line)
    column32 = UInt32(clamping: column)
    offset32 = UInt32(clamping: offset)
  }

  public static func < (a: SourceLocation, b: SourceLocation) -> Bool { a.offset32 < b.offset32 }
}

/// A stretch of a source file.
public struct SourceSpan: Hashable, Sendable {
  /// The path as it is shown to people.
  public let file: String
  public let start: SourceLocation
  /// Exclusive; equal to `start` for a point, such as where a value is missing.
  public let end: SourceLocation

  public init(file: String, start: SourceLocation, end: SourceLocation) {
    self.file = file
    self.start = start
    self.end = max(start, end)
  }

  /// The file as a whole, for what is wrong with it before any line of it was read.
  public init(wholeFile file: String) {
    let nowhere = SourceLocation(line: 0, column: 0, offset: 0)
    self.init(file: file, start: nowhere, end: nowhere)
  }

  /// True for a span that names no place within its file.
  public var isWholeFile: Bool { start.line == 0 }
}
