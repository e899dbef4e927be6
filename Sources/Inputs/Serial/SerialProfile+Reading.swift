public import Config
import Model

extension SerialProfile: ProfileFormat {
  public static let protocolName = "serial"

  /// Reads a profile. All of its errors are told, not only the first.
  /// - Parameter name: As `profile:` of a device says it.
  /// - Returns: `nil` after at least one error in `diagnostics`.
  public static func read(_ file: SourceFile, name: String, diagnostics: inout Diagnostics) -> SerialProfile? {
    var own = Diagnostics()
    defer { diagnostics.append(contentsOf: own) }
    guard let root = YAML.parse(file, diagnostics: &own),
      var reader = MappingReader(root, what: "a profile", example: "model: EK-600i", diagnostics: &own)
    else { return nil }
    let header = ProfileHeader.read(&reader, protocol: protocolName, diagnostics: &own)
    var profile = SerialProfile()
    if let node = reader.optional("defaults") { profile.readDefaults(node, diagnostics: &own) }
    profile.readBody(&reader, diagnostics: &own)
    reader.explain(
      ["devices", "connection"], "that stands in a file of the folder `devices.d`; a profile says what a model has")
    reader.finish(diagnostics: &own)
    guard let header, !own.hasErrors else { return nil }
    profile.header = header
    profile.identity = root.canonical
    return profile
  }

  public static func check(_ file: SourceFile, name: String, diagnostics: inout Diagnostics) {
    _ = read(file, name: name, diagnostics: &diagnostics)
  }

  private mutating func readDefaults(_ node: YAMLNode, diagnostics: inout Diagnostics) {
    guard
      var reader = MappingReader(
        node, what: "`defaults`", example: "{ baud: 9600, parity: none }", diagnostics: &diagnostics)
    else { return }
    line = LineSetup.read(&reader, diagnostics: &diagnostics) ?? LineSetup()
    staleAfter = reader.optional("stale_after")?.interval(
      "`stale_after`", in: Self.staleRange, diagnostics: &diagnostics)
    reader.explain(["every"], "it stands in `poll`, or in the device's entry")
    reader.finish(diagnostics: &diagnostics)
  }

  static let everyRange = Interval.milliseconds(100)...Interval.hours(24)
  static let staleRange = Interval.seconds(1)...Interval.days(7)

  /// Asks for the keys that say how the model speaks; of a profile, or of a device without one.
  mutating func readBody(_ reader: inout MappingReader, diagnostics: inout Diagnostics) {
    if let node = reader.optional("frame"), let read = Framing.read(node, diagnostics: &diagnostics) { framing = read }
    if let node = reader.optional("checksum") {
      checksum = FrameChecksum.read(node, framing, diagnostics: &diagnostics)
    }
    let formatNode = reader.required("format", diagnostics: &diagnostics)
    let format = formatNode.flatMap { FieldFormat.read($0, diagnostics: &diagnostics) }
    if let format { self.format = format }
    if let node = reader.optional("others") {
      ignoresOthers =
        node.choice("`others`", of: [("broken", false), ("ignore", true)], diagnostics: &diagnostics) ?? false
    }
    if let node = reader.optional("poll") { poll = Poll.read(node, diagnostics: &diagnostics) }
    if let node = reader.required("metrics", diagnostics: &diagnostics) {
      metrics = SerialMetricReader.read(node, format: format, diagnostics: &diagnostics)
    }
  }
}

extension SerialProfile.Poll {
  static func read(_ node: YAMLNode, diagnostics: inout Diagnostics) -> SerialProfile.Poll? {
    guard
      var reader = MappingReader(
        node, what: "`poll`", example: #"poll: { send: "W\r\n", every: 1 s }"#, diagnostics: &diagnostics)
    else { return nil }
    let command = reader.required("send", diagnostics: &diagnostics).flatMap {
      ByteText.read($0, "`send`", count: 1...256, diagnostics: &diagnostics)
    }
    let every = reader.optional("every")?.interval(
      "`every`", in: SerialProfile.everyRange, diagnostics: &diagnostics)
    let timeout = reader.optional("timeout")?.interval(
      "`timeout`", in: .milliseconds(10) ... .minutes(1), diagnostics: &diagnostics)
    reader.finish(diagnostics: &diagnostics)
    guard let command else { return nil }
    var poll = SerialProfile.Poll(command: command)
    if let every { poll.every = every }
    if let timeout { poll.timeout = timeout }
    return poll
  }
}
