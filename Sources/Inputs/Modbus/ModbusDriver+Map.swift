import Config
import Model

extension ModbusDriver {
  /// What a device's registers say, of its profile or written out in its entry.
  struct Map {
    var defaults = ModbusDefaults()
    var metrics: [ModbusMetric]
    /// Those of them that the device is asked for.
    var chosen: [ModbusMetric]
    /// The profile's text, as far as it counts.
    var identity = ""
  }

  static func map(
    _ mapping: inout MappingReader, _ profiles: ProfileLibrary, diagnostics: inout Diagnostics
  ) -> Map? {
    let metrics = mapping.entry("metrics").flatMap { $0.value.isNull ? nil : $0.value }
    if let metrics, case .mapping = metrics.content {
      if let profile = mapping.entry("profile") {
        diagnostics.error(
          "either-or", "a device has a `profile`, or a map of its own in `metrics`", at: profile.key.span,
          help: "delete one of the two; of a profile `metrics: [name, …]` chooses")
        return nil
      }
      return ModbusProfile.metrics(metrics, diagnostics: &diagnostics).map { Map(metrics: $0, chosen: $0) }
    }
    if let metrics, !mapping.contains("profile") {
      diagnostics.error(
        "missing-key", "`metrics` chooses out of a profile, and the device has none", at: metrics.span,
        help: "add `profile: NAME`, or write the map itself: `metrics: { level: { input: 0, type: uint16 } }`")
      _ = mapping.entry("profile")
      return nil
    }
    guard let node = mapping.required("profile", diagnostics: &diagnostics),
      let file = profiles.file(namedBy: node, diagnostics: &diagnostics),
      let name = node.scalar?.text,
      let profile = profile(file, name, at: node, diagnostics: &diagnostics)
    else { return nil }
    var map = Map(defaults: profile.defaults, metrics: profile.metrics, chosen: profile.metrics)
    map.identity = profile.identity
    guard let metrics else { return map }
    guard let chosen = choose(metrics, of: profile, diagnostics: &diagnostics) else { return nil }
    map.chosen = chosen
    return map
  }

  /// What is wrong with the profile is told at its own place, and once only, however many devices have it.
  private static func profile(
    _ file: SourceFile, _ name: String, at node: YAMLNode, diagnostics: inout Diagnostics
  ) -> ModbusProfile? {
    ModbusProfile.read(file, name: name, diagnostics: &diagnostics)
  }

  private static func choose(
    _ node: YAMLNode, of profile: ModbusProfile, diagnostics: inout Diagnostics
  ) -> [ModbusMetric]? {
    guard
      let items = node.sequence(
        "`metrics`", count: 1...ModbusProfile.metricLimit, item: "temperature", diagnostics: &diagnostics)
    else { return nil }
    var wanted: Set<String> = []
    for item in items {
      guard let name = item.string("a metric", diagnostics: &diagnostics) else { return nil }
      // A field of bits goes by the line that it is in, too.
      let lines = profile.metrics.filter { $0.name == name || $0.signals.contains { $0.name == name } }
      guard let line = lines.first else {
        let names = profile.metrics.map(\.name)
        diagnostics.error(
          "unknown-metric", "the profile `\(profile.name)` has no such metric as \(item.description)", at: item.span,
          help: Suggestion.closest(name, in: names).map { "did you mean `\($0)`?" }
            ?? "it has " + names.prefix(20).map { "`\($0)`" }.joined(separator: ", ") + (names.count > 20 ? ", …" : ""))
        return nil
      }
      wanted.insert(line.name)
    }
    return profile.metrics.filter { wanted.contains($0.name) }
  }
}
