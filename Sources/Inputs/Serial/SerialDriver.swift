public import Config
import Model

/// `driver: serial`: an instrument that speaks in lines or frames of its own, by a profile of its model.
///
/// ```yaml
/// scale:
///   driver: serial
///   profile: and-ek-i
///   connection: { port: /dev/ttyS1, baud: 2400, parity: even, data_bits: 7 }   # or { tcp: 192.168.1.20, port: 4001 }
///   every: 1 s              # how often it is asked; of one that speaks by itself, how often a reading is taken
///   metrics: [weight]       # default: all of the profile's
///   stale_after: 10 s
/// ```
///
/// Instead of `profile`, what would stand in one may stand in the entry itself: `format`, `metrics` as a mapping, `frame`, `checksum`, `poll`.
public enum SerialDriver: Driver {
  public static let name = "serial"

  public static func configure(
    device: String, _ mapping: inout MappingReader, profiles: ProfileLibrary, diagnostics: inout Diagnostics
  ) -> ConfiguredDevice? {
    var own = Diagnostics()
    defer { diagnostics.append(contentsOf: own) }
    let profile = Self.profile(&mapping, profiles, diagnostics: &own)
    let connection = LineEndpoint.read(
      &mapping, driver: name, defaults: profile?.line ?? LineSetup(), diagnostics: &own)
    let every = mapping.optional("every").flatMap {
      $0.interval("`every`", in: SerialProfile.everyRange, diagnostics: &own)
    }
    let staleAfter = mapping.optional("stale_after").flatMap {
      $0.interval("`stale_after`", in: SerialProfile.staleRange, diagnostics: &own)
    }
    let list = mapping.optional("metrics")
    let metrics = profile.flatMap { $0.header == nil ? $0.metrics : Self.chosen(of: $0, list, diagnostics: &own) }
    guard let profile, let connection, let metrics, !own.hasErrors else { return nil }
    let pace = every ?? profile.poll?.every
    let thrice = Interval(nanoseconds: (pace ?? .zero).nanoseconds * 3)
    let age = staleAfter ?? profile.staleAfter ?? max(thrice, .seconds(10))
    var settings = SerialSession.Settings(
      device: device, profile: profile, metrics: metrics, every: every, silence: age)
    if case .tcp = connection.endpoint { settings.isRemote = true }
    var configured = ConfiguredDevice(
      declaration: SignalCatalogue.Device(
        name: device, givesPosition: false, metrics: metrics.map(\.signal), staleAfter: age, isPaced: pace != nil),
      input: SerialInput(endpoint: connection.endpoint, settings: settings))
    configured.identity = profile.identity
    configured.line = connection.use
    return configured
  }

  /// The profile that the entry names, or that it is.
  private static func profile(
    _ mapping: inout MappingReader, _ profiles: ProfileLibrary, diagnostics: inout Diagnostics
  ) -> SerialProfile? {
    guard mapping.contains("format") else {
      mapping.explain(
        ["frame", "checksum", "poll", "others"],
        "it stands in the profile; or write `format` here, too, and no `profile`")
      guard let node = mapping.required("profile", diagnostics: &diagnostics),
        let file = profiles.file(namedBy: node, diagnostics: &diagnostics)
      else { return nil }
      return SerialProfile.read(file, name: node.scalar?.text ?? "", diagnostics: &diagnostics)
    }
    var profile = SerialProfile()
    profile.readBody(&mapping, diagnostics: &diagnostics)
    if let node = mapping.optional("profile") {
      diagnostics.error(
        "either-or", "a device has a `profile`, or a `format` of its own", at: node.span, help: "delete one of the two")
    }
    return profile
  }

  /// The metrics that the entry names.
  private static func chosen(
    of profile: SerialProfile, _ node: YAMLNode?, diagnostics: inout Diagnostics
  ) -> [SerialMetric]? {
    guard let node else { return profile.metrics }
    guard
      let items = node.sequence(
        "`metrics`", count: 1...SerialProfile.metricLimit, item: "weight", diagnostics: &diagnostics)
    else { return nil }
    var chosen: [SerialMetric] = []
    for item in items {
      guard let name = item.string("a metric", limit: 64, diagnostics: &diagnostics) else { continue }
      guard let metric = profile.metrics.first(where: { $0.name == name }) else {
        let names = profile.metrics.map(\.name)
        diagnostics.error(
          "unknown-metric", "the profile has no metric `\(name)`", at: item.span,
          help: Suggestion.closest(name, in: names).map { "did you mean `\($0)`?" }
            ?? "it has " + names.prefix(20).map { "`\($0)`" }.joined(separator: ", "))
        continue
      }
      if !chosen.contains(metric) { chosen.append(metric) }
    }
    return chosen
  }

  public static var keys: [Schema.Key] {
    let body = SerialProfile.bodyKeys.map { key in
      var key = key
      key.isRequired = false
      if key.name == "metrics" {
        key.schema = .either([.list(.text()), SerialProfile.metricsSchema])
        key.description = "Which of the profile's metrics are read; without a profile, what can be read"
        key.standard = "all of the profile's"
      }
      return key
    }
    return [
      .init("profile", .text(), "The model, as a file of `devices` or `profiles.d` is named"),
      .init("connection", LineEndpoint.connection(), isRequired: true, "Where the device is"),
      .init(
        "every", .quantity(.time), standard: "as the profile says",
        "How often it is asked; of a device that speaks by itself, how often a reading is taken"),
      .init(
        "stale_after", .quantity(.time), standard: "three times `every`, `10 s` at least",
        "The silence after which its values are stale"),
    ] + body
  }
}
