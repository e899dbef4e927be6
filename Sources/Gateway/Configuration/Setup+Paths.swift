import Config
import Glibc
import Inputs
public import Model
public import Rules

extension Setup {
  /// Checks single files or folders, each by what it is: zones by their ending, the rest by their top-level keys.
  ///
  /// Rules are checked against the device files among the paths; without any, against one GPS receiver named `gps`.
  public static func check(paths: [String]) -> Result {
    var result = Result()
    let files = FileSet(paths: paths, result: &result)
    for file in files.configurations {
      _ = GatewayConfiguration.load(file, defaultID: "unnamed", diagnostics: &result.diagnostics)
    }
    var catalogue = defaultCatalogue
    if !files.devices.isEmpty {
      let devices = DeviceSet.load(files.devices, positionDevice: nil, diagnostics: &result.diagnostics)
      // Where the devices have mistakes, the rules' own are told all the same, against no devices.
      catalogue = devices?.catalogue ?? SignalCatalogue()
    }
    result.sources += files.configurations + files.devices
    _ = RuleSet.load(
      ruleFiles: files.rules, zoneFiles: files.zones, zonesFolder: files.zonesFolder, catalogue: catalogue,
      sources: &result.sources, diagnostics: &result.diagnostics)
    return result
  }

  /// One GPS receiver named `gps`: what rules are checked and replayed against where no devices are given.
  public static let defaultCatalogue = SignalCatalogue(
    devices: [SignalCatalogue.Device(name: "gps", givesPosition: true, staleAfter: .seconds(5))],
    positionDevice: "gps")

  /// Loads rule files and zones from paths, for `waypost replay --rules`.
  public static func rules(paths: [String], catalogue: SignalCatalogue) -> (rules: RuleSet?, result: Result) {
    var result = Result()
    let files = FileSet(paths: paths, result: &result)
    guard !result.diagnostics.hasErrors else { return (nil, result) }
    let rules = RuleSet.load(
      ruleFiles: files.rules, zoneFiles: files.zones, zonesFolder: files.zonesFolder, catalogue: catalogue,
      sources: &result.sources, diagnostics: &result.diagnostics)
    return (result.diagnostics.hasErrors ? nil : rules, result)
  }

  /// The control socket that a configuration names; the default's where it can't be read, since the daemon's answer, or its silence,
  /// then says more than the file.
  public static func controlSocket(main: String) -> String {
    var diagnostics = Diagnostics()
    guard let file = ConfigurationFolder.read(main, diagnostics: &diagnostics),
      let configuration = GatewayConfiguration.load(file, defaultID: "unnamed", diagnostics: &diagnostics)
    else { return GatewayConfiguration.APIConfiguration().socket }
    return configuration.api.socket
  }
}

/// Files given by path, sorted by what they are.
private struct FileSet {
  var configurations: [SourceFile] = []
  var devices: [SourceFile] = []
  var rules: [SourceFile] = []
  var zones: [SourceFile] = []
  /// Where zone files named in rules are looked for besides: `zones.d` beside a folder of rules.
  var zonesFolder: String?

  init(paths: [String], result: inout Setup.Result) {
    for path in paths {
      var status = stat()
      guard stat(path, &status) == 0 else {
        result.diagnostics.error(
          "missing-file", "\(path): \(String(cString: strerror(errno)))", at: nil, help: "is the name right?")
        result.couldNotRun = true
        continue
      }
      if status.st_mode & S_IFMT == S_IFDIR {
        addFolder(path, &result)
      } else if let file = ConfigurationFolder.read(path, diagnostics: &result.diagnostics) {
        add(file)
      } else {
        result.couldNotRun = true
      }
    }
  }

  private mutating func addFolder(_ path: String, _ result: inout Setup.Result) {
    let folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let endings = [".yaml", ".yml", ".geojson"]
    for file in ConfigurationFolder.read(folder, ending: endings, diagnostics: &result.diagnostics) { add(file) }
    // /etc/waypost itself, or /etc/waypost/rules.d with the zones beside it.
    for name in ["devices.d", "rules.d", "zones.d"] {
      let inner = folder + "/" + name
      if access(inner, F_OK) == 0 {
        for file in ConfigurationFolder.read(inner, ending: endings, diagnostics: &result.diagnostics) { add(file) }
      }
    }
    let parent = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? "."
    for candidate in [folder + "/zones.d", parent + "/zones.d"] where access(candidate, F_OK) == 0 && zonesFolder == nil
    {
      zonesFolder = candidate
      if candidate.hasPrefix(parent + "/zones.d") && folder.hasSuffix("rules.d") {
        for file in ConfigurationFolder.read(candidate, ending: [".geojson"], diagnostics: &result.diagnostics) {
          add(file)
        }
      }
    }
  }

  private mutating func add(_ file: SourceFile) {
    guard !file.path.hasSuffix(".geojson") else {
      zones.append(file)
      return
    }
    // Its mistakes are told by whoever reads it for good; here only its shape counts.
    var ignored = Diagnostics()
    var keys: Set<String> = []
    if case .mapping(let entries)? = YAML.parse(file, diagnostics: &ignored)?.content {
      for entry in entries {
        if case .scalar(let scalar) = entry.key.content { keys.insert(scalar.text) }
      }
    }
    if !keys.isDisjoint(with: ["gateway", "journal", "uplinks", "api"]) || file.path.hasSuffix("/waypost.yaml") {
      configurations.append(file)
    } else if keys.contains("devices") || file.path.contains("devices.d/") {
      devices.append(file)
    } else {
      rules.append(file)
    }
  }
}
