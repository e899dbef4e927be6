import Glibc

extension SourceFile {
  /// What `read` takes unless told otherwise: 16 MB.
  public static let defaultLimit = 16_000_000

  /// Reads a regular file.
  ///
  /// Its size is looked up before a byte of it is read, and what is no regular file isn't even opened, since opening a serial line
  /// or a watchdog has effects of its own. A file that grows meanwhile is read up to `limit` and then refused.
  /// - Parameters:
  ///   - displayPath: the path to show instead of `path`.
  ///   - limit: bytes.
  /// - Throws: a diagnostic of its own for a missing or unreadable file, a directory, a pipe, a device, a socket, and a file above `limit`.
  public static func read(
    path: String, displayPath: String? = nil, limit: Int = SourceFile.defaultLimit
  ) throws(Diagnostic) -> SourceFile {
    try read(path: path, displayPath: displayPath, limit: limit, memory: limit)
  }

  /// What `open` takes unless told otherwise: 1 GB.
  public static let streamLimit = 1_000_000_000

  /// Opens a regular file that is read in one pass, and perhaps again for showing its lines: one above a megabyte stays on the disk.
  /// - Parameters: as those of `read`.
  /// - Throws: what `read` throws.
  public static func open(
    path: String, displayPath: String? = nil, limit: Int = SourceFile.streamLimit
  ) throws(Diagnostic) -> SourceFile {
    try read(path: path, displayPath: displayPath, limit: limit, memory: 1_000_000)
  }

  /// - Parameter memory: bytes; a larger file stays on the disk.
  static func read(
    path: String, displayPath: String?, limit: Int, memory: Int
  ) throws(Diagnostic) -> SourceFile {
    let shown = displayPath ?? path
    func failure(_ code: String, _ message: String, help: String?) -> Diagnostic {
      Diagnostic(severity: .error, code: code, message: message, help: help, span: SourceSpan(wholeFile: shown))
    }
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw failure("file-name", "this is not a file name", help: "write the path of a file")
    }
    var status = stat()
    guard stat(path, &status) == 0 else { throw refusal(errno, path: path, shown: shown) }
    if let kind = kindOtherThanRegular(status.st_mode) {
      throw failure("not-a-file", "this is \(kind), not a file", help: "name a regular file")
    }
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw refusal(errno, path: path, shown: shown) }
    defer { close(descriptor) }
    // Again on what was really opened: the name may have changed hands.
    guard fstat(descriptor, &status) == 0 else { throw refusal(errno, path: path, shown: shown) }
    if let kind = kindOtherThanRegular(status.st_mode) {
      throw failure("not-a-file", "this is \(kind), not a file", help: "name a regular file")
    }
    func tooLarge(_ size: String) -> Diagnostic {
      failure(
        "file-too-large", "the file is \(size), and at most \(Quantity.text(bytes: Int64(limit))) are read",
        help: "is this the right file? If so, split it or leave out what isn't needed")
    }
    guard Int64(status.st_size) <= Int64(limit) else { throw tooLarge(Quantity.text(bytes: Int64(status.st_size))) }

    if Int(status.st_size) > memory {
      return SourceFile(path: shown, onDisk: SourceOnDisk(location: path, status: status))
    }

    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(status.st_size) + 1)
    let chunk = 65536
    while bytes.count <= limit {
      let (part, code) = readChunk(descriptor, min(chunk, limit + 1 - bytes.count))
      if code == EINTR { continue }
      guard code == 0 else { throw refusal(code, path: path, shown: shown) }
      if part.isEmpty { return SourceFile(path: shown, bytes: bytes) }
      bytes += part
    }
    throw tooLarge("larger than it said")
  }

  /// `limit` bytes at most, and errno or 0.
  private static func readChunk(_ descriptor: Int32, _ limit: Int) -> ([UInt8], Int32) {
    var code: Int32 = 0
    let part = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      let result = Glibc.read(descriptor, buffer.baseAddress, limit)
      code = result < 0 ? errno : 0
      count = max(0, result)
    }
    return (part, code)
  }

  private static func kindOtherThanRegular(_ mode: mode_t) -> String? {
    switch mode & S_IFMT {
    case S_IFREG: nil
    case S_IFDIR: "a directory"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    case S_IFCHR, S_IFBLK: "a device"
    default: "something else"
    }
  }

  private static func refusal(_ code: Int32, path: String, shown: String) -> Diagnostic {
    let (name, message, help): (String, String, String?) =
      switch code {
      case ENOENT, ENOTDIR:
        (
          "file-missing", "there is no such file",
          neighbour(of: path).map { "did you mean `\(Excerpt.quoted($0))`?" } ?? "check the path and its spelling"
        )
      case EACCES, EPERM:
        (
          "file-unreadable", "the file may not be read: permission denied",
          "run as another user, or change the file's mode with `chmod`"
        )
      case EISDIR: ("not-a-file", "this is a directory, not a file", "name a regular file")
      case ELOOP:
        ("file-unreadable", "the symbolic links go round in a circle", "remove the link and put the file in its place")
      case ENAMETOOLONG: ("file-name", "the path is too long", nil)
      default: ("file-unreadable", "the file cannot be read: \(String(cString: strerror(code)))", nil)
      }
    return Diagnostic(severity: .error, code: name, message: message, help: help, span: SourceSpan(wholeFile: shown))
  }

  /// The file in the same folder whose name is closest to that of `path`; 1000 names are looked at.
  private static func neighbour(of path: String) -> String? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard let wanted = parts.last, !wanted.isEmpty else { return nil }
    let folder = parts.count == 1 ? "." : parts.dropLast().joined(separator: "/") + "/"
    guard let directory = opendir(folder) else { return nil }
    defer { closedir(directory) }
    var names: [String] = []
    while names.count < 1000, let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return Suggestion.closest(String(wanted), in: names.sorted())
  }
}
