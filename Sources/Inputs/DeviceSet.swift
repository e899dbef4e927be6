public import Config
public import Model

/// What is connected: every device of the files in `devices.d`.
public struct DeviceSet: Sendable {
  /// More than any vehicle has; each may have a thread.
  static let limit = 256

  /// In the order of the files, and in a file of its lines.
  public private(set) var devices: [ConfiguredDevice] = []
  /// The device whose position zones follow; `nil` where none gives positions.
  public private(set) var positionDevice: String?

  public init() {}

  /// What rules are checked against.
  public var catalogue: SignalCatalogue {
    SignalCatalogue(devices: devices.map(\.declaration), positionDevice: positionDevice)
  }

  /// Reads the files. All of their errors are told, not only the first.
  /// - Parameters:
  ///   - files: in the order in which they count, which is by name.
  ///   - profiles: the device models that there are.
  ///   - positionDevice: what `gateway.position` names, with its place; `nil`: the only one that gives positions.
  /// - Returns: `nil` after at least one error in `diagnostics`.
  public static func load(
    _ files: [SourceFile], profiles: ProfileLibrary = ProfileLibrary(),
    positionDevice: (name: String, span: SourceSpan)?,
    diagnostics: inout Diagnostics
  ) -> DeviceSet? {
    var found = Diagnostics()
    var loader = DeviceLoader(profiles: profiles)
    for file in files { loader.read(file, diagnostics: &found) }
    var set = DeviceSet()
    set.devices = loader.devices.compactMap(\.configured)
    LineUse.check(
      set.devices.compactMap { device in device.line.map { (device.declaration.name, $0) } }, diagnostics: &found)
    set.positionDevice = loader.positionDevice(named: positionDevice, diagnostics: &found)
    diagnostics.append(contentsOf: found)
    return found.hasErrors ? nil : set
  }
}

/// The devices found so far, with their places.
private struct DeviceLoader {
  struct Entry {
    var name: String
    var span: SourceSpan
    /// `nil` where its own entry has errors: the name still counts.
    var configured: ConfiguredDevice?
  }

  let profiles: ProfileLibrary
  var devices: [Entry] = []

  mutating func read(_ file: SourceFile, diagnostics: inout Diagnostics) {
    // A file without content, as one that is all comments, declares nothing.
    guard let root = YAML.parse(file, diagnostics: &diagnostics), !root.isNull,
      var reader = MappingReader(root, what: "a device file", example: "devices:", diagnostics: &diagnostics)
    else { return }
    if let node = reader.optional("devices"),
      var entries = MappingReader(node, what: "`devices`", diagnostics: &diagnostics)
    {
      for entry in entries.remaining() { read(entry, diagnostics: &diagnostics) }
    }
    reader.explain(
      ["rules", "zones", "report", "signals", "tests"],
      "it stands in a file of the folder `rules.d`, not among the devices")
    reader.explain(["gateway", "journal", "uplinks", "api"], "it stands in `waypost.yaml`, not among the devices")
    if case .mapping(let entries) = root.content {
      // `gps:` at the margin, where `devices:` and an indentation were forgotten.
      let names = entries.filter { entry in
        if case .mapping(let inner) = entry.value.content { inner.contains { $0.name == "driver" } } else { false }
      }.map { $0.name.lowercased() }
      reader.explain(names, "write `devices:` on a line above, and indent this below it")
    }
    reader.finish(diagnostics: &diagnostics)
  }

  private mutating func read(_ entry: YAMLNode.Entry, diagnostics: inout Diagnostics) {
    let configured = configure(entry, diagnostics: &diagnostics)
    guard let name = name(entry.key, diagnostics: &diagnostics) else { return }
    if let first = devices.first(where: { $0.name == name }) {
      return diagnostics.error(
        "duplicate-device", "device `\(name)` is declared twice; first at \(place(first.span))", at: entry.key.span,
        help: "give one of them another name, or delete it")
    }
    guard devices.count < DeviceSet.limit else {
      return diagnostics.error(
        "too-many-devices", "more than \(DeviceSet.limit) devices", at: entry.key.span,
        help: "delete those that this gateway doesn't read")
    }
    devices.append(Entry(name: name, span: entry.key.span, configured: configured))
  }

  private func name(_ key: YAMLNode, diagnostics: inout Diagnostics) -> String? {
    guard let name = key.name("a device's name", form: .identifier, diagnostics: &diagnostics) else { return nil }
    let taken =
      switch name {
      case "system": "what the gateway tells of itself"
      case "now": "the time in conditions"
      case "trigger": "what set a rule off"
      default: String?.none
      }
    guard let taken else { return name }
    diagnostics.error(
      "reserved-name", "a device can't be named `\(name)`: that is \(taken)", at: key.span,
      help: "choose another name, as `\(name)_1`")
    return nil
  }

  /// Reads the entry's value, also under a name that won't do, so that all errors are told at once.
  private func configure(_ entry: YAMLNode.Entry, diagnostics: inout Diagnostics) -> ConfiguredDevice? {
    guard
      var mapping = MappingReader(
        entry.value, what: "a device", example: "{ driver: gpsd }", diagnostics: &diagnostics),
      let node = mapping.required("driver", diagnostics: &diagnostics),
      let name = node.string("`driver`", diagnostics: &diagnostics)
    else { return nil }
    guard let driver = Drivers.named(name) else {
      unknown(name, at: node.span, diagnostics: &diagnostics)
      return nil
    }
    var configured = driver.configure(
      device: entry.name, &mapping, profiles: profiles, diagnostics: &diagnostics)
    configured?.identity += entry.value.canonical
    mapping.finish(diagnostics: &diagnostics)
    return configured
  }

  private func unknown(_ name: String, at span: SourceSpan, diagnostics: inout Diagnostics) {
    let names = Drivers.all.map { $0.name }
    let list = names.map { "`\($0)`" }.joined(separator: ", ")
    let closest = Suggestion.closest(name, in: names)
    diagnostics.error(
      "unknown-driver", "there is no driver of that name", at: span,
      help: closest.map { "did you mean `\($0)`?" } ?? "the drivers are \(list)")
  }

  func positionDevice(named choice: (name: String, span: SourceSpan)?, diagnostics: inout Diagnostics) -> String? {
    let giving = devices.filter { $0.configured?.declaration.givesPosition == true }
    let list = giving.map { "`\($0.name)`" }.joined(separator: ", ")
    guard let choice else {
      if giving.count > 1 {
        diagnostics.error(
          "several-position-devices", "\(giving.count) devices give positions: \(list)", at: giving[1].span,
          help: "name the one that zones follow as `position` of `gateway`, in waypost.yaml")
      }
      return giving.first?.name
    }
    let remedy = giving.isEmpty ? "declare it in devices.d" : "devices that give positions: \(list)"
    guard let device = devices.first(where: { $0.name == choice.name }) else {
      let closest = Suggestion.closest(choice.name, in: giving.map(\.name))
      diagnostics.error(
        "unknown-device", "no device is named `\(choice.name)`", at: choice.span,
        help: closest.map { "did you mean `\($0)`?" } ?? remedy)
      return nil
    }
    // One with errors of its own is told there.
    guard let configured = device.configured else { return nil }
    guard configured.declaration.givesPosition else {
      diagnostics.error(
        "no-position", "device `\(choice.name)` gives no positions", at: choice.span,
        help: giving.isEmpty ? "leave `position` out" : remedy)
      return nil
    }
    return choice.name
  }

  private func place(_ span: SourceSpan) -> String { "\(span.file):\(span.start.line):\(span.start.column)" }
}
