import Glibc
import Model

/// A password or token: named, not held, so that it can be changed without a restart and is in no dump of the configuration.
public enum Secret: Hashable, Sendable {
  case literal(String)
  /// A file, by its absolute path; its last line break is not part of it.
  case file(String)
  /// A systemd credential: a file of that name in `$CREDENTIALS_DIRECTORY` (systemd.exec(5), "Credentials").
  case credential(String)

  /// Why it can't be read, and what to do about it; never what it holds.
  public struct Failure: Error, Hashable, Sendable { public var text: String }

  /// At most so many bytes; MQTT's own limit is 65,535.
  static let limit = 4096

  /// Reads it anew.
  public func read() throws(Failure) -> String {
    switch self {
    case .literal(let text): return text
    case .file(let path): return try Self.contents(of: path)
    case .credential(let name):
      guard let directory = getenv("CREDENTIALS_DIRECTORY") else {
        throw Failure(
          text: "credential “\(name)”: no $CREDENTIALS_DIRECTORY; give it by LoadCredential= in the unit, or use a file"
        )
      }
      return try Self.contents(of: String(cString: directory) + "/" + name)
    }
  }

  /// Tells what it holds now from what it held before, within this process; a file that can't be read has one too.
  public var imprint: Int {
    var hasher = Hasher()
    switch self {
    case .literal(let text): hasher.combine(text)
    case .file(let path): Self.combine(path, into: &hasher)
    case .credential(let name):
      if let directory = getenv("CREDENTIALS_DIRECTORY") {
        Self.combine(String(cString: directory) + "/" + name, into: &hasher)
      }
    }
    return hasher.finalize()
  }

  /// Certificates are longer than passwords; what is behind so many bytes doesn't count.
  private static let imprintLimit = 1 << 20

  private static func combine(_ path: String, into hasher: inout Hasher) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return hasher.combine(errno) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 16384)
    var total = 0
    while total < imprintLimit {
      let count = Glibc.read(descriptor, &bytes, bytes.count)
      guard count > 0 else { return hasher.combine(count) }
      bytes.withUnsafeBytes { hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      total += count
    }
  }

  private static func contents(of path: String) throws(Failure) -> String {
    // Non-blocking, so that a FIFO can't hold us for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw Failure(text: "secret \(path): \(String(cString: strerror(errno)).lowercased())")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(text: "secret \(path) is not a regular file")
    }
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count >= 0 else { throw Failure(text: "secret \(path): \(String(cString: strerror(errno)).lowercased())") }
    guard count <= limit else { throw Failure(text: "secret \(path) is longer than \(limit) bytes") }
    var text = bytes[..<count]
    if text.last == 10 { text.removeLast() }
    if text.last == 13 { text.removeLast() }
    guard !text.isEmpty else { throw Failure(text: "secret \(path) is empty") }
    guard !text.contains(0), let string = String(validating: text, as: UTF8.self) else {
      throw Failure(text: "secret \(path) is not text")
    }
    return string
  }

  /// True when a file of this path is there and others than its owner can read or write it.
  static func isExposed(path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & 0o077 != 0
  }
}
