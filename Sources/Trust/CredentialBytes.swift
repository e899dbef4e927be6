import Glibc

extension CredentialFile {
  /// Far more than the system's whole list of authorities, or a list of revoked ones for a fleet.
  static let limit = 16 << 20

  /// Where the file is; fails for a credential that the service was not given.
  func path() throws(TLSFailure) -> String {
    switch self {
    case .path(let path): return path
    case .credential(let name):
      guard let folder = getenv("CREDENTIALS_DIRECTORY") else {
        throw TLSFailure(
          .unreadable, "credential “\(name)”: no $CREDENTIALS_DIRECTORY",
          remedy: "give it by LoadCredential= in the unit, or use a file", place: name)
      }
      return String(cString: folder) + "/" + name
    }
  }

  /// The file's bytes, read anew.
  /// - Parameter isSecret: then its mode must keep others out.
  func bytes(isSecret: Bool = false) throws(TLSFailure) -> [UInt8] {
    let path = try path()
    // Non-blocking, so that a FIFO can't hold us for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.unreadable(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw TLSFailure(.unreadable, "\(path) is not a regular file", remedy: "name a file", place: path)
    }
    if isSecret, Self.isExposed(status) { throw Self.exposed(path) }
    guard status.st_size <= Self.limit else {
      throw TLSFailure(
        .unreadable, "\(path) is larger than \(Self.limit >> 20) MiB", remedy: "name the right file", place: path)
    }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.unreadable(path, errno) }
      if count == 0 { break }
      bytes += chunk[..<count]
      guard bytes.count <= Self.limit else {
        throw TLSFailure(.unreadable, "\(path) grows while it is read", remedy: "name the right file", place: path)
      }
    }
    if isSecret { chunk.withUnsafeMutableBytes { explicit_bzero($0.baseAddress!, $0.count) } }
    return bytes
  }

  private static func unreadable(_ path: String, _ number: Int32) -> TLSFailure {
    TLSFailure(
      .unreadable, "\(path): \(String(cString: strerror(number)).lowercased())",
      remedy: number == ENOENT
        ? "put it there; it is read at each connection" : "give the service's user the right to read it", place: path)
  }

  static func exposed(_ path: String) -> TLSFailure {
    TLSFailure(
      .exposed, "the key \(path) can be read or changed by others than its owner", remedy: "run `chmod 600 \(path)`",
      place: path)
  }

  /// A group may read: keys of Debian's `ssl-cert`, and systemd's credentials, are shared so.
  static func isExposed(_ status: stat) -> Bool { status.st_mode & 0o027 != 0 }
}
