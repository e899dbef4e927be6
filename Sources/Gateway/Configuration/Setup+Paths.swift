import Config
import Glibc
import Inputs
public import Model
public import Rules

extension Setup {
  /// Checks single files or folders, each by what it is: zones by their ending, the rest by their top-level keys.
  ///
  /// Devices find the profiles of the package, those of a `profiles.d` beside their folder, and those among the paths.
  /// Rules are checked against the device files among the paths; without any, against those of the configuration that a `rules.d`
  /// among them belongs to, and without these against one GPS receiver named `gps`.
  public static func check(paths: [String]) -> Result { read(paths: paths).result }

  /// Reads files as `check(paths:)` says, and gives the rules where there is no mistake in them.
  static func read(paths: [String]) -> (rules: RuleSet?, catalogue: SignalCatalogue, result: Result) {
    var result = Result()
    let files = FileSet(paths: paths, result: &result)
    result.sources += files.configurations + files.devices + files.profiles
    // With several configurations the devices belong to none of them for sure.
    var configuration: GatewayConfiguration? = GatewayConfiguration(defaultID: "unnamed")
    for file in files.configurations {
      let read = GatewayConfiguration.read(file, defaultID: "unnamed", diagnostics: &result.diagnostics)
      configuration = files.configurations.count == 1 ? read : nil
    }
    for file in files.profiles { ProfileFormats.check(file, diagnostics: &result.diagnostics) }
    var catalogue = Self.catalogue(beside: paths)
    if !files.devices.isEmpty {
      let devices = loadDevices(
        files.devices, profiles: profiles(for: files, result: &result), for: configuration,
        diagnostics: &result.diagnostics)
      // Where the devices have mistakes, the rules' own are told all the same, against no devices.
      catalogue = devices?.catalogue ?? SignalCatalogue()
    }
    let rules = RuleSet.load(
      ruleFiles: files.rules, zoneFiles: files.zones, zonesFolder: files.zonesFolder, catalogue: catalogue,
      sources: &result.sources, diagnostics: &result.diagnostics)
    return (rules, catalogue, result)
  }

  private static func profiles(for files: FileSet, result: inout Result) -> ProfileLibrary {
    var profiles = ProfileFolders(own: files.profilesFolder, diagnostics: &result.diagnostics)
    profiles.add(files.profiles, diagnostics: &result.diagnostics)
    let known = Set(result.sources.map(\.path))
    result.sources += profiles.sources(for: files.devices).filter { !known.contains($0.path) }
    return profiles.library
  }

  /// The devices of the configuration that a folder `rules.d`, or a file in one, belongs to; where there is none, or its devices have
  /// mistakes of their own, `defaultCatalogue`.
  public static func catalogue(beside paths: [String]) -> SignalCatalogue {
    for path in paths {
      var folders = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
      if folders.last != "rules.d" { folders = folders.dropLast() }
      guard folders.last == "rules.d" else { continue }
      let above = (path.hasPrefix("/") ? "/" : "") + folders.dropLast().joined(separator: "/")
      let main = above.isEmpty || above.hasSuffix("/") ? above + "waypost.yaml" : above + "/waypost.yaml"
      if let found = catalogue(main: main).catalogue, found.positionDevice != nil { return found }
    }
    return defaultCatalogue
  }

  /// One GPS receiver named `gps`: what rules are checked and replayed against where no devices are given.
  public static let defaultCatalogue = SignalCatalogue(
    devices: [SignalCatalogue.Device(name: "gps", givesPosition: true, tellsTime: true, staleAfter: .seconds(5))],
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

  /// The control socket that a configuration names, also one with mistakes; the default's where it can't be read, since the daemon's
  /// answer, or its silence, then says more than the file.
  public static func controlSocket(main: String) -> String {
    var diagnostics = Diagnostics()
    guard let file = ConfigurationFolder.read(main, diagnostics: &diagnostics),
      let configuration = GatewayConfiguration.read(file, defaultID: "unnamed", diagnostics: &diagnostics)
    else { return GatewayConfiguration.APIConfiguration().socket }
    return configuration.api.socket
  }
}

/// Files given by path, sorted by what they are.
private struct FileSet {
  var configurations: [SourceFile] = []
  var devices: [SourceFile] = []
  var profiles: [SourceFile] = []
  var rules: [SourceFile] = []
  var zones: [SourceFile] = []
  /// Where zone files named in rules are looked for besides: `zones.d` beside a folder of rules.
  var zonesFolder: String?
  /// `profiles.d` beside a folder of devices, where devices find profiles besides.
  var profilesFolder: String?
  private var seen: Set<String> = []

  init(paths: [String], result: inout Setup.Result) {
    for path in paths {
      var status = stat()
      guard stat(path, &status) == 0 else {
        result.diagnostics.error(
          "file-missing", "\(path): \(String(cString: strerror(errno)))", at: nil, help: "is the name right?")
        result.couldNotRun = true
        continue
      }
      if status.st_mode & S_IFMT == S_IFDIR {
        addFolder(path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path, &result)
      } else if let file = ConfigurationFolder.read(path, diagnostics: &result.diagnostics) {
        add(file)
        noteZones(beside: Self.parent(of: path))
        noteProfiles(beside: Self.parent(of: path))
      } else {
        result.couldNotRun = true
      }
    }
  }

  private mutating func addFolder(_ folder: String, _ result: inout Setup.Result) {
    // /etc/waypost itself, or /etc/waypost/rules.d with the zones beside it.
    var folders = [folder] + ["devices.d", "profiles.d", "rules.d", "zones.d"].map { folder + "/" + $0 }
    if folder == "rules.d" || folder.hasSuffix("/rules.d") { folders.append(Self.parent(of: folder) + "/zones.d") }
    var found = 0
    for folder in folders where access(folder, F_OK) == 0 {
      let files = ConfigurationFolder.read(
        folder, ending: [".yaml", ".yml", ".geojson"], diagnostics: &result.diagnostics)
      for file in files { add(file) }
      found += files.count
    }
    noteZones(beside: folder)
    noteProfiles(beside: folder)
    guard found == 0, !result.diagnostics.hasErrors else { return }
    result.diagnostics.error(
      "nothing-to-check", "\(folder): there is nothing to check in this folder", at: nil,
      help: "it should hold .yaml or .geojson files, or devices.d, profiles.d, rules.d and zones.d")
    result.couldNotRun = true
  }

  private mutating func noteZones(beside folder: String) {
    let places = [folder + "/zones.d", Self.parent(of: folder) + "/zones.d"]
    zonesFolder = zonesFolder ?? places.first { access($0, F_OK) == 0 }
  }

  private mutating func noteProfiles(beside folder: String) {
    guard folder == "devices.d" || folder.hasSuffix("/devices.d") else { return }
    profilesFolder = profilesFolder ?? Self.parent(of: folder) + "/profiles.d"
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return path == "." ? ".." : "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private mutating func add(_ file: SourceFile) {
    // A folder and a file in it, or zones.d beside rules.d: each is read once.
    guard seen.insert(file.path).inserted else { return }
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
    } else if !keys.isDisjoint(with: ["model", "protocol", "metrics"]) || file.path.contains("profiles.d/") {
      profiles.append(file)
    } else {
      rules.append(file)
    }
  }
}
