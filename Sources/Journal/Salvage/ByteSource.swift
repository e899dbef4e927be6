import Glibc

/// Bytes to salvage from: a file, or what a test made up.
protocol ByteSource {
  var count: Int { get }
  /// `nil` where not all of them can be read: past the end, or where the disk fails.
  func bytes(at offset: Int, count: Int) -> [UInt8]?
}

extension Array: ByteSource where Element == UInt8 {
  func bytes(at offset: Int, count: Int) -> [UInt8]? {
    guard offset >= 0, count >= 0, offset <= self.count - count else { return nil }
    return Array(self[offset..<offset + count])
  }
}

/// A file, read piece by piece: it may be larger than the memory. Mapping it would end the process where a sector can't be read.
final class FileBytes: ByteSource {
  let count: Int
  private let file: Int32

  /// `nil` when there is no such file, or it can't be read.
  init?(path: String) {
    file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    var status = stat()
    count = fstat(file, &status) == 0 ? max(0, Int(status.st_size)) : 0
  }

  deinit { close(file) }

  /// Has what was written to it put on disk; false where the disk fails.
  func sync() -> Bool { fsync(file) == 0 }

  func bytes(at offset: Int, count: Int) -> [UInt8]? {
    guard offset >= 0, count >= 0, offset <= self.count - count else { return nil }
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count, let start = buffer.baseAddress {
        let n = pread(file, start + initialized, count - initialized, off_t(offset + initialized))
        if n < 0, errno == EINTR { continue }
        guard n > 0 else { break }
        initialized += n
      }
    }
    return bytes.count == count ? bytes : nil
  }
}
