import Config
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
    let rules = RuleSet.load(
      rules: ruleFiles, zones: zoneFiles, catalogue: catalogue, surroundings: surroundings,
      readFile: { (name, beside) throws(Diagnostic) in
        let file = try readZoneFile(name, beside: beside, zonesFolder: zonesFolder)
        named.append(file)
        return file
      },
      diagnostics: &diagnostics)
    sources += named
    return rules
  }

  private static func readZoneFile(
    _ name: String, beside: SourceFile, zonesFolder: String?
  ) throws(Diagnostic) -> SourceFile {
    if name.hasPrefix("/") { return try SourceFile.open(path: name) }
    let first = beside.path.lastIndex(of: "/").map { beside.path[...$0] + name } ?? name
    do {
      return try SourceFile.open(path: first)
    } catch {
      guard let zonesFolder, error.code == "file-missing" else { throw error }
      return try SourceFile.open(path: zonesFolder + "/" + name)
    }
  }
}
