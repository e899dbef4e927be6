/// The bytes of a file together with the path under which people know it.
public struct SourceFile: Sendable, Hashable {
  /// The path as diagnostics show it.
  public let path: String
  public let bytes: [UInt8]

  public init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  public init(path: String, text: String) {
    self.init(path: path, bytes: Array(text.utf8))
  }

  /// The span of a range of bytes; what lies beyond the file's end is cut. Costs a pass over the file: parsers keep a `SourceMap` instead.
  public func span(_ range: Range<Int>) -> SourceSpan {
    let map = SourceMap(self)
    return map.span(range.lowerBound, range.upperBound)
  }

  /// 3 when the file begins with the byte order mark of UTF-8, else 0.
  var byteOrderMarkLength: Int { bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }
}
