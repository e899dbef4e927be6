import Config
import Glibc

/// Writes a first configuration, never over what somebody has written.
public struct ConfigurationWriter: Sendable {
  /// Why nothing, or not all, was written, with the remedy.
  public struct Failure: Error, CustomStringConvertible, Sendable {
    public let description: String
  }

  /// The path of `waypost.yaml`.
  private let main: String
  private let folder: String

  /// - Parameter main: The path of `waypost.yaml`.
  public init(main: String) {
    self.main = main
    folder = ConfigurationFolder(main: main).folder
  }

  /// The paths of a configuration's files that are there and say something; one that is all comments, as the package brings it, says
  /// nothing.
  public func written(of configuration: FirstConfiguration) -> [String] {
    configuration.files.map { path(of: $0) }.filter { path in
      guard access(path, F_OK) == 0 else { return false }
      var diagnostics = Diagnostics()
      guard let file = ConfigurationFolder.read(path, diagnostics: &diagnostics) else { return true }
      guard let root = YAML.parse(file, diagnostics: &diagnostics) else { return diagnostics.hasErrors }
      if case .mapping(let entries) = root.content { return !entries.isEmpty }
      return !root.isNull
    }
  }

  /// Writes the files; each is there whole or not at all.
  /// - Returns: their paths.
  public func write(_ configuration: FirstConfiguration) throws(Failure) -> [String] {
    let taken = written(of: configuration)
    guard taken.isEmpty else {
      throw Failure(
        description:
          "\(taken.joined(separator: ", ")) \(taken.count == 1 ? "is" : "are") written already; edit \(taken.count == 1 ? "it" : "them"), or move \(taken.count == 1 ? "it" : "them") away first"
      )
    }
    var paths: [String] = []
    for file in configuration.files {
      let path = path(of: file)
      try makeFolder(of: path)
      try write(file, to: path)
      paths.append(path)
    }
    return paths
  }

  private func path(of file: FirstConfiguration.File) -> String {
    file.path == "waypost.yaml" ? main : (folder == "." ? file.path : folder + "/" + file.path)
  }

  private func makeFolder(of path: String) throws(Failure) {
    guard let slash = path.lastIndex(of: "/") else { return }
    let folder = String(path[..<slash])
    guard !folder.isEmpty, access(folder, F_OK) != 0 else { return }
    try makeFolder(of: folder)
    guard mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw failure(folder) }
  }

  private func write(_ file: FirstConfiguration.File, to path: String) throws(Failure) {
    let temporary = path + ".new"
    // What an earlier attempt left is ours to take away; a link that somebody put there is not followed.
    unlink(temporary)
    let descriptor = open(
      temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file.isSecret ? 0o600 : 0o644)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    if file.isSecret, geteuid() == 0, let account = getpwnam(AccountFacts.account) {
      guard fchown(descriptor, account.pointee.pw_uid, account.pointee.pw_gid) == 0 else { throw failure(path) }
    }
    var rest = Array(file.text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(path) }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw failure(path) }
  }

  private func failure(_ path: String) -> Failure {
    let code = errno
    let remedy = code == EACCES || code == EPERM ? "; run it with sudo" : ""
    return Failure(description: "\(path) can't be written (\(String(cString: strerror(code))))\(remedy)")
  }
}
