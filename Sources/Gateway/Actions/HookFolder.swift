import Glibc
import Model

/// The programs that rules may start: the files of `hooks.d`, beside the configuration.
struct HookFolder: Sendable {
  let path: String

  init(path: String) { self.path = path }

  /// - Parameter main: The path of `waypost.yaml`. The folder's becomes absolute, since a hook starts in another working directory.
  init(beside main: String) {
    let folder = ConfigurationFolder(main: main).path("hooks.d")
    guard !folder.hasPrefix("/"), let current = getcwd(nil, 0) else {
      path = folder
      return
    }
    defer { free(current) }
    path = String(cString: current) + "/" + folder
  }

  /// What the folder holds, sorted, for telling a misspelt name; `nil` where it can't be read. One that is not there holds nothing.
  var names: [String]? {
    guard let directory = opendir(path) else { return errno == ENOENT ? [] : nil }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory), names.count < ConfigurationFolder.fileLimit {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if Names.isLabel(name) { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Why a hook can't be started, in a few words; never its arguments.
  struct Refusal: Error, Hashable, CustomStringConvertible {
    var description: String
    /// What to do about it.
    var remedy: String
  }

  /// The program of that name, if it may be started: a regular file that is executable, and that not everybody can write.
  func program(_ name: String) throws(Refusal) -> String {
    // Checked when the rules were loaded; what comes from the journal is checked again.
    guard Names.isLabel(name) else {
      throw Refusal(description: "no hook's name", remedy: "use letters, digits, `_.-`")
    }
    let program = path + "/" + name
    var status = stat()
    guard stat(program, &status) == 0 else {
      throw errno == ENOENT
        ? Refusal(description: "no such hook", remedy: "put an executable file `\(name)` into \(path)")
        : Refusal(
          description: "not readable: \(Self.words(errno))", remedy: "give the user `waypost` the right to read it")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Refusal(description: "not a regular file", remedy: "put a program there")
    }
    guard status.st_mode & S_IWOTH == 0 else {
      throw Refusal(description: "everybody can write it", remedy: "run `chmod o-w \(program)`")
    }
    guard access(program, X_OK) == 0 else {
      throw Refusal(description: "not executable", remedy: "run `chmod +x \(program)`")
    }
    return program
  }

  private static func words(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }
}
