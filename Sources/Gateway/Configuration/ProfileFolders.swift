import Config
import Glibc
import Inputs

/// Where device profiles are: those that come with the program, and the technician's own, which win.
struct ProfileFolders: Sendable {
  /// Those of the package. `WAYPOST_DEVICES` names another folder, as for trying a source tree's `devices`.
  static var shipped: String {
    getenv("WAYPOST_DEVICES").map { String(cString: $0) } ?? "/usr/share/waypost/devices"
  }

  private(set) var library = ProfileLibrary()
  /// The technician's own, in the order in which they were found.
  private(set) var own: [SourceFile] = []

  /// Reads the profiles of the package and of a folder.
  /// - Parameters:
  ///   - shipped: The package's.
  ///   - folder: `profiles.d` beside the configuration; neither need be there.
  init(shipped: String = ProfileFolders.shipped, own folder: String?, diagnostics: inout Diagnostics) {
    add(shipped, diagnostics: &diagnostics)
    if let folder { own = add(folder, diagnostics: &diagnostics) }
  }

  /// Takes files that were given one by one; they win over what is there.
  mutating func add(_ files: [SourceFile], diagnostics: inout Diagnostics) {
    var seen: [String: String] = [:]
    for file in files {
      guard let name = ProfileName.read(path: file.path, diagnostics: &diagnostics) else { continue }
      if let first = seen.updateValue(file.path, forKey: name) {
        diagnostics.error(
          "duplicate-profile", "there are two profiles named `\(name)`: this and \(first)",
          at: SourceSpan(wholeFile: file.path), help: "delete or rename one of the files")
      }
      library.add(file, named: name)
    }
  }

  @discardableResult
  private mutating func add(_ folder: String, diagnostics: inout Diagnostics) -> [SourceFile] {
    let files = ConfigurationFolder.read(folder, ending: [".yaml", ".yml"], diagnostics: &diagnostics)
    add(files, diagnostics: &diagnostics)
    return files
  }

  /// The files that count for devices: the technician's own, and those of the package that the devices name.
  func sources(for devices: [SourceFile]) -> [SourceFile] {
    let mine = Set(own.map(\.path))
    let named = ProfileLibrary.named(by: devices).compactMap { library.file(named: $0) }
    return own + named.filter { !mine.contains($0.path) }
  }
}
