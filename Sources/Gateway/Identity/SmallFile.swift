import Glibc

/// Reads the one-line files by which the kernel and systemd tell things.
enum SmallFile {
  struct Failure: Error { var errno: Int32 }

  /// The first 4 KiB of the file, white space at the end cut.
  static func read(_ path: String) -> Result<String, Failure> {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return .failure(Failure(errno: errno)) }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    guard count >= 0 else { return .failure(Failure(errno: errno)) }
    var text = buffer[..<count]
    while let last = text.last, last == 10 || last == 13 || last == 32 || last == 0 { text.removeLast() }
    return .success(String(decoding: text, as: UTF8.self))
  }
}
