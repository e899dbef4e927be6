import Glibc

/// A file that stays on the disk, and what it looked like when it was first opened.
///
/// No descriptor is kept: a configuration may name more large files than a process may open. A file that is replaced or written to
/// meanwhile is recognised, and counts as unreadable from then on. It isn't mapped into memory, since one that is cut short while it is
/// read would end the process (SIGBUS).
struct SourceOnDisk: Sendable, Hashable {
  let location: String
  /// Bytes.
  let size: Int
  private let device: UInt64
  private let inode: UInt64
  private let modified: [Int]

  init(location: String, status: stat) {
    self.location = location
    size = Int(status.st_size)
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    modified = [Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec)]
  }

  /// `nil` where it is gone, or another than it was.
  func open() -> OpenSource? {
    let descriptor = Glibc.open(location, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { return nil }
    let source = OpenSource(descriptor: descriptor)
    var status = stat()
    guard fstat(descriptor, &status) == 0, SourceOnDisk(location: location, status: status) == self else { return nil }
    return source
  }
}

/// An open file, closed when nobody refers to it any more.
final class OpenSource {
  private let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// As many bytes as there are; fewer at the file's end, or where the disk fails.
  func bytes(in range: Range<Int>) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      count = 0
      while count < range.count {
        let part = pread(
          descriptor, buffer.baseAddress.map { $0 + count }, range.count - count, off_t(range.lowerBound + count))
        if part < 0, errno == EINTR { continue }
        guard part > 0 else { return }
        count += part
      }
    }
  }
}
