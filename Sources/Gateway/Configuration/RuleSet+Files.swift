import Config
import Glibc
import Model
import Rules

extension RuleSet {
  /// Loads rule and zone files, and reads from the disk the zone files that they name: beside the file that names them, else in
  /// `zonesFolder`.
  /// - Parameter sources: Gets every file that was read, for showing its lines.
  static func load(
    ruleFiles: [SourceFile], zoneFiles: [SourceFile], zonesFolder: String?, catalogue: SignalCatalogue,
    surroundings: RuleSurroundings = RuleSurroundings(), sources: inout [SourceFile], diagnostics: inout Diagnostics
  ) -> RuleSet? {
    sources += ruleFiles + zoneFiles
    var named: [SourceFile] = []
    // One that was given, or is in `zones.d`, is the same however its path is written.
    let given = Dictionary(zoneFiles.compactMap { file in FilePlace(file.path).map { ($0, file) } }) { first, _ in first
    }
    let rules = RuleSet.load(
      rules: ruleFiles, zones: zoneFiles, catalogue: catalogue, surroundings: surroundings,
      readFile: { (name, beside) throws(Diagnostic) in
        let path = zoneFile(name, beside: beside, zonesFolder: zonesFolder)
        if let place = FilePlace(path), let known = given[place] { return known }
        let file = try SourceFile.open(path: path)
        named.append(file)
        return file
      },
      diagnostics: &diagnostics)
    sources += named
    return rules
  }

  /// Where a file is looked for: beside the one that names it, else in `zonesFolder`.
  private static func zoneFile(_ name: String, beside: SourceFile, zonesFolder: String?) -> String {
    if name.hasPrefix("/") { return name }
    let first = beside.path.lastIndex(of: "/").map { beside.path[...$0] + name } ?? name
    guard let zonesFolder, access(first, F_OK) != 0, errno == ENOENT else { return first }
    let second = zonesFolder + "/" + name
    // Where neither is there, what is told is about the first place.
    return access(second, F_OK) == 0 || errno != ENOENT ? second : first
  }
}

/// What tells a file from every other, links and ways of writing its path aside.
private struct FilePlace: Hashable {
  private let device: UInt64
  private let inode: UInt64

  /// `nil` where there is none.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}
