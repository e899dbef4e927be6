import ArgumentParser
import Glibc

/// The block device that a folder lies on.
struct BlockDevice {
  private let statistics: String

  init(of folder: String) throws {
    var status = stat()
    guard stat(folder, &status) == 0 else { throw ValidationError("\(folder): \(String(cString: strerror(errno)))") }
    let (major, minor) = (status.st_dev >> 8 & 0xfff, status.st_dev & 0xff | status.st_dev >> 12 & 0xfff00)
    statistics = "/sys/dev/block/\(major):\(minor)/stat"
    _ = try written()
  }

  /// Bytes that it was told to write since it exists, everything that waits included (Documentation/block/stat.rst: the seventh field is sectors
  /// of 512 bytes).
  func written() throws -> Int {
    sync()
    guard let file = fopen(statistics, "r") else { throw ValidationError("\(statistics) can't be read") }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 512)
    let count = fread(&buffer, 1, buffer.count - 1, file)
    let fields = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
    guard fields.count > 6, let sectors = Int(fields[6]) else {
      throw ValidationError("\(statistics) has no seventh field")
    }
    return sectors * 512
  }
}
