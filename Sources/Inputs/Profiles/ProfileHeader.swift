public import Config

/// What every profile says, whatever its protocol: of which model it is, and how its author knows.
public struct ProfileHeader: Sendable, Hashable {
  /// How its author knows that it is right.
  public enum Verification: String, Sendable, CaseIterable {
    /// Read in the source that it names; nobody tried it.
    case source
    /// Tried on a device.
    case device
  }

  /// As its maker calls it.
  public var model: String
  /// For people, in a sentence.
  public var description: String
  /// Where it was published: addresses, or repositories with paths.
  public var sources: [String]
  public var verified: Verification?

  public init(model: String, description: String = "", sources: [String] = [], verified: Verification? = nil) {
    self.model = model
    self.description = description
    self.sources = sources
    self.verified = verified
  }

  /// Reads these keys of a profile's mapping, `protocol` included.
  /// - Parameter expected: The protocol whose reader asks.
  /// - Returns: `nil` after at least one error.
  public static func read(
    _ reader: inout MappingReader, protocol expected: String, diagnostics: inout Diagnostics
  ) -> ProfileHeader? {
    var own = Diagnostics()
    let model = reader.required("model", diagnostics: &own)?.string("`model`", limit: 200, diagnostics: &own)
    let description = reader.optional("description")?.string("`description`", limit: 1000, diagnostics: &own)
    readProtocol(&reader, expected, diagnostics: &own)
    let sources = reader.optional("source").map { self.sources($0, diagnostics: &own) } ?? []
    var verified: Verification?
    if let node = reader.optional("verified") {
      verified = node.choice(
        "`verified`", of: Verification.allCases.map { ($0.rawValue, $0) }, diagnostics: &own)
      if verified == .source, !reader.contains("source") {
        own.error(
          "missing-key", "`verified: source` needs the key `source`", at: node.span,
          help: "add `source:` with the address where the map was published")
      }
    }
    diagnostics.append(contentsOf: own)
    guard let model, !own.hasErrors else { return nil }
    return ProfileHeader(model: model, description: description ?? "", sources: sources, verified: verified)
  }

  private static func readProtocol(
    _ reader: inout MappingReader, _ expected: String, diagnostics: inout Diagnostics
  ) {
    guard let node = reader.required("protocol", diagnostics: &diagnostics) else { return }
    let names = ProfileFormats.all.map { $0.protocolName }
    guard let name = node.choice("`protocol`", of: names.map { ($0, $0) }, diagnostics: &diagnostics), name != expected
    else { return }
    diagnostics.error(
      "wrong-protocol", "this profile is for `driver: \(name)`, and the device that names it has `driver: \(expected)`",
      at: node.span, help: "choose another profile or another driver for the device")
  }

  private static func sources(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [String] {
    guard case .sequence = node.content else {
      return [node.string("`source`", limit: 500, diagnostics: &diagnostics)].compactMap(\.self)
    }
    return (node.sequence("`source`", count: 1...16, diagnostics: &diagnostics) ?? []).compactMap {
      $0.string("a source", limit: 500, diagnostics: &diagnostics)
    }
  }

  /// The keys that `read` asks for.
  static func keys(protocol name: String) -> [Schema.Key] {
    [
      .init("protocol", .choice([name]), isRequired: true, "How it is talked to"),
      .init("model", .text(), isRequired: true, "The model, as its maker calls it"),
      .init("description", .text(), "What it is, in a sentence"),
      .init("source", .oneOrMore(.text()), "Where the map or the format was published"),
      .init(
        "verified", .choice(Verification.allCases.map(\.rawValue)),
        "How you know that it is right: read in the `source`, or tried on a `device`"),
    ]
  }
}
