/// The bytes of a file together with the path under which people know it.
///
/// Files are held in memory, except large ones that were opened for reading in one pass (`SourceFile.open`): those stay on the disk.
public struct SourceFile: Sendable, Hashable {
  /// The path as diagnostics show it.
  public let path: String
  let content: Content

  enum Content: Sendable, Hashable {
    case memory([UInt8])
    case disk(SourceOnDisk)
  }

  public init(path: String, bytes: [UInt8]) {
    self.path = path
    content = .memory(bytes)
  }

  public init(path: String, text: String) {
    self.init(path: path, bytes: Array(text.utf8))
  }

  init(path: String, onDisk file: SourceOnDisk) {
    self.path = path
    content = .disk(file)
  }

  /// All of the file. One that stays on the disk is read whole, and is empty when it has changed since it was opened.
  public var bytes: [UInt8] {
    switch content {
    case .memory(let bytes): bytes
    case .disk(let file): bytes(in: 0..<file.size)
    }
  }

  /// Bytes of the file.
  public var count: Int {
    switch content {
    case .memory(let bytes): bytes.count
    case .disk(let file): file.size
    }
  }

  /// Some of the file's bytes; what lies beyond its end is cut, and a file that is gone from the disk or has changed there has none.
  public func bytes(in range: Range<Int>) -> [UInt8] {
    let range = range.clamped(to: 0..<count)
    switch content {
    case .memory(let bytes): return Array(bytes[range])
    case .disk(let file): return file.open()?.bytes(in: range) ?? []
    }
  }

  /// Gives the file in parts of at most a megabyte, from its beginning.
  /// - Returns: false when a file that stays on the disk is gone or has changed.
  public func forEachPart(_ body: ([UInt8]) -> Void) -> Bool {
    switch content {
    case .memory(let bytes):
      body(bytes)
      return true
    case .disk(let file):
      guard let reader = file.open() else { return false }
      var offset = 0
      while offset < file.size {
        let part = reader.bytes(in: offset..<min(file.size, offset + 1_000_000))
        if part.isEmpty { return false }
        body(part)
        offset += part.count
      }
      return true
    }
  }

  /// The span of a range of bytes; what lies beyond the file's end is cut. Costs a pass over the file: parsers keep a `SourceMap` instead.
  public func span(_ range: Range<Int>) -> SourceSpan { SourceMap(self).span(range) }

  /// 3 when the file begins with the byte order mark of UTF-8, else 0.
  var byteOrderMarkLength: Int { bytes(in: 0..<3) == [0xEF, 0xBB, 0xBF] ? 3 : 0 }
}
