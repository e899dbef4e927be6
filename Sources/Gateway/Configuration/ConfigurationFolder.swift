import Config
import Glibc

/// The files of a configuration: `waypost.yaml` and, beside it, `devices.d`, `profiles.d`, `rules.d` and `zones.d`.
struct ConfigurationFolder: Sendable {
  /// The most files that are read of one folder.
  static let fileLimit = 1000

  /// The path of `waypost.yaml`.
  let main: String

  init(main: String) { self.main = main }

  var folder: String {
    guard let slash = main.lastIndex(of: "/") else { return "." }
    return slash == main.startIndex ? "/" : String(main[..<slash])
  }

  func path(_ name: String) -> String { folder == "." ? name : folder + "/" + name }

  var devices: String { path("devices.d") }
  var profiles: String { path("profiles.d") }
  var rules: String { path("rules.d") }
  var zones: String { path("zones.d") }

  /// Reads the files of a folder whose names end so, sorted by name; hidden ones and editors' copies (`~`) are passed over. A folder
  /// that is not there holds nothing.
  static func read(_ folder: String, ending: [String], diagnostics: inout Diagnostics) -> [SourceFile] {
    names(in: folder, ending: ending, diagnostics: &diagnostics).compactMap { name in
      read(folder + "/" + name, diagnostics: &diagnostics)
    }
  }

  /// A file of zones, which may be large, is only opened.
  static func read(_ path: String, diagnostics: inout Diagnostics) -> SourceFile? {
    do {
      return try path.hasSuffix(".geojson") ? SourceFile.open(path: path) : SourceFile.read(path: path)
    } catch {
      diagnostics.append(error)
      return nil
    }
  }

  private static func names(in folder: String, ending: [String], diagnostics: inout Diagnostics) -> [String] {
    guard let directory = opendir(folder) else {
      if errno != ENOENT {
        diagnostics.error(
          "unreadable", "the folder \(folder) can't be read (\(String(cString: strerror(errno))))", at: nil,
          help: errno == ENOTDIR ? "it must be a folder" : "give the user `waypost` the right to read it")
      }
      return []
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard !name.hasPrefix("."), ending.contains(where: { name.hasSuffix($0) }) else { continue }
      names.append(name)
    }
    names.sort { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    if names.count > fileLimit {
      diagnostics.error(
        "too-many-files", "\(folder) holds \(names.count) files; at most \(fileLimit) are read", at: nil,
        help: "put more into one file")
      names.removeSubrange(fileLimit...)
    }
    return names
  }
}
