public import Config
import Deflate
import Inputs
public import Model
import Rules
import Uplinks

/// Everything that the files say, read, checked against each other and ready to run.
public struct Setup: Sendable {
  let configuration: GatewayConfiguration
  let devices: DeviceSet
  let rules: RuleSet
  /// Tells this set of files from another: the CRC-32 of all of them, eight hexadecimal digits.
  let fingerprint: String
  /// The path of `waypost.yaml`.
  let main: String
  /// Every file that was read, in the order of reading, with the CRC-32 of what it held.
  let files: [File]

  /// What records may speak of.
  var inventory: UplinkInventory {
    UplinkInventory(devices: devices.catalogue, eventTypes: rules.eventTypes)
  }

  struct File: Hashable, Sendable {
    var path: String
    var checksum: UInt32
  }

  /// Reads a whole configuration. All that is wrong stands in `result.diagnostics`; `result.setup` is there when nothing is an error.
  /// - Parameter main: The path of `waypost.yaml`.
  public static func load(main: String) -> Result {
    let folder = ConfigurationFolder(main: main)
    var result = Result()
    var configuration: GatewayConfiguration?
    if let file = ConfigurationFolder.read(main, diagnostics: &result.diagnostics) {
      result.sources.append(file)
      configuration = GatewayConfiguration.read(
        file, defaultID: MachineIdentity.defaultGatewayID(machineID: MachineIdentity.machineID),
        diagnostics: &result.diagnostics)
    } else {
      result.couldNotRun = true
    }
    let deviceFiles = ConfigurationFolder.read(
      folder.devices, ending: [".yaml", ".yml"], diagnostics: &result.diagnostics)
    result.sources += deviceFiles
    let profiles = ProfileFolders(own: folder.profiles, diagnostics: &result.diagnostics)
    result.sources += profiles.sources(for: deviceFiles)
    for file in profiles.own { ProfileFormats.check(file, diagnostics: &result.diagnostics) }
    let devices = loadDevices(
      deviceFiles, profiles: profiles.library, for: configuration, diagnostics: &result.diagnostics)
    // Where the devices have mistakes, the rules' own are told all the same, against no devices.
    let rules = RuleSet.load(
      ruleFiles: ConfigurationFolder.read(folder.rules, ending: [".yaml", ".yml"], diagnostics: &result.diagnostics),
      zoneFiles: ConfigurationFolder.read(folder.zones, ending: [".geojson"], diagnostics: &result.diagnostics),
      zonesFolder: folder.zones, catalogue: devices?.catalogue ?? SignalCatalogue(),
      surroundings: RuleSurroundings(
        uplinks: configuration?.uplinks.map(\.name), hooks: HookFolder(beside: main).names),
      sources: &result.sources, diagnostics: &result.diagnostics)
    if let configuration, let rules { configuration.checkCommands(rules, diagnostics: &result.diagnostics) }
    if let configuration, let devices, let rules, !result.diagnostics.hasErrors {
      let (files, fingerprint) = checksums(of: result.sources, diagnostics: &result.diagnostics)
      guard !result.diagnostics.hasErrors else { return result }
      result.setup = Setup(
        configuration: configuration, devices: devices, rules: rules, fingerprint: fingerprint, main: main, files: files
      )
    }
    return result
  }

  /// - Parameter configuration: What could be read of it; `nil`: nothing, so that nobody knows which device zones follow.
  static func loadDevices(
    _ files: [SourceFile], profiles: ProfileLibrary, for configuration: GatewayConfiguration?,
    diagnostics: inout Diagnostics
  ) -> DeviceSet? {
    var own = Diagnostics()
    let devices = DeviceSet.load(
      files, profiles: profiles, positionDevice: configuration?.position.map { ($0.name, $0.span) }, diagnostics: &own)
    for diagnostic in own.all where configuration != nil || diagnostic.code != "several-position-devices" {
      diagnostics.append(diagnostic)
    }
    return devices
  }

  /// Each file's checksum, and the text of that of all of them.
  private static func checksums(
    of files: [SourceFile], diagnostics: inout Diagnostics
  ) -> (files: [File], fingerprint: String) {
    var all: UInt32 = 0
    var sums: [File] = []
    for file in files {
      var sum: UInt32 = 0
      let isWhole = file.forEachPart { part in
        sum = Checksum.crc32(part, after: sum)
        all = Checksum.crc32(part, after: all)
      }
      if !isWhole {
        diagnostics.error(
          "file-changed", "the file changed while it was read", at: SourceSpan(wholeFile: file.path),
          help: "try again once it is written")
      }
      sums.append(File(path: file.path, checksum: sum))
    }
    let digits = String(all, radix: 16)
    return (sums, String(repeating: "0", count: 8 - digits.count) + digits)
  }

  /// The devices alone of a configuration, for a replay.
  public static func catalogue(main: String) -> (catalogue: SignalCatalogue?, result: Result) {
    var result = Result()
    let folder = ConfigurationFolder(main: main)
    let files = ConfigurationFolder.read(folder.devices, ending: [".yaml", ".yml"], diagnostics: &result.diagnostics)
    let profiles = ProfileFolders(own: folder.profiles, diagnostics: &result.diagnostics)
    result.sources = files + profiles.sources(for: files)
    let configuration = ConfigurationFolder.read(main, diagnostics: &result.diagnostics).flatMap { file in
      result.sources.append(file)
      return GatewayConfiguration.read(file, defaultID: "unnamed", diagnostics: &result.diagnostics)
    }
    let devices = loadDevices(
      files, profiles: profiles.library, for: configuration, diagnostics: &result.diagnostics)
    return (result.diagnostics.hasErrors ? nil : devices?.catalogue, result)
  }

  /// What reading gave: a setup, or the reasons why not; `sources` has every file that was read, for showing its lines.
  public struct Result: Sendable {
    /// True when a file could not even be read.
    public var couldNotRun = false
    /// There when nothing is an error.
    public var setup: Setup?
    /// All that is wrong.
    public var diagnostics = Diagnostics()
    /// Every file that was read.
    public var sources: [SourceFile] = []
  }
}
