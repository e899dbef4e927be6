public import Config

extension ModbusProfile: ProfileFormat {
  public static let protocolName = "modbus"

  /// More than any device has that one would want to read whole.
  static let metricLimit = 1000

  /// Reads a profile. All of its errors are told, not only the first.
  ///
  /// A driver whose device has a profile adds the profile's `identity` to `ConfiguredDevice.identity`.
  /// - Parameter name: As `profile:` of a device says it.
  /// - Returns: `nil` after at least one error in `diagnostics`.
  public static func read(_ file: SourceFile, name: String, diagnostics: inout Diagnostics) -> ModbusProfile? {
    var own = Diagnostics()
    defer { diagnostics.append(contentsOf: own) }
    guard let root = YAML.parse(file, diagnostics: &own),
      var reader = MappingReader(root, what: "a profile", example: "model: XY-MD02", diagnostics: &own)
    else { return nil }
    let header = ProfileHeader.read(&reader, protocol: protocolName, diagnostics: &own)
    let defaults = reader.optional("defaults").map { ModbusDefaults.read($0, diagnostics: &own) }
    let metrics = reader.required("metrics", diagnostics: &own).flatMap {
      self.metrics($0, defaults: defaults ?? ModbusDefaults(), diagnostics: &own)
    }
    reader.explain(
      ["devices", "connection"], "that stands in a file of the folder `devices.d`; a profile says what a model has")
    reader.explain(["registers"], "write `metrics:`, each with its register", insteadOf: "metrics")
    reader.finish(diagnostics: &own)
    guard let header, let metrics, !own.hasErrors else { return nil }
    var profile = ModbusProfile(name: name, header: header, defaults: defaults ?? ModbusDefaults(), metrics: metrics)
    profile.identity = root.canonical
    return profile
  }

  public static func check(_ file: SourceFile, name: String, diagnostics: inout Diagnostics) {
    _ = read(file, name: name, diagnostics: &diagnostics)
  }

  /// Reads `metrics:`, of a profile or of a device without one; `nil` after an error.
  public static func metrics(
    _ node: YAMLNode, defaults: ModbusDefaults = ModbusDefaults(), diagnostics: inout Diagnostics
  ) -> [ModbusMetric]? {
    var own = Diagnostics()
    defer { diagnostics.append(contentsOf: own) }
    guard
      var reader = MappingReader(
        node, what: "`metrics`", example: "{ temperature: { input: 1, type: int16 } }", diagnostics: &own)
    else { return nil }
    let entries = reader.remaining()
    guard (1...metricLimit).contains(entries.count) else {
      own.error(
        "out-of-range", "a profile has 1 to \(metricLimit) metrics, and this has \(entries.count)", at: node.span,
        help: "as `metrics: { temperature: { input: 1, type: int16, scale: 0.1, unit: Cel } }`")
      return nil
    }
    var map = RegisterMap(defaults: defaults)
    for entry in entries {
      if let metric = MetricReader.read(entry, diagnostics: &own) {
        map.add(metric, at: entry, diagnostics: &own)
      }
    }
    map.check(diagnostics: &own)
    return own.hasErrors ? nil : map.lines.map(\.metric)
  }
}
